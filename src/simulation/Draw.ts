/**
 * Draws the scenario of a seed.
 */
import type { Cap } from "../Change.ts"
import type { RandomFault, Settings as EcsSettings, Span } from "../emulator/Settings.ts"
import type * as Settings from "../Settings.ts"
import * as Dices from "./Dice.ts"
import * as Hostility from "./Hostility.ts"
import type { Event, Scenario } from "./Scenario.ts"
import * as Workload from "./Workload.ts"

const second = 1000
const minute = 60 * second

/**
 * The scenarios that there are. `mixed` draws one of the others for each seed.
 *
 * - `burst`, `trickle`, `churn`, `same-key`: how callers come
 * - `exclusive`: a key has one task for as long as that lives
 * - `resize`: the cap changes, to 0 and back, to no bound and back
 * - `foreign`: somebody else launches in the same family
 * - `restart`: processes end in all the ways in which they do
 * - `lost-answers`: most answers of `RunTask` are lost
 * - `blackout`: no answer arrives for longer than a launch may be repeated
 * - `outage`: ECS cannot be read for so long that it forgets tasks that stopped
 * - `endurance`: tasks live for hours, and ECS shows nothing for a few minutes
 * - `broken-bound`: ECS breaks the bound on its lag that giving up an unknown
 *   launch relies on; the cap may be passed
 *
 * @category models
 */
export type Name = (typeof names)[number]

/**
 * The names of the scenarios.
 *
 * @category configuration
 */
export const names = [
  "mixed",
  "burst",
  "trickle",
  "churn",
  "same-key",
  "exclusive",
  "resize",
  "foreign",
  "restart",
  "lost-answers",
  "blackout",
  "outage",
  "endurance",
  "broken-bound"
] as const

/**
 * What may be decided for all seeds.
 *
 * @category options
 */
export interface DrawOptions {
  /** The default is `mixed`. */
  readonly scenario?: Name | undefined
  /** The highest cap that is drawn. The default is 8. */
  readonly maxWorkers?: number | undefined
  /** How long lists lag at most, instead of what the seed draws. In milliseconds. */
  readonly listLag?: number | undefined
  /** The fleet's own settings, instead of what the seed draws. */
  readonly settings?: Settings.Options | undefined
}

/**
 * Draws the scenario of a seed.
 *
 * @category constructors
 */
export const draw = (seed: number, options: DrawOptions = {}): Scenario => {
  const dice = Dices.make(seed, 2)
  const wanted = options.scenario ?? "mixed"
  const name = wanted === "mixed" ? mixed(dice) : wanted
  const drawn = byName[name](dice, seed, name, options.maxWorkers ?? 8)
  const lag = options.listLag === undefined ? {} : { unlisted: { min: 0, max: options.listLag } }
  return {
    ...drawn,
    settings: { ...drawn.settings, ...options.settings },
    ecs: { ...drawn.ecs, lag: { ...drawn.ecs.lag, ...lag } },
    events: [...drawn.events].sort((a, b) => a.at - b.at)
  }
}

type Drawn = Exclude<Name, "mixed">

/** Long worlds take longer to run, and are drawn less often. */
const mixed = (dice: Dices.Dice): Drawn => {
  const roll = dice.upTo(100)
  if (roll < 1.5) return "blackout"
  if (roll < 3) return "outage"
  if (roll < 4.5) return "endurance"
  if (roll < 5) return "broken-bound"
  return dice.pick<Drawn>(
    "burst",
    "trickle",
    "churn",
    "same-key",
    "exclusive",
    "resize",
    "foreign",
    "restart",
    "restart",
    "lost-answers"
  )
}

const settingsOf = (dice: Dices.Dice): Settings.Options =>
  dice.chance(0.6) ? {} : {
    requestTimeout: dice.between(2, 30) * second,
    censusMaxAge: dice.between(1, 10) * second,
    censusInterval: dice.between(500, 3000),
    readTimeout: dice.between(1, 10) * second,
    attemptTimeout: dice.between(1, 60) * second,
    shutdownTimeout: dice.between(0, 20) * second,
    replayBackoffBase: dice.between(50, 1000)
  }

/** A world of some seconds to a minute: what most seeds are. */
const short = (dice: Dices.Dice, seed: number, name: Drawn, maxWorkers: number): Scenario => {
  const cap = dice.between(1, dice.pick(Math.ceil(maxWorkers / 2), maxWorkers))
  const callers = dice.between(2, dice.pick(6, 12, 24))
  const how = name === "churn"
    ? { ...Workload.manners(dice, callers), waiting: 1 }
    : Workload.manners(dice, callers)
  const asks = name === "same-key" || (name === "exclusive" && dice.chance(0.7))
    ? Workload.storm(dice, callers, how)
    : name === "trickle" || name === "churn" || dice.chance(0.3)
    ? Workload.trickle(dice, callers, how)
    : Workload.burst(dice, callers, how)
  const until = Math.max(second, ...asks.map(({ at }) => at)) + 3 * second
  const also = (likely: Drawn, draw: (dice: Dices.Dice, cap: number, until: number) => ReadonlyArray<Event>) =>
    name === likely || dice.chance(0.07) ? draw(dice, cap, until) : []
  const events: ReadonlyArray<Event> = [
    ...asks,
    ...also("resize", Workload.resizes),
    ...also("foreign", Workload.foreign),
    ...also("restart", (dice, _, until) => Workload.restarts(dice, until)),
    ...(dice.chance(0.15) ? Workload.stops(dice, until) : []),
    ...(dice.chance(0.05) ? Workload.releases(dice, until) : [])
  ]
  const unlimited: Cap = "unlimited"
  const ledger = Hostility.ledger(dice)
  return {
    seed,
    name,
    cap: dice.chance(0.02) ? unlimited : cap,
    exclusiveKeys: name === "exclusive" || dice.chance(0.1),
    launchPermits: dice.pick(1, 2, 20, 20),
    yieldProbability: dice.pick(0.02, 0.1, 0.25),
    settings: settingsOf(dice),
    ecs: hostile(dice, seed, name === "lost-answers"),
    conflicts: dice.chance(0.2) ? 0.3 : 0,
    ledger,
    events,
    // Where the ledger itself takes its time, that says nothing.
    pausesAtTheEnd: dice.chance(0.2) && ledger === undefined,
    breaksLagBound: false
  }
}

