/**
 * Builds the clients of the AWS SDK: they do not retry, and do not wait for ever.
 */
import type { ECSClientConfig } from "@aws-sdk/client-ecs"
import { NodeHttpHandler } from "@smithy/node-http-handler"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/**
 * The endpoint, credentials, connections and time limits of a client.
 *
 * @category options
 */
export interface Options {
  /** The AWS region. Found by the SDK unless given. */
  readonly region?: string | undefined
  /** The URL of the service, or of an emulator. Found by the SDK unless given. */
  readonly endpoint?: string | undefined
  /** The profile in the shared configuration files. Found by the SDK unless given. */
  readonly profile?: string | undefined
  /** Credentials, or what provides them. Found by the SDK unless given. */
  readonly credentials?: ECSClientConfig["credentials"] | undefined
  /**
   * The time to wait for a connection, a free one of the pool included. A call that gets
   * none was certainly not sent. Defaults to 5 seconds.
   */
  readonly connectionTimeout?: Duration.Input | undefined
  /** The longest silence of a connection, before its answer begins and in the middle of it. Defaults to 20 seconds. */
  readonly silenceTimeout?: Duration.Input | undefined
  /** The number of connections at most. Defaults to 50. */
  readonly maxSockets?: number | undefined
}

/** Without a value a field is absent: the SDK looks for it. */
interface Config {
  readonly region?: string
  readonly endpoint?: string
  readonly profile?: string
  readonly credentials?: NonNullable<ECSClientConfig["credentials"]>
  readonly maxAttempts: number
  readonly requestHandler: NodeHttpHandler
}

/**
 * Creates a client of a service, and destroys it with its scope.
 *
 * @category constructors
 */
export const make = <Client extends { readonly destroy: () => void }>(
  Client: new(config: Config) => Client,
  { connectionTimeout, credentials, endpoint, maxSockets, profile, region, silenceTimeout }: Options
): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const silence = timer(silenceTimeout ?? "20 seconds")
      const agent = { keepAlive: true, maxSockets: maxSockets ?? 50 }
      return new Client({
        ...(region === undefined ? {} : { region }),
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(profile === undefined ? {} : { profile }),
        ...(credentials === undefined ? {} : { credentials }),
        maxAttempts: 1,
        requestHandler: new NodeHttpHandler({
          connectionTimeout: timer(connectionTimeout ?? "5 seconds"),
          requestTimeout: silence,
          throwOnRequestTimeout: true,
          socketTimeout: silence,
          httpAgent: agent,
          httpsAgent: agent
        })
      })
    }),
    (client) => Effect.sync(() => client.destroy())
  )

/** A timer of Node's cannot run longer: it would end at once. To the SDK, 0 is no limit. */
const longestTimer = 2 ** 31 - 1

const timer = (input: Duration.Input): number => {
  const millis = Duration.toMillis(input)
  return millis > longestTimer ? 0 : Math.max(1, Math.round(millis))
}
