/**
 * ECS itself: the calls of fleetcap over the AWS SDK.
 *
 * Region, endpoint and credentials are found as the SDK finds them, from the
 * environment (`AWS_REGION`, `AWS_ENDPOINT_URL_ECS`, `AWS_PROFILE`, ...), the shared
 * configuration files or the machine's role, unless they are given.
 *
 * Every call is one request. The SDK's own retries are off, also those of a client
 * that is passed in, for the caller knows the client token and the SDK does not tell
 * what its earlier attempts did. Every call ends in bounded time, for which the SDK
 * has no setting: by default it waits for ever.
 */
import {
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
  type Task
} from "@aws-sdk/client-ecs"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Details from "../Detail.ts"
import { call, type Credentials } from "./AwsCall.ts"
import { inputOf } from "./AwsInput.ts"
import { Ecs, EcsCallError, isTerminal, TaskArn, type TaskDescription, unanswered } from "./Ecs.ts"
import { callErrorOf, isUnknownTask, verdictOfError, verdictOfOutput } from "./EcsErrors.ts"
import * as LaunchPermits from "./LaunchPermits.ts"
import * as Locations from "./Location.ts"
import * as SdkClients from "./SdkClient.ts"
import * as TaskExits from "./TaskExit.ts"

export { type Operation, requests } from "./AwsCall.ts"

/**
 * The options that also apply to a client that is passed in.
 *
 * @category options
 */
export interface CallOptions {
  /**
   * The number of `RunTask` that may be under way at once, of all fleets together.
   * Defaults to 20: Fargate takes 20 a second. When they are used up, each fleet may
   * still have a quarter as many under way, so that one fleet whose calls get no answer
   * keeps no other from launching.
   */
  readonly launchPermits?: number | undefined
}

/**
 * The options of a client that is built here.
 *
 * @category options
 */
export interface ClientOptions extends SdkClients.Options {
  /**
   * The number of connections at most. Defaults to 50, and to twice `launchPermits`
   * where that is more, so that no launch waits for a connection: not even while four
   * fleets of the process get no answers.
   */
  readonly maxSockets?: number | undefined
}

/**
 * Everything that can be set.
 *
 * @category options
 */
export interface Options extends CallOptions, ClientOptions {}

/**
 * Fargate launches 20 tasks a second
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html}).
 */
const defaultLaunchPermits = 20

/**
 * Creates a client of the SDK that does not retry and does not wait for ever, and
 * destroys it with its scope.
 *
 * **When to use**
 *
 * Use to send other commands with the settings of fleetcap; give the client to
 * {@link layerClient} then.
 *
 * @category constructors
 */
export const makeClient = (options: Options = {}): Effect.Effect<ECSClient, never, Scope.Scope> =>
  SdkClients.make(ECSClient, {
    ...options,
    maxSockets: options.maxSockets ?? Math.max(50, 2 * (options.launchPermits ?? defaultLaunchPermits))
  })

/** To take it for a list without tasks would be to take silence for evidence. */
const emptyAnswer = (operation: EcsCallError["operation"]) =>
  new EcsCallError({ operation, reason: "unreachable", detail: "The answer is empty" })

