/**
 * The ECS of a chaos run: over HTTP to the replicas, in process to the judge.
 */
import { Context, Effect, Layer, Queue, type Scope } from "effect"
import { Emulator, Http, type Settings } from "../../src/emulator/index.ts"

/** The judge's view of ECS. */
export interface Emulation {
  readonly endpoint: string
  readonly emulator: Emulator.Emulator["Service"]
  /** The tokens of the attempts that have arrived. */
  readonly attempts: Queue.Dequeue<string>
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
  const attempts = yield* Queue.unbounded<string>()
  const underWay = new Map<string, number>()
  let most = 0
  const counted = Emulator.Emulator.of({
    ...emulator,
    call: (call) => {
      const token = call.operation === "RunTask" ? tokenOf(call.input) : undefined
      if (token === undefined) return emulator.call(call)
      return Effect.acquireUseRelease(
        Effect.sync(() => {
          const now = (underWay.get(token) ?? 0) + 1
          underWay.set(token, now)
          most = Math.max(most, now)
          Queue.offerUnsafe(attempts, token)
        }),
        () => emulator.call(call),
        () =>
          Effect.sync(() => {
            const left = (underWay.get(token) ?? 1) - 1
            if (left === 0) underWay.delete(token)
            else underWay.set(token, left)
          })
      )
    }
  })
  const context = yield* Layer.build(Layer.provide(Http.layer(), Layer.succeed(Emulator.Emulator, counted)))
  return { endpoint: Context.get(context, Http.Server).url, emulator, attempts, mostAttemptsAtOnce: () => most }
})
