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
export type Signal = "SIGINT" | "SIGTERM" | "SIGHUP"

const signals: ReadonlyArray<Signal> = ["SIGINT", "SIGTERM", "SIGHUP"]

/**
 * Returns whether a word is the name of a signal that asks to end.
 *
 * @category guards
 */
export const isSignal = (word: string): word is Signal => signals.some((signal) => signal === word)

/** A terminal that closes says so through every process between, and asks for no haste. */
const impatient: ReadonlyArray<Signal> = ["SIGINT", "SIGTERM"]

const register = Effect.gen(function*() {
  const received = yield* Deferred.make<Signal>()
  const listeners = signals.map((signal) => ({
    signal,
    listener: () => {
      Deferred.doneUnsafe(received, Effect.succeed(signal))
    }
  }))
  const stop = (stopped: ReadonlyArray<Signal>) =>
    Effect.sync(() => {
      for (const { listener, signal } of listeners) {
        if (stopped.includes(signal)) process.off(signal, listener)
      }
    })
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      for (const { listener, signal } of listeners) process.on(signal, listener)
    }),
    () => stop(signals)
  )
  yield* Effect.forkScoped(Effect.andThen(Deferred.await(received), Effect.delay(stop(impatient), "1 second")))
  return received
})

/**
 * Listens for signals from now on, and gives the wait for the first of them.
 *
 * **Details**
 *
 * Another SIGINT or SIGTERM, more than a second later, ends the process at once, as
 * it does in a process without a handler. One that comes sooner is the same signal again:
 * npm passes on what the terminal has already sent to its child.
 *
 * @category running
 */
export const listen: Effect.Effect<Effect.Effect<Signal>, never, Scope.Scope> = Effect.map(
  register,
  (received) => Deferred.await(received)
)
