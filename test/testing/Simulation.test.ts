import { assert, describe, it } from "@effect/vitest"
import {
  Cause,
  Clock,
  Context,
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  FiberMap,
  Layer,
  Option,
  Queue,
  Random,
  Ref,
  Schedule,
  Semaphore
} from "effect"
import * as Simulation from "../../src/testing/Simulation.ts"

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed)

/** Takes a place if there is one: looks, does something else, then acts. */
const checkThenAct = (cap: number, callers: number) =>
  Effect.gen(function*() {
    const used = yield* Ref.make(0)
    const take = Effect.gen(function*() {
      if ((yield* Ref.get(used)) < cap) yield* Ref.update(used, (n) => n + 1)
    })
    yield* Effect.all(Array.from({ length: callers }, () => take), { concurrency: "unbounded" })
    return yield* Ref.get(used)
  })

/** A program that says in which order everything in it happened, and when. */
const traced = Effect.gen(function*() {
  const log: Array<string> = []
  const worker = Effect.fnUntraced(function*(name: string) {
    for (let round = 0; round < 5; round++) {
      const pause = yield* Random.nextIntBetween(0, 20)
      yield* Effect.sleep(pause)
      log.push(`${name}${round}@${yield* Clock.currentTimeMillis}`)
    }
  })
  yield* Effect.forEach(["a", "b", "c", "d"], worker, { concurrency: "unbounded" })
  return log
})

describe("Simulation", () => {
  it("runs an effect to its end without letting real time pass", () => {
    const program = Effect.sleep("30 days").pipe(Effect.as("woken"))
    const outcome = Simulation.run(program, { seed: 1 })
    assert(outcome._tag === "Completed")
    assert.deepStrictEqual(outcome.exit, Exit.succeed("woken"))
    assert.strictEqual(outcome.time, Duration.toMillis("30 days"))
    assert.isAtLeast(outcome.steps, 1)
  })

  it("repeats a run exactly from its seed", () => {
    for (const seed of seeds(20)) {
      const observe = () => {
        const steps: Array<string> = []
        const outcome = Simulation.run(traced, { seed, onStep: (step, time) => steps.push(`${step}@${time}`) })
        return { outcome, steps }
      }
      assert.deepStrictEqual(observe(), observe())
    }
  })

  it("shows other interleavings for other seeds", () => {
    const logs = seeds(50).map((seed) => Simulation.runOrThrow(traced, { seed }).join())
    assert.isAtLeast(new Set(logs).size, 49)
  })

  it("wakes sleepers of the same millisecond in any order", () => {
    const program = Effect.gen(function*() {
      const order: Array<number> = []
      yield* Effect.forEach([1, 2, 3], (n) => Effect.andThen(Effect.sleep(10), Effect.sync(() => order.push(n))), {
        concurrency: "unbounded"
      })
      return order.join("")
    })
    const orders = new Set(seeds(200).map((seed) => Simulation.runOrThrow(program, { seed, yieldProbability: 0 })))
    assert.strictEqual(orders.size, 6)
  })

  it("draws the program's random numbers from the seed, however it is scheduled", () => {
    const program = Effect.all([Random.next, Random.nextInt, Random.next])
    const draw = (yieldProbability: number) => Simulation.runOrThrow(program, { seed: 7, yieldProbability })
    assert.deepStrictEqual(draw(0), draw(0.9))
    assert.notDeepEqual(draw(0), Simulation.runOrThrow(program, { seed: 8 }))
  })

  it("finds a check-then-act race, and none where check and act are one", () => {
    const raced = seeds(500).filter((seed) => Simulation.runOrThrow(checkThenAct(2, 5), { seed }) > 2)
    assert.isAtLeast(raced.length, 50)
    assert.strictEqual(Effect.runSync(checkThenAct(2, 5)), 2)

    const atomic = Effect.gen(function*() {
      const used = yield* Ref.make(0)
      yield* Effect.all(Array.from({ length: 5 }, () => Ref.update(used, (n) => n < 2 ? n + 1 : n)), {
        concurrency: "unbounded"
      })
      return yield* Ref.get(used)
    })
    for (const seed of seeds(500)) assert.strictEqual(Simulation.runOrThrow(atomic, { seed }), 2)
  })

  it("notices a deadlock", () => {
    const program = Effect.gen(function*() {
      const [left, right] = yield* Effect.all([Semaphore.make(1), Semaphore.make(1)])
      const both = (first: Semaphore.Semaphore, second: Semaphore.Semaphore) =>
        first.withPermit(second.withPermit(Effect.sleep(1)))
      yield* Effect.all([both(left, right), both(right, left)], { concurrency: "unbounded" })
    })
    const tags = new Set(seeds(100).map((seed) => Simulation.run(program, { seed })._tag))
    assert.deepStrictEqual(tags, new Set(["Completed", "Deadlock"] as const))
    assert.strictEqual(Simulation.run(Effect.never, { seed: 0 })._tag, "Deadlock")
    assert.strictEqual(Simulation.run(Effect.promise(() => Promise.resolve(1)), { seed: 0 })._tag, "Deadlock")
  })

  it("gives up when the step limit is reached, even if a fiber never waits", () => {
    const spin = Effect.forever(Effect.void)
    const outcome = Simulation.run(spin, { seed: 3, maxSteps: 100, yieldProbability: 0 })
    assert.deepStrictEqual(outcome, { _tag: "StepLimit", seed: 3, steps: 100, time: 0 })
  })

  it("gives up before the first thing that lies beyond the time limit", () => {
    const ticks = Effect.repeat(Clock.currentTimeMillis, Schedule.spaced("1 minute"))
    const outcome = Simulation.run(ticks, { seed: 3, maxTime: "10 minutes" })
    assert.strictEqual(outcome._tag, "TimeLimit")
    assert.strictEqual(outcome.time, Duration.toMillis("10 minutes"))
  })

  it("throws with the seed where a value is expected", () => {
    assert.throws(() => Simulation.runOrThrow(Effect.fail("no such luck"), { seed: 41 }), /seed 41.*no such luck/s)
    assert.throws(() => Simulation.runOrThrow(Effect.never, { seed: 42 }), /seed 42.*deadlock/)
  })

  it("describes how a run ended", () => {
    assert.strictEqual(
      Simulation.describe(Simulation.run(Effect.void, { seed: 5 })),
      "seed 5, after 0 steps and 0 ms: completed"
    )
  })
})

