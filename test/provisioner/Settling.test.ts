/**
 * What becomes of launches whose answers are lost, late or disbelieved, and of
 * those whose callers have gone.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Scope } from "effect"
import { Ecs } from "../../src/ecs/Ecs.ts"
import type { Fault } from "../../src/emulator/model/Fault.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import { SlotId } from "../../src/ledger/Slot.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { ask, calls, Emulator, fleet, keys, layer, layerWorld, live, pass, peak, received, tally } from "../world.ts"

const script = (...faults: ReadonlyArray<Fault>) =>
  Effect.flatMap(Emulator, (emulator) => emulator.script(...faults.map((fault) => ({ operation: "RunTask", fault }))))

const refusal = { _tag: "ServiceError", name: "AccessDeniedException", message: "no" } as const
const occupied = Effect.flatMap(
  Provisioner,
  (provisioner) => Effect.map(provisioner.snapshot, (snapshot) => snapshot.occupied)
)

const attempt = (key: string, wait: number) =>
  Effect.gen(function*() {
    const asking = yield* Effect.forkChild(ask([key]))
    yield* pass(wait, 50)
    return tally(yield* Fiber.join(asking))
  })

describe("a launch whose answer is lost", () => {
  const lost: ReadonlyArray<readonly [string, Fault]> = [
    ["a reset after acceptance", { _tag: "Reset", processed: true }],
    ["a reset before acceptance", { _tag: "Reset", processed: false }],
    ["a 500 after acceptance", { _tag: "ServerError", processed: true }],
    ["a 503 before acceptance", { _tag: "ServerError", processed: false, status: 503 }],
    ["an answer cut short", { _tag: "CutBody" }],
    ["an answer with nothing in it", { _tag: "Blank" }]
  ]
  for (const [name, fault] of lost) {
    it.effect(`${name}: sent again with the same bytes, one task`, () =>
      Effect.gen(function*() {
        yield* script(fault, fault)
        assert.deepStrictEqual(yield* attempt("a", 10_000), { Launched: 1 })
        const sent = (yield* received).map((request) => JSON.stringify(request))
        assert.deepStrictEqual([sent.length, new Set(sent).size], [3, 1])
        assert.deepStrictEqual([yield* live, yield* occupied, yield* peak], [1, 1, 1])
      }).pipe(Effect.provide(layer({ cap: 1, container: "main" }))))
  }

  it.effect("keeps its slot when a 4xx follows a reset after acceptance", () =>
    Effect.gen(function*() {
      yield* script({ _tag: "Reset", processed: true }, refusal, { _tag: "Throttle" }, refusal, refusal, refusal)
      const asking = yield* Effect.forkChild(ask(["a"]))
      yield* pass(4000)
      assert.strictEqual(yield* occupied, 1)
      assert.deepStrictEqual(yield* attempt("b", 1000), { AtCapacity: 1 })
      yield* pass("1 minute")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 1 })
      assert.deepStrictEqual([yield* live, yield* peak], [1, 1])
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("is found by a reading before it is answered, and counts once", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      yield* script({ _tag: "LateAnswer", by: "20 seconds" })
      const asking = yield* Effect.forkChild(ask(["a"]))
      yield* pass("12 seconds")
      assert.deepStrictEqual(yield* attempt("b", 1000), { Launched: 1 })
      assert.deepStrictEqual((yield* provisioner.snapshot).slots.map((slot) => slot.status), ["launched", "launched"])
      yield* pass("10 seconds")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 1 })
      assert.strictEqual(yield* occupied, 2)
    }).pipe(Effect.provide(layer({ cap: 2 }))))

  it.effect("counts as unanswered after half a minute, and is sent again", () =>
    Effect.gen(function*() {
      yield* script({ _tag: "LateAnswer", by: "Infinity" }, { _tag: "LateProcessing", by: "40 seconds" })
      yield* Effect.forkChild(ask(["a"]))
      yield* pass("29 seconds", 500)
      assert.strictEqual(yield* calls("RunTask"), 1)
      yield* pass("90 seconds", 500)
      assert.strictEqual(yield* calls("RunTask"), 3)
      assert.deepStrictEqual([yield* live, yield* occupied], [1, 1])
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("is sent for 45 minutes, then gives up its key, and is freed once two full readings do not show it", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* emulator.configure({
        faults: [{ operation: "RunTask", probability: 1, fault: { _tag: "Reset", processed: false } }]
      })
      yield* Effect.forkChild(ask(["a"]))
      yield* pass("44 minutes", "1 second")
      const sent = yield* calls("RunTask")
      assert.isAbove(sent, 100)
      yield* pass("2 minutes", "1 second")
      yield* emulator.configure({ faults: [] })
      yield* pass("10 minutes", "1 second")
      assert.isAtMost((yield* calls("RunTask")) - sent, 5)
      const [slot] = (yield* provisioner.snapshot).slots
      assert.deepStrictEqual([slot?.status, yield* occupied], ["unknown", 1])
      yield* pass("46 minutes", "1 minute")
      assert.strictEqual(yield* occupied, 0)
      assert.deepStrictEqual(yield* attempt("a", 1000), { Launched: 1 })
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("is settled by its task among the stopped, when replay is over and the task has stopped unseen", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      yield* script({ _tag: "Reset", processed: true })
      yield* emulator.configure({
        lag: { unlisted: "Infinity", missing: "Infinity" },
        faults: [{ operation: "RunTask", probability: 1, fault: refusal }]
      })
      yield* Effect.forkChild(ask(["a"]))
      yield* pass("50 minutes", "1 second")
      yield* emulator.stopTasks()
      yield* pass("2 minutes", "1 second")
      assert.strictEqual(yield* occupied, 1)
      yield* emulator.configure({ lag: { unlisted: 0, missing: 0 }, faults: [] })
      yield* pass("35 minutes", "1 minute")
      assert.strictEqual(yield* occupied, 0)
      assert.strictEqual(yield* peak, 1)
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("may be freed by an operator, once its task must be visible", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* emulator.configure({
        faults: [{ probability: 1, fault: { _tag: "Reset", processed: false } }]
      })
      yield* provisioner.resize("unlimited")
      yield* Effect.forkChild(ask(["a"]))
      yield* pass("40 minutes", "1 second")
      const [slot] = (yield* provisioner.snapshot).slots
      const id = slot?.id ?? SlotId("none")
      assert.strictEqual((yield* provisioner.release(id))._tag, "TooEarly")
      yield* pass("20 minutes", "1 second")
      assert.strictEqual((yield* provisioner.release(id))._tag, "Freed")
      assert.strictEqual(yield* occupied, 0)
    }).pipe(Effect.provide(layer({ cap: 1 }))))
})

describe("a call that breaks down", () => {
  it.effect("keeps its slot, and is sent again like one whose answer was lost", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* attempt("a", 5000), { Launched: 1 })
      assert.deepStrictEqual([yield* calls("RunTask"), yield* live, yield* occupied], [1, 1, 1])
    }).pipe(Effect.provide(
      Provisioners.layer(fleet({ cap: 1 })).pipe(
        Layer.provide(Layer.effect(
          Ecs,
          Effect.map(Ecs, (ecs) => {
            let calls = 0
            return { ...ecs, runTask: (...args) => calls++ === 0 ? Effect.die("broken") : ecs.runTask(...args) }
          })
        )),
        Layer.provideMerge(layerWorld())
      )
    )))
})

describe("a gate that answers late", () => {
  it.effect("lets nothing through that is not sent within 30 seconds of asking", () =>
    Effect.gen(function*() {
      yield* Effect.forkChild(ask(["a"]))
      yield* pass("3 minutes", 500)
      assert.strictEqual(yield* calls("RunTask"), 0)
      assert.strictEqual(yield* occupied, 1)
    }).pipe(Effect.provide(
      Provisioners.layer(fleet({ cap: 1, settings: { shutdownTimeout: 0 } })).pipe(
        Layer.provide(Layer.effect(
          Ledger,
          Effect.map(Ledger, (memory) => ({
            attach: (options) =>
              Effect.map(memory.attach(options), (ledger) => ({
                ...ledger,
                // As the wait for a ledger that is far away, it can be left.
                gate: (ticket) => Effect.tap(ledger.gate(ticket), Effect.interruptible(Effect.sleep("31 seconds")))
              }))
          }))
        )),
        Layer.provideMerge(layerWorld())
      )
    )))
})

describe("callers that go", () => {
  it.effect("leave the launch to the others, when one of several is interrupted", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      const [first, second] = [
        yield* Effect.forkChild(provisioner.request("a")),
        yield* Effect.forkChild(provisioner.request("a"))
      ]
      yield* pass(60, 10)
      yield* Fiber.interrupt(first)
      yield* pass(1000)
      assert.strictEqual((yield* Fiber.join(second))._tag, "Launched")
      assert.strictEqual(yield* calls("RunTask"), 1)
    }).pipe(Effect.provide(layer({ cap: 2 }))))

  for (const after of [0, 10, 50, 70, 85, 95]) {
    it.effect(`leak nothing and lose nothing, when all are interrupted after ${after} ms`, () =>
      Effect.gen(function*() {
        const emulator = yield* Emulator
        const asking = yield* Effect.forkChild(ask(["a", "b", "c"]))
        if (after > 0) yield* pass(after, 5)
        yield* Fiber.interrupt(asking)
        yield* pass(1500)
        assert.strictEqual(yield* occupied, yield* live)
        yield* emulator.stopTasks()
        const next = yield* Effect.forkChild(ask(["d", "e"]))
        yield* pass("3 seconds")
        assert.deepStrictEqual(tally(yield* Fiber.join(next)), { Launched: 2 })
        assert.isAtMost(yield* peak, 2)
      }).pipe(Effect.provide(layer({ cap: 2 }))))
  }
})

describe("closing the scope", () => {
  const open = Effect.gen(function*() {
    const scope = yield* Scope.make()
    const context = yield* Layer.buildWithScope(Provisioners.layer(fleet({ cap: 2 })), scope)
    const close = Effect.forkChild(Scope.close(scope, Exit.void))
    return { close, provide: Effect.provideContext(context) }
  })

  it.effect("lets launches that were sent settle, sends nothing else, and sends those in line away", () =>
    Effect.gen(function*() {
      const { close, provide } = yield* open
      yield* script({ _tag: "LateAnswer", by: "5 seconds" }, { _tag: "Throttle" })
      const asking = yield* Effect.forkChild(provide(ask(["slow", "throttled"])))
      yield* pass(200, 10)
      const waiting = yield* Effect.forkChild(
        provide(Effect.flatMap(Provisioner, (provisioner) => Effect.result(provisioner.requestWhenFree("line"))))
      )
      yield* pass(100, 10)
      const closing = yield* close
      yield* pass("1 second")
      assert.deepStrictEqual(tally([yield* Fiber.join(waiting)]), { RetryableError: 1 })
      assert.deepStrictEqual(tally(yield* provide(ask(["late"]))), { RetryableError: 1 })
      assert.strictEqual(closing.pollUnsafe(), undefined)
      yield* pass("6 seconds")
      assert.notStrictEqual(closing.pollUnsafe(), undefined)
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 1, RetryableError: 1 })
      assert.strictEqual(yield* calls("RunTask"), 2)
      assert.strictEqual(yield* live, 1)
    }).pipe(Effect.provide(layerWorld())))

  it.effect("waits 20 seconds at most, and the next provisioner takes over what did not settle", () =>
    Effect.gen(function*() {
      const first = yield* open
      yield* script({ _tag: "LateAnswer", by: "Infinity" })
      const asking = yield* Effect.forkChild(first.provide(ask(["a"])))
      yield* pass(1000)
      const closing = yield* first.close
      yield* pass("19 seconds")
      assert.strictEqual(closing.pollUnsafe(), undefined)
      yield* pass("2 seconds")
      assert.notStrictEqual(closing.pollUnsafe(), undefined)
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { RetryableError: 1 })

      const second = yield* open
      const [slot] = (yield* second.provide(Effect.flatMap(Provisioner, (provisioner) => provisioner.snapshot))).slots
      assert.strictEqual(slot?.status, "unknown")
      const again = yield* Effect.forkChild(second.provide(ask(["a", ...keys(3)])))
      yield* pass("5 seconds")
      assert.deepStrictEqual(tally(yield* Fiber.join(again)), { Launched: 2, AtCapacity: 2 })
      assert.strictEqual(new Set((yield* received).slice(0, 2).map((request) => request.clientToken)).size, 1)
      assert.strictEqual(yield* peak, 2)
    }).pipe(Effect.provide(layerWorld())))
})
