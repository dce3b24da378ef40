/**
 * The table of errors and answers of ECS calls, and what each means.
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
import * as Details from "../Detail.ts"
import { EcsReadError, type FailureReason, type RunTaskRequest, TaskArn, type Verdict } from "./Ecs.ts"
import * as EcsName from "./EcsName.ts"
import * as TaskArns from "./TaskArn.ts"

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
  /** The ARNs that come with a `ConflictException`. */
  readonly resourceIds?: ReadonlyArray<string> | undefined
  /** The secrets that signed the request: an answer may repeat them, and nothing may show them. */
  readonly secrets?: ReadonlyArray<string> | undefined
}

type Status = "none" | "2xx" | "4xx" | "429" | "5xx" | "other"

/** The conditions of a row: it matches when all that are given hold. */
interface Condition {
  readonly status?: ReadonlyArray<Status>
  readonly name?: RegExp
  readonly message?: RegExp
  readonly code?: RegExp
  readonly syscall?: RegExp
}

type Row = readonly [when: Condition, launch: "Rejected" | "Throttled" | "Unknown", reason: FailureReason]

/** ECS refuses with a 4xx: its words are not believed with any other status. */
const answered: ReadonlyArray<Status> = ["none", "4xx"]
const unanswered: ReadonlyArray<Status> = ["none"]

const exception = /Exception$/

const throttling = new RegExp(
  "^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled"
    + "|RequestThrottledException|SlowDown|BandwidthLimitExceeded|EC2ThrottledException"
    + "|ProvisionedThroughputExceededException)$"
)

const authentication = new RegExp(
  "^(AccessDenied|AccessDeniedException|AuthFailure|BlockedException|ExpiredToken|ExpiredTokenException"
    + "|IncompleteSignature|IncompleteSignatureException|InvalidAccessKeyId|InvalidClientTokenId"
    + "|InvalidSignatureException|MissingAuthenticationToken|MissingAuthenticationTokenException|NotAuthorized"
    + "|OptInRequired|SignatureDoesNotMatch|UnauthorizedOperation|UnrecognizedClientException)$"
)

const noRoom = new RegExp(
  "provisioning capacity limit exceeded|provisioning state|capacity is unavailable|limit on the number of"
    + "|no container instances were found",
  "i"
)

const noRole = /unable to assume the service linked role/i

const noDefinition = /task ?definition (was |is )?(not found|inactive)|unable to describe task definition/i

/** The first row that matches decides. */
const errorTable: ReadonlyArray<Row> = [
  // An answer that does not say what became of the request.
  [{ status: ["5xx"], name: throttling }, "Unknown", "throttled"],
  [{ status: ["5xx"] }, "Unknown", "unavailable"],
  [{ name: /^(ServerException|InternalFailure|ServiceUnavailable)/ }, "Unknown", "unavailable"],
  [{ name: /^(RequestTimeout|RequestAborted)(Exception)?$/ }, "Unknown", "unavailable"],
  // These speak of an earlier request, which may be one with the same token.
  [{ name: /^(PriorRequestNotComplete|TransactionInProgressException)$/ }, "Unknown", "throttled"],
  [{ name: /^ConflictException$/ }, "Unknown", "invalid"],

  // Too many calls. ECS passes on the throttles of the services behind it under other names.
  [{ status: ["429"] }, "Throttled", "throttled"],
  [{ status: answered, name: throttling }, "Throttled", "throttled"],
  [
    { status: answered, name: exception, message: /request ?limit ?exceeded|rate exceeded/i },
    "Throttled",
    "throttled"
  ],

  // Refused for now.
  [{ status: answered, name: /^LimitExceededException$/ }, "Rejected", "capacity"],
  [{ status: answered, name: /^(Client|InvalidParameter)Exception$/, message: noRoom }, "Rejected", "capacity"],
  [{ status: answered, name: exception, message: noRole }, "Rejected", "unavailable"],
  // The SDK sets its clock by this very answer, so that the next request passes.
  [{ status: answered, name: /^Request(TimeTooSkewed|Expired|InTheFuture)$/ }, "Rejected", "unavailable"],
  [
    { status: answered, name: /^InvalidSignatureException$/, message: /signature (expired|not yet current)/i },
    "Rejected",
    "unavailable"
  ],

  // Refused for good.
  [{ status: answered, name: authentication }, "Rejected", "access-denied"],
  [{ status: answered, name: /NotFoundException$/ }, "Rejected", "not-found"],
  [{ status: answered, name: exception, message: noDefinition }, "Rejected", "not-found"],
  [{ status: answered, name: /^(Client|InvalidParameter|UnsupportedFeature)Exception$/ }, "Rejected", "invalid"],
  [{ status: ["4xx"], name: /Exception$|^ValidationError$/ }, "Rejected", "invalid"],

  // Never sent.
  [{ status: unanswered, name: /^(Credentials|Token)?ProviderError$/ }, "Rejected", "access-denied"],
  [
    { status: unanswered, code: /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/, syscall: /^(connect|getaddrinfo)?$/ },
    "Rejected",
    "unreachable"
  ],
  [{ status: unanswered, code: /^E/, syscall: /^connect$/ }, "Rejected", "unreachable"],
  [
    { status: unanswered, name: /^TimeoutError$/, code: /^$/, message: /did not establish a connection/ },
    "Rejected",
    "unreachable"
  ],

  // Mistakes in the settings of the client. They show before anything is sent, but only `attempts` proves that.
  [{ status: unanswered, message: /^(Region is missing|Invalid URL)/ }, "Unknown", "invalid"],
  [{ status: unanswered, message: /credential object is not valid/ }, "Unknown", "access-denied"]
]

