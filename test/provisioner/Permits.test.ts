/**
 * The launch permits of a process, which all its fleets share.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Random } from "effect"
import { Ecs } from "../../src/ecs/Ecs.ts"
import * as EcsInProcess from "../../src/emulator/EcsInProcess.ts"
import * as SeededLaunchId from "../../src/testing/SeededLaunchId.ts"
import * as Simulation from "../../src/testing/Simulation.ts"
import { everyMoment, type May } from "../moments.ts"
import { calls, Emulator, layerWorld, pass, tally } from "../world.ts"
import { askAll, open } from "./opened.ts"

/** ECS answers nothing that is asked to launch while this is set. */
const hang = { operation: "RunTask", times: 1000, fault: { _tag: "LateAnswer", by: "Infinity" } } as const

describe("two fleets of one process", () => {
  it.effect("launch at once, though all that the other one sends gets no answer", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const sick = yield* open({ cap: 100, taskDefinition: "sick:1" })
      const healthy = yield* open({ cap: 100 })
      yield* emulator.script(hang)
      yield* askAll(sick.provisioner, 60)
      yield* pass("1 second")
      assert.strictEqual(yield* calls("RunTask"), 20)
      yield* emulator.reset
      const asking = yield* askAll(healthy.provisioner, 60)
      yield* pass("2 seconds")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 60 })
    }).pipe(Effect.provide(layerWorld())))

  it.effect("leave one of them all permits while it is alone", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      yield* open({ cap: 100, taskDefinition: "idle:1" })
      const busy = yield* open({ cap: 100 })
      yield* askAll(busy.provisioner, 60)
      yield* pass("1 second")
      assert.strictEqual((yield* emulator.calls("RunTask")).maxInFlight, 20)
    }).pipe(Effect.provide(layerWorld())))
})

describe("a fleet that closes while it launches, under any interleaving", () => {
  it("gives back all launch permits", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const held = Simulation.runOrThrow(
        Effect.gen(function*() {
          const { launchPermits } = yield* Ecs
          const { close, provisioner } = yield* open({ cap: 50, settings: { shutdownTimeout: 0 } })
          yield* askAll(provisioner, 30)
          // The reading is answered after 40 ms: at this moment, more or less, all are about to be sent.
          yield* Effect.sleep(yield* Random.nextIntBetween(39, 45))
          for (let steps = yield* Random.nextIntBetween(0, 30); steps > 0; steps--) yield* Effect.yieldNow
          yield* close
          return launchPermits.held()
        }).pipe(Effect.provide(layerWorld().pipe(Layer.provideMerge(SeededLaunchId.layer)))),
        { seed, maxTime: "1 hour" }
      )
      assert.strictEqual(held, 0, `seed ${seed}`)
    }
  })
})

describe("a request of a fleet with one launch permit", () => {
  const one = layerWorld().pipe(
    Layer.provideMerge(SeededLaunchId.layer),
    (world) => Layer.provideMerge(EcsInProcess.layer({ launchPermits: 1 }), world)
  )

  /** A request that waits for the permit of another, to which something happens at any moment. */
  const interrupted = (what: "caller" | "fleet") => (may: May) =>
    Effect.gen(function*() {
      const { launchPermits } = yield* Ecs
      const { close, provisioner } = yield* open({ cap: 10, settings: { shutdownTimeout: 0 } })
      const end = yield* Deferred.make<void>()
      const callers = yield* Effect.forEach(["a", "b"], (key) =>
        Effect.forkChild(Effect.result(provisioner.request(key)), { startImmediately: true }))
      const closing = yield* Effect.forkChild(Effect.andThen(Deferred.await(end), close), { startImmediately: true })
      const happens = {
        caller: () =>
          callers.forEach((caller) => caller.interruptUnsafe()),
        fleet: () => Deferred.doneUnsafe(end, Effect.void)
      }
      may(happens[what])
      yield* Effect.forEach(callers, Fiber.await)
      may(undefined)
      assert.isAtMost((yield* (yield* Emulator).calls("RunTask")).maxInFlight, 1)
      yield* Effect.sleep("1 minute")
      assert.strictEqual(launchPermits.held(), 0)
      Deferred.doneUnsafe(end, Effect.void)
      yield* Fiber.join(closing)
      assert.strictEqual(launchPermits.held(), 0)
      const again = yield* open({ cap: 10 })
      const asking = yield* askAll(again.provisioner, 2)
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 2 })
      assert.strictEqual(launchPermits.held(), 0)
    }).pipe(Effect.provide(one))

  for (const what of ["caller", "fleet"] as const) {
    it(`gives it back at whatever moment ${what === "caller" ? "its caller goes away" : "its fleet closes"}`, () => {
      assert.isAbove(everyMoment(interrupted(what)), 100)
    })
  }
})
