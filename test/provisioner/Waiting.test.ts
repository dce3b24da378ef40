import { assert, describe, it } from "@effect/vitest"
import { Clock, type Context, Effect, Exit, Fiber, Layer } from "effect"
import { Ecs } from "../../src/ecs/Ecs.ts"
import * as LedgerMemory from "../../src/ledger/LedgerMemory.ts"
import { LaunchId } from "../../src/provisioner/LaunchId.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { ask, calls, Emulator, fleet, keys, layer, layerWorld, live, pass, peak, tally } from "../world.ts"

/** Stands in line with keys, and notes in which order they are served. */
const stand = Effect.fnUntraced(function*(names: ReadonlyArray<string>, served: Array<string>) {
  const provisioner = yield* Provisioner
  return yield* Effect.forEach(names, (name) =>
    Effect.forkChild(
      Effect.tap(provisioner.requestWhenFree(name), () => Effect.sync(() => served.push(name))),
      { startImmediately: true }
    ))
})

const fill = Effect.fnUntraced(function*(count: number) {
  const asking = yield* Effect.forkChild(ask(keys(count, "first-")))
  yield* pass("1 second")
  assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: count })
})

describe("Provisioner.requestWhenFree", () => {
  it.effect("gives each slot that becomes free to the next in line, though a stale list still shows the stopped", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      yield* fill(3)
      const served: Array<string> = []
      yield* stand(["a", "b", "c", "d", "e"], served)
      yield* pass("3 seconds")
      assert.deepStrictEqual(served, [])
      yield* emulator.stopTasks({ count: 2 })
      yield* pass("2 seconds")
      assert.deepStrictEqual(served, ["a", "b"])
      yield* emulator.stopTasks({ count: 1 })
      yield* pass("2 seconds")
      assert.deepStrictEqual(served, ["a", "b", "c"])
      assert.strictEqual(yield* peak, 3)
    }).pipe(Effect.provide(layer({ cap: 3 }, { lag: { lingering: "2 minutes" } }))))

  it.effect("reads a full fleet of 16 once a second at most, with 100 in line", () =>
    Effect.gen(function*() {
      yield* fill(16)
      const listed = yield* calls("ListTasks")
      const described = yield* calls("DescribeTasks")
      yield* stand(keys(100), [])
      yield* pass("60 seconds")
      assert.isAtMost((yield* calls("ListTasks")) - listed, 60)
      assert.isAtLeast((yield* calls("ListTasks")) - listed, 50)
      assert.isAtMost((yield* calls("DescribeTasks")) - described, 60)
    }).pipe(Effect.provide(layer({ cap: 16 }))))

  it.effect("reads nothing at a full fleet while no caller asks, but every 15 minutes", () =>
    Effect.gen(function*() {
      yield* fill(2)
      const listed = yield* calls("ListTasks")
      yield* pass("61 minutes", "1 minute")
      assert.strictEqual((yield* calls("ListTasks")) - listed, 4)
    }).pipe(Effect.provide(layer({ cap: 2 }))))

  it.effect("does not let a newcomer that will not wait overtake the line", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* fill(2)
      const served: Array<string> = []
      yield* stand(["a", "b"], served)
      yield* pass("500 millis")
      yield* emulator.stopTasks({ count: 1 })
      for (let second = 0; second < 4; second += 0.1) {
        const newcomer = yield* Effect.forkChild(Effect.exit(provisioner.request(`new-${second}`)))
        yield* pass("100 millis")
        assert.isTrue(newcomer.pollUnsafe() !== undefined || served.length <= 1)
      }
      assert.deepStrictEqual(served, ["a"])
      assert.strictEqual((yield* provisioner.snapshot).slots.filter((slot) => slot.key?.startsWith("new-")).length, 0)
    }).pipe(Effect.provide(layer({ cap: 2 }))))

  it.effect("grants newcomers what is left over once all in line are provided for", () =>
    Effect.gen(function*() {
      const waiting = yield* stand(["a", "b"], [])
      const newcomers = yield* Effect.forkChild(ask(keys(4)))
      yield* pass("1 second")
      assert.deepStrictEqual(tally(yield* Fiber.join(newcomers)), { Launched: 2, AtCapacity: 2 })
      for (const fiber of waiting) assert.strictEqual((yield* Fiber.join(fiber))._tag, "Launched")
    }).pipe(Effect.provide(layer({ cap: 4 }))))

  it.effect("shares one place and one launch among all who wait for a key", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* fill(1)
      const waiting = yield* stand(["a", "a", "b", "a"], [])
      yield* pass("500 millis")
      assert.strictEqual((yield* provisioner.snapshot).waiting, 2)
      yield* emulator.stopTasks()
      yield* pass("2 seconds")
      assert.deepStrictEqual(
        waiting.map((fiber) => fiber.pollUnsafe() !== undefined),
        [true, true, false, true]
      )
      assert.strictEqual(yield* calls("RunTask"), 2)
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("leaves the line when interrupted, and disturbs neither the others nor those with its key", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* fill(1)
      const served: Array<string> = []
      const [a, b, alsoB] = yield* stand(["a", "b", "b", "c"], served)
      yield* pass("500 millis")
      if (a === undefined || b === undefined || alsoB === undefined) return
      yield* Fiber.interrupt(a)
      yield* Fiber.interrupt(b)
      assert.strictEqual((yield* provisioner.snapshot).waiting, 2)
      yield* emulator.stopTasks()
      yield* pass("2 seconds")
      assert.deepStrictEqual(served, ["b"])
      yield* Fiber.interrupt(alsoB)
      yield* emulator.stopTasks()
      yield* pass("2 seconds")
      assert.deepStrictEqual(served, ["b", "c"])
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("stays in line while the lists cannot be read, and is served when they can", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      yield* fill(1)
      yield* emulator.configure({
        faults: [{ probability: 1, fault: { _tag: "ServerError", processed: false } }]
      })
      const served: Array<string> = []
      yield* stand(["a"], served)
      yield* emulator.stopTasks()
      yield* pass("2 minutes", "1 second")
      assert.deepStrictEqual(served, [])
      yield* emulator.configure({ faults: [] })
      yield* pass("10 seconds", "100 millis")
      assert.deepStrictEqual(served, ["a"])
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("tells those in line when the lists may not be read at all", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      yield* fill(1)
      yield* emulator.configure({
        faults: [{ probability: 1, fault: { _tag: "ServiceError", name: "AccessDeniedException", message: "no" } }]
      })
      const [a, b] = yield* stand(["a", "b"], [])
      yield* pass("10 seconds", "100 millis")
      if (a === undefined || b === undefined) return
      for (const fiber of [a, b]) assert.isTrue(Exit.isFailure(yield* Fiber.await(fiber)))
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("wakes who is in line when the cap is raised", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      yield* fill(1)
      const served: Array<string> = []
      yield* stand(["a", "b"], served)
      yield* pass("1500 millis")
      yield* provisioner.resize(2)
      yield* pass("100 millis")
      assert.deepStrictEqual(served, ["a"])
      assert.strictEqual(yield* live, 2)
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("keeps its place when the cap is lowered between its grant and its launch", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      const served: Array<string> = []
      // Twenty launches at a time: the others hold slots that are not sent yet.
      yield* stand(keys(30), served)
      yield* pass("70 millis", "10 millis")
      yield* provisioner.resize(20)
      yield* pass("2 seconds")
      assert.strictEqual(yield* live, 20)
      assert.strictEqual((yield* provisioner.snapshot).waiting, 10)
      yield* provisioner.resize(30)
      yield* pass("2 seconds")
      assert.deepStrictEqual(served, keys(30))
    }).pipe(Effect.provide(layer({ cap: 30 }))))

  it.effect("goes on serving the line when something breaks down for one in it", () =>
    Effect.gen(function*() {
      const served: Array<string> = []
      const [broken] = yield* stand(["broken", "next"], served)
      yield* pass("5 seconds")
      assert.isTrue(broken !== undefined && Exit.isFailure(yield* Fiber.await(broken)))
      assert.deepStrictEqual(served, ["next"])
    }).pipe(
      Effect.provide(layer({ cap: 2 })),
      Effect.provideServiceEffect(
        LaunchId,
        Effect.sync(() => {
          // The first id is the provisioner's own.
          let asked = 0
          return Effect.suspend(() => ++asked === 2 ? Effect.die("broken") : Effect.succeed(`id-${asked}`))
        })
      )
    ))

  it.effect("stays in line when a reading breaks down", () =>
    Effect.gen(function*() {
      const served: Array<string> = []
      yield* stand(["a", "b"], served)
      yield* pass("5 seconds")
      assert.deepStrictEqual(served, ["a", "b"])
    }).pipe(Effect.provide(
      Provisioners.layer(fleet({ cap: 2 })).pipe(
        Layer.provide(Layer.effect(
          Ecs,
          Effect.map(Ecs, (ecs) => {
            let calls = 0
            return { ...ecs, listTasks: (query) => calls++ === 0 ? Effect.die("broken") : ecs.listTasks(query) }
          })
        )),
        Layer.provideMerge(layerWorld())
      )
    )))

  it.effect("says who joined: everybody but the first in a place", () =>
    Effect.gen(function*() {
      const waiting = yield* stand(["a", "a", "b"], [])
      yield* pass("1 second")
      const joined = yield* Effect.forEach(waiting, (fiber) =>
        Effect.map(Fiber.join(fiber), (answer) => answer._tag === "Launched" && answer.joined))
      assert.deepStrictEqual(joined, [false, true, false])
    }).pipe(Effect.provide(layer({ cap: 2 }))))

  it.effect("launches nothing for a place that all its callers have left", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      const [a] = yield* stand(["a"], [])
      yield* pass("20 millis", "10 millis")
      if (a !== undefined) yield* Fiber.interrupt(a)
      yield* pass("5 seconds")
      assert.strictEqual(yield* calls("RunTask"), 0)
      assert.strictEqual((yield* provisioner.snapshot).occupied, 0)
      const again = yield* stand(["a"], [])
      yield* pass("1 second")
      assert.isTrue(again.every((fiber) => fiber.pollUnsafe() !== undefined))
    }).pipe(Effect.provide(layer({ cap: 2 }))))

  it.effect("goes on at its pace when the wall clock is set back by an hour", () =>
    Effect.gen(function*() {
      const testClock = yield* Clock.Clock
      let offset = 0
      const wall: Clock.Clock = {
        ...testClock,
        sleep: (duration) => testClock.sleep(duration),
        monotonicTimeNanosUnsafe: () => testClock.monotonicTimeNanosUnsafe(),
        currentTimeMillisUnsafe: () => testClock.currentTimeMillisUnsafe() + offset
      }
      // ECS has clocks of its own.
      const unmoved = Layer.effect(
        Ecs,
        Effect.map(Ecs, (ecs): Context.Service.Shape<typeof Ecs> => ({
          ...ecs,
          runTask: (...args) => Effect.provideService(ecs.runTask(...args), Clock.Clock, testClock),
          listTasks: (query) => Effect.provideService(ecs.listTasks(query), Clock.Clock, testClock),
          describeTasks: (query) => Effect.provideService(ecs.describeTasks(query), Clock.Clock, testClock)
        }))
      )
      const context = yield* Layer.build(
        Provisioners.layer(fleet({ cap: 1 })).pipe(
          Layer.provide(LedgerMemory.layer),
          Layer.provide(Layer.succeed(Clock.Clock, wall)),
          Layer.provide(unmoved)
        )
      )
      const emulator = yield* Emulator
      const run = Effect.provideContext(context)
      yield* run(fill(1))
      offset = -3_600_000
      const served: Array<string> = []
      yield* run(stand(["a"], served))
      yield* pass("1 second")
      yield* emulator.stopTasks()
      yield* pass("3 seconds")
      assert.deepStrictEqual(served, ["a"])
    }).pipe(Effect.provide(layerWorld())))
})
