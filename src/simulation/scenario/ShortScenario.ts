/**
 * Worlds of some seconds to a minute: what most seeds are.
 */
import type { Settings as EcsSettings } from "../../emulator/model/Settings.ts"
import type * as Settings from "../../fleet/Settings.ts"
import type { Cap } from "../../ledger/Change.ts"
import type { SeededRandom } from "../../testing/SeededRandom.ts"
import * as Hostility from "./EcsFaults.ts"
import type { Event, Scenario } from "./Scenario.ts"
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
 * The inputs that a world is drawn from.
 *
 * @category options
 */
export interface DrawWorld {
  readonly random: SeededRandom
  readonly seed: number
  readonly maxWorkers: number
}

const second = 1000

/**
 * Draws a short world.
 *
 * @category constructors
 */
export const draw = ({ random, maxWorkers, seed }: DrawWorld, name: Name): Scenario => {
  const most = random.between(1, random.pick(Math.ceil(maxWorkers / 2), maxWorkers))
  // What the cap does to those in line shows where it is small, and they are many.
  const isCrowded = name === "resize" && random.chance(0.5)
  // What is believed of a launch that may have been sent shows where its task lives on, and nothing but its answer tells.
  const isInDoubt = (name === "restart" || name === "lost-answers") && random.chance(0.5)
  const isHeldBack = name === "resize" && !isCrowded && random.chance(0.4)
  const cap = isCrowded ? Math.min(most, 3) : most
  const asks = asksOf(random, name, { isCrowded, isHeldBack })
  const until = Math.max(second, ...asks.map(({ at }) => at)) + 3 * second
  const also = (likely: Name, draw: () => ReadonlyArray<Event>) => name === likely || random.chance(0.07) ? draw() : []
  const firstAsked = Math.min(...asks.map(({ at }) => at))
  const ends = Workload.restarts(random, isInDoubt ? firstAsked : 0, isInDoubt ? second : until)
  const events: ReadonlyArray<Event> = [
    ...asks,
    ...(isInDoubt && random.chance(0.6) ? Hostility.refusal(random, (ends[0]?.at ?? 0) + random.between(0, 500)) : []),
    ...also("resize", () =>
      isCrowded
        ? Workload.dip(random, cap, firstAsked)
        : isHeldBack
        ? Workload.squeeze(random, cap, firstAsked)
        : Workload.resizes(random, cap, until)),
    ...also("foreign", () => Workload.foreign(random, cap, until)),
    ...also("pages", () => Workload.foreign(random, cap, until)),
    ...also("restart", () => ends),
    ...(name === "ledger" && random.chance(0.5) ? ends : []),
    // Faults stop at the end: a delay that faults cause shows only to callers that come back before then.
    ...(random.chance(name === "ledger" || isInDoubt ? 0.7 : 0.1)
      ? Workload.visits(random, until, until + random.pick(10, 60) * second, 2)
      : []),
    ...(random.chance(0.15) ? Workload.stops(random, until) : []),
    ...(random.chance(name === "lost-answers" ? 0.4 : 0.05) ? Workload.releases(random, until) : [])
  ]
  const unlimited: Cap = "unlimited"
  const ledger = name === "ledger" || random.chance(0.05) ? Hostility.ledger(random) : undefined
  return {
    seed,
    name,
    cap: random.chance(0.02) ? unlimited : cap,
    exclusiveKeys: name === "exclusive" || random.chance(0.1),
    launchPermits: isCrowded ? random.pick(1, 1, 2) : isInDoubt || isHeldBack ? 20 : random.pick(1, 2, 20, 20),
    yieldProbability: random.pick(0.02, 0.05, 0.15),
    settings: settingsOf(random),
    ecs: {
      ...hostile(random, seed, name),
      ...(isInDoubt ? Hostility.doubt(random) : {}),
      ...(isHeldBack ? Hostility.silence(random) : {})
    },
    conflicts: random.chance(0.2) ? 0.3 : 0,
    ledger,
    events,
    // Where the ledger itself takes its time, that says nothing.
    pausesAtTheEnd: random.chance(0.2) && ledger === undefined,
    breaksLagBound: false
  }
}

const asksOf = (
  random: SeededRandom,
  name: Name,
  { isCrowded, isHeldBack }: { readonly isCrowded: boolean; readonly isHeldBack: boolean }
): ReadonlyArray<Event> => {
  const callers = random.between(2, random.pick(6, 12, 20))
  const drawn = Workload.behavior(random, callers)
  if (isCrowded) return Workload.burst(random, callers, { waiting: 1, givingUp: 0, keys: callers * 10 })
  if (isHeldBack) return Workload.burst(random, callers, { waiting: 0, givingUp: 0, keys: callers * 10 })
  // Those who do not wait meet those who do.
  if (name === "burst" && random.chance(0.4)) {
    return Workload.burst(random, callers, { waiting: 0.5, givingUp: 0, keys: callers * 10 })
  }
  if (name === "churn") return Workload.trickle(random, callers, { ...drawn, waiting: random.pick(1, 0.6) })
  if (name === "same-key" || (name === "exclusive" && random.chance(0.7))) return Workload.storm(random, callers, drawn)
  return name === "trickle" || random.chance(0.3)
    ? Workload.trickle(random, callers, drawn)
    : Workload.burst(random, callers, drawn)
}

const settingsOf = (random: SeededRandom): Settings.Options =>
  random.chance(0.6) ? {} : {
    requestTimeout: random.between(2, 30) * second,
    readingMaxAge: random.between(1, 10) * second,
    readingInterval: random.between(500, 3000),
    readTimeout: random.between(1, 10) * second,
    attemptTimeout: random.between(1, 60) * second,
    shutdownTimeout: random.between(0, 20) * second,
    replayBackoffBase: random.between(50, 1000)
  }

const hostile = (random: SeededRandom, seed: number, name: Name): EcsSettings => ({
  seed,
  ...Hostility.latency(random),
  lifecycle: Hostility.lifecycle(random),
  lag: Hostility.lag(random),
  pages: Hostility.pages(random, name === "pages"),
  faults: Hostility.faults(random, name === "lost-answers" || name === "restart"),
  ...(random.chance(0.1) ? { capacity: random.between(1, 4) } : {}),
  ...(random.chance(0.1) ? { rates: true } : {})
})