describe("the clock of a simulation", () => {
  it("begins at a fixed time, or the one given", () => {
    const now = Effect.all([Clock.currentTimeMillis, Clock.currentTimeNanos, Clock.monotonicTimeNanos])
    assert.deepStrictEqual(Simulation.runOrThrow(now, { seed: 0 }), [
      Date.UTC(2026, 0, 1),
      BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n,
      0n
    ])
    assert.deepStrictEqual(Simulation.runOrThrow(now, { seed: 0, startTime: 5 }), [5, 5_000_000n, 0n])
  })

  it("moves all its hands together, by whole milliseconds", () => {
    const program = Effect.gen(function*() {
      yield* Effect.sleep("1500 micros")
      yield* Effect.sleep(0)
      return yield* Effect.all([Clock.currentTimeMillis, Clock.currentTimeNanos, Clock.monotonicTimeNanos])
    })
    assert.deepStrictEqual(Simulation.runOrThrow(program, { seed: 0, startTime: 0 }), [2, 2_000_000n, 2_000_000n])
  })

  it("wakes any number of sleepers in the order of their time", () => {
    const program = Effect.gen(function*() {
      const woken: Array<number> = []
      yield* Effect.forEach(
        Array.from({ length: 500 }, (_, index) => (index * 7919) % 1000),
        (millis) => Effect.andThen(Effect.sleep(millis), Effect.sync(() => woken.push(millis))),
        { concurrency: "unbounded" }
      )
      return woken
    })
    const woken = Simulation.runOrThrow(program, { seed: 1, yieldProbability: 0 })
    assert.deepStrictEqual(woken.slice(1), woken.slice(1).toSorted((a, b) => a - b))
    assert.strictEqual(woken.length, 500)
  })

  it("does not wait for a sleeper that was interrupted", () => {
    const program = Effect.gen(function*() {
      const sleeper = yield* Effect.forkChild(Effect.sleep("1 hour"))
      yield* Effect.sleep("1 second")
      yield* Fiber.interrupt(sleeper)
      yield* Effect.sleep("1 second")
    })
    assert.strictEqual(Simulation.run(program, { seed: 1 }).time, 2_000)
  })
})

