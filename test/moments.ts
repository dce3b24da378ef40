/**
 * Programs to which something happens at each of their moments in turn.
 */
import { Effect, Scheduler } from "effect"
import * as Simulation from "../src/testing/Simulation.ts"

/** Says what may happen from now on, or that nothing may any more. */
export type May = (what: (() => void) | undefined) => void

/**
 * Runs a program once for every moment at which something may happen to it, and lets it happen then: before each
 * operation of any of its fibers. Returns how many moments there were.
 */
export const everyMoment = (program: (may: May) => Effect.Effect<unknown, unknown>): number => {
  for (let moment = 0;; moment++) {
    let what: (() => void) | undefined
    let passed = 0
    const outcome = Simulation.run(
      // The first operation only takes up where the fiber was put back, the second is one of its own. With 2 it would
      // be put back before that, for ever.
      Effect.provideService(program((said) => (what = said)), Scheduler.MaxOpsBeforeYield, 3),
      {
        seed: 1,
        yieldProbability: 0,
        maxTime: "1 hour",
        onStep: () => {
          if (what !== undefined && passed++ === moment) what()
        }
      }
    )
    if (outcome._tag !== "Completed" || outcome.exit._tag !== "Success") {
      throw new Error(`moment ${moment}: ${Simulation.describe(outcome)}`)
    }
    if (passed <= moment) return moment
  }
}
