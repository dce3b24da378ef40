/**
 * Worlds in which clocks part: a machine is suspended while launches have no
 * answer, or the clock of a shared ledger is wrong while others rely on it.
 *
 * ECS has forgotten tokens, and tasks, by the time at which such a process goes on.
 */
import type { RandomFault, Span } from "../../emulator/model/Settings.ts"
import { defaultLease as lease } from "../../ledger/shared/Lease.ts"
import type { SeededRandom } from "../../testing/SeededRandom.ts"
import type { Event, Scenario } from "./Scenario.ts"
import type { DrawWorld } from "./ShortScenario.ts"
import * as Workload from "./Workload.ts"

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** Launches that are accepted and not answered. */
const unanswered: RandomFault = {
  operation: "RunTask",
  probability: 1,
  fault: { _tag: "Reset", processed: true }
}

const answers = (at: number): Event => ({ at, _tag: "Weather", name: "it answers again", ecs: { faults: [] } })

const base = ({ random, maxWorkers, seed }: DrawWorld, name: string): Scenario => ({
  seed,
  name,
  cap: random.between(1, Math.min(3, maxWorkers)),
  exclusiveKeys: random.chance(0.2),
  launchPermits: 20,
  yieldProbability: random.pick(0.02, 0.1),
  settings: { replayBackoffBase: 5 * second, replayBackoffMax: random.pick(1, 3) * minute, requestTimeout: 5 * second },
  ecs: {
    seed,
    latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 },
    lag: { unlisted: random.pick(0, 4 * minute), replicas: 1 },
    lifecycle: { lifetime: random.pick<Span>(5 * minute, 20 * minute, "Infinity") },
    faults: [unanswered]
  },
  conflicts: 0,
  ledger: undefined,
  events: [],
  pausesAtTheEnd: false,
  breaksLagBound: false
})

/**
 * Draws a world of one process, whose machine is suspended for minutes to a day.
 *
 * @category constructors
 */
export const suspension = (world: DrawWorld): Scenario => {
  const { random } = world
  const asleepAt = random.between(1, 60) * second
  const takes = random.pick(
    random.between(5, 60) * minute,
    random.between(60, 130) * minute,
    random.between(24, 26) * hour
  )
  const awakeAt = asleepAt + takes
  return {
    ...base(world, "suspension"),
    suspendable: true,
    events: [
      ...Workload.burst(random, random.between(1, 4), { waiting: 0, givingUp: 0.2, keys: 20 }),
      { at: asleepAt, _tag: "Suspend", takes },
      answers(awakeAt),
      ...Workload.visits(random, awakeAt, awakeAt + 20 * minute, 4),
      ...(random.chance(0.3) ? Workload.releases(random, awakeAt + 60 * minute) : [])
    ]
  }
}

/** A clock of a process or of the store is set, or is wrong for a while, now and then by hours. */
const wrongClocks = (random: SeededRandom, from: number, replicas: number): ReadonlyArray<Event> =>
  Array.from({ length: random.between(2, 5) }, (): Event => {
    const at = from + random.between(0, minute)
    const by = random.pick(-1, 1, 1) * random.pick(random.between(1, 10) * minute, random.between(1, 3) * hour)
    const replica = random.between(0, replicas - 1)
    return random.pick<Event>(
      { at, _tag: "SetStoreClock", by, takes: random.between(1, 30) * second },
      { at, _tag: "SetStoreClock", by, takes: random.between(1, 30) * second },
      { at, _tag: "SetStoreClock", by, takes: undefined },
      { at, _tag: "SetClock", by, replica },
      { at, _tag: "Suspend", takes: random.between(lease, 3 * minute), replica }
    )
  })

/**
 * Draws a world of several processes over a shared ledger whose clock is not
 * always right, and whose own clocks are not either.
 *
 * @category constructors
 */
export const wrongClock = (world: DrawWorld): Scenario => {
  const { random } = world
  const replicas = random.between(2, 3)
  const place = () => random.between(0, replicas - 1)
  const drawn = base(world, "wrong-clock")
  const isUnattended = random.chance(0.3)
  const asks = [
    ...Workload.burst(random, random.between(2, 6), { waiting: 0, givingUp: 0, keys: 20 }),
    ...Workload.visits(random, 10 * second, 2 * minute, 5)
  ]
  return {
    ...drawn,
    settings: {
      ...drawn.settings,
      attemptTimeout: random.between(1, 10) * second,
      backgroundReadingInterval: 40 * second,
      replayBackoffMax: 10 * second
    },
    // A launch that may not be sent again is found where ECS lists it. It would take an hour of polls to do without.
    ecs: isUnattended ? { ...drawn.ecs, lag: { unlisted: 0, replicas: 1 } } : drawn.ecs,
    sharing: {
      replicas,
      latency: random.pick(0, 5, 50),
      lost: 0,
      late: 0,
      lateBy: 0,
      twice: 0,
      clockError: random.pick(0, 0, 1000)
    },
    events: [
      ...asks.map((event): Event => Object.assign(event, { replica: place() })),
      ...wrongClocks(random, 10 * second, replicas),
      ...(isUnattended ? unattended(random, replicas) : []),
      ...(random.chance(0.3) ? Workload.restarts(random, 20 * second, minute).map(restarted(random, replicas)) : []),
      answers(random.between(60, 150) * second)
    ]
  }
}

const restarted =
  (random: SeededRandom, replicas: number) => (event: Extract<Event, { readonly _tag: "Restart" }>): Event => ({
    ...event,
    how: event.how === "lease" ? "crash" : event.how,
    ledger: "kept",
    replica: random.between(0, replicas - 1)
  })

/** The store's clock is set while no process is there, for as long as the next ones need to begin, or for good. */
const unattended = (random: SeededRandom, replicas: number): ReadonlyArray<Event> => {
  const at = random.between(20, 80) * second
  const absent = random.between(20, 40) * second
  const hours = random.between(1, 3) * hour
  return [
    ...Array.from({ length: replicas }, (_, replica): Event => ({
      at,
      _tag: "Restart",
      how: "crash",
      ledger: "kept",
      takes: absent,
      replica
    })),
    random.pick<Event>(
      { at: at + second, _tag: "SetStoreClock", by: hours, takes: absent + random.between(5, 20) * second },
      { at: at + second, _tag: "SetStoreClock", by: -hours, takes: undefined }
    )
  ]
}
