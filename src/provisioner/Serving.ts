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
import type { InFlight } from "./InFlight.ts"
import * as WaitingLine from "./WaitingLine.ts"

/**
 * Serves a line for ever.
 *
 * @category running
 */
export const serve = Effect.fnUntraced(function*({ inFlight, line, wake }: {
  readonly line: WaitingLine.WaitingLine
  readonly inFlight: InFlight
  /** Opened when a slot may have become free. */
  readonly wake: Latch.Latch
}): Effect.fn.Return<never> {
  for (;;) {
    yield* line.occupied.await
    // Closed before asking: what is freed from here on opens it again.
    wake.closeUnsafe()
    const place = WaitingLine.head(line)
    if (place === undefined) continue
    const flight = inFlight.join(place.key, place.arrival, undefined)
    if (yield* Deferred.await(flight.seated)) {
      WaitingLine.serve(line, place.key, Effect.succeed(flight))
      // The flight that got a slot launches before the next one starts: this fiber was resumed in the middle of it.
      yield* Effect.yieldNow
      continue
    }
    const exit = yield* Effect.exit(Deferred.await(flight.answer))
    // An earlier key came back to the line meanwhile: the answer was about that key, and not about the fleet.
    if (WaitingLine.head(line) !== place) continue
    const told = Exit.isSuccess(exit) ? exit.value : Option.getOrUndefined(Exit.findErrorOption(exit))
    if (told?._tag === "AtCapacity" || told?._tag === "RetryableError") {
      yield* Effect.timeoutOption(wake.await, told.retryAfter)
    } else if (Exit.isFailure(exit)) {
      WaitingLine.serve(line, place.key, Effect.failCause(exit.cause))
    }
  }
})
