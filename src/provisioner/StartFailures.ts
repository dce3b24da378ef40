/**
 * Warns of tasks that stopped before they ran, with ECS's words: an image that cannot be pulled
 * ends every task of a fleet, and no call fails.
 */
import * as Effect from "effect/Effect"
import * as TaskExits from "../ecs/TaskExit.ts"
import type { Fleet } from "../fleet/Fleet.ts"
import type { Change } from "../ledger/Change.ts"

/**
 * The warnings of one provisioner: when each reason was told last, and how many tasks it has ended since.
 *
 * @category models
 */
export type StartFailures = Map<string, { toldAt: number; untold: number }>

/** A task that never ran is logged once in this time, in milliseconds, for each reason. */
const interval = 60_000

/** The number of characters by which reasons are told apart: after them come ids, which differ each time. */
const distinct = 60

/** The number of reasons that are remembered. */
const mostReasons = 32

/**
 * Makes the warnings of a provisioner that has warned of nothing yet.
 *
 * @category constructors
 */
export const make = (): StartFailures => new Map()

/**
 * Warns of a task that stopped before it ran: once a minute for each reason, with the number of
 * those that were not told.
 *
 * @category logging
 */
export const report = (self: StartFailures, fleet: Fleet, change: Change): Effect.Effect<void> =>
  Effect.suspend(() => {
    if (change._tag !== "Freed" || change.exit === undefined || TaskExits.hasRun(change.exit)) return Effect.void
    const text = TaskExits.text(change.exit)
    const reason = text.slice(0, distinct)
    const known = self.get(reason)
    if (known !== undefined && change.at - known.toldAt < interval) {
      known.untold++
      return Effect.void
    }
    self.delete(reason)
    self.set(reason, { toldAt: change.at, untold: 0 })
    const [oldest] = self.keys()
    if (self.size > mostReasons && oldest !== undefined) self.delete(oldest)
    const more = known === undefined || known.untold === 0 ? "" : ` (and ${known.untold} more since the last warning)`
    return Effect.logWarning(
      `Fleet ${fleet.id}: task ${change.taskArn} for ${change.key} stopped before it ran: ${text}${more}`
    )
  })