/** Lost connections, answers that make no sense, the pages of a proxy, and whatever else comes up. */
const unrecognised: Row = [{}, "Unknown", "unreachable"]

const statusOf = (status: number | undefined): Status => {
  if (status === undefined) return "none"
  if (status === 429) return "429"
  if (status >= 500) return "5xx"
  if (status >= 400) return "4xx"
  return status >= 200 && status < 300 ? "2xx" : "other"
}

const rowOf = (error: ObservedError): Row => {
  const status = statusOf(error.httpStatus)
  return errorTable.find(([when]) =>
    (when.status?.includes(status) ?? true) &&
    (when.name?.test(error.name) ?? true) &&
    (when.message?.test(error.message) ?? true) &&
    (when.code?.test(error.code ?? "") ?? true) &&
    (when.syscall?.test(error.syscall ?? "") ?? true)
  ) ?? unrecognised
}

const detailOf = ({ code, message, name, secrets }: ObservedError): string =>
  [name, code, message].map((part) => Details.of(part ?? "", secrets)).filter((part) => part !== "").join(": ")

/**
 * Returns what the error of a `RunTask` says about its task.
 *
 * **Details**
 *
 * After more than one request only the ARN of a task is a verdict: the error is
 * that of the last one, and an earlier one may have launched the task. One token is
 * one task: a conflict that names several contradicts itself.
 *
 * @example
 * ```ts
 * import { EcsErrors } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const throttled = { name: "ThrottlingException", message: "Rate exceeded", httpStatus: 400, attempts: 1 }
 * assert.equal(EcsErrors.verdictOfError(throttled)._tag, "Throttled")
 *
 * // An earlier request may have launched the task.
 * assert.equal(EcsErrors.verdictOfError({ ...throttled, attempts: 2 })._tag, "Unknown")
 * ```
 *
 * @category verdicts
 */
export const verdictOfError = (error: ObservedError): Verdict => {
  const named = error.name === "ConflictException"
    ? [...new Set(error.resourceIds)].filter((resource) => TaskArns.parse(resource) !== undefined)
    : []
  const [taskArn] = named
  if (named.length > 1) return contradictory(`a conflict over one task names ${named.length}`)
  if (taskArn !== undefined) return { _tag: "Accepted", taskArn: TaskArn(taskArn) }
  const [, launch, reason] = rowOf(error)
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
  new EcsReadError({ operation, reason: rowOf(error)[2], detail: detailOf(error) })

const contradictory = (detail: string): Verdict => ({ _tag: "Contradictory", detail })

/** Whatever stands in an answer is as long as it likes. */
const cut = (text: string): string => JSON.stringify(text.slice(0, 200))

/** The reasons of `failures`. Those in no row are for lack of room, as most are. */
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
 * One that cannot be the answer to this request says nothing either, whatever it
 * holds: two tasks, a task and a failure, the task of another launch or family.
 *
 * @category verdicts
 */
export const verdictOfOutput = (output: {
  readonly tasks?:
    | ReadonlyArray<{
      readonly taskArn?: string | undefined
      readonly lastStatus?: string | undefined
      readonly startedBy?: string | undefined
      readonly taskDefinitionArn?: string | undefined
    }>
    | undefined
  readonly failures?:
    | ReadonlyArray<{
      readonly arn?: string | undefined
      readonly reason?: string | undefined
      readonly detail?: string | undefined
    }>
    | undefined
}, request: Pick<RunTaskRequest, "startedBy" | "taskDefinition">): Verdict => {
  const tasks = output.tasks ?? []
  const [task] = tasks
  if (task !== undefined) {
    if (tasks.length > 1) return contradictory(`the answer to a launch of one task has ${tasks.length} tasks`)
    const { lastStatus, startedBy = request.startedBy, taskArn, taskDefinitionArn = request.taskDefinition } = task
    if (taskArn === undefined || taskArn === "") {
      return { _tag: "Unknown", detail: "The answer has a task without an ARN" }
    }
    if (output.failures?.[0] !== undefined) return contradictory("the answer has a task and a failure")
    if (TaskArns.parse(taskArn) === undefined) return contradictory(`${cut(taskArn)} is not the ARN of a task`)
    if (startedBy !== request.startedBy) return contradictory(`${taskArn} was started by ${cut(startedBy)}`)
    if (EcsName.family(taskDefinitionArn) !== EcsName.family(request.taskDefinition)) {
      return contradictory(`${taskArn} runs ${cut(taskDefinitionArn)}, and not ${request.taskDefinition}`)
    }
    return { _tag: "Accepted", taskArn: TaskArn(taskArn), lastStatus }
  }
  const failure = output.failures?.[0]
  if (failure === undefined) return { _tag: "Unknown", detail: "The answer has neither tasks nor failures" }
  const detail = [failure.reason, failure.detail].map((part) => Details.of(part ?? "")).filter((part) => part !== "")
    .join(": ")
  const reason = failureTable.find(({ text }) => text.test(detail))?.reason ?? "capacity"
  return { _tag: "Declined", failure: { reason, detail: detail === "" ? "ECS gave no reason" : detail } }
}
