/**
 * The obvious way to keep a fleet under its cap, which does not: count what
 * `ListTasks` shows, and launch if there is room.
 *
 * It is what many have written. It is here to be compared with, over the same
 * ECS, and is made no worse than it has to be: it reads every page, and a launch
 * that failed is not taken for one that succeeded.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { count } from "../../comparison/policies/CountList.ts"
import type { Ecs } from "../../ecs/Ecs.ts"
import type { Fleet } from "../../fleet/Fleet.ts"
import { runTaskRequest } from "../../fleet/Fleet.ts"
import { parseKey } from "../../ledger/Key.ts"
import { LaunchId } from "../../provisioner/LaunchId.ts"
import type { Plan } from "./Plan.ts"
import { keyOf, startOf } from "./Plan.ts"

/**
 * How many workers have been launched, and how many requests still ask for one.
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
 * Launches one worker if the list shows fewer than the cap, and says whether it did.
 *
 * @category operations
 */
export const request = Effect.fnUntraced(function*(ecs: Ecs["Service"], fleet: Fleet, cap: number, key: string) {
  if ((yield* count(ecs, fleet)) >= cap) return false
  const launchId = yield* yield* LaunchId
  const verdict = yield* ecs.runTask(
    yield* Effect.fromResult(runTaskRequest(fleet, { launchId, key: yield* Effect.fromResult(parseKey(key)) })),
    Infinity
  )
  return verdict._tag === "Accepted"
})

/**
 * Makes the requests of a plan, each until it has a worker.
 *
 * @category running
 */
export const run = (options: {
  readonly ecs: Ecs["Service"]
  readonly fleet: Fleet
  readonly cap: number
  readonly plan: Plan
  /** How long a request waits before it counts again. */
  readonly every: Duration.Duration
  readonly tally: Tally
}): Effect.Effect<void> => {
  const { cap, ecs, every, fleet, plan, tally } = options
  const serve = Effect.fnUntraced(function*(index: number) {
    yield* Effect.sleep(startOf(plan, index))
    tally.waiting++
    const once = Effect.orElseSucceed(request(ecs, fleet, cap, keyOf(plan, index)), () => false)
    while (!(yield* once)) yield* Effect.sleep(every)
    tally.lastLaunchedAt = yield* Clock.currentTimeMillis
    tally.waiting--
    tally.launched++
  })
  return Effect.forEach(Array.from({ length: plan.requests }, (_, index) => index + 1), serve, {
    concurrency: "unbounded",
    discard: true
  })
}
