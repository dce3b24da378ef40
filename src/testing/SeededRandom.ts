/**
 * Random numbers, and choices, that depend on a seed and on nothing else.
 */
import type * as Random from "effect/Random"
import * as Prng from "../emulator/model/Prng.ts"

/**
 * A generator that gives the same numbers again for the same seed. It fits
 * Effect's `Random` service as it is.
 *
 * @category models
 */
export interface SeededRandom extends Random.Random {
  /** The next whole number from 0 up to, and without, `bound`. */
  readonly nextBelowUnsafe: (bound: number) => number
  /** Draws a whole number of a range, both ends included. */
  readonly between: (min: number, max: number) => number
  /** Draws whether something of a probability happens. */
  readonly chance: (probability: number) => boolean
  /** Draws one of some things, all as likely. */
  readonly pick: <A>(first: A, ...others: ReadonlyArray<A>) => A
  /** Draws a number from 0 up to, and without, a bound. */
  readonly upTo: (bound: number) => number
}

/**
 * Makes a generator.
 *
 * **Details**
 *
 * `stream` gives further generators of the same seed that do not follow one
 * another, so that what one part of a program draws does not change what
 * another part will draw.
 *
 * **Gotchas**
 *
 * Not for secrets, nor for ids that have to be unique between processes.
 *
 * @example
 * ```ts
 * import { SeededRandom } from "fleetcap/testing"
 * import assert from "node:assert/strict"
 *
 * const [first, again] = [SeededRandom.make(7), SeededRandom.make(7)]
 * assert.equal(first.between(1, 6), again.between(1, 6))
 * assert.ok(["a", "b"].includes(first.pick("a", "b")))
 * ```
 *
 * @category constructors
 */
export const make = (seed: number, stream: number = 0): SeededRandom => {
  const prng = Prng.make(seed, stream)
  const nextDoubleUnsafe = () => Prng.next(prng)
  const nextBelowUnsafe = (bound: number) => Math.floor((Prng.nextInt32(prng) / 0x1_0000_0000) * bound)
  const between = (min: number, max: number): number => min + nextBelowUnsafe(max - min + 1)
  return {
    nextDoubleUnsafe,
    nextIntUnsafe: () =>
      Math.floor(nextDoubleUnsafe() * (Number.MAX_SAFE_INTEGER - Number.MIN_SAFE_INTEGER + 1)) +
      Number.MIN_SAFE_INTEGER,
    nextBelowUnsafe,
    between,
    chance: (probability) => nextDoubleUnsafe() < probability,
    pick: (first, ...others) => others[between(0, others.length) - 1] ?? first,
    upTo: (bound) => nextDoubleUnsafe() * bound
  }
}
