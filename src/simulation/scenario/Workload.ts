/**
 * The requests to the fleet of a seed, and other events that happen to it.
 */
import type { Cap } from "../../ledger/Change.ts"
import type { Event, Restart } from "./Scenario.ts"
import type { SeededChoice } from "./SeededChoice.ts"

const second = 1000
const minute = 60 * second

type Ask = Extract<Event, { readonly _tag: "Ask" }>

/**
 * How callers are: how many of them wait in line, give up, and want the same.
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
export const behavior = (choice: SeededChoice, callers: number): CallerBehavior => ({
  waiting: choice.pick(0, 0.3, 0.7, 1),
  givingUp: choice.pick(0, 0, 0.2, 0.5),
  keys: choice.pick(callers * 10, callers * 10, Math.max(1, Math.ceil(callers / 3)))
})

const ask = (choice: SeededChoice, at: number, { givingUp, keys, waiting }: CallerBehavior): Ask => ({
  at: Math.floor(at),
  _tag: "Ask",
  key: `k${choice.between(1, keys)}`,
  waits: choice.chance(waiting),
  givesUpAfter: choice.chance(givingUp) ? choice.between(0, choice.pick(5, 500, 10 * second)) : undefined
})

/**
 * Many ask at once, as after a deployment or on the hour.
 *
 * @category constructors
 */
export const burst = (choice: SeededChoice, callers: number, how: CallerBehavior): ReadonlyArray<Event> => {
  const width = choice.pick(0, 5, 300, 2 * second)
  const first = choice.pick(0, 0, 7 * second)
  return Array.from({ length: callers }, () => ask(choice, first + choice.upTo(width + 1), how))
}

/**
 * One asks after the other.
 *
 * @category constructors
 */
export const trickle = (choice: SeededChoice, callers: number, how: CallerBehavior): ReadonlyArray<Event> => {
  const gap = choice.pick(200, second, 4 * second)
  return Array.from({ length: callers }, (_, index) => ask(choice, index * gap + choice.upTo(gap), how))
}

/**
 * All ask for very few keys.
 *
 * @category constructors
 */
export const storm = (choice: SeededChoice, callers: number, how: CallerBehavior): ReadonlyArray<Event> =>
  burst(choice, callers, { ...how, keys: choice.between(1, 3) })

/**
 * The cap is changed while launches are under way: paused and back, lowered and raised.
 *
 * @category constructors
 */
export const resizes = (choice: SeededChoice, cap: number, until: number): ReadonlyArray<Event> => {
  const events: Array<Event> = []
  const within = choice.pick(300, 4 * second, until)
  for (let index = choice.between(1, 4); index > 0; index--) {
    const at = choice.between(0, within)
    const to: Cap = choice.pick<Cap>(0, 1, Math.max(1, cap - 1), cap + 2, choice.chance(0.3) ? "unlimited" : cap)
    events.push({ at, _tag: "Resize", cap: to })
    if (to === 0 || choice.chance(0.5)) {
      events.push({ at: at + choice.between(1, choice.pick(300, 5 * second)), _tag: "Resize", cap })
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
export const dip = (choice: SeededChoice, cap: number, first: number): ReadonlyArray<Event> => {
  const raised = first + choice.between(0, 2 * second)
  const lowered = raised + choice.between(1, 300)
  const low = choice.between(0, cap)
  const step = choice.pick(50, 200, second)
  return [
    { at: raised, _tag: "Resize", cap: cap + choice.between(2, 6) },
    { at: lowered, _tag: "Resize", cap: low },
    ...Array.from({ length: choice.between(2, 6) }, (_, index): Event => ({
      at: lowered + step * index + choice.between(1, step),
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
export const squeeze = (choice: SeededChoice, cap: number, first: number): ReadonlyArray<Event> => [
  { at: 0, _tag: "Resize", cap: cap + choice.between(1, 3) },
  { at: first + choice.between(20, 2 * second), _tag: "Resize", cap: Math.max(1, cap - choice.between(0, 2)) }
]

/**
 * Another program launches tasks in the same family.
 *
 * @category constructors
 */
export const foreign = (
  choice: SeededChoice,
  cap: number,
  until: number,
  longest: number = minute
): ReadonlyArray<Event> =>
  Array.from({ length: choice.between(1, 3) }, () => ({
    at: choice.between(0, until),
    _tag: "Foreign",
    count: choice.between(1, cap + 1),
    lifetime: choice.between(second, longest)
  }))

/**
 * The process ends and another one begins.
 *
 * @category constructors
 */
export const restarts = (choice: SeededChoice, from: number, until: number): ReadonlyArray<Restart> =>
  Array.from({ length: choice.between(1, 2) }, (): Restart => {
    const how = choice.pick<Restart["how"]>("close", "crash", "lease")
    return {
      at: from + choice.between(0, choice.pick(300, 3 * second, until)),
      _tag: "Restart",
      how,
      ledger: how !== "lease" && choice.chance(0.3) ? "lost" : "kept",
      takes: choice.between(0, choice.pick(0, second, 10 * second))
    }
  })

/**
 * Running tasks are stopped from outside, all or some.
 *
 * @category constructors
 */
export const stops = (choice: SeededChoice, until: number): ReadonlyArray<Event> =>
  Array.from({ length: choice.between(1, 2) }, () => ({
    at: choice.between(0, until),
    _tag: "Stop",
    count: choice.between(1, 5)
  }))

/**
 * Callers who come back long after, one at a time, so that the fleet is read.
 *
 * @category constructors
 */
export const visits = (choice: SeededChoice, from: number, until: number, count: number): ReadonlyArray<Event> =>
  Array.from({ length: count }, (_, index): Event => ({
    at: from + Math.floor(((until - from) * (index + choice.upTo(1))) / count),
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
export const releases = (choice: SeededChoice, until: number): ReadonlyArray<Event> =>
  Array.from({ length: 3 }, () => ({ at: choice.between(0, until), _tag: "Release" }))
