/**
 * The SDK's client for an ECS that exists, and where that is.
 */
import type { ECSClientConfig } from "@aws-sdk/client-ecs"
import { ListTasksCommand } from "@aws-sdk/client-ecs"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as EcsAws from "../../ecs/EcsAws.ts"
import { isLoopback } from "../../emulator/http/Access.ts"
import { UsageError } from "../terminal/Usage.ts"

/**
 * What is said of an ECS on the command line.
 *
 * @category options
 */
export interface Options {
  readonly endpoint: string | undefined
  readonly region: string | undefined
}

/**
 * What an emulator is told, which checks none of it.
 *
 * @category configuration
 */
export const emulated = {
  region: "us-east-1",
  credentials: { accessKeyId: "emulated", secretAccessKey: "emulated" }
}

/**
 * Makes a client that finds region and credentials as the SDK does.
 *
 * **Details**
 *
 * Where it finds none, an ECS on this machine, which can only be an emulator or a
 * tunnel, is sent made-up ones. For any other a region has to be known.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*({ endpoint, region }: Options) {
  const found = yield* EcsAws.makeClient({ endpoint, region })
  const isLocal = endpoint !== undefined && isLoopback(new URL(endpoint).hostname)
  const settled = yield* Effect.tryPromise(() => found.config.region()).pipe(
    Effect.catch(() =>
      isLocal
        ? Effect.succeed(emulated.region)
        : Effect.fail(new UsageError({ message: "no AWS region is known: give --region, or set AWS_REGION" }))
    )
  )
  const credentials: ECSClientConfig["credentials"] = isLocal
    ? yield* Effect.tryPromise(() => found.config.credentials()).pipe(
      Effect.as(undefined),
      Effect.orElseSucceed(() => emulated.credentials)
    )
    : undefined
  return yield* EcsAws.makeClient({ endpoint, region: settled, credentials })
})

class NotSent extends Error {
  readonly request: unknown
  constructor(request: unknown) {
    super("The request is not to be sent")
    this.request = request
  }
}

const textOf = (owner: unknown, key: string): string =>
  Predicate.hasProperty(owner, key) && Predicate.isString(owner[key]) ? owner[key] : ""

/**
 * Returns the URL to which a client sends, as far as it may be shown.
 *
 * **Details**
 *
 * The SDK itself is asked, by a call that is given up before it is sent: an
 * endpoint may come from the environment or the shared configuration, too.
 *
 * @category getters
 */
export const urlOf = Effect.fnUntraced(
  function*(options: Options) {
    // Credentials are found before the endpoint, and need not be found for this.
    const client = yield* EcsAws.makeClient({ ...options, credentials: emulated.credentials })
    const command = new ListTasksCommand({})
    command.middlewareStack.add(() => (args) => Promise.reject(new NotSent(args.request)), {
      name: "fleetcapNotSent",
      step: "build"
    })
    const thrown = yield* Effect.promise(() => client.send(command).catch((error: unknown) => error))
    if (!(thrown instanceof NotSent)) return "AWS"
    const { request } = thrown
    const port = Predicate.hasProperty(request, "port") && Predicate.isNumber(request.port) ? `:${request.port}` : ""
    return `${textOf(request, "protocol")}//${textOf(request, "hostname")}${port}`
  },
  Effect.scoped
)
