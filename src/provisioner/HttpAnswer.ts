/**
 * Answers and errors of requests as HTTP, for the servers that pass them on: plain data, which any
 * framework sends.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Answers from "./Answer.ts"
import type { ProvisionError } from "./ProvisionError.ts"

/**
 * A response: its status, its headers and its body, which is JSON.
 *
 * @category models
 */
export interface HttpAnswer {
  readonly status: 202 | 400 | 429 | 500 | 503
  readonly headers: Readonly<Record<string, string>>
  readonly body: typeof Accepted.Encoded | Problem
}

/**
 * A problem as RFC 9457 has it, with the reason for programs
 * ({@link https://www.rfc-editor.org/rfc/rfc9457.html}).
 *
 * @category schemas
 */
export const Problem = Schema.Struct({
  type: Schema.Literal("about:blank"),
  title: Schema.String,
  status: Schema.Finite,
  detail: Schema.String,
  reason: Schema.String
})
export type Problem = typeof Problem.Type

/**
 * The body of a request that has its worker.
 *
 * @category schemas
 */
export const Accepted = Schema.Union([Answers.Launched, Answers.Existing])

const encodeAccepted = Schema.encodeSync(Accepted)

/**
 * Makes the response to a request from its answer, or its error.
 *
 * **Details**
 *
 * - `Launched` and `Existing`: 202, for the work goes on after the response
 * - `AtCapacity`: 429 with `Retry-After`
 * - `RetryableError`: 503 with `Retry-After`
 * - `PermanentError` `bad-request`: 400, and what is wrong with the key or the environment
 * - any other `PermanentError`: 500. It is the server's own mistake
 *
 * Of an error that is not the client's mistake it is told none of the words, which may name roles, clusters and
 * endpoints, and of a `RetryableError` its reason. Log the error.
 *
 * `Retry-After` is in whole seconds, at least one. So that clients which were told the same do not come back
 * at the same time, up to as much again is added to it by `Random`, and 10 seconds at least: of 184 clients told
 * "1 s", some 17 come back in each of the next 11.
 *
 * @example
 * ```ts
 * import { Duration, Effect } from "effect"
 * import { type Answer, HttpAnswer } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const full: Answer.Answer = { _tag: "AtCapacity", occupied: 16, cap: 16, retryAfter: Duration.millis(800) }
 * const { body, headers, status } = Effect.runSync(HttpAnswer.make(full))
 *
 * assert.equal(status, 429)
 * assert.ok(Number(headers["retry-after"]) >= 1)
 * assert.equal("detail" in body && body.detail, "16 of 16 workers are running")
 * ```
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  answer: Answers.Answer | ProvisionError
): Effect.fn.Return<HttpAnswer> {
  switch (answer._tag) {
    case "Launched":
    case "Existing":
      return { status: 202, headers: { "content-type": "application/json" }, body: encodeAccepted(answer) }
    case "AtCapacity": {
      const detail = `${answer.occupied} of ${answer.cap} workers are running`
      return problem(429, "at-capacity", detail, yield* retryAfter(answer.retryAfter))
    }
    case "RetryableError":
      return problem(503, answer.reason, "This cannot be done at the moment", yield* retryAfter(answer.retryAfter))
    case "PermanentError":
      return answer.reason === "bad-request"
        ? problem(400, answer.reason, answer.detail)
        : problem(500, "internal", "The worker cannot be started")
  }
})

const titles = {
  400: "Bad Request",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable"
} as const

const problem = (
  status: keyof typeof titles,
  reason: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {}
): HttpAnswer => ({
  status,
  headers: { "content-type": "application/problem+json", ...headers },
  body: { type: "about:blank", title: titles[status], status, detail, reason }
})

/** The least time over which clients are spread, in seconds. */
const leastSpread = 10

const retryAfter = (wait: Duration.Duration) =>
  Effect.map(Random.next, (random) => {
    const least = Math.max(1, Math.ceil(Duration.toSeconds(wait)))
    const spread = Math.max(least, leastSpread)
    return { "retry-after": String(least + Math.floor(random * (spread + 1))) }
  })
