/**
 * Workers that are stopped on request: by ECS's word, until evidence shows it, and nothing else is.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Scope, Stream } from "effect"
import { TaskArn } from "../../src/ecs/Ecs.ts"
import * as EcsInProcess from "../../src/emulator/EcsInProcess.ts"
import { layer as layerEmulator } from "../../src/emulator/Emulator.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import { SlotId } from "../../src/ledger/Slot.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import * as SharedStore from "../../src/simulation/system/SharedStore.ts"
import { calls, Emulator, fleet, layer, live, pass } from "../world.ts"

const launch = (key: string) =>
  Effect.gen(function*() {
    const provisioner = yield* Provisioner
    const asking = yield* Effect.forkChild(provisioner.request(key))
    yield* pass("2 seconds")
    const answer = yield* Fiber.join(asking)
    if (answer._tag !== "Launched") return assert.fail(answer._tag)
    return answer
  })

describe("Provisioner.stop", () => {
  it.effect("stops all workers of a key and no others, and keeps their slots until ECS describes them as stopped", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      const freed = yield* provisioner.changes.pipe(
        Stream.filter((change) => change._tag === "Freed"),
        Stream.take(2),
        Stream.runCollect,
        Effect.forkChild
      )
      const first = yield* launch("a")
      const second = yield* launch("a")
      yield* launch("b")
      yield* pass("1 minute", "1 second")
      const answer = yield* provisioner.stop({ key: "a" }, { reason: "the job was cancelled" })
      assert.sameMembers([...answer.stopping], [first.slotId, second.slotId])
      assert.lengthOf(answer.cancelled, 0)
      // To ask again changes nothing, and so not the reason either.
      assert.deepStrictEqual(yield* provisioner.stop({ key: "a" }, { reason: "another" }), answer)
      assert.strictEqual((yield* provisioner.snapshot).occupied, 3)
      yield* pass("3 minutes", "1 second")
      assert.strictEqual(yield* live, 1)
      assert.strictEqual((yield* provisioner.snapshot).occupied, 1)
      for (const { exit } of yield* Fiber.join(freed)) {
        assert.strictEqual(exit?.stopCode, "UserInitiated")
        assert.strictEqual(exit?.reason, "the job was cancelled")
      }
    }).pipe(Effect.provide(layer({ cap: 4 }))))

  it.effect("stops a worker by its slot, and by its ARN", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      const first = yield* launch("a")
      const second = yield* launch("b")
      yield* provisioner.stop({ slotId: first.slotId })
      yield* provisioner.stop({ taskArn: second.taskArn })
      yield* pass("3 minutes", "1 second")
      assert.strictEqual(yield* live, 0)
    }).pipe(Effect.provide(layer({ cap: 4 }))))

  it.effect("says so where there is no such worker", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      const nothing = { stopping: [], cancelled: [] }
      assert.deepStrictEqual(yield* provisioner.stop({ key: "a" }), nothing)
      assert.deepStrictEqual(yield* provisioner.stop({ slotId: SlotId("none") }), nothing)
      const taskArn = TaskArn("arn:aws:ecs:us-east-1:123456789012:task/c/0123456789abcdef0123456789abcdef")
      assert.deepStrictEqual(yield* provisioner.stop({ taskArn }), nothing)
      yield* pass("1 minute", "1 second")
      assert.strictEqual(yield* calls("StopTask"), 0)
    }).pipe(Effect.provide(layer({ cap: 4 }))))

  it.effect("asks ECS again where it did not listen, and no more once the task stops", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      const { slotId } = yield* launch("a")
      yield* pass("1 minute", "1 second")
      yield* emulator.script(
        { operation: "StopTask", fault: { _tag: "Reset", processed: false } },
        { operation: "StopTask", fault: { _tag: "Throttle" } },
        { operation: "StopTask", fault: { _tag: "ServerError", processed: false } }
      )
      const once = yield* provisioner.stop({ slotId })
      const twice = yield* provisioner.stop({ slotId }, { reason: "another" })
      assert.deepStrictEqual(twice, once)
      yield* pass("5 minutes", "1 second")
      assert.strictEqual(yield* live, 0)
      assert.strictEqual(yield* calls("StopTask"), 4)
      assert.strictEqual((yield* provisioner.snapshot).occupied, 0)
    }).pipe(Effect.provide(layer({ cap: 4 }))))

  it.effect("stops a launch whose answer was lost as soon as its task is known", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* emulator.script({ operation: "RunTask", fault: { _tag: "Reset", processed: true } })
      const asking = yield* Effect.forkChild(provisioner.request("a"))
      yield* pass("100 millis", "10 millis")
      const { slots: [slot] } = yield* provisioner.snapshot
      assert.strictEqual(slot?.status, "unknown")
      const answer = yield* provisioner.stop({ key: "a" })
      assert.deepStrictEqual(answer.stopping, slot === undefined ? [] : [slot.id])
      assert.strictEqual(yield* live, 1)
      yield* pass("3 minutes", "1 second")
      assert.strictEqual((yield* Fiber.join(asking))._tag, "Launched")
      assert.strictEqual(yield* live, 0)
      assert.strictEqual((yield* provisioner.snapshot).occupied, 0)
    }).pipe(Effect.provide(layer({ cap: 4 }))))

  it.effect("cancels a launch that was not sent, and tells its callers", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* emulator.configure({ faults: [{ operation: "RunTask", probability: 1, fault: { _tag: "Throttle" } }] })
      const asking = yield* Effect.forkChild(Effect.flip(provisioner.request("a")))
      yield* pass("200 millis", "10 millis")
      const answer = yield* provisioner.stop({ key: "a" })
      assert.lengthOf(answer.cancelled, 1)
      assert.strictEqual((yield* provisioner.snapshot).occupied, 0)
      yield* emulator.configure({ faults: [] })
      yield* pass("20 seconds", "100 millis")
      const error = yield* Fiber.join(asking)
      assert.include(error.message, "stopped on request")
      assert.strictEqual(yield* live, 0)
    }).pipe(Effect.provide(layer({ cap: 4 }))))

  it.effect("stops a task that was launched elsewhere by its name only", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      const [foreign] = yield* emulator.launchForeign({ cluster: "c", family: "worker" })
      yield* launch("a")
      yield* provisioner.stop({ key: "a" })
      yield* pass("3 minutes", "1 second")
      assert.strictEqual(yield* live, 1)
      yield* provisioner.stop({ taskArn: TaskArn(foreign ?? "") })
      yield* pass("3 minutes", "1 second")
      assert.strictEqual(yield* live, 0)
    }).pipe(Effect.provide(layer({ cap: 4 }))))

  it.effect("is carried out by another replica, where the one that was asked is gone", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const open = Effect.gen(function*() {
        const scope = yield* Scope.make()
        const ledger = Layer.succeed(Ledger, store.connect(SharedStore.soundLink))
        const context = yield* Layer.buildWithScope(
          Provisioners.layer(fleet({ cap: 4 })).pipe(Layer.provide([ledger, EcsInProcess.layer()])),
          scope
        )
        return { scope, context }
      })
      const a = yield* open
      const b = yield* open
      const { slotId } = yield* Effect.provideContext(launch("a"), a.context)
      yield* Effect.provideContext(
        Effect.flatMap(Provisioner, (provisioner) => provisioner.stop({ slotId })),
        a.context
      )
      yield* Scope.close(a.scope, Exit.void)
      yield* pass("3 minutes", "1 second")
      assert.strictEqual(yield* live, 0)
      yield* Scope.close(b.scope, Exit.void)
    }).pipe(Effect.provide(layerEmulator({ latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 } }))))
})
