/**
 * Broken rules about time: clocks that part, and the clock of a shared ledger.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const slot = "ledger/Slot.ts"
const storeClock = "ledger/shared/StoreClock.ts"

export const clocks: ReadonlyArray<Mutant> = [
  mutant("a token is not sent again once ECS may have forgotten it", "it is, by a clock that stood still", 20, [[
    slot,
    "Time.atMost(state.firstSentAt, now) < replayWindow",
    "Time.atLeast(state.firstSentAt, now) < replayWindow"
  ]], "suspension"),
  mutant("a launch is given up only after its time", "it is, by a clock that went ahead", 20, [
    [slot, "replayWindow - Time.atLeast(state.firstSentAt, now)", "replayWindow - Time.atMost(state.firstSentAt, now)"],
    [slot, "- Time.atLeast(state.lastSentAt, now)", "- Time.atMost(state.lastSentAt, now)"]
  ], "suspension"),
  mutant("a step of the store's clock is not time that has passed", "it is", 20, [[
    storeClock,
    "const isStep = said > most + tolerance || said < least - tolerance",
    "const isStep = said > most + tolerance && said < least - tolerance"
  ]], "wrong-clock"),
  mutant("a newcomer is not certain of a time that it has not seen", "it takes the store's word for it", 20, [[
    storeClock,
    "? before.isAgreed && isAgreed\n",
    "? before !== undefined\n"
  ]], "wrong-clock"),
  mutant("a fleet's time is bounded by the truth", "it runs away where processes differ about the store's clock", 20, [[
    storeClock,
    "store: isStep ? store : Math.max(before.store, store)",
    "store"
  ]], "wrong-clock"),
  mutant("what was not seen may have been long", "it is taken to have been short", 40, [[
    storeClock,
    "most : least + replayWindow)",
    "most : least)"
  ]], "wrong-clock"),
  mutant("time does not go back", "it does with the store's clock", 20, [[
    storeClock,
    "isStep ? (Number.isFinite(most) ? most : least + replayWindow) : Math.max(0, saidAtMost)",
    "isStep ? (Number.isFinite(most) ? most : least + replayWindow) : saidAtMost"
  ]], "wrong-clock")
]
