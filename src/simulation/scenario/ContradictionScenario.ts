/**
 * Worlds in which ECS answers what cannot be so, as behind a broken proxy: the task
 * of another launch, two tasks for one, a task in another account.
 *
 * Such an answer is no verdict, so that no task is launched too many. Who waits for
 * it may be told of another's task, where nothing says yet whose that is.
 */
import { contradictions } from "../../emulator/model/Fault.ts"
import type { Span } from "../../emulator/model/Settings.ts"
import * as Hostility from "./EcsFaults.ts"
import type { Event, Scenario } from "./Scenario.ts"
import type { DrawWorld } from "./ShortScenario.ts"
import * as Workload from "./Workload.ts"

const second = 1000
const minute = 60 * second

/**
 * Draws a world whose ECS contradicts itself in one way, from a time on.
 *
 * @category constructors
 */
export const draw = ({ random, maxWorkers, seed }: DrawWorld): Scenario => {
  const cap = random.between(2, Math.max(2, maxWorkers))
  const callers = random.between(cap, 3 * cap)
  const behavior = { waiting: 0, givingUp: 0, keys: callers * 10 }
  const first = Workload.burst(random, random.between(1, cap), behavior)
  const from = Math.max(...first.map(({ at }) => at)) + random.between(0, second)
  const later = Workload.trickle(random, callers, behavior).map((event) => delayed(event, from))
  const until = Math.max(...later.map(({ at }) => at)) + random.between(1, 10) * second
  const [says = "oldest task", ...others] = contradictions
  return {
    seed,
    name: "contradiction",
    cap,
    exclusiveKeys: false,
    launchPermits: random.pick(1, 2, 20, 20),
    yieldProbability: random.pick(0.02, 0.05, 0.15),
    settings: { requestTimeout: random.between(2, 30) * second, replayBackoffMax: random.pick(10, 20) * second },
    ecs: {
      seed,
      ...Hostility.latency(random),
      lag: { unlisted: { min: 0, max: random.pick(0, 5 * second, 5 * minute) }, replicas: random.pick(1, 2) },
      lifecycle: {
        lifetime: random.pick<Span>("Infinity", { min: minute, max: 10 * minute }, { min: second, max: 20 * second })
      }
    },
    conflicts: 0,
    ledger: undefined,
    events: [
      ...first,
      {
        at: from,
        _tag: "Weather",
        name: "it contradicts itself",
        ecs: {
          faults: [{
            operation: "RunTask",
            probability: random.pick(0.3, 0.7, 1),
            fault: { _tag: "Contradiction", says: random.pick(says, says, says, ...others) }
          }]
        }
      },
      ...later,
      ...(random.chance(0.3) ? Workload.stops(random, until) : []),
      ...Workload.visits(random, until, until + 20 * second, 2)
    ],
    pausesAtTheEnd: false,
    breaksLagBound: false,
    contradicts: true
  }
}

const delayed = (event: Event, by: number): Event => ({ ...event, at: event.at + by })
