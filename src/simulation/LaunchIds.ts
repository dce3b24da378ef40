/**
 * The ids of a run's launches: the same for the same seed.
 */
import * as Effect from "effect/Effect"
import * as SeededRandom from "../testing/SeededRandom.ts"

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

/**
 * Makes the ids of a run.
 *
 * **Details**
 *
 * In one step, where the ids for tests at large take one for every byte: in a
 * simulation that is a good part of all there is to do.
 *
 * @category constructors
 */
export const make = (seed: number): Effect.Effect<string> => {
  const random = SeededRandom.make(seed, 4)
  const below = random.nextBelowUnsafe
  return Effect.sync(() =>
    [
      hex(below(0x1_0000_0000), 8),
      hex(below(0x1_0000), 4),
      `4${hex(below(0x1000), 3)}`,
      `a${hex(below(0x1000), 3)}`,
      `${hex(below(0x100_0000), 6)}${hex(below(0x100_0000), 6)}`
    ].join("-")
  )
}
