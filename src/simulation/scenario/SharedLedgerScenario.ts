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
import * as Hostility from "./EcsFaults.ts"
import type { Cut, Event, Restart, Scenario, Sharing } from "./Scenario.ts"
import type { SeededChoice } from "./SeededChoice.ts"
import type { DrawWorld } from "./ShortScenario.ts"
import * as Workload from "./Workload.ts"

const second = 1000

/**
 * What most of a world is about, so that what goes wrong meets what it can spoil.
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
export const draw = ({ choice, maxWorkers, seed }: DrawWorld): Scenario => {
  const theme = choice.pick<Theme>("lines", "doubt", "doubt", "reach", "deaf", "rollout", "mixed")
  const replicas = choice.pick(2, 2, 2, 3, 3, 4)
  const most = choice.between(1, choice.pick(Math.ceil(maxWorkers / 2), maxWorkers))
  const cap = theme === "lines" ? Math.min(most, 3) : most
  const place = () => choice.between(0, replicas - 1)
  const asks = theme === "deaf" ? asksBeside(choice, replicas) : placed(asksOf(choice, theme), place)
  const until = Math.max(...asks.map(({ at }) => at)) + choice.pick(5, 20) * second
  /** While a request that has just come is on the way to a task, or before the next one comes. */
  const soon = () => choice.pick(...asksAt(asks)) + choice.between(-20, choice.pick(50, 300, 2 * second))
  const some = (likely: number, make: () => Event): ReadonlyArray<Event> =>
    choice.chance(likely) ? Array.from({ length: choice.between(1, 3) }, make) : []
  return {
    seed,
    name: "shared",
    cap,
    exclusiveKeys: choice.chance(0.2),
    launchPermits: choice.pick(1, 2, 20, 20),
    yieldProbability: choice.pick(0.02, 0.05, 0.15),
    settings: settingsOf(choice, theme),
    ecs: hostile(choice, seed, theme),
    conflicts: choice.chance(0.2) ? 0.3 : 0,
    ledger: undefined,
    sharing: sharingOf(choice, replicas, theme),
    events: [
      ...asks,
      ...some(theme === "lines" ? 0.8 : 0.2, () => pause(choice, soon(), place())),
      ...some(theme === "reach" ? 0.5 : 0.3, () => cut(choice, soon(), place())),
      ...(theme === "deaf" ? [deaf(choice, choice.between(0, second), 0)] : []),
      ...some(theme === "rollout" || theme === "deaf" ? 0 : 0.3, () => restart(choice, soon(), place())),
      ...(theme === "doubt" ? doubt(choice, soon(), replicas) : []),
      ...(theme === "rollout" || choice.chance(0.1) ? placed(Workload.resizes(choice, cap, until), place) : []),
      ...(theme === "rollout" ? rollout(choice, soon(), replicas) : []),
      ...(choice.chance(0.1) ? Workload.foreign(choice, cap, until) : []),
      ...(choice.chance(0.15) ? Workload.stops(choice, until) : []),
      ...(choice.chance(0.3)
        ? placed(Workload.visits(choice, until, until + choice.pick(10, 30) * second, 3), place)
        : [])
    ],
    pausesAtTheEnd: false,
    breaksLagBound: false
  }
}

const asksOf = (choice: SeededChoice, theme: Theme): ReadonlyArray<Event> => {
  const callers = choice.between(4, choice.pick(8, 16, 24))
  const drawn = Workload.behavior(choice, callers)
  if (theme === "lines") {
    const behavior = { waiting: choice.pick(1, 0.7), givingUp: 0, keys: callers * 10 }
    return choice.chance(0.5) ? Workload.burst(choice, callers, behavior) : Workload.trickle(choice, callers, behavior)
  }
  if (choice.chance(0.3)) return Workload.storm(choice, callers, drawn)
  return choice.chance(0.5) ? Workload.trickle(choice, callers, drawn) : Workload.burst(choice, callers, drawn)
}

const asksAt = (asks: ReadonlyArray<Event>): readonly [number, ...Array<number>] => {
  const [first = 0, ...others] = asks.map(({ at }) => at)
  return [first, ...others]
}

/** One asks the process that will be deaf, and all others come to the others, when they need a newer reading. */
const asksBeside = (choice: SeededChoice, replicas: number): ReadonlyArray<Event> => {
  const first: Event = { at: 0, _tag: "Ask", key: "k1", waits: false, givesUpAfter: undefined, replica: 0 }
  const later = lease + choice.between(0, 5 * second)
  const others = asksOf(choice, "deaf").map((event) => delayed(event, later))
  return [first, ...placed(others, () => choice.between(1, replicas - 1))]
}

const delayed = (event: Event, by: number): Event => ({ ...event, at: event.at + by })

/** Sends each caller, and each operator, to one of the processes. */
const placed = (events: ReadonlyArray<Event>, place: () => number): ReadonlyArray<Event> =>
  events.map((event) => event._tag === "Ask" || event._tag === "Resize" ? { ...event, replica: place() } : event)

/** Often a little longer than a lease: what was taken over meets who comes back. */
const absence = (choice: SeededChoice): number =>
  choice.pick(
    choice.between(1, 3 * second),
    choice.between(3 * second, lease),
    choice.between(lease, lease + 5 * second),
    choice.between(lease, 30 * second)
  )

