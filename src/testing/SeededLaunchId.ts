/**
 * Ids of launches that a seed decides.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { LaunchId } from "../provisioner/LaunchId.ts"

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0")

/**
 * Makes ids out of whole numbers that are drawn from 0 up to, and without, a
 * bound. Each is made in one step, for simulations draw a great many.
 *
 * @category constructors
 */
export const make = (below: (bound: number) => number): Effect.Effect<string> =>
  Effect.sync(() =>
    [
      hex(below(0x1_0000_0000), 8),
      hex(below(0x1_0000), 4),
      `4${hex(below(0x1000), 3)}`,
      `a${hex(below(0x1000), 3)}`,
      `${hex(below(0x100_0000), 6)}${hex(below(0x100_0000), 6)}`
    ].join("-")
  )

/**
 * Draws the ids of launches from Effect's `Random`, so that the same seed gives
 * the same ids.
 *
 * **Gotchas**
 *
 * For tests: an id that was used before replays the launch that used it.
 *
 * @example
 * ```ts
 * import { Effect, Random } from "effect"
 * import { LaunchId } from "fleetcap"
 * import { SeededLaunchId } from "fleetcap/testing"
 * import assert from "node:assert/strict"
 *
 * const id = Effect.flatten(LaunchId.LaunchId).pipe(Effect.provide(SeededLaunchId.layer), Random.withSeed(7))
 * assert.equal(await Effect.runPromise(id), await Effect.runPromise(id))
 * ```
 *
 * @category layers
 */
export const layer: Layer.Layer<never> = Layer.succeed(
  LaunchId,
  Effect.flatMap(Random.Random, (random) => make((bound) => Math.floor(random.nextDoubleUnsafe() * bound)))
)
