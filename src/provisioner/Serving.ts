/**
 * Serves the line: starts the flight of the key at its head and, while the fleet
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
import type { Place, WaitingLine } from "./WaitingLine.ts"

/**
 * The line to serve, and what it is served with.
 *
 * @category options
 */
export interface ServeOptions<in out W> {
  readonly line: WaitingLine<W, Flight, ProvisionError>
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
    yield* line.awaitCaller
    // Closed before asking: what is freed from here on opens it again.
    wake.closeUnsafe()
    const place = line.head()
    if (place === undefined) continue
    const flight = board(place)
    if (yield* Deferred.await(flight.seated)) {
      line.serve(place.key, Effect.succeed(flight))
      // The flight that got a slot launches before the next one starts: this fiber was resumed in the middle of it.
      yield* Effect.yieldNow
      continue
    }
    const exit = yield* Effect.exit(Deferred.await(flight.answer))
    // An earlier key came back to the line meanwhile: the answer was about that key, and not about the fleet.
    if (line.head() !== place) continue
    const told = Exit.isSuccess(exit) ? exit.value : Option.getOrUndefined(Exit.findErrorOption(exit))
    if (told?._tag === "AtCapacity" || told?._tag === "RetryableError") {
      yield* Effect.timeoutOption(wake.await, told.retryAfter)
    } else if (Exit.isFailure(exit)) {
      line.serve(place.key, Effect.failCause(exit.cause))
    }
  }
})