const pause = (choice: SeededChoice, at: number, replica: number): Event => ({
  at,
  _tag: "Pause",
  replica,
  takes: absence(choice)
})

const cut = (choice: SeededChoice, at: number, replica: number): Cut => ({
  at,
  _tag: "Cut",
  replica,
  takes: absence(choice),
  way: choice.pick<Cut["way"]>("requests", "answers", "both")
})

/** What it asks is decided, and keeps its lease, while it hears nothing for longer than anybody waits for an answer. */
const deaf = (choice: SeededChoice, at: number, replica: number): Cut => ({
  at,
  _tag: "Cut",
  replica,
  takes: lease + choice.between(0, lease),
  way: "answers"
})

const restart = (choice: SeededChoice, at: number, replica: number): Restart => ({
  at,
  _tag: "Restart",
  how: choice.pick<Restart["how"]>("close", "crash"),
  ledger: "kept",
  takes: choice.between(0, choice.pick(0, second, 20 * second)),
  replica
})

/**
 * A process is gone for a little longer than its lease, or for good, while ECS
 * refuses most of what is repeated: who comes back meets who has taken over. And
 * who takes over may not hear so.
 */
const doubt = (choice: SeededChoice, at: number, replicas: number): ReadonlyArray<Event> => {
  const replica = choice.between(0, replicas - 1)
  const takes = lease + choice.between(0, 5 * second)
  return [
    choice.pick<Event>(
      { at, _tag: "Pause", replica, takes },
      { at, _tag: "Pause", replica, takes },
      { at, _tag: "Cut", replica, takes, way: "both" },
      { ...restart(choice, at, replica), how: "crash" }
    ),
    ...(choice.chance(0.7) ? Hostility.refusal(choice, at + choice.between(0, 3 * second)) : []),
    ...(choice.chance(0.4)
      ? [{
        ...cut(choice, at + lease + choice.between(-second, second), (replica + 1) % replicas),
        way: "answers" as const
      }]
      : [])
  ]
}

/** All processes are replaced, one after the other, or none is there for longer than a lease. */
const rollout = (choice: SeededChoice, at: number, replicas: number): ReadonlyArray<Event> => {
  const gap = choice.pick(0, 0, 2 * second)
  const takes = choice.pick(0, second, lease + 5 * second)
  return Array.from({ length: replicas }, (_, place) => ({ ...restart(choice, at + gap * place, place), takes }))
}

const sharingOf = (choice: SeededChoice, replicas: number, theme: Theme): Sharing => ({
  replicas,
  latency: choice.pick(0, 5, 50, 300),
  ...(theme !== "reach" && choice.chance(0.7)
    ? { lost: 0, late: 0, lateBy: 0, twice: 0 }
    : {
      lost: choice.upTo(0.2),
      late: choice.upTo(0.2),
      lateBy: choice.pick(500, 6 * second),
      twice: choice.upTo(theme === "reach" ? 0.6 : 0.2)
    }),
  clockError: choice.pick(0, 0, 100, 1500)
})

/** What is done in the background is done more often than by default: an end of hours would be most of the run. */
const settingsOf = (choice: SeededChoice, theme: Theme): Settings.Options => ({
  backgroundReadingInterval: choice.pick(20, 40) * second,
  replayBackoffMax: choice.pick(2, 5) * second,
  attemptTimeout: choice.between(1, 10) * second,
  ...(theme === "reach" ? { shutdownTimeout: choice.pick(0, second) } : {}),
  ...(choice.chance(0.6) ? {} : {
    requestTimeout: choice.between(2, 30) * second,
    readingMaxAge: choice.between(1, 10) * second,
    readingInterval: choice.between(500, 3000),
    readTimeout: choice.between(1, 10) * second,
    shutdownTimeout: choice.between(0, 20) * second,
    replayBackoffBase: choice.between(50, 1000)
  })
})

const hostile = (choice: SeededChoice, seed: number, theme: Theme): EcsSettings => ({
  seed,
  ...Hostility.latency(choice),
  lifecycle: Hostility.lifecycle(choice),
  lag: Hostility.lag(choice),
  pages: Hostility.pages(choice, false),
  faults: Hostility.faults(choice, false),
  ...(theme === "doubt"
    ? { ...Hostility.doubt(choice), latencyOf: { RunTask: { min: 500, max: 4000 }, ListTasks: 40, DescribeTasks: 40 } }
    : {}),
  // What is cut off in the middle of a reading shows where that takes its time.
  ...(theme === "deaf" ? { latencyOf: { RunTask: 50, ListTasks: { min: 100, max: 1000 }, DescribeTasks: 40 } } : {}),
  // Slots become free, one after the other.
  ...(theme === "lines"
    ? {
      lifecycle: {
        lifetime: choice.pick<Span>({ min: second, max: 5 * second }, { min: 3 * second, max: 15 * second })
      }
    }
    : {}),
  ...(choice.chance(0.1) ? { capacity: choice.between(1, 4) } : {}),
  ...(choice.chance(0.1) ? { rates: true } : {})
})
