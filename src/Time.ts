/**
 * Time as a process can know it: by its wall clock and by its monotonic clock.
 *
 * Neither is right at all times. A wall clock may be set by hours at any moment; a
 * monotonic clock stands still while its machine is suspended. So a {@link Time}
 * has two readings. Between two moments the fast one goes as far as the clock that
 * went further, and the slow one as far as the clock that went less far.
 *
 * What may happen only *until* a time has passed (send a token again, grant a slot
 * on a reading) is judged by {@link atMost}; what may happen only *after* it (give
 * up a launch, forget a task, take over) by {@link atLeast}. A clock that is wrong
 * then costs waiting, and never a task too many.
 */
import type * as Clock from "effect/Clock"
import * as Schema from "effect/Schema"

/**
 * A moment, in epoch milliseconds of the two readings. Only the distance between
 * two moments of one origin means something.
 *
 * @category schemas
 */
export const Time = Schema.Struct({ fast: Schema.Finite, slow: Schema.Finite })
export type Time = typeof Time.Type

/**
 * Returns the moment at which both readings agree on a time of day.
 *
 * @category constructors
 */
export const of = (millis: number): Time => ({ fast: millis, slow: millis })

/**
 * Returns how many milliseconds may have passed between two moments.
 *
 * **When to use**
 *
 * Where it must not be too late.
 *
 * @category accessors
 */
export const atMost = (from: Time, to: Time): number => to.fast - from.fast

/**
 * Returns how many milliseconds have certainly passed between two moments. It is
 * negative where a wall clock was set back in between.
 *
 * **When to use**
 *
 * Where it must not be too early.
 *
 * @category accessors
 */
export const atLeast = (from: Time, to: Time): number => to.slow - from.slow

/**
 * Returns the moment by which both readings have gone on.
 *
 * @category constructors
 */
export const plus = (time: Time, fast: number, slow: number): Time => ({
  fast: time.fast + fast,
  slow: time.slow + slow
})

/** The most that a wall clock may go back without having been set: it is corrected a little all the time. */
const tolerance = 1000

/**
 * Returns what reads the clocks of a process, from now on.
 *
 * **Details**
 *
 * It begins at the time of day and goes on as the monotonic clock does, as long as
 * the wall clock agrees. The fast reading never goes back.
 *
 * @category constructors
 */
export const reader = (clock: Clock.Clock): () => Time => {
  const wallStart = clock.currentTimeMillisUnsafe()
  const monotonicStart = clock.monotonicTimeNanosUnsafe()
  /** The lead of the wall clock over the monotonic one since then. */
  let lead = 0
  let gained = 0
  let lost = 0
  return () => {
    const passed = Number(clock.monotonicTimeNanosUnsafe() - monotonicStart) / 1_000_000
    const parted = clock.currentTimeMillisUnsafe() - wallStart - passed - lead
    if (parted > 0) gained += parted
    if (parted < -tolerance) lost -= parted
    if (parted > 0 || parted < -tolerance) lead += parted
    return { fast: wallStart + passed + gained, slow: wallStart + passed - lost }
  }
}
