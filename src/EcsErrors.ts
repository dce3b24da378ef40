/**
 * What the errors and the answers of ECS calls mean, as a table.
 *
 * A launch is only ever called refused where the call certainly launched nothing:
 * ECS said so itself, or the request never left. The rest is `Unknown`, and so is
 * everything that no row of the table knows, because a slot that is freed for a
 * task that runs lets the fleet pass its cap.
 *
 * Errors are judged by name, code and status, not by class: the SDK has classes
 * for some of them only, gives an HTML page as a `SyntaxError` and a lost
 * connection as a `TimeoutError`, and marks none of them as retryable.
 */
import { EcsReadError, type FailureReason, TaskArn, type Verdict } from "./Ecs.ts"

/**
 * What was observed of a call that threw.
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
  /** How many requests were made. 0 says that none was: nothing left this process. */
  readonly attempts?: number | undefined
  /** The ARNs that come with a `ConflictException`. */
  readonly resourceIds?: ReadonlyArray<string> | undefined
}

type Status = "none" | "2xx" | "4xx" | "429" | "5xx" | "other"

/** One row: every column that is given must match. */
interface Row {
  readonly status?: ReadonlyArray<Status>
  readonly name?: RegExp
  readonly message?: RegExp
  readonly code?: RegExp
  readonly syscall?: RegExp
  readonly launch: "Rejected" | "Throttled" | "Unknown"
  readonly reason: FailureReason
}

/** ECS's own words arrive with a 4xx; a refusal is not believed with any other status. */
const answered: ReadonlyArray<Status> = ["none", "4xx"]

const exception = /Exception$/

const throttling =
  /^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|Request(LimitExceeded|Throttled|ThrottledException)|SlowDown|BandwidthLimitExceeded|EC2ThrottledException|ProvisionedThroughputExceededException)$/

const authentication =
  /^(AccessDenied|AccessDeniedException|AuthFailure|BlockedException|ExpiredToken|ExpiredTokenException|IncompleteSignature|IncompleteSignatureException|InvalidAccessKeyId|InvalidClientTokenId|InvalidSignatureException|MissingAuthenticationToken|MissingAuthenticationTokenException|NotAuthorized|OptInRequired|SignatureDoesNotMatch|UnauthorizedOperation|UnrecognizedClientException)$/

/** The first row that matches decides. */
const errorTable: ReadonlyArray<Row> = [
  // An answer that does not say what became of the request.
  { status: ["5xx"], name: throttling, launch: "Unknown", reason: "throttled" },
  { status: ["5xx"], launch: "Unknown", reason: "unavailable" },
  { name: /^(ServerException|InternalFailure|ServiceUnavailable)/, launch: "Unknown", reason: "unavailable" },
  { name: /^(RequestTimeout|RequestAborted)(Exception)?$/, launch: "Unknown", reason: "unavailable" },
  // These speak of an earlier request, which may be the one with the same token.
  { name: /^(PriorRequestNotComplete|TransactionInProgressException)$/, launch: "Unknown", reason: "throttled" },
  { name: /^ConflictException$/, launch: "Unknown", reason: "invalid" },

  // Too many calls. ECS passes on the throttles of the services that it calls as errors of other names.
  { status: ["429"], launch: "Throttled", reason: "throttled" },
  { status: answered, name: throttling, launch: "Throttled", reason: "throttled" },
  {
    status: answered,
    name: exception,
    message: /request ?limit ?exceeded|rate exceeded/i,
    launch: "Throttled",
    reason: "throttled"
  },

  // Refused, and only for now.
  { status: answered, name: /^LimitExceededException$/, launch: "Rejected", reason: "capacity" },
  {
    status: answered,
    name: exception,
    message: /unable to assume the service linked role/i,
    launch: "Rejected",
    reason: "unavailable"
  },
  {
    status: answered,
    name: /^(ClientException|InvalidParameterException)$/,
    message:
      /capacity is unavailable|no container instances were found|limit on the number of|(reached|exceed\w*)\b.*\b(limit|quota)|(limit|quota)\b.*\b(reached|exceed)|provisioning state/i,
    launch: "Rejected",
    reason: "capacity"
  },
  // The SDK sets its clock by this very answer, so that the next request passes.
  { status: answered, name: /^Request(TimeTooSkewed|Expired|InTheFuture)$/, launch: "Rejected", reason: "unavailable" },
  {
    status: answered,
    name: /^InvalidSignatureException$/,
    message: /signature (expired|not yet current)/i,
    launch: "Rejected",
    reason: "unavailable"
  },

  // Refused for good.
  { status: answered, name: authentication, launch: "Rejected", reason: "access-denied" },
  { status: answered, name: /NotFoundException$/, launch: "Rejected", reason: "not-found" },
  {
    status: answered,
    name: exception,
    message: /task ?definition (was |is )?(not found|inactive)|unable to describe task definition|cluster not found/i,
    launch: "Rejected",
    reason: "not-found"
  },
  { status: ["4xx"], name: exception, launch: "Rejected", reason: "invalid" },
  {
    status: answered,
    name:
      /^(Client|InvalidParameter|UnsupportedFeature|PlatformUnknown|PlatformTaskDefinitionIncompatibility)Exception$/,
    launch: "Rejected",
    reason: "invalid"
  },
  { status: ["4xx"], name: /^Validation(Error)?$/, launch: "Rejected", reason: "invalid" },

  // Never sent.
  {
    status: ["none"],
    name: /^(Credentials|Token)?ProviderError$/,
    launch: "Rejected",
    reason: "access-denied"
  },
  {
    status: ["none"],
    code: /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/,
    syscall: /^(connect|getaddrinfo)?$/,
    launch: "Rejected",
    reason: "unreachable"
  },
  { status: ["none"], code: /^E/, syscall: /^connect$/, launch: "Rejected", reason: "unreachable" },
  {
    status: ["none"],
    name: /^TimeoutError$/,
    code: /^$/,
    message: /did not establish a connection/,
    launch: "Rejected",
    reason: "unreachable"
  },

  // Mistakes in the settings of the client, which show before anything is sent: `attempts` then is 0.
  { status: ["none"], message: /^Region is missing|^Invalid URL/, launch: "Unknown", reason: "invalid" },
  { status: ["none"], message: /credential object is not valid/, launch: "Unknown", reason: "access-denied" }
]

