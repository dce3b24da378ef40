/**
 * Worlds in which a process begins that calls ECS in a wrong region, over the ledger
 * that the others share.
 *
 * It sees none of the fleet's tasks, and the other processes see none of its own: it has
 * to be refused. Tasks are counted wherever they run.
 */
import type { Span } from "../../emulator/model/Settings.ts"
import type { Event, Restart, Scenario } from "./Scenario.ts"
import type { DrawWorld } from "./ShortScenario.ts"
import * as Workload from "./Workload.ts"

const second = 1000
const minute = 60 * second

/** For how long ECS remembers what has stopped, and a fleet what ECS does not show: from then on it could be let go. */
const forgetting = 66 * minute

/**
 * Draws a world in which a process begins elsewhere.
 *
 * @category constructors
 */
export const draw = ({ random, maxWorkers, seed }: DrawWorld): Scenario => {
  const cap = random.between(1, maxWorkers)
  const replicas = 2
  const asks = Workload.burst(random, random.between(cap, 2 * cap), { waiting: 0, givingUp: 0, keys: 20 * cap })
  const first = asks.map((event) => placed(event, random.between(0, 1)))
  const filled = Math.max(...first.map(({ at }) => at)) + random.between(1, 5) * second
  // All may have gone for so long that it would be the only one that reads.
  const isAlone = random.chance(0.5)
  const takes = isAlone ? forgetting + random.between(0, 5) * minute : random.between(0, 5) * second
  const stay = isAlone ? random.between(6, 7) * minute : random.between(10, 60) * second
  const begins = filled + takes
  const how = random.pick<Restart["how"]>("close", "crash")
  const visits = (from: number, count: number): ReadonlyArray<Event> =>
    Array.from({ length: count }, (_, index): Event => ({
      at: from + random.between(0, 5 * second),
      _tag: "Ask",
      key: `v${from}-${index}`,
      waits: false,
      givesUpAfter: undefined,
      replica: 0
    }))
  return {
    seed,
    name: "elsewhere",
    cap,
    exclusiveKeys: random.chance(0.2),
    launchPermits: 20,
    yieldProbability: random.pick(0.02, 0.1),
    settings: {
      backgroundReadingInterval: random.pick(20, 40) * second,
      replayBackoffMax: 5 * second,
      attemptTimeout: 5 * second
    },
    ecs: {
      seed,
      latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 },
      lifecycle: { lifetime: isAlone ? "Infinity" : random.pick<Span>("Infinity", { min: second, max: minute }) }
    },
    conflicts: 0,
    ledger: undefined,
    sharing: { replicas, latency: random.pick(0, 5, 50), lost: 0, late: 0, lateBy: 0, twice: 0, clockError: 0 },
    events: [
      ...first,
      { at: filled, _tag: "Restart", how, ledger: "kept", takes, replica: 0, astray: { region: "eu-west-1", stay } },
      ...(isAlone
        ? [{ at: filled, _tag: "Restart", how, ledger: "kept", takes: takes + stay + second, replica: 1 } as const]
        : []),
      ...visits(begins + second, 2),
      ...visits(begins + stay - 30 * second, cap + 1),
      ...visits(begins + stay + 5 * second, 2)
    ],
    pausesAtTheEnd: false,
    breaksLagBound: false
  }
}

const placed = (event: Event, replica: number): Event => event._tag === "Ask" ? { ...event, replica } : event
