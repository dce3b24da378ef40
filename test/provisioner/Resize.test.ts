import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import { ask, calls, Emulator, keys, layer, live, pass, peak, tally } from "../world.ts"

describe("Provisioner.resize", () => {
  it.effect("launches nothing more at 0, kills nothing, and goes on when raised", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      const round = (prefix: string) =>
        Effect.gen(function*() {
          const asking = yield* Effect.forkChild(ask(keys(3, prefix)))
          yield* pass("2 seconds")
          return tally(yield* Fiber.join(asking))
        })
      assert.deepStrictEqual(yield* round("a"), { Launched: 2, AtCapacity: 1 })
      yield* provisioner.resize(0)
      assert.deepStrictEqual(yield* round("b"), { AtCapacity: 3 })
      assert.strictEqual(yield* live, 2)
      yield* provisioner.resize(4)
      assert.deepStrictEqual(yield* round("c"), { Launched: 2, AtCapacity: 1 })
      assert.strictEqual(yield* peak, 4)
    }).pipe(Effect.provide(layer({ cap: 2 }))))

  it.effect("refuses what is not a cap", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      for (const cap of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        assert.strictEqual((yield* Effect.flip(provisioner.resize(cap)))._tag, "PermanentError")
      }
    }).pipe(Effect.provide(layer({ cap: 2 }))))

  it.effect("lists nothing when unlimited, yet knows what it launched and lets it go", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      const asking = yield* Effect.forkChild(ask(keys(40)))
      yield* pass("1 second")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 40 })
      assert.strictEqual((yield* provisioner.snapshot).occupied, 40)
      yield* emulator.stopTasks()
      yield* pass("16 minutes", "1 minute")
      assert.strictEqual((yield* provisioner.snapshot).occupied, 0)
      assert.strictEqual(yield* calls("ListTasks"), 0)
    }).pipe(Effect.provide(layer({ cap: "unlimited" }))))
})

describe("an unlimited fleet", () => {
  it.effect("lets go of a task that stopped unseen, once ECS has forgotten it", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* Effect.forkChild(ask(["a"]))
      yield* pass("1 minute", "1 second")
      yield* emulator.configure({
        faults: [{ operation: "DescribeTasks", probability: 1, fault: { _tag: "ServerError", processed: false } }]
      })
      yield* emulator.stopTasks()
      yield* pass("80 minutes", "1 minute")
      yield* emulator.configure({ faults: [] })
      yield* pass("40 minutes", "1 minute")
      assert.strictEqual((yield* provisioner.snapshot).occupied, 0)
    }).pipe(Effect.provide(layer({ cap: "unlimited" }))))
})

describe("Provisioner.resize from unlimited", () => {
  it.effect("counts the tasks of others before it grants anything", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* Effect.forkChild(ask(["a"]))
      yield* emulator.launchForeign({ cluster: "c", family: "worker", count: 5 })
      // Past a reading that described what is held, and listed nothing.
      yield* pass("902 seconds", "1 second")
      yield* provisioner.resize(3)
      const asking = yield* Effect.forkChild(ask(["b"]))
      yield* pass("2 seconds")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { AtCapacity: 1 })
    }).pipe(Effect.provide(layer({ cap: "unlimited" }))))
})
