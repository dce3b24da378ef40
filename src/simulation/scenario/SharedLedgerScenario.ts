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
import { defaultLease as lease } from "../../ledger/shared/SharedState.ts"
import * as Hostility from "./EcsFaults.ts"
import type { Cut, Event, Restart, Scenario, Sharing } from "./Scenario.ts"
import type { Dice } from "./SeededChoice.ts"
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
export const draw = ({ dice, maxWorkers, seed }: DrawWorld): Scenario => {
  const theme = dice.pick<Theme>("lines", "doubt", "doubt", "reach", "deaf", "rollout", "mixed")
  const replicas = dice.pick(2, 2, 2, 3, 3, 4)
  const most = dice.between(1, dice.pick(Math.ceil(maxWorkers / 2), maxWorkers))
  const cap = theme === "lines" ? Math.min(most, 3) : most
  const place = () => dice.between(0, replicas - 1)
  const asks = theme === "deaf" ? asksBeside(dice, replicas) : placed(asksOf(dice, theme), place)
  const until = Math.max(...asks.map(({ at }) => at)) + dice.pick(5, 20) * second
  /** While somebody who has just asked is on the way to a task, or before another one asks. */
  const soon = () => dice.pick(...asksAt(asks)) + dice.between(-20, dice.pick(50, 300, 2 * second))
  const some = (likely: number, make: () => Event): ReadonlyArray<Event> =>
    dice.chance(likely) ? Array.from({ length: dice.between(1, 3) }, make) : []
  return {
    seed,
    name: "shared",
    cap,
    exclusiveKeys: dice.chance(0.2),
    launchPermits: dice.pick(1, 2, 20, 20),
    yieldProbability: dice.pick(0.02, 0.05, 0.15),
    settings: settingsOf(dice, theme),
    ecs: hostile(dice, seed, theme),
    conflicts: dice.chance(0.2) ? 0.3 : 0,
    ledger: undefined,
    sharing: sharingOf(dice, replicas, theme),
    events: [
      ...asks,
      ...some(theme === "lines" ? 0.8 : 0.2, () => pause(dice, soon(), place())),
      ...some(theme === "reach" ? 0.5 : 0.3, () => cut(dice, soon(), place())),
      ...(theme === "deaf" ? [deaf(dice, dice.between(0, second), 0)] : []),
      ...some(theme === "rollout" || theme === "deaf" ? 0 : 0.3, () => restart(dice, soon(), place())),
      ...(theme === "doubt" ? doubt(dice, soon(), replicas) : []),
      ...(theme === "rollout" || dice.chance(0.1) ? placed(Workload.resizes(dice, cap, until), place) : []),
      ...(theme === "rollout" ? rollout(dice, soon(), replicas) : []),
      ...(dice.chance(0.1) ? Workload.foreign(dice, cap, until) : []),
      ...(dice.chance(0.15) ? Workload.stops(dice, until) : []),
      ...(dice.chance(0.3) ? placed(Workload.visits(dice, until, until + dice.pick(10, 30) * second, 3), place) : [])
    ],
    pausesAtTheEnd: false,
    breaksLagBound: false
  }
}

const asksOf = (dice: Dice, theme: Theme): ReadonlyArray<Event> => {
  const callers = dice.between(4, dice.pick(8, 16, 24))
  const drawn = Workload.manners(dice, callers)
  if (theme === "lines") {
    const manners = { waiting: dice.pick(1, 0.7), givingUp: 0, keys: callers * 10 }
    return dice.chance(0.5) ? Workload.burst(dice, callers, manners) : Workload.trickle(dice, callers, manners)
  }
  if (dice.chance(0.3)) return Workload.storm(dice, callers, drawn)
  return dice.chance(0.5) ? Workload.trickle(dice, callers, drawn) : Workload.burst(dice, callers, drawn)
}

const asksAt = (asks: ReadonlyArray<Event>): readonly [number, ...Array<number>] => {
  const [first = 0, ...others] = asks.map(({ at }) => at)
  return [first, ...others]
}

/** One asks the process that will be deaf, and all others come to the others, when they need a newer reading. */
const asksBeside = (dice: Dice, replicas: number): ReadonlyArray<Event> => {
  const first: Event = { at: 0, _tag: "Ask", key: "k1", waits: false, givesUpAfter: undefined, replica: 0 }
  const later = lease + dice.between(0, 5 * second)
  const others = asksOf(dice, "deaf").map((event) => delayed(event, later))
  return [first, ...placed(others, () => dice.between(1, replicas - 1))]
}

const delayed = (event: Event, by: number): Event => ({ ...event, at: event.at + by })

/** Sends each caller, and each operator, to one of the processes. */
const placed = (events: ReadonlyArray<Event>, place: () => number): ReadonlyArray<Event> =>
  events.map((event) => event._tag === "Ask" || event._tag === "Resize" ? { ...event, replica: place() } : event)

/** Often a little longer than a lease: what was taken over meets who comes back. */
const absence = (dice: Dice): number =>
  dice.pick(
    dice.between(1, 3 * second),
    dice.between(3 * second, lease),
    dice.between(lease, lease + 5 * second),
    dice.between(lease, 30 * second)
  )

