/**
 * One call of the AWS SDK as one request on the wire.
 *
 * The SDK retries, and the error it then throws is that of its last attempt: an
 * earlier one may have launched a task. Here a call makes one request at most,
 * whatever the client's own settings say, and it is known of every call whether
 * its request left. It ends in bounded time and takes an answer of bounded size, too,
 * which the SDK by itself does not promise.
 */
import type { $Command, ECSClient, ECSClientResolvedConfig } from "@aws-sdk/client-ecs"
import type { ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-ecs"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Predicate from "effect/Predicate"
import * as Time from "../Time.ts"
import * as AnswerLimit from "./AnswerLimit.ts"
import { expiredCredentials, type ObservedError } from "./ObservedError.ts"
import { secretsOf } from "./Signing.ts"

/**
 * The operations of ECS that are counted.
 *
 * @category metrics
 */
export type Operation = "RunTask" | "ListTasks" | "DescribeTasks" | "StopTask"

const allRequests = Metric.counter("fleetcap_ecs_requests", {
  description: "Requests to ECS as sent, every page and every attempt counted",
  incremental: true
})

const counters = {
  RunTask: Metric.withAttributes(allRequests, { operation: "RunTask" }),
  ListTasks: Metric.withAttributes(allRequests, { operation: "ListTasks" }),
  DescribeTasks: Metric.withAttributes(allRequests, { operation: "DescribeTasks" }),
  StopTask: Metric.withAttributes(allRequests, { operation: "StopTask" })
}

/**
 * Returns the counter of the requests of one operation.
 *
 * **Details**
 *
 * It goes up as a request is handed to the connection: every page and every
 * attempt counts, a call that fails before that does not.
 *
 * @category metrics
 */
export const requests = (operation: Operation): Metric.Metric<number, Metric.CounterState<number>> =>
  counters[operation]

/**
 * A call that threw, or that took too long.
 *
 * @category errors
 */
export class CallFailed extends Data.TaggedError("CallFailed")<{ readonly error: ObservedError }> {}

/**
 * The credentials of a client, as its calls have found them.
 *
 * @category models
 */
export interface Credentials {
  /** When a call first failed for want of credentials, of those since the last that did not. */
  missingSince: Time.Time | undefined
}

/**
 * Carries the error of the only request past the SDK's retries, which know nothing
 * of this class and so give up at once. The response lets the SDK correct its clock.
 */
class OnlyRequestFailed extends Error {
  readonly error: unknown
  readonly $response: unknown
  constructor(error: unknown) {
    super("The request failed")
    this.name = "OnlyRequestFailed"
    this.error = error
    this.$response = Predicate.hasProperty(error, "$response") ? error.$response : undefined
  }
}

/**
 * The time in which a call has to be ready to be sent: 5 seconds, in milliseconds.
 *
 * Before that it waits for credentials only. They are kept and renewed in time, so that most
 * calls wait for none, and the next one finds those that came too late for this one.
 */
const readyWithin = 5000

const notReady = {
  name: "TimeoutError",
  message: "Credentials did not come in time, and nothing was sent"
}

const textOf = (owner: unknown, key: string): string | undefined =>
  Predicate.hasProperty(owner, key) && Predicate.isString(owner[key]) ? owner[key] : undefined

/** A host with several addresses fails with one error for each of them. */
const syscallOf = (error: unknown): string | undefined => {
  const own = textOf(error, "syscall")
  if (own !== undefined || !Predicate.hasProperty(error, "errors") || !Array.isArray(error.errors)) return own
  const calls = new Set(error.errors.map((part: unknown) => textOf(part, "syscall")))
  return calls.size === 1 ? textOf(error.errors[0], "syscall") : undefined
}

const statusOf = (error: unknown): number | undefined =>
  Predicate.hasProperty(error, "$metadata") && Predicate.hasProperty(error.$metadata, "httpStatusCode") &&
    Predicate.isNumber(error.$metadata.httpStatusCode)
    ? error.$metadata.httpStatusCode
    : undefined

const observe = (thrown: unknown, attempts: number, secrets: ReadonlyArray<string>): ObservedError => {
  const error = thrown instanceof OnlyRequestFailed ? thrown.error : thrown
  return {
    name: textOf(error, "name") ?? "Unknown",
    message: textOf(error, "message") ?? "",
    code: textOf(error, "code"),
    syscall: syscallOf(error),
    httpStatus: statusOf(error),
    resourceIds: Predicate.hasProperty(error, "resourceIds") && Array.isArray(error.resourceIds)
      ? error.resourceIds.filter(Predicate.isString)
      : undefined,
    attempts,
    secrets
  }
}

/**
 * Sends a command, as one request at most.
 *
 * **Details**
 *
 * Interrupting it, and the end of its time, close the connection, or keep the
 * request from being sent.
 *
 * @category calls
 */
export const call = Effect.fnUntraced(
  function*<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(options: {
    readonly client: ECSClient
    readonly credentials: Credentials
    readonly operation: Operation
    readonly command: $Command<Input, Output, ECSClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>
    /**
     * The time limit of the call, from finding credentials to the end of the answer.
     * Without it, its caller ends it.
     */
    readonly timeout?: Duration.Input | undefined
    /** The time after which it is too late to send it, in milliseconds: 5 seconds at most, and without it. */
    readonly sendWithin?: number | undefined
  }): Effect.fn.Return<Output, CallFailed> {
    const { client, command, credentials, operation, timeout = Duration.infinity } = options
    const sendWithin = Math.min(options.sendWithin ?? readyWithin, readyWithin)
    const context = yield* Effect.context<never>()
    const clock = yield* Clock.Clock
    const now = Time.reader(clock)
    const calledAt = now()
    let sent = 0
    let isTooLate = false
    let onlyError: OnlyRequestFailed | undefined
    let secrets: ReadonlyArray<string> = []

    const send = (signal: AbortSignal): Promise<Output> => {
      command.middlewareStack.add((next, handled) => (args) => {
        secrets = secretsOf(handled)
        if (sent > 0) return Promise.reject(onlyError ?? new OnlyRequestFailed(undefined))
        // Credentials may take long: by now no caller may be waiting, and the slot may be free.
        if (signal.aborted) return Promise.reject(new OnlyRequestFailed(signal.reason))
        if (isTooLate || Time.atMost(calledAt, now()) > sendWithin) {
          return Promise.reject(new OnlyRequestFailed(notReady))
        }
        sent++
        counters[operation].updateUnsafe(1, context)
        return next(args).catch((error: unknown) => {
          onlyError = new OnlyRequestFailed(error)
          throw onlyError
        })
      }, { name: "fleetcapOneRequest", step: "finalizeRequest", priority: "low" })
      command.middlewareStack.add(
        (next) => (args) =>
          next(args).then((result) => {
            AnswerLimit.limit(result.response)
            return result
          }),
        // Innermost: it has the body before anything is read of it, and also that of an error.
        { name: "fleetcapAnswerLimit", step: "deserialize", priority: "low" }
      )
      return client.send(command, { abortSignal: signal })
    }

    const failed = (error: ObservedError) =>
      new CallFailed({ error: { ...error, withoutCredentials: missingFor(credentials, error, now()) } })
    const giveUp = Effect.suspend(() => {
      if (sent > 0) return Effect.never
      isTooLate = true
      return Effect.fail(failed({ ...notReady, attempts: 0 }))
    })
    const output = yield* Effect.tryPromise({
      try: (signal) => send(signal),
      catch: (thrown) => failed(observe(thrown, sent, secrets))
    }).pipe(
      Effect.raceFirst(Effect.delay(giveUp, sendWithin)),
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () => {
          // It is told as sent or not: what has not been sent by now will not be.
          isTooLate = true
          const message = `${operation} took longer than ${Duration.format(Duration.fromInputUnsafe(timeout))}`
          return Effect.fail(failed({ name: "TimeoutError", message, attempts: sent }))
        }
      })
    )
    credentials.missingSince = undefined
    return output
  }
)

/** Returns for how long there have been no credentials that work, in milliseconds. */
const missingFor = (credentials: Credentials, error: ObservedError, now: Time.Time): number => {
  const areMissing = error.attempts === 0 || expiredCredentials.test(error.name)
  credentials.missingSince = areMissing ? credentials.missingSince ?? now : undefined
  return credentials.missingSince === undefined ? 0 : Time.atLeast(credentials.missingSince, now)
}
