/**
 * Situations that a seed draws: late lists, lost answers, throttles, short pages
 * and short lives, all at once.
 *
 * What the seed draws does not depend on the policy: each of them meets the same
 * ECS and the same requests.
 */
import * as SeededRandom from "../testing/SeededRandom.ts"
import type { Situation, Wave } from "./Situation.ts"

/**
 * Draws the situation of a seed.
 *
 * @category constructors
 */
export const draw = (seed: number): Situation => {
  const { between, upTo } = SeededRandom.make(seed, 7)
  const cap = between(4, 24)
  const requests = cap * between(2, 5)
  const first = between(0, requests)
  const waves: ReadonlyArray<Wave> = [
    { requests: first },
    { requests: requests - first, at: between(0, 20_000), every: between(50, 1000) }
  ]
  return {
    name: `world-${seed}`,
    title: `the world of seed ${seed}`,
    trap: "Everything at once.",
    cap,
    seed,
    ecs: {
      latencyOf: {
        RunTask: { min: 30, max: between(50, 800) },
        ListTasks: { min: 20, max: between(40, 1500) },
        DescribeTasks: { min: 20, max: between(40, 600) }
      },
      lifecycle: {
        pending: { min: 0, max: between(0, 10_000) },
        lifetime: { min: between(2000, 10_000), max: between(10_000, 60_000) },
        stopping: { min: 0, max: between(0, 5000) }
      },
      lag: {
        unlisted: { min: 0, max: between(0, 20_000) },
        lingering: { min: 0, max: between(0, 10_000) },
        missing: { min: 0, max: between(0, 5000) },
        status: { min: 0, max: between(0, 2000) },
        replicas: 3
      },
      pages: { short: upTo(0.3) },
      faults: [
        { operation: "RunTask", probability: upTo(0.2), fault: { _tag: "Reset", processed: true } },
        { operation: "RunTask", probability: upTo(0.1), fault: { _tag: "ServerError", processed: false } },
        { operation: "RunTask", probability: upTo(0.1), fault: { _tag: "Capacity" } },
        { operation: "RunTask", probability: upTo(0.05), fault: { _tag: "StartFailure" } },
        { probability: upTo(0.1), fault: { _tag: "Throttle" } }
      ]
    },
    demand: { waves, askAgain: "2 seconds", duration: "15 minutes" },
    measure: "time"
  }
}
