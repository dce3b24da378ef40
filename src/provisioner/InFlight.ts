/**
 * The flights of a provisioner: one per key, shared by all who ask for the key.
 *
 * Each is one fiber that owns its slot from reserve to verdict. It belongs to the
 * provisioner and not to its callers: when all of them have gone it still
 * settles, and its task is in the ledger.
 */
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import type { Key } from "../ledger/Key.ts"
import type { TakenOver } from "../ledger/rules/Holders.ts"
import type { Answer } from "./Answer.ts"
import type { Arrival, Environment } from "./Caller.ts"
import * as Flying from "./Flight.ts"
import type { Flight } from "./FlightState.ts"
import * as FlightStates from "./FlightState.ts"
import type * as ProvisionError from "./ProvisionError.ts"

/**
 * The flights of a provisioner.
 *
 * @category models
 */
export interface InFlight {
  /**
   * Joins the flight of a key, or starts it: for a caller and its environment, or for
   * the line. It looks and starts in one step: between two, another fiber may run.
   */
  readonly join: (key: Key, arrival: Arrival, environment: Environment | undefined) => Flight
  /** Starts the flight of a launch that another holder has left behind. */
  readonly resume: (taken: TakenOver, arrival: Arrival) => void
  /** Returns the flight of a key, if there is one. */
  readonly find: (key: Key) => Flight | undefined
  /** Ends those of which nothing was sent, or all that was launched nothing, now or later: closing waits for the others. */
  readonly endUnsent: () => void
  /** Waits until there is none. */
  readonly awaitEmpty: Effect.Effect<void>
}

/**
 * Makes the flights of one provisioner. They are interrupted when the scope closes.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  flying: Flying.Flying
): Effect.fn.Return<InFlight, never, Scope.Scope> {
  const fibers = yield* FiberSet.make<void, never>()
  const fork = yield* FiberSet.runtime(fibers)()
  const flights = new Map<Key, Flight>()
  const running = new Set<Flight>()
  let isEnding = false

  const find = (key: Key): Flight | undefined => {
    const flight = flights.get(key)
    return flight?.phase === "settled" ? undefined : flight
  }

  const start = (flight: Flight, flown: Effect.Effect<Answer, ProvisionError.ProvisionError>): Flight => {
    flights.set(flight.key, flight)
    running.add(flight)
    flight.isEnding = isEnding
    flight.fiber = fork(
      flown.pipe(
        Effect.onExit((exit) =>
          Effect.sync(() => {
            running.delete(flight)
            if (flights.get(flight.key) === flight) flights.delete(flight.key)
            FlightStates.settle(flight, exit)
          })
        ),
        Effect.exit,
        Effect.asVoid
      )
    )
    return flight
  }

  return {
    join: (key, arrival, environment) => {
      const found = find(key)
      if (found !== undefined) return found
      const flight = FlightStates.make({ key, arrival, environment })
      return start(flight, Flying.fly(flying, flight))
    },
    resume: (taken, arrival) => {
      const flight = FlightStates.makeLaunching({ key: taken.key, arrival })
      const flown = Flying.resume(flying, flight, taken)
      // A caller that follows the launch of another holder learns from the ledger how it ends.
      if (find(taken.key) === undefined) start(flight, flown)
      else fork(Effect.asVoid(Effect.exit(flown)))
    },
    find,
    endUnsent: () => {
      isEnding = true
      for (const flight of running) FlightStates.end(flight)
    },
    awaitEmpty: FiberSet.awaitEmpty(fibers)
  }
})
