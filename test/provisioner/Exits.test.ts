/**
 * Why a worker ended: what the changes and the log say of it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, References, Stream } from "effect"
import * as TaskExits from "../../src/ecs/TaskExit.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import { Emulator, keys, layer, pass } from "../world.ts"

/** The next slots that are freed. */
const freed = (count: number) =>
  Effect.gen(function*() {
    const provisioner = yield* Provisioner
    return yield* provisioner.changes.pipe(
      Stream.filter((change) => change._tag === "Freed"),
      Stream.take(count),
      Stream.runCollect,
      Effect.forkChild
    )
  })

/** A full fleet is read again for whoever asks. */
const askOn = Effect.gen(function*() {
  const provisioner = yield* Provisioner
  yield* Effect.ignore(provisioner.request("reader"))
})

const alwaysFails = {
  faults: [{ operation: "RunTask", probability: 1, fault: { _tag: "StartFailure" } as const }],
  lifecycle: { provisioning: "1 second" } as const
}

describe("a worker that has ended", () => {
  it.effect("is told with ECS's stop code, reason, times and exit codes", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      const changes = yield* freed(1)
      yield* Effect.forkChild(provisioner.request("a"))
      yield* pass("1 minute", "1 second")
      yield* emulator.stopTasks({ count: 1 })
      yield* pass("1 minute", "1 second")
      yield* Effect.forkChild(askOn)
      yield* pass("3 seconds")
      const [change] = yield* Fiber.join(changes)
      assert.isDefined(change?.exit)
      if (change?.exit === undefined) return
      const { exit } = change
      assert.isDefined(exit.stopCode)
      assert.isTrue(TaskExits.hasRun(exit))
      assert.isNumber(exit.containers[0]?.exitCode)
      assert.isBelow(exit.startedAt ?? 0, exit.stoppedAt ?? 0)
      assert.include(TaskExits.text(exit), `container ${exit.containers[0]?.name} exited with`)
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("before it ran is warned of in ECS's words, once a minute for each reason, with a count", () => {
    const log: Array<string> = []
    const recording = Logger.layer([Logger.make(({ logLevel, message }) => {
      if (logLevel === "Warn") log.push(String(message))
    })])
    return Effect.gen(function*() {
      const provisioner = yield* Provisioner
      yield* Effect.forEach(keys(3), (key) => Effect.forkChild(provisioner.request(key)), { discard: true })
      yield* pass("30 seconds", "1 second")
      yield* Effect.forkChild(askOn)
      yield* pass("5 seconds")
      const told = () => log.filter((line) => line.includes("stopped before it ran"))
      assert.lengthOf(told(), 1)
      assert.include(told()[0], "TaskFailedToStart")
      yield* pass("2 minutes", "1 second")
      yield* Effect.forkChild(askOn)
      yield* pass("5 seconds")
      assert.lengthOf(told(), 2)
      assert.include(told()[1], "and 2 more since the last warning")
    }).pipe(Effect.provide(
      Layer.merge(layer({ cap: 3 }, alwaysFails, recording), Layer.succeed(References.MinimumLogLevel, "Warn"))
    ))
  })
})
