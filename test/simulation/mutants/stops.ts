/**
 * Broken rules about stopping workers: on request only, repeated until it is seen, and no evidence.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const stop = "ledger/rules/Stop.ts"

export const stops: ReadonlyArray<Mutant> = [
  mutant("only what was asked for is stopped", "all workers are stopped with those of a key", 20, [[
    stop,
    ".filter(({ key }) => key === target.key)",
    ".filter(() => target.key !== undefined)"
  ]], "stops"),
  mutant("to ask for a stop is no evidence", "a worker that was asked to stop is free at once", 50, [[
    stop,
    "if (Slots.isUnsent(slot)) {",
    "if (reason !== undefined) {"
  ]], "stops"),
  mutant("a stop is repeated until it is seen", "a task that is described is not told to stop again", 50, [[
    stop,
    "desiredStatus === \"STOPPED\"",
    "desiredStatus !== undefined"
  ]], "stops"),
  mutant("a stop is repeated until it is seen", "tasks are told to stop once", 50, [[
    "provisioner/FleetReader.ts",
    "    state.isStopping = false\n",
    ""
  ]], "stops"),
  mutant("what was asked is kept with the slot", "a launch in doubt forgets that it is to be stopped", 100, [[
    "ledger/Slot.ts",
    "  state: launchedState(arn, lastStatus, now),\n  contradiction: undefined\n",
    "  state: launchedState(arn, lastStatus, now),\n  contradiction: undefined,\n  stopReason: undefined\n"
  ]], "stops")
]
