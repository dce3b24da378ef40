/**
 * Whole systems under schedulers that pick the next fiber, and preempt, by seed.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Layer, Random, Result, Scope } from "effect"
import type { Settings } from "../../src/emulator/model/Settings.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import * as SeededLaunchId from "../../src/testing/SeededLaunchId.ts"
import * as Simulation from "../../src/testing/Simulation.ts"
import { ask, calls, Emulator, fleet, keys, layer, layerWorld, live, peak, tally } from "../world.ts"

type Services = Provisioner | Emulator

const simulate = <A, E>(
  seed: number,
  cap: number,
  settings: Settings,
  program: Effect.Effect<A, E, Services>
): A =>
  Simulation.runOrThrow(
    Effect.provide(program, layer({ cap }, { seed, ...settings }).pipe(Layer.provideMerge(SeededLaunchId.layer))),
    { seed }
  )

/** A number from 0 to 1 that the seed decides, apart from those that the run draws. */
const share = (seed: number, salt: number) => ((seed * 2_654_435_761 + salt * 40_503) % 1000) / 1000

describe("24 keys at a cap of 16, under any interleaving", () => {
  it("launches 16 on one list, and never has more, whatever the lists lag", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const lag = share(seed, 1) * 600_000
      const settings: Settings = { lag: { unlisted: lag, missing: lag / 2 } }
      simulate(
        seed,
        16,
        settings,
        Effect.gen(function*() {
          assert.deepStrictEqual(tally(yield* ask(keys(24))), { Launched: 16, AtCapacity: 8 })
          assert.strictEqual(yield* calls("ListTasks"), 1)
          for (let round = 0; round < 10; round++) {
            yield* Effect.sleep("1 minute")
            assert.deepStrictEqual(tally(yield* ask(keys(8, `${round}-`))), { AtCapacity: 8 })
          }
          assert.strictEqual(yield* peak, 16)
          assert.strictEqual(yield* calls("RunTask"), 16)
        })
      )
    }
  })
})

describe("an empty fleet with room for all in line, under any interleaving", () => {
  it("serves them without waiting for anything but the calls", () => {
    for (let seed = 1; seed <= 100; seed++) {
      simulate(
        seed,
        8,
        { latencyOf: { RunTask: 0, ListTasks: 0, DescribeTasks: 0 } },
        Effect.gen(function*() {
          const provisioner = yield* Provisioner
          const from = yield* Clock.currentTimeMillis
          yield* Effect.forEach(keys(5), (key) => provisioner.requestWhenFree(key), { concurrency: "unbounded" })
          assert.isAtMost((yield* Clock.currentTimeMillis) - from, 100, `seed ${seed}`)
        })
      )
    }
  })
})

describe("a fleet that closes while callers come, under any interleaving", () => {
  it("leaves no caller waiting", () => {
    for (let seed = 1; seed <= 300; seed++) {
      Simulation.runOrThrow(
        Effect.gen(function*() {
          const scope = yield* Scope.make()
          const context = yield* Layer.buildWithScope(Provisioners.layer(fleet({ cap: 1 })), scope)
          const provisioner = yield* Effect.provideContext(Effect.flatMap(Provisioner, Effect.succeed), context)
          const callers = yield* Effect.forkChild(Effect.forEach(
            ["a", "b", "a", "b", "c"],
            (key, index) => Effect.exit(index % 2 === 0 ? provisioner.request(key) : provisioner.requestWhenFree(key)),
            { concurrency: "unbounded" }
          ))
          yield* Effect.sleep(yield* Random.nextIntBetween(0, 120))
          yield* Scope.close(scope, Exit.void)
          yield* Fiber.join(callers)
        }).pipe(Effect.provide(layerWorld().pipe(Layer.provideMerge(SeededLaunchId.layer)))),
        { seed, maxTime: "1 hour" }
      )
    }
  })
})

