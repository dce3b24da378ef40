/**
 * Ids of launches that a seed decides.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { LaunchId } from "../LaunchId.ts"

/**
 * Draws the ids of launches from Effect's `Random`, so that the same seed gives
 * the same ids.
 *
 * **Gotchas**
 *
 * For tests: an id that was used before replays the launch that used it.
 *
 * @category layers
 */
export const layer: Layer.Layer<never> = Layer.succeed(
  LaunchId,
  Effect.map(
    Effect.all(Array.from({ length: 16 }, () => Random.nextIntBetween(0, 256, { halfOpen: true }))),
    (bytes) => {
      const hex = bytes.map((byte, index) => version(byte, index).toString(16).padStart(2, "0")).join("")
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
    }
  )
)

/** Marks a UUID as random: version 4, variant 1. */
const version = (byte: number, index: number): number => {
  if (index === 6) return (byte & 0x0f) | 0x40
  return index === 8 ? (byte & 0x3f) | 0x80 : byte
}