const pause = (dice: Dice, at: number, replica: number): Event => ({ at, _tag: "Pause", replica, takes: absence(dice) })

const cut = (dice: Dice, at: number, replica: number): Cut => ({
  at,
  _tag: "Cut",
  replica,
  takes: absence(dice),
  way: dice.pick<Cut["way"]>("requests", "answers", "both")
})

/** What it asks is decided, and keeps its lease, while it hears nothing for longer than anybody waits for an answer. */
const deaf = (dice: Dice, at: number, replica: number): Cut => ({
  at,
  _tag: "Cut",
  replica,
  takes: lease + dice.between(0, lease),
  way: "answers"
})

const restart = (dice: Dice, at: number, replica: number): Restart => ({
  at,
  _tag: "Restart",
  how: dice.pick<Restart["how"]>("close", "crash"),
  ledger: "kept",
  takes: dice.between(0, dice.pick(0, second, 20 * second)),
  replica
})

/**
 * A process is gone for a little longer than its lease, or for good, while ECS
 * refuses most of what is repeated: who comes back meets who has taken over. And
 * who takes over may not hear so.
 */
const doubt = (dice: Dice, at: number, replicas: number): ReadonlyArray<Event> => {
  const replica = dice.between(0, replicas - 1)
  const takes = lease + dice.between(0, 5 * second)
  return [
    dice.pick<Event>(
      { at, _tag: "Pause", replica, takes },
      { at, _tag: "Pause", replica, takes },
      { at, _tag: "Cut", replica, takes, way: "both" },
      { ...restart(dice, at, replica), how: "crash" }
    ),
    ...(dice.chance(0.7) ? Hostility.refusal(dice, at + dice.between(0, 3 * second)) : []),
    ...(dice.chance(0.4)
      ? [{
        ...cut(dice, at + lease + dice.between(-second, second), (replica + 1) % replicas),
        way: "answers" as const
      }]
      : [])
  ]
}

/** All processes are replaced, one after the other, or none is there for longer than a lease. */
const rollout = (dice: Dice, at: number, replicas: number): ReadonlyArray<Event> => {
  const gap = dice.pick(0, 0, 2 * second)
  const takes = dice.pick(0, second, lease + 5 * second)
  return Array.from({ length: replicas }, (_, place) => ({ ...restart(dice, at + gap * place, place), takes }))
}

const sharingOf = (dice: Dice, replicas: number, theme: Theme): Sharing => ({
  replicas,
  latency: dice.pick(0, 5, 50, 300),
  ...(theme !== "reach" && dice.chance(0.7)
    ? { lost: 0, late: 0, lateBy: 0, twice: 0 }
    : {
      lost: dice.upTo(0.2),
      late: dice.upTo(0.2),
      lateBy: dice.pick(500, 6 * second),
      twice: dice.upTo(theme === "reach" ? 0.6 : 0.2)
    }),
  clockError: dice.pick(0, 0, 100, 1500)
})

/** What is done in the background is done more often than by default: an end of hours would be most of the run. */
const settingsOf = (dice: Dice, theme: Theme): Settings.Options => ({
  backgroundCensusInterval: dice.pick(20, 40) * second,
  replayBackoffMax: dice.pick(2, 5) * second,
  attemptTimeout: dice.between(1, 10) * second,
  ...(theme === "reach" ? { shutdownTimeout: dice.pick(0, second) } : {}),
  ...(dice.chance(0.6) ? {} : {
    requestTimeout: dice.between(2, 30) * second,
    censusMaxAge: dice.between(1, 10) * second,
    censusInterval: dice.between(500, 3000),
    readTimeout: dice.between(1, 10) * second,
    shutdownTimeout: dice.between(0, 20) * second,
    replayBackoffBase: dice.between(50, 1000)
  })
})

const hostile = (dice: Dice, seed: number, theme: Theme): EcsSettings => ({
  seed,
  ...Hostility.latency(dice),
  lifecycle: Hostility.lifecycle(dice),
  lag: Hostility.lag(dice),
  pages: Hostility.pages(dice, false),
  faults: Hostility.faults(dice, false),
  ...(theme === "doubt"
    ? { ...Hostility.doubt(dice), latencyOf: { RunTask: { min: 500, max: 4000 }, ListTasks: 40, DescribeTasks: 40 } }
    : {}),
  // What is cut off in the middle of a reading shows where that takes its time.
  ...(theme === "deaf" ? { latencyOf: { RunTask: 50, ListTasks: { min: 100, max: 1000 }, DescribeTasks: 40 } } : {}),
  // Slots become free, one after the other.
  ...(theme === "lines"
    ? {
      lifecycle: { lifetime: dice.pick<Span>({ min: second, max: 5 * second }, { min: 3 * second, max: 15 * second }) }
    }
    : {}),
  ...(dice.chance(0.1) ? { capacity: dice.between(1, 4) } : {}),
  ...(dice.chance(0.1) ? { rates: true } : {})
})
