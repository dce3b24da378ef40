/**
 * Callers who wait in line for a key that another caller asks for, too.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { RunTaskRequest } from "../../src/ecs/Ecs.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import { ask, calls, Emulator, keys, layer, pass, received, tally } from "../world.ts"

const environmentOf = (request: RunTaskRequest | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (request?.overrides?.containerOverrides?.[0]?.environment ?? []).map(({ name, value }) => [name, value])
  )

describe("a caller who waits in line for a key that is asked for already", () => {
  it.effect("waits on where the request that it joined could not read ECS", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* emulator.configure({
        faults: [{ operation: "ListTasks", probability: 1, fault: { _tag: "ServerError", processed: false } }]
      })
      const impatient = yield* Effect.forkChild(ask(["k"]), { startImmediately: true })
      const waiting = yield* Effect.forkChild(Effect.result(provisioner.requestWhenFree("k")), {
        startImmediately: true
      })
      yield* pass("10 seconds", 100)
      assert.deepStrictEqual(tally(yield* Fiber.join(impatient)), { RetryableError: 1 })
      assert.isUndefined(waiting.pollUnsafe())
      yield* emulator.configure({ faults: [] })
      yield* pass("10 seconds", 100)
      assert.deepStrictEqual(tally([yield* Fiber.join(waiting)]), { Launched: 1 })
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("is not told that a launch is settling while nothing was reserved", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* emulator.configure({
        latencyOf: { ListTasks: "9 seconds", RunTask: 50, DescribeTasks: 40 },
        pages: { short: 1 }
      })
      yield* emulator.launchForeign({ cluster: "c", family: "worker", count: 1, lifetime: "Infinity" })
      yield* emulator.configure({
        faults: [{ operation: "ListTasks", probability: 1, fault: { _tag: "LateAnswer", by: "9 seconds" } }]
      })
      yield* Effect.forkChild(ask(["k"]), { startImmediately: true })
      const waiting = yield* Effect.forkChild(Effect.result(provisioner.requestWhenFree("k")), {
        startImmediately: true
      })
      yield* pass("2 minutes", 500)
      assert.strictEqual(yield* calls("RunTask"), 0)
      assert.isUndefined(waiting.pollUnsafe())
      yield* Fiber.interrupt(waiting)
    }).pipe(Effect.provide(layer({ cap: 1, settings: { shutdownTimeout: 0 } }))))
})

describe("a caller who leaves the line", () => {
  it.effect("takes its environment along: the next caller's worker gets the next caller's", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      const first = yield* Effect.forkChild(ask(keys(1)))
      yield* pass("1 second")
      assert.deepStrictEqual(tally(yield* Fiber.join(first)), { Launched: 1 })
      const wait = (token: string) =>
        Effect.forkChild(provisioner.requestWhenFree("shared", { environment: { TOKEN: token } }), {
          startImmediately: true
        })
      const leaving = yield* wait("of the caller who left")
      yield* pass("3 seconds")
      const staying = yield* wait("of the caller who stayed")
      yield* pass("3 seconds")
      yield* Fiber.interrupt(leaving)
      yield* emulator.stopTasks({ count: 1 })
      yield* pass("5 seconds")
      assert.strictEqual((yield* Fiber.join(staying))._tag, "Launched")
      assert.strictEqual(environmentOf((yield* received).at(-1))["TOKEN"], "of the caller who stayed")
    }).pipe(Effect.provide(layer({ cap: 1, container: "main" }))))
})