/** Lost connections, answers that make no sense, pages of a proxy, and whatever comes up next. */
const unrecognised: Row = { launch: "Unknown", reason: "unreachable" }

const statusOf = (status: number | undefined): Status => {
  if (status === undefined) return "none"
  if (status === 429) return "429"
  if (status >= 500) return "5xx"
  if (status >= 400) return "4xx"
  return status >= 200 && status < 300 ? "2xx" : "other"
}

const rowOf = (error: ObservedError): Row => {
  const status = statusOf(error.httpStatus)
  return errorTable.find((row) =>
    (row.status?.includes(status) ?? true) &&
    (row.name?.test(error.name) ?? true) &&
    (row.message?.test(error.message) ?? true) &&
    (row.code?.test(error.code ?? "") ?? true) &&
    (row.syscall?.test(error.syscall ?? "") ?? true)
  ) ?? unrecognised
}

const secrets: ReadonlyArray<RegExp> = [
  /(?<=\b(?:x-amz-security-token|authorization|signature|credential|\w*token|\w*secret\w*|password)["']?\s*[=:]\s*)[^\s,]+/gi,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g
]

/**
 * The first line, without what looks like a credential: where a signature does not
 * match, ECS answers with the whole signed request, session token and all.
 */
const detailOf = (error: ObservedError): string => {
  const line = error.message.split("\n", 1).join("").slice(0, 500)
  const message = secrets.reduce((text, secret) => text.replace(secret, "***"), line)
  return [error.name, error.code, message].filter((part) => part !== undefined && part !== "").join(": ")
}

/**
 * Returns what the error of a `RunTask` says about its task.
 *
 * **Details**
 *
 * After more than one request only the ARN of a task is a verdict: the error is
 * that of the last one, and an earlier one may have launched the task.
 *
 * @category verdicts
 */
export const verdictOfError = (error: ObservedError): Verdict => {
  const taskArn = error.name === "ConflictException"
    ? error.resourceIds?.find((resource) => resource.startsWith("arn:"))
    : undefined
  if (taskArn !== undefined) return { _tag: "Accepted", taskArn: TaskArn(taskArn) }
  const { launch, reason } = rowOf(error)
  const detail = detailOf(error)
  const attempts = error.attempts ?? 1
  if (attempts > 1) return { _tag: "Unknown", detail: `${detail} (after ${attempts} requests)` }
  if (launch === "Throttled") return { _tag: "Throttled", detail }
  return launch === "Rejected" || attempts === 0
    ? { _tag: "Rejected", failure: { reason, detail } }
    : { _tag: "Unknown", detail }
}

/**
 * Returns the error of a read that threw.
 *
 * @category errors
 */
export const readErrorOf = (operation: "ListTasks" | "DescribeTasks", error: ObservedError): EcsReadError =>
  new EcsReadError({ operation, reason: rowOf(error).reason, detail: detailOf(error) })

/** What is left out is for lack of room, which is what `failures` mostly are about. */
const failureTable: ReadonlyArray<{ readonly text: RegExp; readonly reason: FailureReason }> = [
  { text: /^(MISSING|INACTIVE)\b/, reason: "not-found" },
  { text: /rate exceeded|throttl/i, reason: "throttled" }
]

/**
 * Returns what the answer to a `RunTask` of one task says about the task.
 *
 * **Gotchas**
 *
 * An answer with neither tasks nor failures, such as an empty body, says nothing.
 *
 * @category verdicts
 */
export const verdictOfOutput = (output: {
  readonly tasks?:
    | ReadonlyArray<{ readonly taskArn?: string | undefined; readonly lastStatus?: string | undefined }>
    | undefined
  readonly failures?:
    | ReadonlyArray<{
      readonly arn?: string | undefined
      readonly reason?: string | undefined
      readonly detail?: string | undefined
    }>
    | undefined
}): Verdict => {
  const task = output.tasks?.find((task) => task.taskArn !== undefined && task.taskArn !== "")
  if (task?.taskArn !== undefined) {
    return { _tag: "Accepted", taskArn: TaskArn(task.taskArn), lastStatus: task.lastStatus }
  }
  if ((output.tasks?.length ?? 0) > 0) return { _tag: "Unknown", detail: "The answer has a task without an ARN" }
  const failure = output.failures?.[0]
  if (failure === undefined) return { _tag: "Unknown", detail: "The answer has neither tasks nor failures" }
  const detail = [failure.reason, failure.detail].filter((part) => part !== undefined && part !== null && part !== "")
    .join(": ")
  const reason = failureTable.find(({ text }) => text.test(detail))?.reason ?? "capacity"
  return { _tag: "Declined", failure: { reason, detail: detail === "" ? "ECS gave no reason" : detail } }
}
