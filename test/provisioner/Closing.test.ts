/**
 * What a provisioner waits for when it closes.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Layer, Result, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { Fault } from "../../src/emulator/model/Fault.ts"
import { Ledger, LedgerUnavailable } from "../../src/ledger/Ledger.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as SharedStore from "../../src/simulation/system/SharedStore.ts"
import { calls, Emulator, fleet, layerWorld, live, pass } from "../world.ts"
import { askAll, open } from "./opened.ts"

/** How long closing takes, in milliseconds. */
const closing = Effect.fnUntraced(function*(close: Effect.Effect<void>) {
  const from = yield* Clock.currentTimeMillis
  const closed = yield* Effect.forkChild(Effect.andThen(close, Clock.currentTimeMillis))
  yield* pass("25 seconds")
  return (yield* Fiber.join(closed)) - from
})

const hang = (operation: string): { readonly operation: string; readonly times: number; readonly fault: Fault } => ({
  operation,
  times: 100,
  fault: { _tag: "LateAnswer", by: "Infinity" }
})

describe("a provisioner that closes", () => {
  it.effect("waits for no reading", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const { close, provisioner } = yield* open({ cap: 2 })
      yield* emulator.script(hang("ListTasks"))
      const asking = yield* askAll(provisioner, 3)
      yield* Effect.forkChild(Effect.exit(provisioner.requestWhenFree("in line")))
      yield* pass("1 second")
      assert.strictEqual(yield* closing(close), 0)
      for (const result of yield* Fiber.join(asking)) assert.isTrue(Result.isFailure(result))
    }).pipe(Effect.provide(layerWorld())))

  it.effect("waits for what is under way, and for none that waits for a permit or to be sent again", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const { close, provisioner } = yield* open({ cap: 50 })
      yield* emulator.configure({ latencyOf: { RunTask: "3 seconds", ListTasks: 40, DescribeTasks: 40 } })
      yield* askAll(provisioner, 30)
      yield* pass("1 second")
      assert.strictEqual(yield* calls("RunTask"), 20)
      const from = yield* Clock.currentTimeMillis
      assert.isAtMost(yield* closing(close), 2100)
      assert.isAbove(yield* Clock.currentTimeMillis, from)
      assert.deepStrictEqual([yield* calls("RunTask"), yield* live], [20, 20])
    }).pipe(Effect.provide(layerWorld())))

  it.effect("waits for none that ECS has throttled, and for each that got no answer", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const settings = { replayBackoffBase: "15 seconds", replayBackoffMax: "15 seconds" } as const
      const throttled = yield* open({ cap: 5, settings })
      yield* emulator.script({ operation: "RunTask", times: 3, fault: { _tag: "Throttle" } })
      yield* askAll(throttled.provisioner, 3)
      yield* pass("1 second")
      assert.strictEqual(yield* calls("RunTask"), 3)
      assert.strictEqual(yield* closing(throttled.close), 0)
      const lost = yield* open({ cap: 5, settings })
      yield* emulator.script({ operation: "RunTask", fault: { _tag: "Reset", processed: false } })
      yield* askAll(lost.provisioner, 1)
      yield* pass("1 second")
      assert.isAbove(yield* closing(lost.close), 5000)
      assert.strictEqual(yield* live, 1)
    }).pipe(Effect.provide(layerWorld())))

  it.effect("waits for 20 seconds at most", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const { close, provisioner } = yield* open({ cap: 2 })
      yield* emulator.script(hang("RunTask"))
      yield* askAll(provisioner, 1)
      yield* pass("1 second")
      assert.strictEqual(yield* closing(close), 20_000)
    }).pipe(Effect.provide(layerWorld())))

  it.effect("waits for no answer of a shared ledger about what it has not sent, and leaves no slot behind", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      let isCut = false
      const link: SharedStore.Link = (call) =>
        Effect.suspend(() =>
          isCut ? Effect.andThen(Effect.sleep("1 second"), new LedgerUnavailable({ detail: "cut" })) : call
        )
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(
        Layer.fresh(Provisioners.layer(fleet({ cap: 30 }))).pipe(
          Layer.provide(Layer.succeed(Ledger, store.connect(link)))
        ),
        scope
      )
      const provisioner = yield* Effect.provideContext(Effect.flatMap(Provisioner, Effect.succeed), context)
      yield* askAll(provisioner, 1)
      yield* pass("1 second")
      isCut = true
      yield* askAll(provisioner, 3)
      yield* pass("100 millis")
      // The ledger is told that the holder leaves: once, for as long as that may take.
      assert.isAtMost(yield* closing(Scope.close(scope, Exit.void)), 1100)
      isCut = false
      yield* TestClock.adjust("1 minute")
      const slots = [...(store.fleet("c/worker")?.ledger.slots ?? [])].map(([, { state }]) => state._tag)
      assert.deepStrictEqual(slots, ["Launched"])
    }).pipe(Effect.provide(layerWorld())))
})
