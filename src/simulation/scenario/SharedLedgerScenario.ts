/**
 * Worlds in which several processes share one ledger: they stand still, are cut
 * off, end and begin, while callers come to all of them, for the same keys too.
 *
 * They are a scenario of their own, which one seed in sixteen draws. Whether a seed
 * does is drawn apart from all else, so that the worlds of the other seeds are
 * what they would be if there were none of these.
 */
import type { Settings as EcsSettings, Span } from "../../emulator/model/Settings.ts"
import type * as Settings from "../../fleet/Settings.ts"
import { defaultLease as lease } from "../../ledger/shared/Lease.ts"
import type { SeededRandom } from "../../testing/SeededRandom.ts"
import * as Hostility from "./EcsFaults.ts"
import type { Cut, Event, Restart, Scenario, Sharing } from "./Scenario.ts"
import type { DrawWorld } from "./ShortScenario.ts"
import * as Workload from "./Workload.ts"

const second = 1000

/**
 * The subject of most of a world, so that what goes wrong meets what it can spoil.
 *
 * - `lines`: many wait with all processes, few slots become free, and processes stand still meanwhile
 * - `doubt`: processes are gone for a while, or for good, while their launches have no verdict
 * - `reach`: messages are lost, late and doubled, and processes shut down while they are on their way
 * - `deaf`: a process hears nothing from the ledger from the middle of a reading on, and others need theirs
 * - `rollout`: the cap is changed, and all processes are replaced
 * - `mixed`: any of it
 */
type Theme = "lines" | "doubt" | "reach" | "deaf" | "rollout" | "mixed"

/**
 * Draws a world of several processes.
 *
 * @category constructors
 */
export const draw = ({ random, maxWorkers, seed }: DrawWorld): Scenario => {
  const theme = random.pick<Theme>("lines", "doubt", "doubt", "reach", "deaf", "rollout", "mixed")
  const replicas = random.pick(2, 2, 2, 3, 3, 4)
  const most = random.between(1, random.pick(Math.ceil(maxWorkers / 2), maxWorkers))
  const cap = theme === "lines" ? Math.min(most, 3) : most
  const place = () => random.between(0, replicas - 1)
  const asks = theme === "deaf" ? asksBeside(random, replicas) : placed(asksOf(random, theme), place)
  const until = Math.max(...asks.map(({ at }) => at)) + random.pick(5, 20) * second
  /** While a request that has just come is on the way to a task, or before the next one comes. */
  const soon = () => random.pick(...asksAt(asks)) + random.between(-20, random.pick(50, 300, 2 * second))
  const some = (likely: number, make: () => Event): ReadonlyArray<Event> =>
    random.chance(likely) ? Array.from({ length: random.between(1, 3) }, make) : []
  return {
    seed,
    name: "shared",
    cap,
    exclusiveKeys: random.chance(0.2),
    launchPermits: random.pick(1, 2, 20, 20),
    yieldProbability: random.pick(0.02, 0.05, 0.15),
    settings: settingsOf(random, theme),
    ecs: hostile(random, seed, theme),
    conflicts: random.chance(0.2) ? 0.3 : 0,
    ledger: undefined,
    sharing: sharingOf(random, replicas, theme),
    events: [
      ...asks,
      ...some(theme === "lines" ? 0.8 : 0.2, () => pause(random, soon(), place())),
      ...some(theme === "reach" ? 0.5 : 0.3, () => cut(random, soon(), place())),
      ...(theme === "deaf" ? [deaf(random, random.between(0, second), 0)] : []),
      ...some(theme === "rollout" || theme === "deaf" ? 0 : 0.3, () => restart(random, soon(), place())),
      ...(theme === "doubt" ? doubt(random, soon(), replicas) : []),
      ...(theme === "rollout" || random.chance(0.1) ? placed(Workload.resizes(random, cap, until), place) : []),
      ...(theme === "rollout" ? rollout(random, soon(), replicas) : []),
      ...(random.chance(0.1) ? Workload.foreign(random, cap, until) : []),
      ...(random.chance(0.15) ? Workload.stops(random, until) : []),
      ...(random.chance(0.3)
        ? placed(Workload.visits(random, until, until + random.pick(10, 30) * second, 3), place)
        : [])
    ],
    pausesAtTheEnd: false,
    breaksLagBound: false
  }
}

const asksOf = (random: SeededRandom, theme: Theme): ReadonlyArray<Event> => {
  const callers = random.between(4, random.pick(8, 16, 24))
  const drawn = Workload.behavior(random, callers)
  if (theme === "lines") {
    const behavior = { waiting: random.pick(1, 0.7), givingUp: 0, keys: callers * 10 }
    return random.chance(0.5) ? Workload.burst(random, callers, behavior) : Workload.trickle(random, callers, behavior)
  }
  if (random.chance(0.3)) return Workload.storm(random, callers, drawn)
  return random.chance(0.5) ? Workload.trickle(random, callers, drawn) : Workload.burst(random, callers, drawn)
}

const asksAt = (asks: ReadonlyArray<Event>): readonly [number, ...Array<number>] => {
  const [first = 0, ...others] = asks.map(({ at }) => at)
  return [first, ...others]
}

/** One asks the process that will be deaf, and all others come to the others, when they need a newer reading. */
const asksBeside = (random: SeededRandom, replicas: number): ReadonlyArray<Event> => {
  const first: Event = { at: 0, _tag: "Ask", key: "k1", waits: false, givesUpAfter: undefined, replica: 0 }
  const later = lease + random.between(0, 5 * second)
  const others = asksOf(random, "deaf").map((event) => delayed(event, later))
  return [first, ...placed(others, () => random.between(1, replicas - 1))]
}

