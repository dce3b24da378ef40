/**
 * The observations of a call that failed, and the conditions by which the tables of
 * errors recognise it.
 *
 * Errors are judged by name, code and status, not by class: the SDK has classes
 * for some of them only, gives an HTML page as a `SyntaxError` and a lost
 * connection as a `TimeoutError`, and marks none of them as retryable.
 */

/**
 * The observations of a call that failed: status, code and message.
 *
 * @category models
 */
export interface ObservedError {
  /** The name of the error: for an answer of ECS, its error code. */
  readonly name: string
  readonly message: string
  /** The system's code, such as `ECONNRESET`. */
  readonly code?: string | undefined
  /** The system call that failed, such as `connect` or `read`. */
  readonly syscall?: string | undefined
  /** The status of the answer, where its head arrived. */
  readonly httpStatus?: number | undefined
  /** The number of requests that were made. 0 says that nothing left this process. */
  readonly attempts?: number | undefined
  /** The time for which the client has had no credentials that work, in milliseconds. */
  readonly withoutCredentials?: number | undefined
  /** The ARNs that come with a `ConflictException`. */
  readonly resourceIds?: ReadonlyArray<string> | undefined
  /** The secrets that signed the request: an answer may repeat them, and nothing may show them. */
  readonly secrets?: ReadonlyArray<string> | undefined
}

/**
 * The class of an HTTP status. What a server does not implement it will not do later.
 *
 * @category models
 */
export type Status = "none" | "2xx" | "4xx" | "429" | "5xx" | "not-implemented" | "other"

/**
 * The conditions of a row: it matches when all that are given hold.
 *
 * @category models
 */
export interface Condition {
  readonly status?: ReadonlyArray<Status>
  readonly name?: RegExp
  readonly message?: RegExp
  readonly code?: RegExp
  readonly syscall?: RegExp
}

const statusOf = (status: number | undefined): Status => {
  if (status === undefined) return "none"
  if (status === 429) return "429"
  if (status === 501 || status === 505) return "not-implemented"
  if (status >= 500) return "5xx"
  if (status >= 400) return "4xx"
  return status >= 200 && status < 300 ? "2xx" : "other"
}

/**
 * Returns whether an error meets the conditions of a row.
 *
 * @category guards
 */
export const matches = (error: ObservedError, when: Condition): boolean =>
  (when.status?.includes(statusOf(error.httpStatus)) ?? true) &&
  (when.name?.test(error.name) ?? true) &&
  (when.message?.test(error.message) ?? true) &&
  (when.code?.test(error.code ?? "") ?? true) &&
  (when.syscall?.test(error.syscall ?? "") ?? true)

/**
 * The names under which AWS says that there are too many calls.
 *
 * @category conditions
 */
export const throttling = new RegExp(
  "^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled"
    + "|RequestThrottledException|SlowDown|BandwidthLimitExceeded|EC2ThrottledException"
    + "|ProvisionedThroughputExceededException)$"
)

/**
 * The names under which AWS says that credentials have expired.
 *
 * @category conditions
 */
export const expiredCredentials = /^Expired(Token|TokenException|IdTokenException)$/

/**
 * The conditions under which AWS did not take a signature because of its time. The SDK sets its
 * clock by such an answer, so that the next request passes.
 *
 * @category conditions
 */
export const skewedClock: ReadonlyArray<Condition> = [
  { name: /^Request(TimeTooSkewed|Expired|InTheFuture)$/ },
  { name: /^(InvalidSignatureException|SignatureDoesNotMatch)$/, message: /signature (expired|not yet current)/i }
]
