/**
 * Broken rules about how a process ends, and who goes on with what it leaves behind.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const upkeep = "provisioner/Background.ts"

export const processes: ReadonlyArray<Mutant> = [
  mutant("what is closed sends nothing new", "closing sends", 100, [[
    upkeep,
    "  yield* ledger.close\n  inFlight.endUnsent()\n",
    ""
  ]], "restart"),
  mutant("closing waits for what was sent", "closing waits for nothing", 100, [[
    upkeep,
    "yield* Effect.timeoutOption(inFlight.awaitEmpty, fleet.settings.shutdownTimeout)",
    "Option.none()"
  ]], "restart"),
  mutant("a lease frees nothing that was sent", "who is gone leaves nothing behind", 50, [[
    "ledger/rules/Holders.ts",
    "      if (Slots.isUnsent(slot)) Transactions.free(tx, slot.id, \"withdrawn\")\n      else {",
    "      if (slot.key !== undefined) Transactions.free(tx, slot.id, \"withdrawn\")\n      else {"
  ]], "restart"),
  mutant("launches are taken over", "no process takes over", 100, [
    [upkeep, "      yield* Effect.retry(takeOver, inheritSchedule)\n", ""]
  ], "restart"),
  mutant("closing needs nothing", "closing needs the ledger", 200, [[
    upkeep,
    "yield* Effect.option(ledger.slotTable)",
    "yield* Effect.asSome(Effect.orDie(ledger.slotTable))"
  ]], "ledger"),
  mutant("no permit is lost", "a permit is not given back when its launch is interrupted", 100, [[
    "ecs/LaunchPermits.ts",
    "(place) => Effect.sync(() => leave(place))",
    "(place, exit) => Effect.sync(() => exit._tag === \"Success\" ? leave(place) : undefined)"
  ]], "restart"),
  mutant("no permit is lost", "who leaves while it waits for a permit is granted one", 200, [[
    "ecs/LaunchPermits.ts",
    "    if (!fleet.waiting.delete(place)) {",
    "    if (!fleet.waiting.has(place)) {"
  ]], "restart"),
  mutant("no permit is lost", "a permit is counted before it can be given back", 300, [[
    "ecs/LaunchPermits.ts",
    "      Effect.acquireUseRelease(\n        Effect.sync(() => enter(fleet)),\n"
    + "        ({ granted }) => Effect.andThen(restore(Deferred.await(granted)), use),\n",
    "      Effect.acquireUseRelease(\n        Effect.flatMap(Effect.sync(() => enter(fleet)), (place) =>\n"
    + "          Effect.as(restore(Deferred.await(place.granted)), place)),\n        () => use,\n"
  ]], "restart"),
  mutant("closing waits only for what may have been sent", "closing waits for what was not sent", 100, [[
    upkeep,
    "  inFlight.endUnsent()\n",
    ""
  ]], "restart"),
  mutant("closing waits for what was sent", "closing ends what was sent", 100, [[
    "provisioner/FlightState.ts",
    "if (flight.phase !== \"launching\") flight.fiber",
    "flight.fiber"
  ]], "restart")
]