const hostile = (dice: Dices.Dice, seed: number, lossy: boolean): EcsSettings => ({
  seed,
  ...Hostility.latency(dice),
  lifecycle: Hostility.lifecycle(dice),
  lag: Hostility.lag(dice),
  pages: Hostility.pages(dice),
  faults: dice.chance(0.2) && !lossy ? [] : Hostility.faults(dice, lossy),
  ...(dice.chance(0.1) ? { capacity: dice.between(1, 4) } : {}),
  ...(dice.chance(0.1) ? { rates: true } : {})
})

/** Nobody waits in line for hours: a full fleet is read every second for that. */
const long = (dice: Dices.Dice, seed: number, name: Drawn, maxWorkers: number): Scenario => ({
  seed,
  name,
  cap: dice.between(1, Math.min(3, maxWorkers)),
  exclusiveKeys: dice.chance(0.2),
  launchPermits: 20,
  yieldProbability: dice.pick(0.02, 0.1),
  settings: { replayBackoffBase: 10 * second, replayBackoffMax: dice.pick(2, 4) * minute, requestTimeout: 5 * second },
  ecs: { seed, latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 }, lag: { replicas: 1 } },
  conflicts: 0,
  ledger: undefined,
  events: Workload.burst(dice, dice.between(1, 4), { waiting: 0, givingUp: 0.2, keys: 20 }),
  pausesAtTheEnd: false,
  breaksLagBound: false
})

const noAnswer = (processed: boolean): RandomFault => ({
  operation: "RunTask",
  probability: 1,
  fault: { _tag: "Reset", processed }
})

/** How far behind the lists are believed to be at most, by default. */
const lagBound = 5 * minute

const blackout = (dice: Dices.Dice, seed: number, name: Drawn, maxWorkers: number): Scenario => {
  const drawn = long(dice, seed, name, maxWorkers)
  const accepts = dice.chance(0.4)
  const turnsAt = dice.between(35, 46) * minute
  const breaksLagBound = name === "broken-bound"
  const late = breaksLagBound ? 5 * 60 * minute : lagBound - 2 * second
  const events: ReadonlyArray<Event> = [
    ...drawn.events,
    { at: turnsAt, _tag: "Weather", name: "it accepts launches, and answers none", ecs: { faults: [noAnswer(true)] } },
    ...Workload.visits(dice, 44 * minute, 75 * minute, 12),
    ...(dice.chance(0.3) ? Workload.releases(dice, 70 * minute) : []),
    ...(dice.chance(0.3) ? Workload.restarts(dice, 40 * minute) : [])
  ]
  return {
    ...drawn,
    breaksLagBound,
    ecs: {
      ...drawn.ecs,
      lifecycle: { lifetime: dice.pick<Span>(5 * second, "Infinity") },
      lag: { unlisted: dice.pick(0, late, late), missing: 0, replicas: 1 },
      faults: [noAnswer(accepts)]
    },
    events: events.filter((event) => event._tag !== "Restart" || event.ledger === "kept")
  }
}

const outage = (dice: Dices.Dice, seed: number, name: Drawn, maxWorkers: number): Scenario => {
  const drawn = long(dice, seed, name, maxWorkers)
  const begins = dice.between(5, 60) * second
  const takes = dice.between(5, 100) * minute
  return {
    ...drawn,
    ecs: {
      ...drawn.ecs,
      lifecycle: {
        lifetime: { min: second, max: dice.pick(30 * second, 30 * minute) },
        retention: dice.pick(3, 60) * minute
      }
    },
    events: [
      ...drawn.events,
      ...Hostility.outage(begins, takes, []),
      ...Workload.visits(dice, begins + takes, begins + takes + 20 * minute, 3)
    ]
  }
}

const endurance = (dice: Dices.Dice, seed: number, name: Drawn, maxWorkers: number): Scenario => {
  const drawn = long(dice, seed, name, maxWorkers)
  const hours = dice.between(66, 150) * minute
  return {
    ...drawn,
    ecs: { ...drawn.ecs, lifecycle: { lifetime: dice.pick<Span>(90 * minute, "Infinity") } },
    events: [
      ...drawn.events,
      ...Hostility.blink(dice, hours),
      ...Workload.visits(dice, 10 * second, hours, 4),
      ...Workload.visits(dice, hours + second, hours + 5 * minute, 8),
      ...(dice.chance(0.5) ? Workload.stops(dice, hours) : [])
    ]
  }
}

const byName: {
  readonly [name in Drawn]: (dice: Dices.Dice, seed: number, name: Drawn, maxWorkers: number) => Scenario
} = {
  burst: short,
  trickle: short,
  churn: short,
  "same-key": short,
  exclusive: short,
  resize: short,
  foreign: short,
  restart: short,
  "lost-answers": short,
  blackout,
  outage,
  endurance,
  "broken-bound": blackout
}
