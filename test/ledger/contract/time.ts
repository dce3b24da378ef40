/**
 * The time by which a ledger decides, in the hands of a test.
 */
import { Context, type Duration, type Effect, Layer } from "effect"
import { TestClock } from "effect/testing"

/** How the time passes that a ledger decides by. */
export class Time extends Context.Service<Time, {
  readonly advance: (duration: Duration.Input) => Effect.Effect<void>
}>()("test/Time") {
  /** The time of the test's clock. */
  static readonly layerTest = Layer.succeed(Time, { advance: TestClock.adjust })
}
