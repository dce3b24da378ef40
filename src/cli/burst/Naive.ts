/**
 * A burst under the obvious policy, which does not keep a fleet under its cap: count
 * what `ListTasks` shows, and launch if there is room.
 *
 * It is what many have written, and is made no worse than it has to be: the policy is
 * the one of the comparison.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as CountList from "../../comparison/policies/CountList.ts"
import type { Ecs } from "../../ecs/Ecs.ts"
import type { Fleet } from "../../fleet/Fleet.ts"
import { parseKey } from "../../ledger/Key.ts"
import type { Plan } from "./Plan.ts"
import { keyOf, startOf } from "./Plan.ts"

/**
 * The number of workers that have been launched, and of requests that still ask for one.
 *
 * @category models
 */
export interface Tally {
  launched: number
  waiting: number
  /** When the last of them was launched, in epoch milliseconds. */
  lastLaunchedAt: number | undefined
}

/**
 * Creates the tally of nothing.
 *
 * @category constructors
 */
export const emptyTally = (): Tally => ({ launched: 0, waiting: 0, lastLaunchedAt: undefined })

/**
 * Makes the requests of a plan, each until it has a worker.
 *
 * @category running
 */
export const run: (options: {
  readonly fleet: Fleet
  readonly cap: number
  readonly plan: Plan
  /** The wait of a request before it counts again. */
  readonly every: Duration.Duration
  readonly tally: Tally
}) => Effect.Effect<void, never, Ecs> = Effect.fnUntraced(function*({ cap, every, fleet, plan, tally }) {
  const { request } = yield* CountList.start({ ...fleet, cap })
  const serve = Effect.fnUntraced(function*(index: number) {
    const key = yield* Effect.orDie(Effect.fromResult(parseKey(keyOf(plan, index))))
    yield* Effect.sleep(startOf(plan, index))
    tally.waiting++
    while ((yield* request(key)) !== "launched") yield* Effect.sleep(every)
    tally.lastLaunchedAt = yield* Clock.currentTimeMillis
    tally.waiting--
    tally.launched++
  })
  yield* Effect.forEach(Array.from({ length: plan.requests }, (_, index) => index + 1), serve, {
    concurrency: "unbounded",
    discard: true
  })
})
