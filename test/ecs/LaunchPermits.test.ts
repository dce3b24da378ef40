import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Random } from "effect"
import * as LaunchPermits from "../../src/ecs/LaunchPermits.ts"
import * as Simulation from "../../src/testing/Simulation.ts"
import { everyMoment } from "../moments.ts"

/** Launches of a fleet that last until they are told to end, and how many of them are under way. */
const launches = Effect.fnUntraced(function*(permits: LaunchPermits.LaunchPermits, fleet: string, count: number) {
  const ends = Array.from({ length: count }, () => Deferred.makeUnsafe<void>())
  const begun: Array<number> = []
  const fibers = yield* Effect.forEach(ends, (end, index) =>
    Effect.forkChild(
      permits.withPermit(fleet, Effect.andThen(Effect.sync(() => begun.push(index)), Deferred.await(end))),
      { startImmediately: true }
    ))
  return {
    fibers,
    begun: () => begun.length,
    order: begun,
    end: (index: number) =>
      Effect.andThen(Deferred.succeed(ends[index] ?? Deferred.makeUnsafe<void>(), undefined), settle)
  }
})

/** Takes all permits at once, and gives them back. */
const useAll = (permits: LaunchPermits.LaunchPermits, count: number) =>
  Effect.gen(function*() {
    const all = yield* launches(permits, "another", count)
    yield* settle
    const held = permits.held()
    yield* Effect.forEach(all.fibers, Fiber.interrupt, { discard: true })
    return held
  })

const settle = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow, { discard: true })

describe("launch permits", () => {
  it.effect("are all for a fleet that is alone, and for others too as they come back", () =>
    Effect.gen(function*() {
      const permits = LaunchPermits.make(8)
      const alone = yield* launches(permits, "a", 10)
      assert.strictEqual(alone.begun(), 8)
      yield* alone.end(3)
      assert.strictEqual(alone.begun(), 9)
      assert.deepStrictEqual(alone.order, [0, 1, 2, 3, 4, 5, 6, 7, 8])
      assert.strictEqual(permits.held(), 8)
    }))

  it.effect("are granted to each fleet up to a quarter when others have used them up", () =>
    Effect.gen(function*() {
      const permits = LaunchPermits.make(8)
      yield* launches(permits, "sick", 20)
      const others = yield* Effect.forEach(["b", "c", "d"], (fleet) => launches(permits, fleet, 5))
      assert.deepStrictEqual(others.map(({ begun }) => begun()), [2, 2, 2])
      for (const other of others) yield* other.end(0)
      assert.deepStrictEqual(others.map(({ begun }) => begun()), [3, 3, 3])
      assert.strictEqual(permits.held(), 14)
      const single = LaunchPermits.make(1)
      for (const fleet of ["a", "b"]) assert.strictEqual((yield* launches(single, fleet, 2)).begun(), 1)
    }))

  it.effect("go to the fleet that holds the fewest when they come back", () =>
    Effect.gen(function*() {
      const permits = LaunchPermits.make(8)
      const many = yield* launches(permits, "many", 12)
      const few = yield* launches(permits, "few", 12)
      for (let ended = 0; ended < 5; ended++) yield* many.end(ended)
      assert.deepStrictEqual([many.begun() - 5, few.begun()], [4, 4])
    }))

  it.effect("are waited for by those who can be interrupted, whatever they hold them for", () =>
    Effect.gen(function*() {
      const permits = LaunchPermits.make(1)
      const first = yield* launches(permits, "a", 1)
      const waiting = yield* Effect.forkChild(
        Effect.uninterruptibleMask((restore) => permits.withPermit("a", Effect.void, restore)),
        { startImmediately: true }
      )
      yield* Fiber.interrupt(waiting)
      assert.strictEqual(permits.held(), 1)
      yield* first.end(0)
      assert.strictEqual(permits.held(), 0)
    }))

  type Launch = (permits: LaunchPermits.LaunchPermits, use: Effect.Effect<void>) => Effect.Effect<void>
  const interrupted: Readonly<Record<string, Launch>> = {
    "are all free again at whatever moment a launch is interrupted": (permits, use) => permits.withPermit("a", use),
    "are all free again at whatever moment a launch is interrupted that can only be while it waits, or in its call": (
      permits,
      use
    ) =>
      Effect.uninterruptibleMask((restore) =>
        permits.withPermit("a", Effect.asVoid(Effect.exit(restore(use))), restore)
      )
  }
  for (const [sentence, launch] of Object.entries(interrupted)) {
    it(sentence, () => {
      for (const others of [0, 1, 2]) {
        const moments = everyMoment((may) =>
          Effect.gen(function*() {
            const permits = LaunchPermits.make(2)
            const before = yield* launches(permits, "a", others)
            const fiber = yield* Effect.forkChild(launch(permits, Effect.andThen(Effect.yieldNow, Effect.yieldNow)), {
              startImmediately: true
            })
            may(() => fiber.interruptUnsafe())
            yield* settle
            for (let index = 0; index < others; index++) yield* before.end(index)
            yield* Fiber.await(fiber)
            may(undefined)
            assert.strictEqual(permits.held(), 0)
            assert.strictEqual(yield* useAll(permits, 2), 2)
            assert.strictEqual(permits.held(), 0)
          })
        )
        assert.isAbove(moments, 20)
      }
    })
  }

  it("are all free in the end, whenever those who wait and launch are interrupted", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const held = Simulation.runOrThrow(
        Effect.gen(function*() {
          const permits = LaunchPermits.make(3)
          const one = Effect.fnUntraced(function*(index: number) {
            const launch = Effect.uninterruptibleMask((restore) =>
              permits.withPermit(`fleet ${index % 3}`, Effect.exit(restore(Effect.yieldNow)), restore)
            )
            const fiber = yield* Effect.forkChild(launch)
            for (let steps = yield* Random.nextIntBetween(0, 12); steps > 0; steps--) yield* Effect.yieldNow
            yield* Fiber.interrupt(fiber)
          })
          yield* Effect.forEach(Array.from({ length: 12 }, (_, index) => index), one, { concurrency: "unbounded" })
          return permits.held()
        }),
        { seed }
      )
      assert.strictEqual(held, 0, `seed ${seed}`)
    }
  })
})
