/**
 * What is asked of the fleet of a seed, and what else happens to it.
 */
import type { Cap } from "../../ledger/Change.ts"
import type { Event, Restart } from "./Scenario.ts"
import type { Dice } from "./SeededChoice.ts"

const second = 1000
const minute = 60 * second

type Ask = Extract<Event, { readonly _tag: "Ask" }>

/**
 * How callers are: how many of them wait in line, give up, and want the same.
 *
 * @category models
 */
export interface Manners {
  readonly waiting: number
  readonly givingUp: number
  readonly keys: number
}

/**
 * Draws how callers are.
 *
 * @category constructors
 */
export const manners = (dice: Dice, callers: number): Manners => ({
  waiting: dice.pick(0, 0.3, 0.7, 1),
  givingUp: dice.pick(0, 0, 0.2, 0.5),
  keys: dice.pick(callers * 10, callers * 10, Math.max(1, Math.ceil(callers / 3)))
})

const ask = (dice: Dice, at: number, { givingUp, keys, waiting }: Manners): Ask => ({
  at: Math.floor(at),
  _tag: "Ask",
  key: `k${dice.between(1, keys)}`,
  waits: dice.chance(waiting),
  givesUpAfter: dice.chance(givingUp) ? dice.between(0, dice.pick(5, 500, 10 * second)) : undefined
})

/**
 * Many ask at once, as after a deployment or on the hour.
 *
 * @category constructors
 */
export const burst = (dice: Dice, callers: number, how: Manners): ReadonlyArray<Event> => {
  const width = dice.pick(0, 5, 300, 2 * second)
  const first = dice.pick(0, 0, 7 * second)
  return Array.from({ length: callers }, () => ask(dice, first + dice.upTo(width + 1), how))
}

/**
 * One asks after the other.
 *
 * @category constructors
 */
export const trickle = (dice: Dice, callers: number, how: Manners): ReadonlyArray<Event> => {
  const gap = dice.pick(200, second, 4 * second)
  return Array.from({ length: callers }, (_, index) => ask(dice, index * gap + dice.upTo(gap), how))
}

/**
 * All ask for very few keys.
 *
 * @category constructors
 */
export const storm = (dice: Dice, callers: number, how: Manners): ReadonlyArray<Event> =>
  burst(dice, callers, { ...how, keys: dice.between(1, 3) })

/**
 * The cap is changed while launches are under way: paused and back, lowered and raised.
 *
 * @category constructors
 */
export const resizes = (dice: Dice, cap: number, until: number): ReadonlyArray<Event> => {
  const events: Array<Event> = []
  const within = dice.pick(300, 4 * second, until)
  for (let index = dice.between(1, 4); index > 0; index--) {
    const at = dice.between(0, within)
    const to: Cap = dice.pick<Cap>(0, 1, Math.max(1, cap - 1), cap + 2, dice.chance(0.3) ? "unlimited" : cap)
    events.push({ at, _tag: "Resize", cap: to })
    if (to === 0 || dice.chance(0.5)) {
      events.push({ at: at + dice.between(1, dice.pick(300, 5 * second)), _tag: "Resize", cap })
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
export const dip = (dice: Dice, cap: number, first: number): ReadonlyArray<Event> => {
  const raised = first + dice.between(0, 2 * second)
  const lowered = raised + dice.between(1, 300)
  const low = dice.between(0, cap)
  const step = dice.pick(50, 200, second)
  return [
    { at: raised, _tag: "Resize", cap: cap + dice.between(2, 6) },
    { at: lowered, _tag: "Resize", cap: low },
    ...Array.from({ length: dice.between(2, 6) }, (_, index): Event => ({
      at: lowered + step * index + dice.between(1, step),
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
export const squeeze = (dice: Dice, cap: number, first: number): ReadonlyArray<Event> => [
  { at: 0, _tag: "Resize", cap: cap + dice.between(1, 3) },
  { at: first + dice.between(20, 2 * second), _tag: "Resize", cap: Math.max(1, cap - dice.between(0, 2)) }
]

/**
 * Somebody else launches tasks in the same family.
 *
 * @category constructors
 */
export const foreign = (dice: Dice, cap: number, until: number, longest: number = minute): ReadonlyArray<Event> =>
  Array.from({ length: dice.between(1, 3) }, () => ({
    at: dice.between(0, until),
    _tag: "Foreign",
    count: dice.between(1, cap + 1),
    lifetime: dice.between(second, longest)
  }))

/**
 * The process ends and another one begins.
 *
 * @category constructors
 */
export const restarts = (dice: Dice, from: number, until: number): ReadonlyArray<Restart> =>
  Array.from({ length: dice.between(1, 2) }, (): Restart => {
    const how = dice.pick<Restart["how"]>("close", "crash", "lease")
    return {
      at: from + dice.between(0, dice.pick(300, 3 * second, until)),
      _tag: "Restart",
      how,
      ledger: how !== "lease" && dice.chance(0.3) ? "lost" : "kept",
      takes: dice.between(0, dice.pick(0, second, 10 * second))
    }
  })

/**
 * Running tasks are stopped from outside, all or some.
 *
 * @category constructors
 */
export const stops = (dice: Dice, until: number): ReadonlyArray<Event> =>
  Array.from({ length: dice.between(1, 2) }, () => ({
    at: dice.between(0, until),
    _tag: "Stop",
    count: dice.between(1, 5)
  }))

/**
 * Callers who come back long after, one at a time, so that the fleet is read.
 *
 * @category constructors
 */
export const visits = (dice: Dice, from: number, until: number, count: number): ReadonlyArray<Event> =>
  Array.from({ length: count }, (_, index): Event => ({
    at: from + Math.floor(((until - from) * (index + dice.upTo(1))) / count),
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
export const releases = (dice: Dice, until: number): ReadonlyArray<Event> =>
  Array.from({ length: 3 }, () => ({ at: dice.between(0, until), _tag: "Release" }))