const delayed = (event: Event, by: number): Event => ({ ...event, at: event.at + by })

/** Sends each caller, and each operator, to one of the processes. */
const placed = (events: ReadonlyArray<Event>, place: () => number): ReadonlyArray<Event> =>
  events.map((event) => event._tag === "Ask" || event._tag === "Resize" ? { ...event, replica: place() } : event)

/** Often a little longer than a lease: what was taken over meets who comes back. */
const absence = (random: SeededRandom): number =>
  random.pick(
    random.between(1, 3 * second),
    random.between(3 * second, lease),
    random.between(lease, lease + 5 * second),
    random.between(lease, 30 * second)
  )

const pause = (random: SeededRandom, at: number, replica: number): Event => ({
  at,
  _tag: "Pause",
  replica,
  takes: absence(random)
})

const cut = (random: SeededRandom, at: number, replica: number): Cut => ({
  at,
  _tag: "Cut",
  replica,
  takes: absence(random),
  way: random.pick<Cut["way"]>("requests", "answers", "both")
})

/** Its requests are decided, and it keeps its lease, while it hears nothing for longer than any caller waits. */
const deaf = (random: SeededRandom, at: number, replica: number): Cut => ({
  at,
  _tag: "Cut",
  replica,
  takes: lease + random.between(0, lease),
  way: "answers"
})

const restart = (random: SeededRandom, at: number, replica: number): Restart => ({
  at,
  _tag: "Restart",
  how: random.pick<Restart["how"]>("close", "crash"),
  ledger: "kept",
  takes: random.between(0, random.pick(0, second, 20 * second)),
  replica
})

/**
 * A process is gone for a little longer than its lease, or for good, while ECS
 * refuses most of what is repeated: who comes back meets who has taken over. And
 * who takes over may not hear so.
 */
const doubt = (random: SeededRandom, at: number, replicas: number): ReadonlyArray<Event> => {
  const replica = random.between(0, replicas - 1)
  const takes = lease + random.between(0, 5 * second)
  return [
    random.pick<Event>(
      { at, _tag: "Pause", replica, takes },
      { at, _tag: "Pause", replica, takes },
      { at, _tag: "Cut", replica, takes, way: "both" },
      { ...restart(random, at, replica), how: "crash" }
    ),
    ...(random.chance(0.7) ? Hostility.refusal(random, at + random.between(0, 3 * second)) : []),
    ...(random.chance(0.4)
      ? [{
        ...cut(random, at + lease + random.between(-second, second), (replica + 1) % replicas),
        way: "answers" as const
      }]
      : [])
  ]
}

/** All processes are replaced, one after the other, or none is there for longer than a lease. */
const rollout = (random: SeededRandom, at: number, replicas: number): ReadonlyArray<Event> => {
  const gap = random.pick(0, 0, 2 * second)
  const takes = random.pick(0, second, lease + 5 * second)
  return Array.from({ length: replicas }, (_, place) => ({ ...restart(random, at + gap * place, place), takes }))
}

const sharingOf = (random: SeededRandom, replicas: number, theme: Theme): Sharing => ({
  replicas,
  latency: random.pick(0, 5, 50, 300),
  ...(theme !== "reach" && random.chance(0.7)
    ? { lost: 0, late: 0, lateBy: 0, twice: 0 }
    : {
      lost: random.upTo(0.2),
      late: random.upTo(0.2),
      lateBy: random.pick(500, 6 * second),
      twice: random.upTo(theme === "reach" ? 0.6 : 0.2)
    }),
  clockError: random.pick(0, 0, 100, 1500)
})

/** Background work is done more often than by default: an end of hours would be most of the run. */
const settingsOf = (random: SeededRandom, theme: Theme): Settings.Options => ({
  backgroundReadingInterval: random.pick(20, 40) * second,
  replayBackoffMax: random.pick(2, 5) * second,
  attemptTimeout: random.between(1, 10) * second,
  ...(theme === "reach" ? { shutdownTimeout: random.pick(0, second) } : {}),
  ...(random.chance(0.6) ? {} : {
    requestTimeout: random.between(2, 30) * second,
    readingMaxAge: random.between(1, 10) * second,
    readingInterval: random.between(500, 3000),
    readTimeout: random.between(1, 10) * second,
    shutdownTimeout: random.between(0, 20) * second,
    replayBackoffBase: random.between(50, 1000)
  })
})

const hostile = (random: SeededRandom, seed: number, theme: Theme): EcsSettings => ({
  seed,
  ...Hostility.latency(random),
  lifecycle: Hostility.lifecycle(random),
  lag: Hostility.lag(random),
  pages: Hostility.pages(random, false),
  faults: Hostility.faults(random, false),
  ...(theme === "doubt"
    ? { ...Hostility.doubt(random), latencyOf: { RunTask: { min: 500, max: 4000 }, ListTasks: 40, DescribeTasks: 40 } }
    : {}),
  // What is cut off in the middle of a reading shows where that takes its time.
  ...(theme === "deaf" ? { latencyOf: { RunTask: 50, ListTasks: { min: 100, max: 1000 }, DescribeTasks: 40 } } : {}),
  // Slots become free, one after the other.
  ...(theme === "lines"
    ? {
      lifecycle: {
        lifetime: random.pick<Span>({ min: second, max: 5 * second }, { min: 3 * second, max: 15 * second })
      }
    }
    : {}),
  ...(random.chance(0.1) ? { capacity: random.between(1, 4) } : {}),
  ...(random.chance(0.1) ? { rates: true } : {})
})
