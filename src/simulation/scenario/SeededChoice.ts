/**
 * Draws choices from a seed's random numbers.
 */
import * as SeededRandom from "../../testing/SeededRandom.ts"

/**
 * Draws what a seed decides.
 *
 * @category models
 */
export interface SeededChoice {
  /** A whole number of a range, both ends included. */
  readonly between: (min: number, max: number) => number
  /** Whether something of a probability happens. */
  readonly chance: (probability: number) => boolean
  /** One of some things, all as likely. */
  readonly pick: <A>(first: A, ...others: ReadonlyArray<A>) => A
  /** A number from 0 up to, and without, a bound. */
  readonly upTo: (bound: number) => number
}

/**
 * Makes the choices of one part of a seed.
 *
 * @category constructors
 */
export const make = (seed: number, stream: number): SeededChoice => {
  const random = SeededRandom.make(seed, stream)
  const between = (min: number, max: number): number => min + random.nextBelowUnsafe(max - min + 1)
  return {
    between,
    chance: (probability) => random.nextDoubleUnsafe() < probability,
    pick: (first, ...others) => others[between(0, others.length) - 1] ?? first,
    upTo: (bound) => random.nextDoubleUnsafe() * bound
  }
}
