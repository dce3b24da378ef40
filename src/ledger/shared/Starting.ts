/**
 * Waits, within a bound, for a ledger that is away or busy while a process starts.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Time from "../../Time.ts"
import { LedgerUnavailable } from "../Ledger.ts"

/**
 * The time to wait for a ledger, unless another is given: 30 seconds.
 *
 * @category configuration
 */
export const defaultTimeout: Duration.Input = "30 seconds"

const startSchedule = Schedule.min([
  Schedule.jittered(Schedule.exponential("100 millis")),
  Schedule.spaced("2 seconds")
])

/**
 * Tries again what fails because the ledger is away or busy, until it succeeds or
 * the time is up. A mistake, which no waiting mends, fails at once. The error names
 * the place where the ledger is kept, which must not hold a secret.
 *
 * @category combinators
 */
export const waiting = Effect.fnUntraced(function*<A, E, R>(
  start: Effect.Effect<A, E | LedgerUnavailable, R>,
  { place, timeout }: { readonly place: string; readonly timeout: Duration.Duration }
): Effect.fn.Return<A, E | LedgerUnavailable, R> {
  const now = Time.reader(yield* Clock.Clock)
  const begunAt = now()
  const elapsed = () => Time.atMost(begunAt, now())
  const isPassing = (error: unknown): error is LedgerUnavailable =>
    error instanceof LedgerUnavailable && error.reason !== "rejected"
  let tries = 0
  const warn = (error: unknown): Effect.Effect<void> =>
    isPassing(error) && tries++ === 0
      ? Effect.logWarning(
        `The ledger in ${place} is ${error.reason}, and is waited for, ${
          Duration.format(timeout)
        } at most: ${error.detail}`
      )
      : Effect.void
  return yield* Effect.tapError(start, warn).pipe(
    Effect.retry({
      schedule: startSchedule,
      while: (error) => isPassing(error) && elapsed() < Duration.toMillis(timeout)
    }),
    Effect.mapError((error) => {
      if (!(error instanceof LedgerUnavailable)) return error
      const waited = error.reason === "rejected"
        ? ""
        : `, after ${Duration.format(Duration.seconds(Math.ceil(elapsed() / 1000)))}`
      return new LedgerUnavailable({ reason: error.reason, detail: `${place}: ${error.detail}${waited}` })
    })
  )
})
