/**
 * The signals with which people and supervisors end a command.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/**
 * A signal that asks to end.
 *
 * @category models
 */
export type Signal = "SIGINT" | "SIGTERM"

const signals: ReadonlyArray<Signal> = ["SIGINT", "SIGTERM"]

const register = Effect.gen(function*() {
  const received = yield* Deferred.make<Signal>()
  const listeners = signals.map((signal) => ({
    signal,
    listener: () => {
      Deferred.doneUnsafe(received, Effect.succeed(signal))
    }
  }))
  const stop = Effect.sync(() => {
    for (const { listener, signal } of listeners) process.off(signal, listener)
  })
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      for (const { listener, signal } of listeners) process.on(signal, listener)
    }),
    () => stop
  )
  yield* Effect.forkScoped(Effect.andThen(Deferred.await(received), Effect.delay(stop, "1 second")))
  return received
})

/**
 * Listens for signals from now on, and gives the wait for the first of them.
 *
 * **Details**
 *
 * Another one, more than a second later, ends the process at once, as it does
 * where nobody listens. What comes sooner is the same signal again: npm passes on
 * what the terminal has sent to its child already.
 *
 * @category running
 */
export const listen: Effect.Effect<Effect.Effect<Signal>, never, Scope.Scope> = Effect.map(
  register,
  (received) => Deferred.await(received)
)