describe("what works in a simulation", () => {
  it("timeouts, races and interruption with their finalizers", () => {
    const program = Effect.gen(function*() {
      const released = yield* Ref.make(0)
      const held = Effect.acquireUseRelease(Effect.void, () => Effect.never, () => Ref.update(released, (n) => n + 1))
      const timedOut = yield* Effect.timeoutOption(held, "10 seconds")
      const winner = yield* Effect.race(Effect.as(Effect.sleep(2), "fast"), Effect.as(Effect.sleep(3), "slow"))
      const fiber = yield* Effect.forkChild(held)
      yield* Effect.sleep(1)
      yield* Fiber.interrupt(fiber)
      const exit = yield* Fiber.await(fiber)
      return {
        timedOut: Option.isNone(timedOut),
        winner,
        interrupted: Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause),
        released: yield* Ref.get(released)
      }
    })
    for (const seed of seeds(100)) {
      assert.deepStrictEqual(Simulation.runOrThrow(program, { seed }), {
        timedOut: true,
        winner: "fast",
        interrupted: true,
        released: 2
      })
    }
  })

  it("interrupting a fiber before it began, or as it begins", () => {
    const interrupting = Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Effect.never)
      yield* Fiber.interrupt(fiber)
    })
    for (const seed of seeds(1000)) Simulation.runOrThrow(interrupting, { seed, yieldProbability: 0.1 })
  })

  it("a layer, whose finalizers run before the end", () => {
    class Service extends Context.Service<Service, { readonly value: number }>()("test/Service") {}
    for (const seed of seeds(50)) {
      const events: Array<string> = []
      const layer = Layer.effect(
        Service,
        Effect.acquireRelease(
          Effect.sync(() => {
            events.push("built")
            return { value: 1 }
          }),
          () => Effect.andThen(Effect.sleep("20 seconds"), Effect.sync(() => events.push("closed")))
        )
      )
      const program = Effect.andThen(Service, (service) => Effect.sync(() => events.push(`used ${service.value}`)))
      const outcome = Simulation.run(Effect.provide(program, layer), { seed })
      assert.strictEqual(outcome._tag, "Completed")
      assert.strictEqual(outcome.time, 20_000)
      assert.deepStrictEqual(events, ["built", "used 1", "closed"])
    }
  })

  it("FiberMap, Semaphore, Queue and Deferred", () => {
    const program = Effect.gen(function*() {
      const permits = yield* Semaphore.make(2)
      const results = yield* Queue.unbounded<number>()
      const running = yield* Ref.make(0)
      const peak = yield* Ref.make(0)
      const start = yield* Deferred.make<void>()
      const fibers = yield* FiberMap.make<number>()
      const job = (n: number) =>
        permits.withPermit(Effect.gen(function*() {
          const now = yield* Ref.updateAndGet(running, (count) => count + 1)
          yield* Ref.update(peak, (highest) => Math.max(highest, now))
          yield* Effect.sleep(n)
          yield* Ref.update(running, (count) => count - 1)
          yield* Queue.offer(results, n)
        }))
      for (let n = 0; n < 10; n++) yield* FiberMap.run(fibers, n, Effect.andThen(Deferred.await(start), job(n)))
      yield* Deferred.succeed(start, undefined)
      yield* FiberMap.awaitEmpty(fibers)
      const done = yield* Queue.takeAll(results)
      return { done: [...done].toSorted((a, b) => a - b), peak: yield* Ref.get(peak) }
    })
    for (const seed of seeds(100)) {
      assert.deepStrictEqual(Simulation.runOrThrow(Effect.scoped(program), { seed }), {
        done: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        peak: 2
      })
    }
  })
})
