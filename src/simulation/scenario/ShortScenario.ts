/**
 * Worlds of some seconds to a minute: what most seeds are.
 */
import type { Settings as EcsSettings } from "../../emulator/model/Settings.ts"
import type * as Settings from "../../fleet/Settings.ts"
import type { Cap } from "../../ledger/Change.ts"
import * as Hostility from "./EcsFaults.ts"
import type { Event, Scenario } from "./Scenario.ts"
import type { SeededChoice } from "./SeededChoice.ts"
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
  readonly choice: SeededChoice
  readonly seed: number
  readonly maxWorkers: number
}

const second = 1000

/**
 * Draws a short world.
 *
 * @category constructors
 */
export const draw = ({ choice, maxWorkers, seed }: DrawWorld, name: Name): Scenario => {
  const most = choice.between(1, choice.pick(Math.ceil(maxWorkers / 2), maxWorkers))
  // What the cap does to those in line shows where it is small, and they are many.
  const isCrowded = name === "resize" && choice.chance(0.5)
  // What is believed of a launch that may have been sent shows where its task lives on, and nothing but its answer tells.
  const isInDoubt = (name === "restart" || name === "lost-answers") && choice.chance(0.5)
  const isHeldBack = name === "resize" && !isCrowded && choice.chance(0.4)
  const cap = isCrowded ? Math.min(most, 3) : most
  const asks = asksOf(choice, name, { isCrowded, isHeldBack })
  const until = Math.max(second, ...asks.map(({ at }) => at)) + 3 * second
  const also = (likely: Name, draw: () => ReadonlyArray<Event>) => name === likely || choice.chance(0.07) ? draw() : []
  const firstAsked = Math.min(...asks.map(({ at }) => at))
  const ends = Workload.restarts(choice, isInDoubt ? firstAsked : 0, isInDoubt ? second : until)
  const events: ReadonlyArray<Event> = [
    ...asks,
    ...(isInDoubt && choice.chance(0.6) ? Hostility.refusal(choice, (ends[0]?.at ?? 0) + choice.between(0, 500)) : []),
    ...also("resize", () =>
      isCrowded
        ? Workload.dip(choice, cap, firstAsked)
        : isHeldBack
        ? Workload.squeeze(choice, cap, firstAsked)
        : Workload.resizes(choice, cap, until)),
    ...also("foreign", () => Workload.foreign(choice, cap, until)),
    ...also("pages", () => Workload.foreign(choice, cap, until)),
    ...also("restart", () => ends),
    ...(name === "ledger" && choice.chance(0.5) ? ends : []),
    // Faults stop at the end: a delay that faults cause shows only to callers that come back before then.
    ...(choice.chance(name === "ledger" || isInDoubt ? 0.7 : 0.1)
      ? Workload.visits(choice, until, until + choice.pick(10, 60) * second, 2)
      : []),
    ...(choice.chance(0.15) ? Workload.stops(choice, until) : []),
    ...(choice.chance(name === "lost-answers" ? 0.4 : 0.05) ? Workload.releases(choice, until) : [])
  ]
  const unlimited: Cap = "unlimited"
  const ledger = name === "ledger" || choice.chance(0.05) ? Hostility.ledger(choice) : undefined
  return {
    seed,
    name,
    cap: choice.chance(0.02) ? unlimited : cap,
    exclusiveKeys: name === "exclusive" || choice.chance(0.1),
    launchPermits: isCrowded ? choice.pick(1, 1, 2) : isInDoubt || isHeldBack ? 20 : choice.pick(1, 2, 20, 20),
    yieldProbability: choice.pick(0.02, 0.05, 0.15),
    settings: settingsOf(choice),
    ecs: {
      ...hostile(choice, seed, name),
      ...(isInDoubt ? Hostility.doubt(choice) : {}),
      ...(isHeldBack ? Hostility.silence(choice) : {})
    },
    conflicts: choice.chance(0.2) ? 0.3 : 0,
    ledger,
    events,
    // Where the ledger itself takes its time, that says nothing.
    pausesAtTheEnd: choice.chance(0.2) && ledger === undefined,
    breaksLagBound: false
  }
}

const asksOf = (
  choice: SeededChoice,
  name: Name,
  { isCrowded, isHeldBack }: { readonly isCrowded: boolean; readonly isHeldBack: boolean }
): ReadonlyArray<Event> => {
  const callers = choice.between(2, choice.pick(6, 12, 20))
  const drawn = Workload.behavior(choice, callers)
  if (isCrowded) return Workload.burst(choice, callers, { waiting: 1, givingUp: 0, keys: callers * 10 })
  if (isHeldBack) return Workload.burst(choice, callers, { waiting: 0, givingUp: 0, keys: callers * 10 })
  // Those who do not wait meet those who do.
  if (name === "burst" && choice.chance(0.4)) {
    return Workload.burst(choice, callers, { waiting: 0.5, givingUp: 0, keys: callers * 10 })
  }
  if (name === "churn") return Workload.trickle(choice, callers, { ...drawn, waiting: choice.pick(1, 0.6) })
  if (name === "same-key" || (name === "exclusive" && choice.chance(0.7))) return Workload.storm(choice, callers, drawn)
  return name === "trickle" || choice.chance(0.3)
    ? Workload.trickle(choice, callers, drawn)
    : Workload.burst(choice, callers, drawn)
}

const settingsOf = (choice: SeededChoice): Settings.Options =>
  choice.chance(0.6) ? {} : {
    requestTimeout: choice.between(2, 30) * second,
    readingMaxAge: choice.between(1, 10) * second,
    readingInterval: choice.between(500, 3000),
    readTimeout: choice.between(1, 10) * second,
    attemptTimeout: choice.between(1, 60) * second,
    shutdownTimeout: choice.between(0, 20) * second,
    replayBackoffBase: choice.between(50, 1000)
  }

const hostile = (choice: SeededChoice, seed: number, name: Name): EcsSettings => ({
  seed,
  ...Hostility.latency(choice),
  lifecycle: Hostility.lifecycle(choice),
  lag: Hostility.lag(choice),
  pages: Hostility.pages(choice, name === "pages"),
  faults: Hostility.faults(choice, name === "lost-answers" || name === "restart"),
  ...(choice.chance(0.1) ? { capacity: choice.between(1, 4) } : {}),
  ...(choice.chance(0.1) ? { rates: true } : {})
})
