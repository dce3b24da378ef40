/**
 * The `Ecs` service over an emulated ECS in the same process.
 *
 * What a client would have observed on the wire is judged by the same table that
 * judges the errors of the AWS SDK.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Ecs, type EcsCallError, isTerminal, TaskArn, unanswered, type Verdict } from "../ecs/Ecs.ts"
import { callErrorOf, isUnknownTask, type ObservedError, verdictOfError, verdictOfOutput } from "../ecs/EcsErrors.ts"
import * as LaunchPermits from "../ecs/LaunchPermits.ts"
import * as TaskExits from "../ecs/TaskExit.ts"
import { Emulator } from "./Emulator.ts"
import type { Outcome } from "./Engine.ts"
import { partitionOf } from "./model/Arn.ts"

/**
 * The way in which the `Ecs` service calls the emulator.
 *
 * @category options
 */
export interface EcsOptions {
  /** The most `runTask` that may be under way. The default is 20. */
  readonly launchPermits?: number | undefined
  /** The region to call. By default, that of the emulator's settings. */
  readonly region?: string | undefined
  /** The account to call. By default, that of the emulator's settings. */
  readonly account?: string | undefined
}

const Task = Schema.Struct({
  taskArn: Schema.optional(Schema.String),
  lastStatus: Schema.optional(Schema.String),
  desiredStatus: Schema.optional(Schema.String),
  startedBy: Schema.optional(Schema.String),
  taskDefinitionArn: Schema.optional(Schema.String),
  stopCode: Schema.optional(Schema.String),
  stoppedReason: Schema.optional(Schema.String),
  createdAt: Schema.optional(Schema.Finite),
  startedAt: Schema.optional(Schema.Finite),
  stoppedAt: Schema.optional(Schema.Finite),
  containers: Schema.optional(Schema.Array(Schema.Struct({
    name: Schema.optional(Schema.String),
    exitCode: Schema.optional(Schema.Finite),
    reason: Schema.optional(Schema.String)
  })))
})

const Failure = Schema.Struct({
  arn: Schema.optional(Schema.String),
  reason: Schema.optional(Schema.String),
  detail: Schema.optional(Schema.String)
})

const decodeTasks = Schema.decodeUnknownOption(Schema.Struct({
  tasks: Schema.optional(Schema.Array(Task)),
  failures: Schema.optional(Schema.Array(Failure))
}))

const decodePage = Schema.decodeUnknownOption(Schema.Struct({
  taskArns: Schema.Array(Schema.String),
  nextToken: Schema.optional(Schema.String)
}))

const decodeError = Schema.decodeUnknownOption(Schema.Struct({
  __type: Schema.String,
  message: Schema.String,
  resourceIds: Schema.optional(Schema.Array(Schema.String))
}))

const reset: ObservedError = {
  name: "TimeoutError",
  message: "read ECONNRESET",
  code: "ECONNRESET",
  syscall: "read",
  attempts: 1
}

/** The error that the AWS SDK throws where a body is not what it should be. */
const nonsense = (httpStatus: number): ObservedError => ({
  name: "SyntaxError",
  message: "Unexpected token in the body",
  httpStatus,
  attempts: 1
})

const errorOf = (outcome: Outcome): ObservedError | undefined => {
  if (outcome._tag === "Reset") return reset
  const { body, status } = outcome.reply
  if (outcome._tag === "Cut") {
    return { name: "Error", message: "aborted", code: "ECONNRESET", httpStatus: status, attempts: 1 }
  }
  if (status < 300) return undefined
  return Option.match(decodeError(body), {
    onNone: () => nonsense(status),
    onSome: ({ __type, message, resourceIds }) => ({
      name: __type,
      message,
      httpStatus: status,
      attempts: 1,
      resourceIds
    })
  })
}

/** ECS's times are epoch seconds. */
const exitOf = (task: typeof Task.Type): TaskExits.TaskExit =>
  TaskExits.make({
    ...task,
    createdAt: millis(task.createdAt),
    startedAt: millis(task.startedAt),
    stoppedAt: millis(task.stoppedAt)
  })

