/**
 * A client of DynamoDB, and one call of it: bounded in time, and with the time
 * taken from its answer.
 */
import type { $Command, DynamoDBClientResolvedConfig } from "@aws-sdk/client-dynamodb"
import { DynamoDBClient, type ServiceInputTypes, type ServiceOutputTypes } from "@aws-sdk/client-dynamodb"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as AnswerLimit from "../../ecs/AnswerLimit.ts"
import * as SdkClients from "../../ecs/SdkClient.ts"
import { secretsOf } from "../../ecs/Signing.ts"
import { CallFailed, ofThrown } from "./DynamoError.ts"
import type { ServerTime } from "./ServerTime.ts"

/**
 * The options of a client that is built here.
 *
 * @category options
 */
export interface ClientOptions extends Pick<SdkClients.Options, "region" | "endpoint" | "profile" | "credentials"> {}

/**
 * Creates a client of the SDK that does not retry and does not wait for ever, and
 * destroys it with its scope.
 *
 * @category constructors
 */
export const makeClient = (
  { credentials, endpoint, profile, region }: ClientOptions = {}
): Effect.Effect<DynamoDBClient, never, Scope.Scope> =>
  SdkClients.make(DynamoDBClient, { credentials, endpoint, profile, region, silenceTimeout: "5 seconds" })

/**
 * Says which host a client calls.
 *
 * @category accessors
 */
export const hostOf = ({ config }: DynamoDBClient): Effect.Effect<string> =>
  Effect.tryPromise(async () => {
    const endpoint = await config.endpoint?.()
    if (endpoint === undefined) return `dynamodb.${await config.region()}.amazonaws.com`
    return endpoint.port === undefined ? endpoint.hostname : `${endpoint.hostname}:${endpoint.port}`
  }).pipe(Effect.orElseSucceed(() => "an unknown region"))

/**
 * The client and table of a call, its time limit, and the time that answers tell.
 *
 * @category models
 */
export interface Way {
  readonly client: DynamoDBClient
  readonly table: string
  readonly timeout: Duration.Duration
  readonly time: ServerTime
}

/**
 * Sends a command.
 *
 * **Details**
 *
 * Interrupting it, and the end of its time, close the connection: whether the
 * request arrived is not known then. A client that was passed in may repeat it;
 * nothing here relies on that it does not.
 *
 * @category calls
 */
export const call = <Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  { client, table, time, timeout }: Way,
  command: $Command<Input, Output, DynamoDBClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>
): Effect.Effect<Output, CallFailed> => {
  let secrets: ReadonlyArray<string> = []
  return Effect.tryPromise({
    try: (signal) => {
      command.middlewareStack.add(
        (next, context) => (args) => {
          secrets = secretsOf(context)
          const answered = time.sending()
          return next(args).then((result) => {
            answered(dateOf(result.response))
            AnswerLimit.limit(result.response)
            return result
          })
        },
        // Innermost: it sees the answers that are errors, too.
        { name: "fleetcapServerTime", step: "deserialize", priority: "low" }
      )
      return client.send(command, { abortSignal: signal })
    },
    catch: (thrown) => ofThrown(thrown, table, secrets)
  }).pipe(Effect.timeoutOrElse({
    duration: timeout,
    orElse: () =>
      Effect.fail(
        new CallFailed({ reason: "unknown", detail: `DynamoDB gave no answer in ${Duration.format(timeout)}` })
      )
  }))
}

const dateOf = (response: unknown): string | undefined =>
  Predicate.hasProperty(response, "headers") && Predicate.hasProperty(response.headers, "date") &&
    Predicate.isString(response.headers.date)
    ? response.headers.date
    : undefined
