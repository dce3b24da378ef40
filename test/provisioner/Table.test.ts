/**
 * What counting the list and launching gets wrong, situation by situation.
 */
import { assert, describe, it } from "@effect/vitest"
import { type Duration, Effect, Fiber, Result } from "effect"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { ask, calls, Emulator, fleet, keys, layer, layerWorld, live, pass, peak, tally } from "../world.ts"

/** Asks for new keys again and again, one after the other. */
const askOneByOne = (count: number, every: Duration.Input) =>
  Effect.gen(function*() {
    const provisioner = yield* Provisioner
    return yield* Effect.forEach(keys(count), (key) =>
      Effect.andThen(Effect.sleep(every), Effect.result(provisioner.request(key))))
  })

describe("a fleet at its cap", () => {
  it.effect("a burst of 24 at a cap of 16: 16 launched, 1 list", () =>
    Effect.gen(function*() {
      const asking = yield* Effect.forkChild(ask(keys(24)))
      yield* pass("1 second")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 16, AtCapacity: 8 })
      assert.strictEqual(yield* calls("ListTasks"), 1)
      assert.strictEqual(yield* peak, 16)
    }).pipe(Effect.provide(layer({ cap: 16 }))))

  it.effect("a burst of 500 at a cap of 100 takes as long as 20 launches at a time take", () =>
    Effect.gen(function*() {
      const asking = yield* Effect.forkChild(ask(keys(500)))
      // One list, and five rounds of 20 launches of 50 ms.
      yield* pass("300 millis", "10 millis")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 100, AtCapacity: 400 })
    }).pipe(Effect.provide(layer({ cap: 100 }))))

  it.effect("lists that lag 90 s, asked for ten minutes: never more than 16", () =>
    Effect.gen(function*() {
      const asking = yield* Effect.forkChild(askOneByOne(120, "5 seconds"))
      yield* pass("11 minutes", "1 second")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 16, AtCapacity: 104 })
      assert.strictEqual(yield* peak, 16)
    }).pipe(Effect.provide(layer({ cap: 16 }, { lag: { unlisted: "90 seconds", missing: "90 seconds" } }))))

  it.effect("a cap of 150, more than one page: 150 of 300", () =>
    Effect.gen(function*() {
      const asking = yield* Effect.forkChild(ask(keys(300)))
      yield* pass("2 seconds")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 150, AtCapacity: 150 })
      const later = yield* Effect.forkChild(askOneByOne(30, "1 second"))
      yield* pass("40 seconds", "100 millis")
      assert.deepStrictEqual(tally(yield* Fiber.join(later)), { AtCapacity: 30 })
      assert.strictEqual(yield* peak, 150)
    }).pipe(Effect.provide(layer({ cap: 150 }))))

  for (const lost of [0.2, 0.5]) {
    it.effect(`${lost * 100} % of the answers to RunTask lost: never more than 16`, () =>
      Effect.gen(function*() {
        for (let round = 0; round < 6; round++) {
          const asking = yield* Effect.forkChild(ask(keys(24, `round-${round}-`)))
          yield* pass("40 seconds", "100 millis")
          yield* Fiber.join(asking)
        }
        assert.strictEqual(yield* peak, 16)
        assert.strictEqual(yield* live, 16)
      }).pipe(Effect.provide(layer({ cap: 16 }, {
        faults: [{ operation: "RunTask", probability: lost, fault: { _tag: "Reset", processed: true } }]
      }))))
  }

  it.effect("a restart right after the burst, with the ledger kept: never more than 16", () =>
    Effect.gen(function*() {
      const run = Effect.gen(function*() {
        const asking = yield* Effect.forkChild(ask(keys(24)))
        yield* pass("1 second")
        return tally(yield* Fiber.join(asking))
      }).pipe(Effect.provide(Provisioners.layer(fleet({ cap: 16 })), { local: true }))
      assert.deepStrictEqual(yield* run, { Launched: 16, AtCapacity: 8 })
      assert.deepStrictEqual(yield* run, { AtCapacity: 24 })
      assert.strictEqual(yield* peak, 16)
    }).pipe(Effect.provide(layerWorld({ lag: { unlisted: "90 seconds" } }))))

  for (const [lag, every] of [[0, "100 millis"], ["3 seconds", "1 second"]] as const) {
    it.effect(`one request every ${every}, a lag of ${lag}: 16 of 16, for no task counts twice`, () =>
      Effect.gen(function*() {
        const asking = yield* Effect.forkChild(askOneByOne(24, every))
        yield* pass("60 seconds")
        const answers = yield* Fiber.join(asking)
        assert.deepStrictEqual(tally(answers.slice(0, 16)), { Launched: 16 })
        assert.deepStrictEqual(tally(answers.slice(16)), { AtCapacity: 8 })
        assert.isTrue(answers.every(Result.isSuccess))
      }).pipe(Effect.provide(layer({ cap: 16 }, { lag: { unlisted: lag } }))))
  }

  it.effect("a list that takes a second: 16 launched in about one list and one launch", () =>
    Effect.gen(function*() {
      const asking = yield* Effect.forkChild(ask(keys(24)))
      yield* pass("1060 millis", "10 millis")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 16, AtCapacity: 8 })
    }).pipe(Effect.provide(layer({ cap: 16 }, { latencyOf: { ListTasks: "1 second", RunTask: 50 } }))))

  it.effect("10 s tasks and endless demand: 85 % of the cap used, and more", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      const demand = (worker: number) =>
        Effect.forever(Effect.suspend(() => provisioner.requestWhenFree(`${worker}-${turn++}`)))
      let turn = 0
      yield* Effect.forkChild(Effect.forEach(keys(32).keys(), demand, { concurrency: "unbounded", discard: true }))
      yield* pass("10 seconds", "50 millis")
      let liveSeconds = 0
      for (let second = 0; second < 120; second += 0.05) {
        yield* pass("50 millis")
        liveSeconds += (yield* live) * 0.05
      }
      const used = liveSeconds / (16 * 120)
      assert.isAbove(used, 0.85)
      assert.strictEqual(yield* peak, 16)
      assert.isAtMost((yield* emulator.calls("ListTasks")).calls, 130)
    }).pipe(Effect.provide(layer({ cap: 16 }, { lifecycle: { lifetime: "10 seconds" } }))))
})
