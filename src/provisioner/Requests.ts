/**
 * Requests of callers: they ask for a worker, or stand in line for one, and get the answer
 * of the flight for their key.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Settings } from "../fleet/Settings.ts"
import type { Key } from "../ledger/Key.ts"
import { parseKey } from "../ledger/Key.ts"
import type { FleetLedger } from "../ledger/Ledger.ts"
import type { Answer, Existing, Launched } from "./Answer.ts"
import type { Bulletin } from "./Bulletin.ts"
import type { Flights } from "./Flight.ts"
import type { Course, Flight, InFlight } from "./InFlight.ts"
import * as ProvisionError from "./ProvisionError.ts"
import * as WaitingLine from "./WaitingLine.ts"

/**
 * The options of a request, besides its key.
 *
 * @category options
 */
export interface RequestOptions {
  /**
   * Environment variables for the container that the fleet names, for this launch
   * only. Callers that join a launch in flight get the task that is being launched,
   * with the environment of the caller that asked first.
   */
  readonly environment?: Readonly<Record<string, string>> | undefined
}

type Environment = Readonly<Record<string, string>>

/**
 * The line of a fleet: who waits, with which environment, for which flight.
 *
 * @category models
 */
export type Line = WaitingLine.WaitingLine<Environment, Flight, ProvisionError.ProvisionError>

/**
 * Makes the empty line of a fleet.
 *
 * @category constructors
 */
export const makeLine = (): Line => WaitingLine.make()

/**
 * The requests of one provisioner.
 *
 * @category models
 */
export interface Requests {
  readonly request: (text: string, options?: RequestOptions) => Effect.Effect<Answer, ProvisionError.ProvisionError>
  readonly requestWhenFree: (
    text: string,
    options?: RequestOptions
  ) => Effect.Effect<Launched | Existing, ProvisionError.ProvisionError>
  /** Gets a place of the line into flight. */
  readonly board: (place: WaitingLine.Place<Environment, Flight, ProvisionError.ProvisionError>) => Flight
}

/**
 * Makes what callers do.
 *
 * @category constructors
 */
export const make = (options: {
  readonly settings: Settings
  readonly ledger: FleetLedger
  readonly flights: Flights
  readonly inFlight: InFlight
  readonly line: Line
  readonly bulletin: Bulletin
  /** For how many milliseconds nothing is granted yet, after the start. */
  readonly holdLeft: () => number
  readonly isClosing: () => boolean
}): Requests => {
  const { bulletin, flights, holdLeft, inFlight, isClosing, ledger, line, settings } = options
  const askers = makeAskers(line.forget)

  /** A request that does not wait goes on without its caller; one from the line ends when no caller asks for its key. */
  const course = (environment: () => Environment, isFromLine: boolean) => (flight: Flight): Course => (onSeated) =>
    Effect.suspend(() => {
      const left = holdLeft()
      return left > 0
        ? Effect.fail(ProvisionError.starting(Duration.millis(left)))
        : flights.fly({
          key: flight.key,
          environment,
          ahead: () => line.ahead(flight.key),
          waitingSince: () => isFromLine ? line.since(flight.key) : undefined,
          isFromLine,
          attempts: flight.attempts,
          isWanted: () => {
            if (!isFromLine || askers.has(flight.key)) return true
            inFlight.forget(flight)
            return false
          },
          onWithdrawn: () => {
            if (askers.has(flight.key)) line.expect(flight.key, flight.startedFor)
          },
          onSeated: () => {
            onSeated()
            line.serve(flight.key, Effect.succeed(flight))
          }
        })
    })

  const answerOf = (flight: Flight, arrival: WaitingLine.Arrival) =>
    Effect.map(
      Effect.timeoutOrElse(Deferred.await(flight.answer), {
        duration: settings.requestTimeout,
        orElse: () => Effect.fail(ProvisionError.stillSettling(flight.key, settings.requestTimeout))
      }),
      (answer): Answer =>
        answer._tag === "Launched" ? { ...answer, joined: answer.joined || flight.startedFor !== arrival } : answer
    )

  const admit = (text: string): Effect.Effect<Key, ProvisionError.ProvisionError> =>
    Effect.suspend((): Effect.Effect<Key, ProvisionError.ProvisionError> => {
      if (isClosing()) return Effect.fail(ProvisionError.closing)
      return Effect.mapError(
        Effect.fromResult(parseKey(text)),
        (detail) => new ProvisionError.PermanentError({ reason: "invalid", detail })
      )
    })

  return {
    request: Effect.fnUntraced(function*(text, options) {
      const key = yield* admit(text)
      const arrival = line.arrive(yield* ledger.now)
      const depart = () => inFlight.join(key, arrival, course(() => options?.environment ?? {}, false))
      const answer = yield* askers.asking(key, Effect.suspend(() => answerOf(depart(), arrival)))
      if (answer._tag === "AtCapacity") yield* bulletin.turnedAway(key, answer)
      return answer
    }),
    requestWhenFree: Effect.fnUntraced(function*(text, options) {
      const key = yield* admit(text)
      const arrival = line.arrive(yield* ledger.now)
      const wait = Effect.gen(function*() {
        for (;;) {
          const found = inFlight.find(key)
          // Until it has a slot, this caller keeps its place: what is in the way of the other's request is not in its own.
          const flight = found !== undefined && Deferred.isDoneUnsafe(found.seated)
            ? found
            : yield* line.stand(key, options?.environment ?? {}, arrival)
          const answer = yield* answerOf(flight, arrival)
          if (answer._tag !== "AtCapacity") return answer
        }
      })
      return yield* askers.asking(key, wait)
    }),
    board: (place) => inFlight.join(place.key, place.arrival, course(() => line.wanted(place.key) ?? {}, true))
  }
}

/** Counts who asks for a key, from when they ask until they have their answer or have gone. */
const makeAskers = (onNone: (key: Key) => void) => {
  const counts = new Map<Key, number>()
  return {
    has: (key: Key): boolean => counts.has(key),
    asking: <A, E>(key: Key, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
      Effect.acquireUseRelease(
        Effect.sync(() => counts.set(key, (counts.get(key) ?? 0) + 1)),
        () => effect,
        () =>
          Effect.sync(() => {
            const others = (counts.get(key) ?? 1) - 1
            if (others > 0) return counts.set(key, others)
            counts.delete(key)
            return onNone(key)
          })
      )
  }
}
