/**
 * The errors of a request: why it was not answered, and what its caller can do.
 *
 * Being at capacity is not among these: it is an answer.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Failure } from "../ecs/Ecs.ts"
import type { LedgerUnavailable } from "../ledger/Ledger.ts"
import type { ReadError } from "./PagedReading.ts"

/**
 * The request may succeed if it is made again after `retryAfter`.
 *
 * **Details**
 *
 * `reason` says what is in the way:
 *
 * - `throttled`: AWS asks to be slower
 * - `capacity`: Fargate has no room, or the account's quota is used up
 * - `unreachable`: ECS could not be reached, or did not answer
 * - `unavailable`: ECS failed
 * - `credentials`: what provides AWS credentials failed, for now
 * - `settling`: the launch is still under way (the same key joins it), or it could not be settled (the text says how)
 * - `ledger`: the ledger could not be asked
 * - `starting`: the fleet's hold at start-up has not passed
 * - `closing`: the provisioner is shutting down
 *
 * A launch that is still settling keeps its slot, and its task may yet appear.
 *
 * @category errors
 */
export class RetryableError extends Schema.TaggedError<RetryableError>()("RetryableError", {
  reason: Schema.Literals([
    "throttled",
    "capacity",
    "unreachable",
    "unavailable",
    "credentials",
    "settling",
    "ledger",
    "starting",
    "closing"
  ]),
  detail: Schema.String,
  retryAfter: Schema.DurationFromMillis
}) {
  override get message(): string {
    return `${this.reason}: ${this.detail} (retry after ${Duration.format(this.retryAfter)})`
  }
}

/**
 * The request will fail again until its caller or the fleet's description is changed.
 *
 * **Details**
 *
 * - `bad-request`: the caller's key or environment is not acceptable; nothing was asked of ECS
 * - `access-denied`: the credentials do not allow it: see the IAM policy in the documentation
 * - `not-found`: there is no such cluster or task definition
 * - `invalid`: the fleet's description, or the client's settings, are not what ECS accepts
 *
 * The first is the mistake of the caller, the others of those who run the fleet.
 *
 * @category errors
 */
export class PermanentError extends Schema.TaggedError<PermanentError>()("PermanentError", {
  reason: Schema.Literals(["bad-request", "access-denied", "not-found", "invalid"]),
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.reason}: ${this.detail}`
  }
}

/**
 * The error of a request that was not answered.
 *
 * @example
 * ```ts
 * import { Duration, Effect } from "effect"
 * import { ProvisionError } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const failed: Effect.Effect<string, ProvisionError.ProvisionError> = Effect.fail(
 *   ProvisionError.retryable("throttled", "Rate exceeded")
 * )
 * const advice = failed.pipe(
 *   Effect.catchTags({
 *     RetryableError: ({ retryAfter }) => Effect.succeed(`retry after ${Duration.format(retryAfter)}`),
 *     PermanentError: ({ detail }) => Effect.succeed(`do not retry: ${detail}`)
 *   })
 * )
 * assert.equal(Effect.runSync(advice), "retry after 2s")
 * ```
 *
 * @category errors
 */
export type ProvisionError = RetryableError | PermanentError

/** The time for which a caller had better wait. Capacity comes back in minutes, not seconds. */
const retryAfter: Record<RetryableError["reason"], Duration.Duration> = {
  throttled: Duration.seconds(2),
  capacity: Duration.seconds(15),
  unreachable: Duration.seconds(2),
  unavailable: Duration.seconds(2),
  credentials: Duration.seconds(5),
  settling: Duration.seconds(1),
  ledger: Duration.seconds(1),
  starting: Duration.seconds(1),
  closing: Duration.seconds(5)
}

/**
 * Makes the error of a request that may be made again.
 *
 * @category constructors
 */
export const retryable = (reason: RetryableError["reason"], detail: string): RetryableError =>
  new RetryableError({ reason, detail, retryAfter: retryAfter[reason] })

/**
 * The provisioner is shutting down.
 *
 * @category constructors
 */
export const closing: RetryableError = retryable("closing", "the provisioner is shutting down")

/**
 * Makes the error of a request during the fleet's hold at start-up.
 *
 * @category constructors
 */
export const starting = (left: Duration.Duration): RetryableError =>
  new RetryableError({
    reason: "starting",
    detail: "the fleet grants nothing during its hold at start-up",
    retryAfter: left
  })

/**
 * Makes the error of a request that its caller has to mend.
 *
 * @category constructors
 */
export const badRequest = (detail: string): PermanentError => new PermanentError({ reason: "bad-request", detail })

/**
 * Makes the error of a request that ECS did not carry out.
 *
 * @category constructors
 */
export const ofFailure = ({ detail, reason }: Failure): ProvisionError => {
  switch (reason) {
    case "access-denied":
    case "not-found":
    case "invalid":
      return new PermanentError({ reason, detail })
    default:
      return retryable(reason, detail)
  }
}

/**
 * Makes the error of a request out of whatever was in its way.
 *
 * @category constructors
 */
export const of = (error: ProvisionError | ReadError): ProvisionError => {
  switch (error._tag) {
    case "LedgerUnavailable":
      return retryable("ledger", error.detail)
    case "EcsCallError":
      return ofFailure({ reason: error.reason, detail: `${error.operation}: ${error.detail}` })
    default:
      return error
  }
}

/**
 * Turns a ledger that did not answer into a retryable error.
 *
 * @category combinators
 */
export const orRetryable = <A>(effect: Effect.Effect<A, LedgerUnavailable>): Effect.Effect<A, RetryableError> =>
  Effect.mapError(effect, (error) => retryable("ledger", error.detail))
