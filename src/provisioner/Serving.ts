/**
 * Serves the line: gets whoever is at its head into flight and, while the fleet
 * is full, waits for a freed slot or for the next reading, whichever is first.
 *
 * One fiber serves, so that a freed slot wakes one, in order.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import type { Flight } from "./InFlight.ts"
import type { ProvisionError } from "./ProvisionError.ts"
import type { Place, Waiters } from "./WaitingLine.ts"

/**
 * What serving a line takes.
 *
 * @category options
 */
export interface ServeOptions<in out W> {
  readonly line: Waiters<W, Flight, ProvisionError>
  /** Joins the flight of a place, or starts it. */
  readonly board: (place: Place<W, Flight, ProvisionError>) => Flight
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
    const flight = board(place)
    if (yield* Deferred.await(flight.seated)) {
      line.serve(place.key, Effect.succeed(flight))
      // Whoever was seated launches before the next is: this fiber was resumed in the middle of it.
      yield* Effect.yieldNow
      continue
    }
    const exit = yield* Effect.exit(Deferred.await(flight.answer))
    // Somebody who came earlier stood in line meanwhile: the place was told of the one before it, not of the fleet.
    if (line.head() !== place) continue
    const told = Exit.isSuccess(exit) ? exit.value : Option.getOrUndefined(Exit.findErrorOption(exit))
    if (told?._tag === "AtCapacity" || told?._tag === "RetryableError") {
      yield* Effect.timeoutOption(wake.await, told.retryAfter)
    } else if (Exit.isFailure(exit)) {
      line.serve(place.key, Effect.failCause(exit.cause))
    }
  }
})
