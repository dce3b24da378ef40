/**
 * Time that has passed, by the clock that is never set back.
 *
 * A wall clock may be corrected by hours at any moment. What is decided by how
 * long ago something was must not be decided anew by that.
 */
import type * as Clock from "effect/Clock"

/**
 * Starts to measure, and returns how many milliseconds have passed since.
 *
 * @category constructors
 */
export const start = (clock: Clock.Clock): () => number => {
  const from = clock.monotonicTimeNanosUnsafe()
  return () => Number(clock.monotonicTimeNanosUnsafe() - from) / 1_000_000
}

/**
 * Starts to measure, and returns how many milliseconds may have passed since: by
 * the clock that has gone further.
 *
 * **When to use**
 *
 * Where it must not be too late. The monotonic clock of a machine that was
 * suspended may have stood still meanwhile; a wall clock that is set forward only
 * makes it look later than it is.
 *
 * @category constructors
 */
export const atMost = (clock: Clock.Clock): () => number => {
  const elapsed = start(clock)
  const from = clock.currentTimeMillisUnsafe()
  return () => Math.max(elapsed(), clock.currentTimeMillisUnsafe() - from)
}

/**
 * Returns a time of day, in epoch milliseconds, that goes on from now as the
 * monotonic clock does, whatever becomes of the wall clock.
 *
 * @category constructors
 */
export const steadyTime = (clock: Clock.Clock): () => number => {
  const from = clock.currentTimeMillisUnsafe()
  const elapsed = start(clock)
  return () => from + elapsed()
}
