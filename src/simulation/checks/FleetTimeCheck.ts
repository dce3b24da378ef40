/**
 * Checks the time of a shared fleet, which is made of the clocks of its processes and of
 * the ledger: it is bounded by the truth, and does not go back.
 */
import type { Change } from "../../ledger/Change.ts"
import * as Time from "../../Time.ts"
import type { RunLog } from "./RunLog.ts"

/**
 * The time of the fleet of a run.
 *
 * @category models
 */
export interface FleetTimeCheck {
  /** Takes the time of a decision. */
  readonly decided: (now: Time.Time) => void
  /** Takes a change that was decided. */
  readonly changed: (change: Change) => void
}

/** The error of a fleet's time at most: what is not taken for a step, and a clock that differs from decision to decision. */
const slack = 10_000

/**
 * Begins to check the time of a fleet.
 *
 * @category constructors
 */
export const make = (log: RunLog): FleetTimeCheck => {
  /** A moment in the fleet's time and in virtual milliseconds. */
  let origin: { readonly time: Time.Time; readonly at: number } | undefined
  let changedAt = 0
  return {
    decided: (now) => {
      origin ??= { time: now, at: log.now() }
      const truth = log.now() - origin.at
      const atMost = Time.atMost(origin.time, now)
      const atLeast = Time.atLeast(origin.time, now)
      // What may have passed is no less than the truth, and what certainly has is no more.
      if (atMost >= truth - slack && atLeast <= truth + slack) return
      log.violate("a fleet's time is bounded by the truth", `${truth} ms have passed, and not ${atLeast} to ${atMost}`)
      origin = undefined
    },
    changed: ({ at }) => {
      if (at < changedAt) {
        log.violate("time does not go back", `a change is dated ${changedAt - at} ms before the last one`)
      }
      changedAt = at
    }
  }
}
