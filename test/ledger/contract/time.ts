/**
 * The time by which a ledger decides, in the hands of a test.
 */
import { type Clock, Context, type Duration, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"

/** How the time passes that a ledger decides by. */
export class Time extends Context.Service<Time, {
  readonly advance: (duration: Duration.Input) => Effect.Effect<void>
}>()("test/Time") {
  /** The time of the test's clock. */
  static readonly layerTest = Layer.succeed(Time, { advance: TestClock.adjust })
}

/** A clock that can be put forward, as if the time had passed. */
export const shifted = (clock: Clock.Clock, ahead: () => number): Clock.Clock => ({
  ...clock,
  sleep: (duration) => clock.sleep(duration),
  currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + ahead(),
  currentTimeMillis: Effect.sync(() => clock.currentTimeMillisUnsafe() + ahead()),
  currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + BigInt(ahead()) * 1_000_000n,
  currentTimeNanos: Effect.sync(() => clock.currentTimeNanosUnsafe() + BigInt(ahead()) * 1_000_000n),
  monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe() + BigInt(ahead()) * 1_000_000n
})
