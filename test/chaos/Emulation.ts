/**
 * The ECS of a chaos run: over HTTP to the replicas, in process to whoever judges.
 */
import { Context, Effect, Layer, type Scope } from "effect"
import { Emulator, Http, type Settings } from "../../src/emulator/index.ts"

/** What is seen of ECS by whoever runs it. */
export interface Emulation {
  readonly endpoint: string
  readonly emulator: Emulator.Emulator["Service"]
  /** The most attempts of one launch that were under way at once, ever. */
  readonly mostAttemptsAtOnce: () => number
}

const tokenOf = (input: unknown): string | undefined =>
  typeof input === "object" && input !== null && "clientToken" in input && typeof input.clientToken === "string"
    ? input.clientToken
    : undefined

/** Runs an ECS on a free port. It ends with the scope. */
export const start = Effect.fnUntraced(function*(
  settings: Settings.Settings
): Effect.fn.Return<Emulation, Http.ListenError, Scope.Scope> {
  const emulator = yield* Emulator.make(settings)
  const attempts = new Map<string, number>()
  let most = 0
  const counted = Emulator.Emulator.of({
    ...emulator,
    call: (call) => {
      const token = call.operation === "RunTask" ? tokenOf(call.input) : undefined
      if (token === undefined) return emulator.call(call)
      return Effect.acquireUseRelease(
        Effect.sync(() => {
          const now = (attempts.get(token) ?? 0) + 1
          attempts.set(token, now)
          most = Math.max(most, now)
        }),
        () => emulator.call(call),
        () => Effect.sync(() => attempts.set(token, (attempts.get(token) ?? 1) - 1))
      )
    }
  })
  const context = yield* Layer.build(Layer.provide(Http.layer(), Layer.succeed(Emulator.Emulator, counted)))
  return { endpoint: Context.get(context, Http.Server).url, emulator, mostAttemptsAtOnce: () => most }
})
