/**
 * Worlds in which one of several processes cannot read ECS, while the others can and
 * all of them are asked again and again.
 */
import type { SeededRandom } from "../../testing/SeededRandom.ts"
import type { Blindness } from "../system/Blindness.ts"
import * as Hostility from "./EcsFaults.ts"
import type { Event, Scenario } from "./Scenario.ts"
import type { DrawWorld } from "./ShortScenario.ts"

const second = 1000

/** For how long it cannot read: long enough to see that it comes to stand back. */
const lasts = 200 * second

/**
 * Draws a world with a process that cannot read.
 *
 * @category constructors
 */
export const draw = ({ random, maxWorkers, seed }: DrawWorld): Scenario => {
  const replicas = random.pick(2, 2, 3)
  const at = random.between(0, 5 * second)
  const how = random.pick<Blindness>("silent", "silent", "denied", "endless", "nonsense")
  return {
    seed,
    name: "blind",
    cap: random.between(2, Math.max(2, maxWorkers)),
    exclusiveKeys: false,
    launchPermits: 20,
    yieldProbability: random.pick(0.02, 0.05, 0.15),
    // Done in the background more often than by default: an end of hours would be most of the run.
    settings: { backgroundReadingInterval: random.pick(20, 40) * second, replayBackoffMax: 5 * second },
    ecs: {
      seed,
      latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 },
      lag: Hostility.lag(random),
      lifecycle: { lifetime: { min: 5 * second, max: 30 * second } }
    },
    conflicts: 0,
    ledger: undefined,
    sharing: { replicas, latency: random.pick(5, 50), lost: 0, late: 0, lateBy: 0, twice: 0, clockError: 0 },
    events: [
      { at, _tag: "Blind", replica: 0, how },
      ...asks(random, "blind", 0, at),
      ...asks(random, "sees", random.between(1, replicas - 1), at)
    ],
    pausesAtTheEnd: false,
    breaksLagBound: false
  }
}

/** A request every few seconds, each for a key of its own. */
const asks = (random: SeededRandom, name: string, replica: number, from: number): ReadonlyArray<Event> => {
  const events: Array<Event> = []
  for (let at = from + random.between(0, 2 * second); at < from + lasts; at += random.between(500, 5 * second)) {
    const key = `${name}-${events.length + 1}`
    events.push({ at, _tag: "Ask", key, waits: false, givesUpAfter: undefined, replica })
  }
  return events
}
