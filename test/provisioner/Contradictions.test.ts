/**
 * An ECS whose answers cannot be so: no fleet passes its cap because of them.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { contradictions } from "../../src/emulator/model/Fault.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import { ask, Emulator, keys, layer, live, pass, peak, tally } from "../world.ts"

describe("an answer that contradicts itself", () => {
  for (const says of contradictions.filter((says) => says !== "latest task")) {
    it.effect(`costs no task too many, and no slot: ${says}`, () =>
      Effect.gen(function*() {
        const emulator = yield* Emulator
        const provisioner = yield* Provisioner
        yield* Effect.forkChild(ask(keys(8)))
        yield* pass("1 second")
        yield* emulator.configure({
          faults: [{ operation: "RunTask", probability: 1, fault: { _tag: "Contradiction", says } }]
        })
        for (const round of ["b", "c", "d"]) {
          yield* Effect.forkChild(ask(keys(8, round)))
          yield* pass("1 second")
        }
        assert.strictEqual(yield* peak, 16)
        const { slots } = yield* provisioner.snapshot
        assert.strictEqual(slots.filter(({ status }) => status === "unknown").length, 8)
        assert.isTrue(slots.every(({ status, why }) => status !== "unknown" || /contradicted itself/.test(why)))
        yield* emulator.configure({ faults: [], lag: { unlisted: 0 } })
        yield* pass("1 minute", "1 second")
        yield* emulator.stopTasks()
        const again = yield* Effect.forkChild(ask(keys(24, "e")))
        yield* pass("5 seconds")
        assert.deepStrictEqual(tally(yield* Fiber.join(again)), { Launched: 16, AtCapacity: 8 })
        assert.deepStrictEqual([yield* live, (yield* provisioner.snapshot).occupied, yield* peak], [16, 16, 16])
      }).pipe(Effect.provide(layer({ cap: 16 }, { lag: { unlisted: "1 hour" } }))))
  }

  it.effect("costs no task too many where launches in flight are answered with each other's tasks", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      yield* emulator.configure({
        faults: [{ operation: "RunTask", probability: 1, fault: { _tag: "Contradiction", says: "latest task" } }]
      })
      for (const round of ["a", "b", "c"]) {
        yield* Effect.forkChild(ask(keys(8, round)))
        yield* pass("2 seconds")
      }
      yield* emulator.stopTasks()
      yield* Effect.forkChild(ask(keys(16, "d")))
      yield* pass("20 seconds")
      assert.strictEqual(yield* peak, 8)
    }).pipe(Effect.provide(layer({ cap: 8, settings: { shutdownTimeout: 0 } }))))
})
