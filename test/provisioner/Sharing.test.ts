/**
 * Several provisioners of one fleet on one ledger.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Scope } from "effect"
import { type FleetLedger, Ledger, LedgerUnavailable } from "../../src/ledger/Ledger.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { calls, Emulator, fleet, type FleetOptions, layerWorld, live, pass, peak } from "../world.ts"

const open = Effect.fnUntraced(function*(
  options: FleetOptions,
  change: (ledger: FleetLedger) => FleetLedger = (ledger) => ledger
) {
  const scope = yield* Scope.make()
  const changed = Layer.effect(
    Ledger,
    Effect.map(Ledger, (memory) => ({ attach: (options) => Effect.map(memory.attach(options), change) }))
  )
  const context = yield* Layer.buildWithScope(Provisioners.layer(fleet(options)).pipe(Layer.provide(changed)), scope)
  const provisioner = yield* Effect.provideContext(Effect.flatMap(Provisioner, Effect.succeed), context)
  return { provisioner, close: Effect.forkChild(Scope.close(scope, Exit.void)) }
})

describe("two provisioners of one fleet", () => {
  it.effect("share one cap, and one launch for a key", () =>
    Effect.gen(function*() {
      const a = yield* open({ cap: 2 })
      const b = yield* open({ cap: 2 })
      const asking = yield* Effect.forkChild(
        Effect.forEach([a, b, a, b], ({ provisioner }) => provisioner.request("same"), { concurrency: "unbounded" })
      )
      yield* pass("3 seconds")
      const answers = yield* Fiber.join(asking)
      assert.strictEqual(answers.filter((answer) => answer._tag === "Launched").length, 4)
      assert.strictEqual(answers.filter((answer) => answer._tag === "Launched" && !answer.joined).length, 1)
      assert.strictEqual(yield* calls("RunTask"), 1)
      for (const key of ["x", "y"]) yield* Effect.forkChild(Effect.exit(b.provisioner.request(key)))
      yield* pass("1 second")
      assert.strictEqual(yield* peak, 2)
    }).pipe(Effect.provide(layerWorld())))

  it.effect("take over a launch of one that closed at once, though another provisioner follows it already", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const a = yield* open({ cap: 2 })
      const b = yield* open({ cap: 2 })
      yield* emulator.script({ operation: "RunTask", times: 50, fault: { _tag: "Reset", processed: false } })
      yield* Effect.forkChild(Effect.exit(a.provisioner.request("k")))
      yield* pass("1 second")
      const following = yield* Effect.forkChild(b.provisioner.request("k"))
      const closing = yield* a.close
      yield* pass("21 seconds")
      assert.notStrictEqual(closing.pollUnsafe(), undefined)
      yield* emulator.reset
      yield* pass("9 seconds")
      assert.isAtLeast(yield* calls("RunTask"), 1)
      assert.strictEqual(yield* live, 1)
      yield* Fiber.interrupt(following)
      const again = yield* Effect.forkChild(b.provisioner.request("other"))
      yield* pass("1 second")
      assert.strictEqual((yield* Fiber.join(again))._tag, "Launched")
    }).pipe(Effect.provide(layerWorld())))

  it.effect("take over what is left behind while one of them begins", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const a = yield* open({ cap: 2, settings: { shutdownTimeout: 0 } })
      yield* emulator.script({ operation: "RunTask", fault: { _tag: "LateAnswer", by: "Infinity" } })
      yield* Effect.forkChild(Effect.exit(a.provisioner.request("k")))
      yield* pass("100 millis", "10 millis")
      yield* open({ cap: 2 }, (ledger) => ({
        ...ledger,
        subscribe: (capacity) => Effect.delay(ledger.subscribe(capacity), "1 second")
      }))
      yield* pass("500 millis", "10 millis")
      yield* a.close
      const sent = yield* calls("RunTask")
      yield* pass("10 seconds")
      assert.isAbove(yield* calls("RunTask"), sent)
      assert.strictEqual(yield* live, 1)
    }).pipe(Effect.provide(layerWorld())))

  it.effect("take over what is left behind while the ledger is away, once it is back", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      let away = false
      const a = yield* open({ cap: 2, settings: { shutdownTimeout: 0 } })
      yield* open({ cap: 2 }, (ledger) => ({
        ...ledger,
        takeOver: Effect.suspend(() => away ? Effect.fail(new LedgerUnavailable({ detail: "away" })) : ledger.takeOver)
      }))
      yield* emulator.script({ operation: "RunTask", fault: { _tag: "LateAnswer", by: "Infinity" } })
      yield* Effect.forkChild(Effect.exit(a.provisioner.request("k")))
      yield* pass("100 millis", "10 millis")
      away = true
      yield* a.close
      yield* pass("5 seconds")
      const sent = yield* calls("RunTask")
      away = false
      yield* pass("10 seconds")
      assert.isAbove(yield* calls("RunTask"), sent)
      assert.strictEqual(yield* live, 1)
    }).pipe(Effect.provide(layerWorld())))

  it.effect("read in turn, though one of them could not say at once that it has read, and is asked no more", () =>
    Effect.gen(function*() {
      let away = true
      const a = yield* open({ cap: 2 }, (ledger) => ({
        ...ledger,
        readTurn: {
          ...ledger.readTurn,
          end: (...end) =>
            Effect.suspend(() =>
              away ? Effect.fail(new LedgerUnavailable({ detail: "away" })) : ledger.readTurn.end(...end)
            )
        }
      }))
      const b = yield* open({ cap: 2 })
      yield* Effect.forkChild(a.provisioner.request("k"))
      yield* pass("15 seconds")
      away = false
      const asking = yield* Effect.forkChild(Effect.exit(b.provisioner.request("other")))
      yield* pass("5 seconds")
      assert.notStrictEqual(asking.pollUnsafe(), undefined)
      assert.strictEqual((yield* Effect.flatten(Fiber.join(asking)))._tag, "Launched")
    }).pipe(Effect.provide(layerWorld())))

  it.effect("launch nothing for a key that no caller asks for any more, once the other's launch of it is over", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const a = yield* open({ cap: 2 })
      const b = yield* open({ cap: 2 })
      yield* emulator.configure({ faults: [{ operation: "RunTask", probability: 1, fault: { _tag: "Throttle" } }] })
      yield* Effect.forkChild(Effect.exit(a.provisioner.request("k")))
      yield* pass("500 millis")
      const waiting = yield* Effect.forkChild(b.provisioner.requestWhenFree("k"))
      yield* pass("2 seconds")
      yield* Fiber.interrupt(waiting)
      yield* emulator.configure({ faults: [] })
      yield* emulator.script({ operation: "RunTask", fault: { _tag: "Capacity" } })
      yield* pass("1 minute", "1 second")
      assert.deepStrictEqual([yield* live, (yield* b.provisioner.snapshot).occupied], [0, 0])
    }).pipe(Effect.provide(layerWorld())))

  it.effect("ask nothing more of the ledger once a launch has come to its end", () =>
    Effect.gen(function*() {
      const a = yield* open({ cap: 2 }, (ledger) => ({ ...ledger, withdraw: () => Effect.never }))
      const asking = yield* Effect.forkChild(a.provisioner.request("k"))
      yield* pass("1 second")
      assert.strictEqual((yield* Fiber.join(asking))._tag, "Launched")
    }).pipe(Effect.provide(layerWorld())))

  it.effect("grant after a long wait for each other's launch on a new reading", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const a = yield* open({ cap: 2 })
      const b = yield* open({ cap: 2 })
      yield* emulator.configure({ faults: [{ operation: "RunTask", probability: 1, fault: { _tag: "Throttle" } }] })
      yield* Effect.forkChild(Effect.exit(a.provisioner.request("k")))
      yield* pass("500 millis")
      yield* Effect.forkChild(Effect.exit(b.provisioner.request("k")))
      yield* pass("5 minutes", "1 second")
      yield* emulator.launchForeign({ cluster: "c", family: "worker", count: 2 })
      yield* emulator.configure({
        faults: [{
          operation: "RunTask",
          probability: 1,
          fault: { _tag: "ServiceError", name: "InvalidParameterException", message: "no" }
        }]
      })
      yield* pass("25 seconds", "1 second")
      yield* emulator.configure({ faults: [] })
      yield* pass("1 minute", "1 second")
      assert.strictEqual(yield* live, 2)
    }).pipe(Effect.provide(layerWorld())))

  it.effect("may be opened one after the other though the cap has been changed meanwhile", () =>
    Effect.gen(function*() {
      const a = yield* open({ cap: 2 })
      yield* a.provisioner.resize(5)
      const b = yield* open({ cap: 2 })
      assert.strictEqual((yield* b.provisioner.snapshot).cap, 5)
    }).pipe(Effect.provide(layerWorld())))

  it.effect("do not hold up the closing of one that only follows the other", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const a = yield* open({ cap: 2 })
      const b = yield* open({ cap: 2 })
      yield* emulator.script({ operation: "RunTask", fault: { _tag: "LateAnswer", by: "25 seconds" } })
      yield* Effect.forkChild(Effect.exit(a.provisioner.request("k")))
      yield* pass("500 millis")
      yield* Effect.forkChild(Effect.exit(b.provisioner.request("k")))
      yield* pass("500 millis")
      const closing = yield* b.close
      yield* pass("2 seconds")
      assert.notStrictEqual(closing.pollUnsafe(), undefined)
    }).pipe(Effect.provide(layerWorld())))
})
