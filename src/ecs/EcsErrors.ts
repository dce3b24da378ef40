/**
 * The meaning of errors and answers of ECS calls.
 *
 * A launch is only ever called refused where the call certainly launched nothing:
 * ECS said so itself, or the request never left. The rest is `Unknown`, and so is
 * everything that no row of the tables knows, because a slot that is freed for a
 * task that runs lets the fleet pass its cap.
 */
import * as Details from "../Detail.ts"
import * as AnswerErrors from "./AnswerErrors.ts"
import { EcsCallError, type FailureReason, type RunTaskRequest, TaskArn, unanswered, type Verdict } from "./Ecs.ts"
import * as EcsName from "./EcsName.ts"
import type { ObservedError } from "./ObservedError.ts"
import * as TaskArns from "./TaskArn.ts"
import * as UnsentErrors from "./UnsentErrors.ts"

export type { ObservedError } from "./ObservedError.ts"

/** The error of a provider of credentials says that nothing was signed yet, and so nothing sent. */
const isUnsent = ({ attempts, httpStatus, name }: ObservedError): boolean =>
  attempts === 0 || (httpStatus === undefined && /^(Credentials|Token)?ProviderError$/.test(name))

const meaningOf = (error: ObservedError): AnswerErrors.Meaning =>
  isUnsent(error)
    ? { launch: "Rejected", ...UnsentErrors.meaningOf(error) }
    : AnswerErrors.meaningOf(error)

const detailOf = ({ code, message, name, secrets }: ObservedError, advice: string | undefined): string =>
  [
    [name, code, message].map((part) => Details.of(part ?? "", secrets)).filter((part) => part !== "").join(": "),
    advice
  ].filter((part) => part !== undefined).join("; ")

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
  const { advice, launch, reason } = meaningOf(error)
  const detail = detailOf(error, advice)
  const attempts = error.attempts ?? 1
  if (attempts > 1) return { _tag: "Unknown", failure: { reason, detail: `${detail} (after ${attempts} requests)` } }
  return { _tag: launch, failure: { reason, detail } }
}

/**
 * Returns the error of a call, other than `RunTask`, that threw.
 *
 * @category errors
 */
export const callErrorOf = (operation: EcsCallError["operation"], error: ObservedError): EcsCallError =>
  readError(operation, error, meaningOf(error))

const readError = (
  operation: EcsCallError["operation"],
  error: ObservedError,
  { advice, reason }: AnswerErrors.Meaning
) => new EcsCallError({ operation, reason, detail: detailOf(error, advice) })

/**
 * Returns whether ECS does not know, or has forgotten, the task that it was to stop.
 *
 * @category guards
 */
export const isUnknownTask = ({ message, name }: ObservedError): boolean =>
  name === "InvalidParameterException" && /referenced task was not found/i.test(message)

const contradictory = (detail: string): Verdict => ({ _tag: "Contradictory", detail })

/** Whatever stands in an answer is as long as it likes. */
const cut = (text: string): string => JSON.stringify(text.slice(0, 200))

/** The reasons of `failures`. Those in no row are for lack of room, as most are. */
const failureTable: ReadonlyArray<{ readonly text: RegExp; readonly reason: FailureReason }> = [
  { text: /^(MISSING|INACTIVE)\b/, reason: "not-found" },
  // No instance of the cluster has what the task definition asks for, or is where its subnet is.
  { text: /^(ATTRIBUTE|LOCATION)\b/, reason: "invalid" },
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
      return unanswered("The answer has a task without an ARN")
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
  if (failure === undefined) return unanswered("The answer has neither tasks nor failures")
  const detail = [failure.reason, failure.detail].map((part) => Details.of(part ?? "")).filter((part) => part !== "")
    .join(": ")
  const reason = failureTable.find(({ text }) => text.test(detail))?.reason ?? "capacity"
  return { _tag: "Declined", failure: { reason, detail: detail === "" ? "ECS gave no reason" : detail } }
}
