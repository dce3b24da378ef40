/**
 * Two provisioners that take turns to read ECS, over a shared ledger that is some
 * milliseconds away.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Layer, Result, Scope } from "effect"
import { Ecs } from "../../src/ecs/Ecs.ts"
import * as EcsInProcess from "../../src/emulator/EcsInProcess.ts"
import { layer as layerEmulator } from "../../src/emulator/Emulator.ts"
import { Ledger, LedgerUnavailable } from "../../src/ledger/Ledger.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import type { Link, SharedStore, Witness } from "../../src/simulation/system/SharedStore.ts"
import * as SharedStores from "../../src/simulation/system/SharedStore.ts"
import { fleet, type FleetOptions, keys, pass } from "../world.ts"

const layerEcs = EcsInProcess.layer({ launchPermits: 1000 }).pipe(
  Layer.provideMerge(layerEmulator({ latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 } }))
)

const noTime = { attached: () => {}, decided: () => {}, left: () => {} }

/** A provisioner that is 10 ms away from the ledger, there and back, and what it sends. */
const open = Effect.fnUntraced(function*(
  store: SharedStore,
  options: FleetOptions,
  change: (ecs: Ecs["Service"]) => Ecs["Service"] = (ecs) => ecs
) {
  let batches = 0
  const operations: Record<string, number> = {}
  let isAway = false
  let isNear = true
  const link: Link = (call) =>
    Effect.suspend(() => {
      // Who attaches waits for no clock: the test is about what comes after.
      if (isNear) return call
      return isAway
        ? Effect.andThen(Effect.sleep("5 millis"), new LedgerUnavailable({ detail: "no route" }))
        : Effect.delay(Effect.tap(call, Effect.sleep("5 millis")), "5 millis")
    })
  const witness: Witness = {
    ...noTime,
    sent: (_, batch) => {
      batches++
      for (const { tag } of batch.operations) operations[tag] = (operations[tag] ?? 0) + 1
    }
  }
  const scope = yield* Scope.make()
  const context = yield* Layer.buildWithScope(
    Provisioners.layer(fleet({ ...options, settings: { shutdownTimeout: 0 } })).pipe(
      Layer.provide(Layer.succeed(Ledger, store.connect(link, witness))),
      Layer.provide(Layer.effect(Ecs, Effect.map(Ecs, change)))
    ),
    scope
  )
  const provisioner = yield* Effect.provideContext(Effect.flatMap(Provisioner, Effect.succeed), context)
  isNear = false
  return {
    provisioner,
    close: Scope.close(scope, Exit.void),
    sent: () => batches,
    operations: (tag: string) => operations[tag] ?? 0,
    setAway: (away: boolean) => {
      isAway = away
    },
    /** Asks for all keys at once, and says how each was answered, and after how many milliseconds. */
    ask: (keys: ReadonlyArray<string>) =>
      Effect.forEach(keys, (key) =>
        Effect.gen(function*() {
          const clock = yield* Clock.Clock
          const askedAt = clock.currentTimeMillisUnsafe()
          const answer = yield* Effect.result(provisioner.request(key))
          return { answer, took: clock.currentTimeMillisUnsafe() - askedAt }
        }), { concurrency: "unbounded" })
  }
})

/** Lists only after 2 seconds. */
const slow = (ecs: Ecs["Service"]): Ecs["Service"] =>
  Ecs.of({ ...ecs, listTasks: (query) => Effect.delay(ecs.listTasks(query), "2 seconds") })

/** The ledger is told that they leave, which takes its time. */
const closeAll = Effect.fnUntraced(function*(...all: ReadonlyArray<{ readonly close: Effect.Effect<void> }>) {
  yield* Effect.forkChild(Effect.forEach(all, ({ close }) => close))
  yield* pass("1 second")
})

const reasonOf = (
  answer: Result.Result<{ readonly _tag: string }, { readonly _tag: string; readonly reason: string }>
) => Result.match(answer, { onSuccess: ({ _tag }) => _tag, onFailure: ({ reason }) => reason })

const isAnswered = ({ answer }: { readonly answer: Result.Result<unknown, unknown> }) => Result.isSuccess(answer)

describe("two provisioners of one fleet, of which one reads slowly", () => {
  for (const count of [500, 1000, 3000]) {
    it.effect(`have ${count} requests of the other answered by that reading, for a handful of batches`, () =>
      Effect.gen(function*() {
        const store = yield* SharedStores.make
        const a = yield* open(store, { cap: 2 }, slow)
        const b = yield* open(store, { cap: 2 })
        yield* Effect.forkChild(a.ask(["first"]))
        yield* pass("100 millis", "5 millis")
        const before = b.sent()
        const asking = yield* Effect.forkChild(b.ask(keys(count)))
        while (asking.pollUnsafe() === undefined) yield* pass("5 millis", "5 millis")
        const answers = yield* Fiber.join(asking)
        assert.isTrue(answers.every(isAnswered))
        assert.isAtMost(b.operations("claimTurn"), 10)
        // Each request is one operation before the reading and one after it, a hundred of them to a batch.
        const needed = 3 * Math.ceil(count / 100)
        assert.isAtMost(b.sent() - before, needed + 10)
        assert.isAtMost(Math.max(...answers.map(({ took }) => took)), 2000 + needed * 10 + 100)
        yield* closeAll(a, b)
      }).pipe(Effect.provide(layerEcs)))
  }

  it.effect("say within seconds that the ledger is away while they wait for the turn", () =>
    Effect.gen(function*() {
      const store = yield* SharedStores.make
      const a = yield* open(store, { cap: 2 }, slow)
      const b = yield* open(store, { cap: 2 })
      yield* Effect.forkChild(a.ask(["first"]))
      yield* pass("100 millis", "5 millis")
      const asking = yield* Effect.forkChild(b.ask(keys(500)))
      yield* pass("500 millis", "5 millis")
      b.setAway(true)
      yield* pass("7 seconds", "5 millis")
      if (asking.pollUnsafe() === undefined) return assert.fail("not all are answered")
      const answers = yield* Fiber.join(asking)
      assert.deepStrictEqual([...new Set(answers.map(({ answer }) => reasonOf(answer)))], ["ledger"])
      assert.isAtMost(Math.max(...answers.map(({ took }) => took)), 7000)
      b.setAway(false)
      yield* closeAll(a, b)
    }).pipe(Effect.provide(layerEcs)))
})

describe("a provisioner that cannot read, and has a caller in line", () => {
  it.effect("asks for the turn no more often than it may have it", () =>
    Effect.gen(function*() {
      let isEndless = false
      let pages = 0
      const store = yield* SharedStores.make
      const a = yield* open(store, { cap: 1 }, (ecs) =>
        Ecs.of({
          ...ecs,
          listTasks: (query) =>
            Effect.suspend(() =>
              isEndless ? Effect.succeed({ taskArns: [], nextToken: `${++pages % 50}` }) : ecs.listTasks(query)
            )
        }))
      const b = yield* open(store, { cap: 1 })
      yield* Effect.forkChild(a.ask(["first"]))
      yield* pass("2 seconds", "5 millis")
      isEndless = true
      const waiting = yield* Effect.forkChild(Effect.exit(a.provisioner.requestWhenFree("second")))
      const before = a.operations("claimTurn")
      yield* pass("20 seconds", "5 millis")
      assert.isAtMost(a.operations("claimTurn") - before, 10)
      yield* Fiber.interrupt(waiting)
      yield* closeAll(a, b)
    }).pipe(Effect.provide(layerEcs)))
})
