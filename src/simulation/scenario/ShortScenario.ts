/**
 * Worlds of some seconds to a minute: what most seeds are.
 */
import type { Settings as EcsSettings } from "../../emulator/model/Settings.ts"
import type * as Settings from "../../fleet/Settings.ts"
import type { Cap } from "../../ledger/Change.ts"
import * as Hostility from "./EcsFaults.ts"
import type { Event, Scenario } from "./Scenario.ts"
import type { Dice } from "./SeededChoice.ts"
import * as Workload from "./Workload.ts"

/**
 * The scenarios that are short.
 *
 * @category models
 */
export type Name =
  | "burst"
  | "trickle"
  | "churn"
  | "same-key"
  | "exclusive"
  | "resize"
  | "foreign"
  | "restart"
  | "lost-answers"
  | "pages"
  | "ledger"

/**
 * What a world is drawn with.
 *
 * @category options
 */
export interface DrawWorld {
  readonly dice: Dice
  readonly seed: number
  readonly maxWorkers: number
}

const second = 1000

/**
 * Draws a short world.
 *
 * @category constructors
 */
export const draw = ({ dice, maxWorkers, seed }: DrawWorld, name: Name): Scenario => {
  const most = dice.between(1, dice.pick(Math.ceil(maxWorkers / 2), maxWorkers))
  // What the cap does to those in line shows where it is small, and they are many.
  const isCrowded = name === "resize" && dice.chance(0.5)
  // What is believed of a launch that may have been sent shows where its task lives on, and nothing but its answer tells.
  const isInDoubt = (name === "restart" || name === "lost-answers") && dice.chance(0.5)
  const isHeldBack = name === "resize" && !isCrowded && dice.chance(0.4)
  const cap = isCrowded ? Math.min(most, 3) : most
  const asks = asksOf(dice, name, { isCrowded, isHeldBack })
  const until = Math.max(second, ...asks.map(({ at }) => at)) + 3 * second
  const also = (likely: Name, draw: () => ReadonlyArray<Event>) => name === likely || dice.chance(0.07) ? draw() : []
  const firstAsked = Math.min(...asks.map(({ at }) => at))
  const ends = Workload.restarts(dice, isInDoubt ? firstAsked : 0, isInDoubt ? second : until)
  const events: ReadonlyArray<Event> = [
    ...asks,
    ...(isInDoubt && dice.chance(0.6) ? Hostility.refusal(dice, (ends[0]?.at ?? 0) + dice.between(0, 500)) : []),
    ...also("resize", () =>
      isCrowded
        ? Workload.dip(dice, cap, firstAsked)
        : isHeldBack
        ? Workload.squeeze(dice, cap, firstAsked)
        : Workload.resizes(dice, cap, until)),
    ...also("foreign", () => Workload.foreign(dice, cap, until)),
    ...also("pages", () => Workload.foreign(dice, cap, until)),
    ...also("restart", () => ends),
    ...(name === "ledger" && dice.chance(0.5) ? ends : []),
    // The end is kind: what takes its time while the world is not shows where somebody comes back before that.
    ...(dice.chance(name === "ledger" || isInDoubt ? 0.7 : 0.1)
      ? Workload.visits(dice, until, until + dice.pick(10, 60) * second, 2)
      : []),
    ...(dice.chance(0.15) ? Workload.stops(dice, until) : []),
    ...(dice.chance(name === "lost-answers" ? 0.4 : 0.05) ? Workload.releases(dice, until) : [])
  ]
  const unlimited: Cap = "unlimited"
  const ledger = name === "ledger" || dice.chance(0.05) ? Hostility.ledger(dice) : undefined
  return {
    seed,
    name,
    cap: dice.chance(0.02) ? unlimited : cap,
    exclusiveKeys: name === "exclusive" || dice.chance(0.1),
    launchPermits: isCrowded ? dice.pick(1, 1, 2) : isInDoubt || isHeldBack ? 20 : dice.pick(1, 2, 20, 20),
    yieldProbability: dice.pick(0.02, 0.05, 0.15),
    settings: settingsOf(dice),
    ecs: {
      ...hostile(dice, seed, name),
      ...(isInDoubt ? Hostility.doubt(dice) : {}),
      ...(isHeldBack ? Hostility.silence(dice) : {})
    },
    conflicts: dice.chance(0.2) ? 0.3 : 0,
    ledger,
    events,
    // Where the ledger itself takes its time, that says nothing.
    pausesAtTheEnd: dice.chance(0.2) && ledger === undefined,
    breaksLagBound: false
  }
}

const asksOf = (
  dice: Dice,
  name: Name,
  { isCrowded, isHeldBack }: { readonly isCrowded: boolean; readonly isHeldBack: boolean }
): ReadonlyArray<Event> => {
  const callers = dice.between(2, dice.pick(6, 12, 20))
  const drawn = Workload.manners(dice, callers)
  if (isCrowded) return Workload.burst(dice, callers, { waiting: 1, givingUp: 0, keys: callers * 10 })
  if (isHeldBack) return Workload.burst(dice, callers, { waiting: 0, givingUp: 0, keys: callers * 10 })
  // Those who do not wait meet those who do.
  if (name === "burst" && dice.chance(0.4)) {
    return Workload.burst(dice, callers, { waiting: 0.5, givingUp: 0, keys: callers * 10 })
  }
  if (name === "churn") return Workload.trickle(dice, callers, { ...drawn, waiting: dice.pick(1, 0.6) })
  if (name === "same-key" || (name === "exclusive" && dice.chance(0.7))) return Workload.storm(dice, callers, drawn)
  return name === "trickle" || dice.chance(0.3)
    ? Workload.trickle(dice, callers, drawn)
    : Workload.burst(dice, callers, drawn)
}

const settingsOf = (dice: Dice): Settings.Options =>
  dice.chance(0.6) ? {} : {
    requestTimeout: dice.between(2, 30) * second,
    censusMaxAge: dice.between(1, 10) * second,
    censusInterval: dice.between(500, 3000),
    readTimeout: dice.between(1, 10) * second,
    attemptTimeout: dice.between(1, 60) * second,
    shutdownTimeout: dice.between(0, 20) * second,
    replayBackoffBase: dice.between(50, 1000)
  }

const hostile = (dice: Dice, seed: number, name: Name): EcsSettings => ({
  seed,
  ...Hostility.latency(dice),
  lifecycle: Hostility.lifecycle(dice),
  lag: Hostility.lag(dice),
  pages: Hostility.pages(dice, name === "pages"),
  faults: Hostility.faults(dice, name === "lost-answers" || name === "restart"),
  ...(dice.chance(0.1) ? { capacity: dice.between(1, 4) } : {}),
  ...(dice.chance(0.1) ? { rates: true } : {})
})