/**
 * Creates the service on a client.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(client: ECSClient, options: CallOptions = {}) {
  const permits = options.launchPermits ?? defaultLaunchPermits
  if (!Number.isSafeInteger(permits) || permits < 1) {
    return yield* Effect.die(new RangeError(`launchPermits: expected a whole number from 1 up, got ${permits}`))
  }
  const launchPermits = LaunchPermits.make(permits)
  const credentials: Credentials = { missingSince: undefined }

  return Ecs.of({
    launchPermits,
    // Without a region no call succeeds, and says so itself.
    location: Effect.orElseSucceed(
      Effect.map(Effect.tryPromise(() => client.config.region()), (region) => ({ ...Locations.unknown, region })),
      () => Locations.unknown
    ),
    runTask: (request, { answerWithin: timeout, sendWithin }) =>
      Effect.suspend(() =>
        call({
          client,
          credentials,
          timeout,
          sendWithin,
          operation: "RunTask",
          command: new RunTaskCommand(inputOf(request))
        })
      ).pipe(
        Effect.match({
          onSuccess: (output) => verdictOfOutput(output, request),
          onFailure: ({ error }) => verdictOfError(error)
        }),
        Effect.catchDefect((defect) =>
          Effect.succeed(unanswered(Details.of(Predicate.isError(defect) ? defect.message : "defect")))
        )
      ),
    listTasks: Effect.fnUntraced(function*({ cluster, desiredStatus, family, nextToken }) {
      const command = new ListTasksCommand({ cluster, family, desiredStatus, maxResults: 100, nextToken })
      const output = yield* call({ client, credentials, operation: "ListTasks", command }).pipe(
        Effect.mapError(({ error }) => callErrorOf("ListTasks", error))
      )
      if (output.taskArns === undefined) return yield* emptyAnswer("ListTasks")
      return { taskArns: output.taskArns.map(TaskArn), nextToken: output.nextToken || undefined }
    }),
    describeTasks: Effect.fnUntraced(function*({ cluster, taskArns }) {
      const command = new DescribeTasksCommand({ cluster, tasks: [...taskArns] })
      const output = yield* call({ client, credentials, operation: "DescribeTasks", command }).pipe(
        Effect.mapError(({ error }) => callErrorOf("DescribeTasks", error))
      )
      if (output.tasks === undefined && output.failures === undefined) return yield* emptyAnswer("DescribeTasks")
      const tasks = (output.tasks ?? []).flatMap((task): ReadonlyArray<TaskDescription> =>
        task.taskArn === undefined ? [] : [{
          taskArn: TaskArn(task.taskArn),
          lastStatus: task.lastStatus ?? "UNKNOWN",
          desiredStatus: task.desiredStatus,
          startedBy: task.startedBy,
          exit: isTerminal(task.lastStatus) ? exitOf(task) : undefined
        }]
      )
      const missing = (output.failures ?? []).flatMap(({ arn, reason }) =>
        arn !== undefined && reason === "MISSING" ? [TaskArn(arn)] : []
      )
      return { tasks, missing }
    }),
    stopTask: ({ cluster, reason, taskArn }) => {
      const command = new StopTaskCommand({ cluster, task: taskArn, reason })
      return call({ client, credentials, operation: "StopTask", command }).pipe(
        Effect.catchTag(
          "CallFailed",
          ({ error }) => isUnknownTask(error) ? Effect.void : Effect.fail(callErrorOf("StopTask", error))
        ),
        Effect.asVoid
      )
    }
  })
})

const exitOf = (task: Task): TaskExits.TaskExit =>
  TaskExits.make({
    ...task,
    createdAt: task.createdAt?.getTime(),
    startedAt: task.startedAt?.getTime(),
    stoppedAt: task.stoppedAt?.getTime()
  })

/**
 * Provides ECS over a client of its own.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { Ecs, EcsAws } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const layer = EcsAws.layer({ region: "eu-central-1", silenceTimeout: "10 seconds" })
 * const location = Effect.flatMap(Ecs.Ecs, (ecs) => ecs.location)
 * assert.equal((await Effect.runPromise(Effect.provide(location, layer))).region, "eu-central-1")
 * ```
 *
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Ecs> =>
  Layer.effect(Ecs, Effect.flatMap(makeClient(options), (client) => make(client, options)))

/**
 * Provides ECS over a client of its own, with options from the configuration.
 *
 * @category layers
 */
export const layerConfig = (
  options: Config.Wrap<Omit<Options, "credentials">>
): Layer.Layer<Ecs, Config.ConfigError> => Layer.unwrap(Effect.map(Config.unwrap(options), layer))

/**
 * Provides ECS over a client that exists, and that stays its owner's to destroy.
 *
 * **Gotchas**
 *
 * The client's retries are not used: one call stays one request, for a launch has
 * to be counted anew before each attempt. Its own timeouts apply besides
 * the fleet's; without a `connectionTimeout`, a connection that is not made in
 * time is no proof that nothing was sent.
 *
 * @category layers
 */
export const layerClient = (client: ECSClient, options: CallOptions = {}): Layer.Layer<Ecs> =>
  Layer.effect(Ecs, make(client, options))