const millis = (seconds: number | undefined): number | undefined => seconds === undefined ? undefined : seconds * 1000

const bodyOf = (outcome: Outcome): unknown => outcome._tag === "Reset" ? undefined : outcome.reply.body

/**
 * Provides `Ecs` over the emulator in the same process.
 *
 * **Details**
 *
 * One call is one call of the emulator, as it would be on the wire: it takes the
 * time that the settings say, and interrupting it does not undo what it did.
 *
 * **Gotchas**
 *
 * A list or description that is never answered waits until it is interrupted.
 *
 * @example
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { Ecs } from "fleetcap"
 * import { EcsInProcess, Emulator } from "fleetcap/emulator"
 * import assert from "node:assert/strict"
 *
 * const ecs = EcsInProcess.layer({ launchPermits: 5 }).pipe(Layer.provide(Emulator.layer()))
 * const location = Effect.flatMap(Ecs.Ecs, (ecs) => ecs.location)
 * assert.equal((await Effect.runPromise(Effect.provide(location, ecs))).region, "us-east-1")
 * ```
 *
 * @category layers
 */
export const layer = (options: EcsOptions = {}): Layer.Layer<Ecs, never, Emulator> =>
  Layer.effect(
    Ecs,
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const launchPermits = LaunchPermits.make(options.launchPermits ?? 20)

      const call = (operation: string, input: unknown): Effect.Effect<Outcome> =>
        emulator.call({ operation, input, region: options.region, account: options.account })

      const read = <A>(
        operation: "ListTasks" | "DescribeTasks",
        input: unknown,
        decode: (body: unknown) => Option.Option<A>
      ): Effect.Effect<A, EcsCallError> =>
        Effect.flatMap(call(operation, input), (outcome) => {
          const error = errorOf(outcome)
          if (error !== undefined) return Effect.fail(callErrorOf(operation, error))
          return Effect.mapError(
            Effect.fromOption(decode(bodyOf(outcome))),
            () => callErrorOf(operation, nonsense(200))
          )
        })

      return Ecs.of({
        launchPermits,
        location: Effect.map(emulator.location, (location) => {
          const { account = location.account, region = location.region } = options
          return { partition: partitionOf(region), region, account, cluster: undefined }
        }),
        runTask: (request, { answerWithin }) =>
          Effect.map(call("RunTask", request), (outcome): Verdict => {
            const error = errorOf(outcome)
            return error === undefined
              ? verdictOfOutput(Option.getOrElse(decodeTasks(bodyOf(outcome)), () => ({})), request)
              : verdictOfError(error)
          }).pipe(Effect.timeoutOrElse({
            duration: answerWithin,
            orElse: () => Effect.succeed(unanswered("no answer in time"))
          })),
        listTasks: (query) =>
          Effect.map(read("ListTasks", query, decodePage), ({ nextToken, taskArns }) => ({
            taskArns: taskArns.map(TaskArn),
            nextToken
          })),
        describeTasks: ({ cluster, taskArns }) =>
          Effect.map(read("DescribeTasks", { cluster, tasks: taskArns }, decodeTasks), ({ failures, tasks }) => ({
            tasks: (tasks ?? []).flatMap((task) => {
              const { desiredStatus, lastStatus, startedBy, taskArn } = task
              if (taskArn === undefined || lastStatus === undefined) return []
              const exit = isTerminal(lastStatus) ? exitOf(task) : undefined
              return [{ taskArn: TaskArn(taskArn), lastStatus, desiredStatus, startedBy, exit }]
            }),
            missing: (failures ?? []).flatMap(({ arn }) => arn === undefined ? [] : [TaskArn(arn)])
          })),
        stopTask: ({ cluster, reason, taskArn }) =>
          Effect.flatMap(call("StopTask", { cluster, task: taskArn, reason }), (outcome) => {
            const error = errorOf(outcome)
            return error === undefined || isUnknownTask(error)
              ? Effect.void
              : Effect.fail(callErrorOf("StopTask", error))
          })
      })
    })
  )