/** An ECS that throttles, refuses, loses answers before and after acceptance, and answers late. */
const hostile = (seed: number): Settings => ({
  latencyOf: {
    RunTask: { min: 5, max: 400 },
    ListTasks: { min: 5, max: 900 },
    DescribeTasks: { min: 5, max: 300 }
  },
  lifecycle: { lifetime: { min: "2 seconds", max: "40 seconds" }, stopping: { min: 0, max: "5 seconds" } },
  lag: {
    unlisted: { min: 0, max: share(seed, 2) * 60_000 },
    lingering: { min: 0, max: share(seed, 3) * 60_000 },
    missing: { min: 0, max: share(seed, 4) * 20_000 },
    status: { min: 0, max: share(seed, 5) * 5_000 },
    replicas: 3
  },
  pages: { short: 0.3, empty: 0.1 },
  faults: [
    { operation: "RunTask", probability: share(seed, 6) * 0.3, fault: { _tag: "Reset", processed: true } },
    { operation: "RunTask", probability: 0.1, fault: { _tag: "Reset", processed: false } },
    { operation: "RunTask", probability: 0.05, fault: { _tag: "CutBody" } },
    { operation: "RunTask", probability: 0.05, fault: { _tag: "ServerError", processed: true } },
    { operation: "RunTask", probability: 0.05, fault: { _tag: "LateProcessing", by: "90 seconds" } },
    { operation: "RunTask", probability: 0.1, fault: { _tag: "Capacity" } },
    { operation: "RunTask", probability: 0.05, fault: { _tag: "StartFailure" } },
    {
      operation: "RunTask",
      probability: 0.1,
      fault: { _tag: "ServiceError", name: "AccessDeniedException", message: "no" }
    },
    { probability: 0.1, fault: { _tag: "Throttle" } },
    { probability: 0.03, fault: { _tag: "HiddenThrottle" } },
    { operation: "ListTasks", probability: 0.05, fault: { _tag: "ServerError", processed: false } }
  ]
})

/** Callers come at any time, ask in either way, share keys, and give up at any time. */
const traffic = Effect.gen(function*() {
  const provisioner = yield* Provisioner
  const caller = Effect.gen(function*() {
    yield* Effect.sleep(yield* Random.nextIntBetween(0, 60_000))
    const key = `k${yield* Random.nextIntBetween(0, 30)}`
    const request = (yield* Random.nextBoolean) ? provisioner.request(key) : provisioner.requestWhenFree(key)
    const asking = yield* Effect.forkChild(Effect.result(request))
    if ((yield* Random.next) < 0.3) {
      yield* Effect.sleep(yield* Random.nextIntBetween(0, 3000))
      return yield* Fiber.interrupt(asking)
    }
    const exit = yield* Fiber.await(asking)
    assert.isTrue(Exit.isSuccess(exit))
  })
  yield* Effect.all(Array.from({ length: 60 }, () => caller), { concurrency: "unbounded", discard: true })
})

describe("a hostile ECS, under any interleaving", () => {
  it("never has more tasks than the cap, strands no caller, and in the end the ledger equals the truth", () => {
    for (let seed = 1; seed <= 60; seed++) {
      simulate(
        seed,
        8,
        hostile(seed),
        Effect.gen(function*() {
          const emulator = yield* Emulator
          const provisioner = yield* Provisioner
          yield* traffic
          assert.isAtMost(yield* peak, 8, `seed ${seed}`)
          yield* emulator.configure({ faults: [], lag: { unlisted: 0, lingering: 0, missing: 0, status: 0 } })
          yield* Effect.sleep("2 hours")
          yield* emulator.stopTasks()
          yield* Effect.sleep("1 minute")
          const answers = yield* ask(keys(8, "last-"))
          assert.isTrue(answers.every(Result.isSuccess), `seed ${seed}`)
          assert.strictEqual((yield* provisioner.snapshot).occupied, yield* live, `seed ${seed}`)
          assert.isAtMost(yield* peak, 8, `seed ${seed}`)
        })
      )
    }
  })
})
