/**
 * Random numbers that a seed decides, as plain data: the one generator of fleetcap's
 * emulator, simulation and tests. `SeededRandom` of `fleetcap/testing` is a view of it.
 *
 * A world keeps several of these, one for each thing that is drawn, so that a
 * client that reads more often does not change how long the tasks live.
 *
 * The algorithm is sfc32, which is small, fast, and of good quality from the first number
 * on, also for seeds that follow each other.
 */

/**
 * A generator of random numbers. It is changed by every draw.
 *
 * @category models
 */
export interface Prng {
  a: number
  b: number
  c: number
  counter: number
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
 * Creates the generator of one stream of a seed. What one stream draws changes nothing of
 * what another will draw.
 *
 * @category constructors
 */
export const make = (seed: number, stream: number): Prng => {
  const prng: Prng = { a: seed | 0, b: Math.floor(seed / 0x1_0000_0000) | 0, c: stream | 0, counter: 1 }
  // The first rounds still show the seed.
  for (let round = 0; round < 15; round++) nextInt32(prng)
  return prng
}

/**
 * Draws a whole number of 32 bits, not negative.
 *
 * @category operations
 */
export const nextInt32 = (prng: Prng): number => {
  const { a, b, c, counter } = prng
  const sum = (((a + b) | 0) + counter) | 0
  prng.counter = (counter + 1) | 0
  prng.a = b ^ (b >>> 9)
  prng.b = (c + (c << 3)) | 0
  prng.c = (((c << 21) | (c >>> 11)) + sum) | 0
  return sum >>> 0
}

/**
 * Draws a number from 0 up to, and without, 1.
 *
 * @category operations
 */
export const next = (prng: Prng): number =>
  ((nextInt32(prng) >>> 5) * 0x400_0000 + (nextInt32(prng) >>> 6)) / 0x20_0000_0000_0000

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
    digits += nextInt32(prng).toString(16).padStart(8, "0")
  }
  return digits
}
