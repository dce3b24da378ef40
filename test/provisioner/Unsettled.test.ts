/**
 * Requests that have waited for `requestTimeout`: what they, the snapshot and the log are told.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, References } from "effect"
import type { Fault } from "../../src/emulator/model/Fault.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import { Emulator, layer, pass, peak } from "../world.ts"

const throttled: Fault = { _tag: "ServiceError", name: "ThrottlingException", message: "Rate exceeded", status: 400 }
const failed: Fault = { _tag: "ServiceError", name: "ServerException", message: "Oops", status: 500 }
const unimplemented: Fault = { _tag: "ServiceError", name: "Unknown", message: "UnknownError", status: 501 }

const always = (operation: string, fault: Fault) => ({ faults: [{ operation, probability: 1, fault }] })

/** What a request is told in the end, once it has waited for its 30 seconds. */
const told = Effect.gen(function*() {
  const provisioner = yield* Provisioner
  const asking = yield* Effect.forkChild(Effect.flip(provisioner.request("a")))
  yield* pass("31 seconds", "250 millis")
  const error = yield* Fiber.join(asking)
  return { error, slots: (yield* provisioner.snapshot).slots }
})

const launchesOnceWell = Effect.gen(function*() {
  const emulator = yield* Emulator
  const provisioner = yield* Provisioner
  yield* emulator.configure({ faults: [] })
  const again = yield* Effect.forkChild(provisioner.request("a"))
  yield* pass("25 seconds", "250 millis")
  assert.strictEqual((yield* Fiber.join(again))._tag, "Launched")
  assert.strictEqual(yield* peak, 1)
})

describe("a request that waits for longer than requestTimeout", () => {
  it.effect("is told that ECS throttles, in ECS's words, and that the launch goes on", () =>
    Effect.gen(function*() {
      const { error, slots } = yield* told
      assert.strictEqual(error.reason, "throttled")
      assert.match(error.message, /RunTask for a failed \d+ times in 30s, and the launch goes on: .*Rate exceeded/)
      assert.match(slots[0]?.why ?? "", /sent \d+ times, last throttled: ThrottlingException: Rate exceeded/)
      yield* launchesOnceWell
    }).pipe(Effect.provide(layer({ cap: 4 }, always("RunTask", throttled)))))

  it.effect("is told that ECS fails, and that the task may exist", () =>
    Effect.gen(function*() {
      const { error, slots } = yield* told
      assert.strictEqual(error.reason, "unavailable")
      assert.match(error.message, /the launch goes on: ServerException: Oops/)
      assert.match(slots[0]?.why ?? "", /its task may exist \(last unavailable: ServerException: Oops\)/)
      yield* launchesOnceWell
    }).pipe(Effect.provide(layer({ cap: 4 }, always("RunTask", failed)))))

  it.effect("is told not to ask again where what answers is not ECS", () =>
    Effect.gen(function*() {
      const { error } = yield* told
      assert.strictEqual(`${error._tag} ${error.reason}`, "PermanentError invalid")
      assert.include(error.message, "check the endpoint")
      yield* launchesOnceWell
    }).pipe(Effect.provide(layer({ cap: 4 }, always("RunTask", unimplemented)))))

  it.effect("is told that there is no answer, where there was none", () =>
    Effect.gen(function*() {
      const { error } = yield* told
      assert.strictEqual(error.reason, "settling")
      assert.include(error.message, "no answer to RunTask for a in 30s")
    }).pipe(
      Effect.provide(
        layer({ cap: 4, settings: { shutdownTimeout: 0 } }, always("RunTask", { _tag: "LateAnswer", by: "35 seconds" }))
      )
    ))

  it.effect("is told of no launch while ECS could not be read", () =>
    Effect.gen(function*() {
      const { error, slots } = yield* told
      assert.strictEqual(error.reason, "unreachable")
      assert.include(error.message, "nothing was launched for a")
      assert.lengthOf(slots, 0)
    }).pipe(
      Effect.provide(
        layer(
          { cap: 4, settings: { readTimeout: "40 seconds" } },
          always("ListTasks", { _tag: "LateAnswer", by: "35 seconds" })
        )
      )
    ))

  it.effect("is logged once for each reason, in ECS's words", () => {
    const log: Array<string> = []
    const recording = Logger.layer([Logger.make(({ logLevel, message }) => {
      if (logLevel === "Warn") log.push(String(message))
    })])
    return Effect.gen(function*() {
      yield* told
      const lines = log.filter((line) => /RunTask of launch \S+ for a failed/.test(line))
      assert.lengthOf(lines, 1)
      assert.include(lines[0], "(throttled: ThrottlingException: Rate exceeded)")
    }).pipe(
      Effect.provide(
        Layer.merge(
          layer({ cap: 4 }, always("RunTask", throttled), recording),
          Layer.succeed(References.MinimumLogLevel, "Warn")
        )
      )
    )
  })
})
