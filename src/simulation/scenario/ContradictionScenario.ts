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
export const draw = ({ dice, maxWorkers, seed }: DrawWorld): Scenario => {
  const cap = dice.between(2, Math.max(2, maxWorkers))
  const callers = dice.between(cap, 3 * cap)
  const manners = { waiting: 0, givingUp: 0, keys: callers * 10 }
  const first = Workload.burst(dice, dice.between(1, cap), manners)
  const from = Math.max(...first.map(({ at }) => at)) + dice.between(0, second)
  const later = Workload.trickle(dice, callers, manners).map((event) => delayed(event, from))
  const until = Math.max(...later.map(({ at }) => at)) + dice.between(1, 10) * second
  const [says = "oldest task", ...others] = contradictions
  return {
    seed,
    name: "contradiction",
    cap,
    exclusiveKeys: false,
    launchPermits: dice.pick(1, 2, 20, 20),
    yieldProbability: dice.pick(0.02, 0.05, 0.15),
    settings: { requestTimeout: dice.between(2, 30) * second, replayBackoffMax: dice.pick(10, 20) * second },
    ecs: {
      seed,
      ...Hostility.latency(dice),
      lag: { unlisted: { min: 0, max: dice.pick(0, 5 * second, 5 * minute) }, replicas: dice.pick(1, 2) },
      lifecycle: {
        lifetime: dice.pick<Span>("Infinity", { min: minute, max: 10 * minute }, { min: second, max: 20 * second })
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
            probability: dice.pick(0.3, 0.7, 1),
            fault: { _tag: "Contradiction", says: dice.pick(says, says, says, ...others) }
          }]
        }
      },
      ...later,
      ...(dice.chance(0.3) ? Workload.stops(dice, until) : []),
      ...Workload.visits(dice, until, until + 20 * second, 2)
    ],
    pausesAtTheEnd: false,
    breaksLagBound: false,
    contradicts: true
  }
}

const delayed = (event: Event, by: number): Event => ({ ...event, at: event.at + by })
