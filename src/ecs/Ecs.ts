/**
 * The ECS calls that fleetcap makes, as a service.
 *
 * Each method is one call on the wire: one page of a list, one batch of
 * descriptions, one attempt to run one task. Nothing below it retries, because
 * the last error of a retried call hides what the earlier attempts may have
 * done. `runTask` therefore has no error channel: whatever happens to the call,
 * what it says about the task is a {@link Verdict}.
 *
 * This folder holds ECS as fleetcap calls it: the service, the meaning of every error,
 * and the AWS SDK behind it. It knows nothing of fleets and caps, and may import
 * `Time.ts` and `Detail.ts`.
 */
import * as Brand from "effect/Brand"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { LaunchPermits } from "./LaunchPermits.ts"
import type { Location } from "./Location.ts"
import type { RunTaskRequest } from "./RunTaskRequest.ts"
import type { TaskExit } from "./TaskExit.ts"

export type { ContainerOverride, EnvironmentVariable, RunTaskRequest } from "./RunTaskRequest.ts"

/**
 * The ARN of a task.
 *
 * @category models
 */
export type TaskArn = string & Brand.Brand<"TaskArn">

/**
 * Brands a string that ECS itself gave as the ARN of a task.
 *
 * @category constructors
 */
export const TaskArn = Brand.nominal<TaskArn>()

/**
 * The ARN of a task, as it is stored.
 *
 * @category schemas
 */
export const TaskArnSchema = Schema.String.pipe(Schema.fromBrand("TaskArn", TaskArn))

/**
 * The reason why a call failed.
 *
 * - `throttled`: too many calls; nothing is wrong with this one
 * - `capacity`: ECS has no room, or the account's quota is used up, for now
 * - `unreachable`: no connection, or no answer that can be relied on
 * - `unavailable`: ECS answered that it failed itself (5xx)
 * - `credentials`: what provides credentials failed, for now: nothing was sent
 * - `access-denied`: credentials missing, expired, or not allowed to do this
 * - `not-found`: no such cluster or task definition
 * - `invalid`: ECS does not accept the parameters, or what answers is not ECS
 *
 * The first five may pass by themselves, the last three will not.
 *
 * @category schemas
 */
export const FailureReason = Schema.Literals([
  "throttled",
  "capacity",
  "unreachable",
  "unavailable",
  "credentials",
  "access-denied",
  "not-found",
  "invalid"
])
export type FailureReason = typeof FailureReason.Type

/**
 * A failed call: the reason, and ECS's own words for it.
 *
 * @category schemas
 */
export const Failure = Schema.Struct({ reason: FailureReason, detail: Schema.String })
export type Failure = typeof Failure.Type

/**
 * Returns whether a failure may pass by itself.
 *
 * @category guards
 */
export const isTransient = ({ reason }: Failure): boolean =>
  reason !== "access-denied" && reason !== "not-found" && reason !== "invalid"

/**
 * The verdict of one `RunTask` call about its task.
 *
 * **Details**
 *
 * - `Accepted`: the task exists. `lastStatus` is absent where ECS did not say it
 *   (a token conflict names the ARN only). It may be stopped already, when the
 *   answer repeats that of an earlier attempt.
 * - `Declined`: ECS answered with `failures`. The request is complete, no task
 *   exists, and the token will say the same again.
 * - `Rejected`: this attempt launched nothing: a 4xx, or it never left. What an
 *   earlier attempt with the same token did, it does not say.
 * - `Throttled`: a `Rejected` that only asks to be slower.
 * - `Unknown`: the attempt may have launched the task, or may do so yet.
 * - `Contradictory`: an answer that cannot be that to a `RunTask` of one task. It is
 *   as good as none, and an operator has to look at what answered so.
 *
 * @category models
 */
export type Verdict =
  | { readonly _tag: "Accepted"; readonly taskArn: TaskArn; readonly lastStatus?: string | undefined }
  | Unsuccessful
  | { readonly _tag: "Contradictory"; readonly detail: string }

/**
 * The verdict of an attempt that showed no task, with the reason.
 *
 * @category models
 */
export interface Unsuccessful {
  readonly _tag: "Declined" | "Rejected" | "Throttled" | "Unknown"
  readonly failure: Failure
}

/**
 * Makes the verdict of an attempt that may have launched its task, and had no answer that
 * can be relied on.
 *
 * @category constructors
 */
export const unanswered = (detail: string): Unsuccessful => ({
  _tag: "Unknown",
  failure: { reason: "unreachable", detail }
})

