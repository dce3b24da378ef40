/**
 * The requests in flight: one per key, shared by all who ask for the key.
 *
 * Each is one fiber that owns its slot from reserve to verdict. It belongs to the
 * provisioner and not to its callers: when all of them have gone it still
 * settles, and its task is in the ledger.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import type { Key } from "../ledger/Key.ts"
import type { Answer } from "./Answer.ts"
import type { Attempts } from "./Launcher.ts"
import * as ProvisionError from "./ProvisionError.ts"
import type { Arrival } from "./WaitingLine.ts"

/**
 * A request in flight.
 *
 * @category models
 */
export interface Flight {
  readonly key: Key
  /** The arrival for which it was started: any other caller has joined it. */
  readonly startedFor: Arrival
  /** `true` once it has a slot or shares one, `false` once it has ended without. */
  readonly seated: Deferred.Deferred<boolean>
  readonly answer: Deferred.Deferred<Answer, ProvisionError.ProvisionError>
  /** As long as none of them may have launched its task, closing ends it at once. */
  readonly attempts: Attempts
}

/**
 * The work of a flight's fiber. It calls `onSeated` once the flight has a slot or shares one.
 *
 * @category models
 */
export type Course = (onSeated: () => void) => Effect.Effect<Answer, ProvisionError.ProvisionError>

/**
 * The requests in flight.
 *
 * @category models
 */
export interface InFlight {
  /**
   * Joins the flight of a key, or starts it. It looks and starts in one step:
   * between two, another fiber may run.
   */
  readonly join: (key: Key, arrival: Arrival, course: (flight: Flight) => Course) => Flight
  /** Returns the flight of a key, if there is one. */
  readonly find: (key: Key) => Flight | undefined
  /** Lets no caller join a flight any more. */
  readonly forget: (flight: Flight) => void
  /** Ends those of which nothing was sent, or all that was launched nothing, now or later: closing waits for the others. */
  readonly endUnsent: () => void
  /** Runs what belongs to no key of its own, as long as a flight may. */
  readonly accompany: (effect: (attempts: Attempts) => Effect.Effect<unknown, unknown>) => void
  /** Waits until none is. */
  readonly awaitEmpty: Effect.Effect<void>
}

/**
 * Makes the requests in flight of one provisioner. They are interrupted when the
 * scope closes.
 *
 * @category constructors
 */
export const make: Effect.Effect<InFlight, never, Scope.Scope> = Effect.gen(function*() {
  const fibers = yield* FiberSet.make<void, never>()
  const fork = yield* FiberSet.runtime(fibers)()
  const flights = new Map<Key, Flight>()

  const forget = (flight: Flight): void => {
    if (flights.get(flight.key) === flight) flights.delete(flight.key)
  }

  const running = new Set<Running>()
  let ending = false

  const endIfUnsent = (run: Running): void => {
    if (ending && run.doubtful === 0) run.fiber?.interruptUnsafe()
  }

  const attemptsOf = (run: Running): Attempts => ({
    begun: () => {
      run.doubtful++
    },
    launchedNothing: () => {
      run.doubtful--
      endIfUnsent(run)
    }
  })

  const find = (key: Key): Flight | undefined => flights.get(key)

  const start = (key: Key, arrival: Arrival, course: (flight: Flight) => Course): Flight => {
    const run: Running = { fiber: undefined, doubtful: 0 }
    const flight: Flight = {
      key,
      startedFor: arrival,
      seated: Deferred.makeUnsafe(),
      answer: Deferred.makeUnsafe(),
      attempts: attemptsOf(run)
    }
    flights.set(key, flight)
    running.add(run)
    const seat = () => {
      Deferred.doneUnsafe(flight.seated, Exit.succeed(true))
    }
    run.fiber = fork(
      Effect.suspend(() => course(flight)(seat)).pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            running.delete(run)
            forget(flight)
            Deferred.doneUnsafe(flight.seated, Exit.succeed(Exit.isSuccess(exit) && exit.value._tag !== "AtCapacity"))
            Deferred.doneUnsafe(flight.answer, Exit.hasInterrupts(exit) ? Exit.fail(ProvisionError.closing) : exit)
          })
        ),
        Effect.exit,
        Effect.asVoid
      )
    )
    return flight
  }

  return {
    join: (key, arrival, course) => find(key) ?? start(key, arrival, course),
    find,
    forget,
    endUnsent: () => {
      ending = true
      for (const run of running) endIfUnsent(run)
    },
    accompany: (effect) => {
      fork(Effect.asVoid(Effect.exit(Effect.suspend(() => effect(attemptsOf({ fiber: undefined, doubtful: 1 }))))))
    },
    awaitEmpty: FiberSet.awaitEmpty(fibers)
  }
})

/** The fiber of a flight, and how many of its attempts may have launched its task. */
interface Running {
  fiber: Fiber.Fiber<void> | undefined
  doubtful: number
}
