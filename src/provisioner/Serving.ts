/**
 * Serves the line: gets whoever is at its head into flight and, while the fleet
 * is full, waits for a freed slot or for the next reading, whichever is first.
 *
 * One fiber serves, so that a freed slot wakes one, in order.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Latch from "effect/Latch"
import * as Result from "effect/Result"
import type { Key } from "../Key.ts"
import type { ProvisionError } from "../ProvisionError.ts"
import type { Waiters } from "../Waiters.ts"
import type { Flight } from "./InFlight.ts"

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
}

/**
 * Serves a line for ever.
 *
 * @category running
 */
export const serve = Effect.fnUntraced(function*<W>(
  { board, line, wake }: ServeOptions<W>
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
      // Whoever was seated launches before the next is: this fiber was resumed in the middle of it.
      yield* Effect.yieldNow
      continue
    }
    const answer = yield* Effect.result(Deferred.await(flight.answer))
    const told = Result.isSuccess(answer) ? answer.success : answer.failure
    if (told._tag === "AtCapacity" || told._tag === "RetryableError") {
      yield* Effect.timeoutOption(wake.await, told.retryAfter)
    } else if (told._tag === "PermanentError") {
      line.serve(place.key, Effect.fail(told))
    }
  }
})
