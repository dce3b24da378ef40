/**
 * Broken rules about how a process ends, and who goes on with what it leaves behind.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const upkeep = "provisioner/Upkeep.ts"

export const processes: ReadonlyArray<Mutant> = [
  mutant("what is closed sends nothing new", "closing sends", 100, [[
    upkeep,
    "  yield* ledger.close\n",
    ""
  ]], "restart"),
  mutant("closing waits for what was sent", "closing waits for nothing", 100, [[
    upkeep,
    "  yield* Effect.timeoutOption(inFlight.awaitEmpty, fleet.settings.shutdownTimeout)\n",
    ""
  ]], "restart"),
  mutant("a lease frees nothing that was sent", "who is gone leaves nothing behind", 50, [[
    "rules/Handover.ts",
    "      if (Slots.isUnsent(slot)) Drafts.free(draft, slot.id, \"withdrawn\")\n      else {",
    "      if (slot.key !== undefined) Drafts.free(draft, slot.id, \"withdrawn\")\n      else {"
  ]], "restart"),
  mutant("launches are taken over", "nobody takes over", 100, [
    [upkeep, "      yield* Effect.retry(options.resumeAbandoned, inheritSchedule)\n", ""]
  ], "restart"),
  mutant("closing needs nothing", "closing needs the ledger", 200, [[
    upkeep,
    "yield* Effect.option(ledger.standing)",
    "yield* Effect.asSome(Effect.orDie(ledger.standing))"
  ]], "ledger")
]
