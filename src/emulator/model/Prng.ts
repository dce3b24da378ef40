/**
 * Random numbers of an emulated ECS, which a seed decides.
 *
 * A world keeps several of these, one for each thing that is drawn, so that a
 * client that reads more often does not change how long the tasks live.
 *
 * The algorithm is mulberry32: its state is a single number, which the state of
 * the world holds as plain data. `SeededRandom` of `fleetcap/testing` is for
 * programs and tests.
 */

/**
 * A generator of random numbers. It is changed by every draw.
 *
 * @category models
 */
export interface Prng {
  state: number
}

/**
 * A range to draw from, both ends included.
 *
 * @category models
 */
export interface Range {
  readonly min: number
  readonly max: number
}

/**
 * Creates the generator of one stream of a seed.
 *
 * @category constructors
 */
export const make = (seed: number, stream: number): Prng => ({
  state: (Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) + Math.imul(stream + 1, 0x85ebca6b)) | 0
})

/**
 * Draws a number from 0 up to, and without, 1.
 *
 * @category operations
 */
export const next = (prng: Prng): number => {
  prng.state = (prng.state + 0x6d2b79f5) | 0
  let mixed = Math.imul(prng.state ^ (prng.state >>> 15), 1 | prng.state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000
}

/**
 * Draws a whole number of a range. A range without an end gives infinity.
 *
 * @category operations
 */
export const within = (prng: Prng, range: Range): number => {
  if (range.min === range.max || range.max === Infinity) return range.max
  return range.min + Math.floor(next(prng) * (range.max - range.min + 1))
}

/**
 * Draws whether something of a probability happens.
 *
 * @category operations
 */
export const chance = (prng: Prng, probability: number): boolean => probability > 0 && next(prng) < probability

/**
 * Draws 32 hexadecimal digits.
 *
 * @category operations
 */
export const hex32 = (prng: Prng): string => {
  let digits = ""
  for (let part = 0; part < 4; part++) {
    digits += Math.floor(next(prng) * 0x100000000).toString(16).padStart(8, "0")
  }
  return digits
}
