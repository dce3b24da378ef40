import { ECSClient } from "@aws-sdk/client-ecs"
import { Data, Effect, Layer } from "effect"
import { Emulator, Http, type Settings } from "fleetcap/emulator"

/** An emulator that listens on a port of its own. */
export const server = (settings?: Settings.Settings) => Layer.provideMerge(Http.layer(), Emulator.layer(settings))

/** The AWS SDK, pointed at the emulator. */
export const connect = Effect.gen(function*() {
  const { url } = yield* Http.Server
  return yield* Effect.acquireRelease(
    Effect.sync(() =>
      new ECSClient({
        endpoint: url,
        region: "eu-west-1",
        credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" },
        maxAttempts: 1
      })
    ),
    (client) => Effect.sync(() => client.destroy())
  )
})

class Raised extends Data.TaggedError("Raised")<{ readonly cause: unknown }> {}

/** Makes a call of the SDK. */
export const attempt = <A>(call: () => Promise<A>) =>
  Effect.tryPromise({ try: call, catch: (cause) => new Raised({ cause }) })

/** Makes a call of the SDK that fails, and gives what was thrown. */
export const errorOf = <A>(call: () => Promise<A>) => Effect.map(Effect.flip(attempt(call)), ({ cause }) => cause)
