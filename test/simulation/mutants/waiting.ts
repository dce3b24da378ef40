/**
 * Broken rules about who is served, in which order, and who may leave.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const flight = "provisioner/Flight.ts"
const upkeep = "provisioner/Background.ts"

export const lines: ReadonlyArray<Mutant> = [
  mutant("callers may leave", "a caller who leaves takes the launch along", 50, [[
    "provisioner/Requests.ts",
    "Effect.timeoutOrElse(Deferred.await(flight.answer), {",
    "Effect.timeoutOrElse(Effect.onInterrupt(Deferred.await(flight.answer), () => flight.fiber === undefined ? Effect.void"
    + " : Effect.forkDetach(Fiber.interrupt(flight.fiber))), {"
  ], [
    "provisioner/Requests.ts",
    "import * as Effect from",
    "import * as Fiber from \"effect/Fiber\"\nimport * as Effect from"
  ]]),
  mutant("a newcomer does not overtake", "newcomers overtake", 100, [[
    "provisioner/WaitingLine.ts",
    "  (head(line)?.key === key ? 0 : line.places.size) +",
    "  0 * line.places.size +"
  ]], "burst"),
  mutant("in order", "the last in line is first", 50, [[
    "provisioner/WaitingLine.ts",
    "line.places.values().next().value",
    "[...line.places.values()].at(-1)"
  ]]),
  mutant("in order", "who comes back goes to the end", 100, [[
    "provisioner/WaitingLine.ts",
    "if (isEarlier || (isNew && arrival.order < line.last)) reorder(line)",
    ""
  ]], "resize"),
  {
    ...mutant("in order", "who loses a slot at the gate asks again out of line", 20, [[
      flight,
      "if (FlightStates.isFromLine(flight)) WaitingLine.expect(",
      "if (readSince < 0) WaitingLine.expect("
    ]], "resize"),
    from: 1160
  },
  mutant("every waiting caller is served", "one who leaves takes the others along", 200, [[
    "provisioner/WaitingLine.ts",
    "if (place.callers.size === 0) remove(line, place)",
    "remove(line, place)"
  ]], "same-key"),
  mutant("who leaves the line gets nothing", "who left is still in line", 100, [[
    "provisioner/WaitingLine.ts",
    "if (place.callers.size === 0) remove(line, place)",
    ""
  ]]),
  mutant("a freed slot wakes", "no caller is woken", 100, [[
    upkeep,
    "wake.openUnsafe()",
    "wake.closeUnsafe()"
  ]]),
  mutant("waiters look again by themselves", "a line is served only when it is woken", 50, [[
    "provisioner/Serving.ts",
    "yield* Effect.timeoutOption(wake.await, told.retryAfter)",
    "yield* wake.await"
  ]]),
  mutant("a launch that is held back waits for room", "nothing is read for a launch that is held back", 100, [[
    "provisioner/Launcher.ts",
    "yield* Effect.ignore(launcher.fleetReader.refresh)",
    "yield* Effect.void"
  ]], "resize")
]