/**
 * Makes the verdict of an attempt that was not sent, and is to be made again.
 *
 * @category constructors
 */
export const notSent = (why: string): Unsuccessful => ({
  _tag: "Throttled",
  failure: { reason: "unavailable", detail: `not sent: ${why}` }
})

/**
 * One page of a list.
 *
 * **Gotchas**
 *
 * A page may be empty and still have a `nextToken`: only its absence ends a list.
 *
 * @category models
 */
export interface TaskPage {
  readonly taskArns: ReadonlyArray<TaskArn>
  readonly nextToken?: string | undefined
}

/**
 * The fields of a described task that fleetcap uses.
 *
 * @category models
 */
export interface TaskDescription {
  readonly taskArn: TaskArn
  readonly lastStatus: string
  readonly desiredStatus?: string | undefined
  readonly startedBy?: string | undefined
  /** How it ended, once it has stopped. */
  readonly exit?: TaskExit | undefined
}

/**
 * The answer to a batch of descriptions.
 *
 * @category models
 */
export interface TaskDescriptions {
  readonly tasks: ReadonlyArray<TaskDescription>
  /**
   * ARNs that ECS did not find. That is not evidence that they have stopped: a
   * task is also missing shortly after it was launched.
   */
  readonly missing: ReadonlyArray<TaskArn>
}

/**
 * The number of ARNs that one `DescribeTasks` takes at most.
 *
 * @category configuration
 */
export const describeLimit = 100

/**
 * Returns whether a last status is final. A stopping task still runs.
 *
 * @example
 * ```ts
 * import { Ecs } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * assert.ok(Ecs.isTerminal("STOPPED") && !Ecs.isTerminal("DEPROVISIONING"))
 * ```
 *
 * @category guards
 */
export const isTerminal = (lastStatus: string | undefined): boolean =>
  lastStatus === "STOPPED" || lastStatus === "DELETED"

/**
 * A call, other than `RunTask`, that failed.
 *
 * @category errors
 */
export class EcsCallError extends Schema.TaggedError<EcsCallError>()("EcsCallError", {
  operation: Schema.Literals(["ListTasks", "DescribeTasks", "StopTask"]),
  reason: FailureReason,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.operation}: ${this.reason}: ${this.detail}`
  }
}

/**
 * The time limits of one call.
 *
 * @category models
 */
export interface CallLimits {
  /**
   * The time after which it is too late to send it, in milliseconds: by then the gate
   * that let it through was passed too long ago.
   */
  readonly sendWithin: number
  /** When it ends without a verdict: what was sent by then is `Unknown`, and what was not is not sent any more. */
  readonly answerWithin: Duration.Duration
}

/**
 * The ECS calls that fleetcap makes.
 *
 * **Gotchas**
 *
 * All fleets of a process share one: AWS's limits are per account and region.
 *
 * @category services
 */
export class Ecs extends Context.Service<Ecs, {
  /** The location that the calls go to, as far as that is known before the first of them. */
  readonly location: Effect.Effect<Location>
  /**
   * Bounds how many `runTask` are under way. A launch takes a permit before it asks
   * the ledger's gate, so that no attempt waits between the two.
   */
  readonly launchPermits: LaunchPermits
  /**
   * Sends one `RunTask`, once, and ends within its limits.
   *
   * Interrupting it leaves open whether the task was launched: the caller has to
   * read that as `Unknown`.
   */
  readonly runTask: (request: RunTaskRequest, limits: CallLimits) => Effect.Effect<Verdict>
  /** Reads one page of the tasks of a family. Stopping tasks are listed under `STOPPED`. */
  readonly listTasks: (query: {
    readonly cluster: string
    readonly family: string
    readonly desiredStatus: "RUNNING" | "STOPPED"
    readonly nextToken?: string | undefined
  }) => Effect.Effect<TaskPage, EcsCallError>
  /** Describes 1 to 100 tasks. */
  readonly describeTasks: (query: {
    readonly cluster: string
    readonly taskArns: ReadonlyArray<TaskArn>
  }) => Effect.Effect<TaskDescriptions, EcsCallError>
  /**
   * Tells ECS to stop a task. That it was answered is no evidence that the task has stopped, or will. A
   * task that ECS does not know any more needs no stopping.
   */
  readonly stopTask: (query: {
    readonly cluster: string
    readonly taskArn: TaskArn
    /** ECS shows it as the reason why the task stopped. */
    readonly reason: string
  }) => Effect.Effect<void, EcsCallError>
}>()("fleetcap/Ecs") {}
