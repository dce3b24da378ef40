/**
 * Serves the line: gets whoever is at its head into flight and, while the fleet
 * is full, waits for a freed slot or for the next reading, whichever is first.
 *
 * One fiber serves, so that a freed slot wakes one, in order.
 */
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Latch from "effect/Latch"
import type { Flight } from "./InFlight.ts"
import type { Key } from "./Key.ts"
import type { ProvisionError } from "./ProvisionError.ts"
import type { Waiters } from "./Waiters.ts"

/**
 * What serving a line takes.
 *
 * @category options
 */
export interface ServeOptions<in out W> {
  readonly line: Waiters<W, Flight, ProvisionError>
  /** Joins the flight of a key, or starts it. */
  readonly board: (key: Key, wanted: W) => Flight
  /** Opened when a slot may have become free. */
  readonly wake: Latch.Latch
  /** How long it is before asking again can change anything, if nothing happens. */
  readonly pause: Effect.Effect<Duration.Duration>
}

/**
 * Serves a line for ever.
 *
 * @category running
 */
export const serve = Effect.fnUntraced(function*<W>(
  { board, line, pause, wake }: ServeOptions<W>
): Effect.fn.Return<never> {
  for (;;) {
    yield* line.awaitSomebody
    // Closed before asking: what is freed from here on opens it again.
    wake.closeUnsafe()
    const place = line.head()
    if (place === undefined) continue
    const flight = board(place.key, place.wanted)
    if (yield* Deferred.await(flight.seated)) {
      line.serve(place.key, Effect.succeed(flight))
      continue
    }
    const error = yield* Effect.match(Deferred.await(flight.answer), {
      onFailure: (error) => error,
      onSuccess: () => undefined
    })
    if (error?._tag === "PermanentError") line.serve(place.key, Effect.fail(error))
    else yield* Effect.timeoutOption(wake.await, yield* pause)
  }
})
