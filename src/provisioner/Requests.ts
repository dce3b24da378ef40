/**
 * Requests of callers: they ask for a worker, or stand in line for one, and get the answer
 * of the flight for their key.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Latch from "effect/Latch"
import type { Settings } from "../fleet/Settings.ts"
import type { Key } from "../ledger/Key.ts"
import { parseKey } from "../ledger/Key.ts"
import type { FleetLedger } from "../ledger/Ledger.ts"
import type { Answer, Existing, Launched } from "./Answer.ts"
import type { Bulletin } from "./Bulletin.ts"
import type { Arrival, Environment } from "./Caller.ts"
import type { Flight } from "./FlightState.ts"
import type { InFlight } from "./InFlight.ts"
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
  readonly environment?: Environment | undefined
}

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
}

/**
 * Makes what callers do.
 *
 * @category constructors
 */
export const make = (options: {
  readonly settings: Settings
  readonly ledger: FleetLedger
  readonly inFlight: InFlight
  readonly line: WaitingLine.WaitingLine
  readonly bulletin: Bulletin
  /** Open once the provisioner closes. */
  readonly closing: Latch.Latch
}): Requests => {
  const { bulletin, closing, inFlight, ledger, line, settings } = options

  const answerOf = (flight: Flight, arrival: Arrival) =>
    Effect.map(
      Effect.timeoutOrElse(Deferred.await(flight.answer), {
        duration: settings.requestTimeout,
        orElse: () => Effect.fail(stillFlying(flight, settings.requestTimeout))
      }),
      (answer): Answer =>
        answer._tag === "Launched" ? { ...answer, joined: answer.joined || flight.arrival !== arrival } : answer
    )

  const admit = (text: string): Effect.Effect<Key, ProvisionError.ProvisionError> =>
    Effect.suspend((): Effect.Effect<Key, ProvisionError.ProvisionError> => {
      if (closing.isOpen()) return Effect.fail(ProvisionError.closing)
      return Effect.mapError(Effect.fromResult(parseKey(text)), ProvisionError.badRequest)
    })

  return {
    request: Effect.fnUntraced(function*(text, { environment = {} } = {}) {
      const key = yield* admit(text)
      const arrival = WaitingLine.arrive(line, yield* ledger.now)
      const ask = Effect.suspend(() => answerOf(inFlight.join(key, arrival, environment), arrival))
      const answer = yield* WaitingLine.whileAsking(line, key, ask)
      if (answer._tag === "AtCapacity") yield* bulletin.turnedAway(key, answer)
      return answer
    }),
    requestWhenFree: Effect.fnUntraced(function*(text, { environment = {} } = {}) {
      const key = yield* admit(text)
      const arrival = WaitingLine.arrive(line, yield* ledger.now)
      const wait = Effect.gen(function*() {
        for (;;) {
          const found = inFlight.find(key)
          // Until it has a slot, this caller keeps its place: what is in the way of the other's request is not in its own.
          const flight = found !== undefined && Deferred.isDoneUnsafe(found.seated)
            ? found
            : yield* WaitingLine.stand(line, key, { environment, arrival })
          const answer = yield* answerOf(flight, arrival)
          if (answer._tag !== "AtCapacity") return answer
        }
      })
      return yield* WaitingLine.whileAsking(line, key, wait)
    })
  }
}

/** The error of a request that has waited for long enough: how far its flight has come, and what ECS said last. */
const stillFlying = (flight: Flight, waited: Duration.Duration): ProvisionError.ProvisionError => {
  const { attempts, failure, key, phase, seated } = flight
  const time = Duration.format(waited)
  if (failure !== undefined) {
    const times = attempts === 1 ? "once" : `${attempts} times`
    return ProvisionError.ofFailure({
      reason: failure.reason,
      detail: `RunTask for ${key} failed ${times} in ${time}, and the launch goes on: ${failure.detail}`
    })
  }
  const [reason, detail] = phase === "launching"
    ? ["settling", `no answer to RunTask for ${key} in ${time}; the launch goes on`] as const
    : phase === "reserved"
    ? ["settling", `the slot of ${key} is reserved, but RunTask could not be sent in ${time}; it will be`] as const
    : Deferred.isDoneUnsafe(seated)
    ? ["settling", `no verdict on the launch of another replica for ${key} in ${time}; it goes on`] as const
    : ["unreachable", `ECS could not be read in ${time}; nothing was launched for ${key}`] as const
  return ProvisionError.retryable(reason, detail)
}
