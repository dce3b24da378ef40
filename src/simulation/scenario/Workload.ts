/**
 * The requests to the fleet of a seed, and other events that happen to it.
 */
import type { Cap } from "../../ledger/Change.ts"
import type { SeededRandom } from "../../testing/SeededRandom.ts"
import type { Event, Restart } from "./Scenario.ts"

const second = 1000
const minute = 60 * second

type Ask = Extract<Event, { readonly _tag: "Ask" }>

/**
 * The behavior of callers: the shares of them that wait in line, give up, and want the same.
 *
 * @category models
 */
export interface CallerBehavior {
  readonly waiting: number
  readonly givingUp: number
  readonly keys: number
}

/**
 * Draws how callers are.
 *
 * @category constructors
 */
export const behavior = (random: SeededRandom, callers: number): CallerBehavior => ({
  waiting: random.pick(0, 0.3, 0.7, 1),
  givingUp: random.pick(0, 0, 0.2, 0.5),
  keys: random.pick(callers * 10, callers * 10, Math.max(1, Math.ceil(callers / 3)))
})

const ask = (random: SeededRandom, at: number, { givingUp, keys, waiting }: CallerBehavior): Ask => ({
  at: Math.floor(at),
  _tag: "Ask",
  key: `k${random.between(1, keys)}`,
  waits: random.chance(waiting),
  givesUpAfter: random.chance(givingUp) ? random.between(0, random.pick(5, 500, 10 * second)) : undefined
})

/**
 * Many ask at once, as after a deployment or on the hour.
 *
 * @category constructors
 */
export const burst = (random: SeededRandom, callers: number, how: CallerBehavior): ReadonlyArray<Event> => {
  const width = random.pick(0, 5, 300, 2 * second)
  const first = random.pick(0, 0, 7 * second)
  return Array.from({ length: callers }, () => ask(random, first + random.upTo(width + 1), how))
}

/**
 * One asks after the other.
 *
 * @category constructors
 */
export const trickle = (random: SeededRandom, callers: number, how: CallerBehavior): ReadonlyArray<Event> => {
  const gap = random.pick(200, second, 4 * second)
  return Array.from({ length: callers }, (_, index) => ask(random, index * gap + random.upTo(gap), how))
}

/**
 * All ask for very few keys.
 *
 * @category constructors
 */
export const storm = (random: SeededRandom, callers: number, how: CallerBehavior): ReadonlyArray<Event> =>
  burst(random, callers, { ...how, keys: random.between(1, 3) })

/**
 * The cap is changed while launches are under way: paused and back, lowered and raised.
 *
 * @category constructors
 */
export const resizes = (random: SeededRandom, cap: number, until: number): ReadonlyArray<Event> => {
  const events: Array<Event> = []
  const within = random.pick(300, 4 * second, until)
  for (let index = random.between(1, 4); index > 0; index--) {
    const at = random.between(0, within)
    const to: Cap = random.pick<Cap>(0, 1, Math.max(1, cap - 1), cap + 2, random.chance(0.3) ? "unlimited" : cap)
    events.push({ at, _tag: "Resize", cap: to })
    if (to === 0 || random.chance(0.5)) {
      events.push({ at: at + random.between(1, random.pick(300, 5 * second)), _tag: "Resize", cap })
    }
  }
  return events
}

/**
 * The cap is raised, lowered before what was granted is sent, and raised again by
 * one at a time: those who had a slot for a moment are back in line, and ask again.
 *
 * @category constructors
 */
export const dip = (random: SeededRandom, cap: number, first: number): ReadonlyArray<Event> => {
  const raised = first + random.between(0, 2 * second)
  const lowered = raised + random.between(1, 300)
  const low = random.between(0, cap)
  const step = random.pick(50, 200, second)
  return [
    { at: raised, _tag: "Resize", cap: cap + random.between(2, 6) },
    { at: lowered, _tag: "Resize", cap: low },
    ...Array.from({ length: random.between(2, 6) }, (_, index): Event => ({
      at: lowered + step * index + random.between(1, step),
      _tag: "Resize",
      cap: low + index + 1
    }))
  ]
}

/**
 * The cap is lowered while launches are under way: those that are not answered are
 * sent again once there is room, and not before.
 *
 * @category constructors
 */
export const squeeze = (random: SeededRandom, cap: number, first: number): ReadonlyArray<Event> => [
  { at: 0, _tag: "Resize", cap: cap + random.between(1, 3) },
  { at: first + random.between(20, 2 * second), _tag: "Resize", cap: Math.max(1, cap - random.between(0, 2)) }
]

/**
 * Another program launches tasks in the same family.
 *
 * @category constructors
 */
export const foreign = (
  random: SeededRandom,
  cap: number,
  until: number,
  longest: number = minute
): ReadonlyArray<Event> =>
  Array.from({ length: random.between(1, 3) }, () => ({
    at: random.between(0, until),
    _tag: "Foreign",
    count: random.between(1, cap + 1),
    lifetime: random.between(second, longest)
  }))

/**
 * The process ends and another one begins.
 *
 * @category constructors
 */
export const restarts = (random: SeededRandom, from: number, until: number): ReadonlyArray<Restart> =>
  Array.from({ length: random.between(1, 2) }, (): Restart => {
    const how = random.pick<Restart["how"]>("close", "crash", "lease")
    return {
      at: from + random.between(0, random.pick(300, 3 * second, until)),
      _tag: "Restart",
      how,
      ledger: how !== "lease" && random.chance(0.3) ? "lost" : "kept",
      takes: random.between(0, random.pick(0, second, 10 * second))
    }
  })

/**
 * Running tasks are stopped from outside, all or some.
 *
 * @category constructors
 */
export const stops = (random: SeededRandom, until: number): ReadonlyArray<Event> =>
  Array.from({ length: random.between(1, 2) }, () => ({
    at: random.between(0, until),
    _tag: "Stop",
    count: random.between(1, 5)
  }))

/**
 * Callers who come back long after, one at a time, so that the fleet is read.
 *
 * @category constructors
 */
export const visits = (random: SeededRandom, from: number, until: number, count: number): ReadonlyArray<Event> =>
  Array.from({ length: count }, (_, index): Event => ({
    at: from + Math.floor(((until - from) * (index + random.upTo(1))) / count),
    _tag: "Ask",
    key: `v${index}`,
    waits: false,
    givesUpAfter: undefined
  }))

/**
 * An operator asks to free what is unknown.
 *
 * @category constructors
 */
export const releases = (random: SeededRandom, until: number): ReadonlyArray<Event> =>
  Array.from({ length: 3 }, () => ({ at: random.between(0, until), _tag: "Release" }))
