/**
 * Requests that are told that the fleet is full: who hears of it, and what it costs.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Queue, Scope, Stream } from "effect"
import * as Locations from "../../src/ecs/Location.ts"
import { Ledger, LedgerUnavailable } from "../../src/ledger/Ledger.ts"
import * as CompareAndSet from "../../src/ledger/shared/CompareAndSet.ts"
import { apply, type Delta } from "../../src/ledger/shared/Delta.ts"
import * as SharedLedgers from "../../src/ledger/shared/SharedLedger.ts"
import type { SharedState } from "../../src/ledger/shared/SharedState.ts"
import type * as VersionedStores from "../../src/ledger/shared/VersionedStore.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as SharedStore from "../../src/simulation/system/SharedStore.ts"
import { ask, Emulator, fleet, keys, layer, layerWorld, pass, tally } from "../world.ts"

/** A database in memory that counts what it is asked. */
const makeStore = Effect.map(Clock.Clock, (clock) => {
  const log: Array<Delta> = []
  const counted = { reads: 0, writes: 0 }
  /** In milliseconds. None while a holder attaches: the clock does not go on then. */
  const latency = { of: 0 }
  let kept: SharedState | undefined
  const now = () => clock.currentTimeMillisUnsafe()
  const since = (from: number): VersionedStores.Update => ({
    version: log.length,
    now: now(),
    changed: log.slice(from),
    whole: from === 0
  })
  const calls: VersionedStores.Calls = {
    read: (from) =>
      Effect.suspend(() =>
        Effect.delay(
          Effect.sync(() => {
            counted.reads++
            return since(from)
          }),
          latency.of
        )
      ),
    write: (from, delta) =>
      Effect.suspend(() =>
        Effect.delay(
          Effect.sync((): VersionedStores.Written => {
            counted.writes++
            if (from !== log.length) return { _tag: "Conflict", update: since(from) }
            log.push(delta)
            kept = apply(kept, delta)
            return { _tag: "Written", now: now() }
          }),
          latency.of
        )
      )
  }
  const database: VersionedStores.VersionedStore = {
    ...calls,
    inLine: (_, decision) => decision(calls),
    word: Effect.never
  }
  return { database, counted, latency, fleet: () => kept }
})

/** A provisioner over a ledger. It is not closed: the clock does not go on then. */
const over = Effect.fnUntraced(function*(ledger: Ledger["Service"], cap: number) {
  const provisioner = Layer.fresh(Provisioners.layer(fleet({ cap }))).pipe(Layer.provide(Layer.succeed(Ledger, ledger)))
  return yield* Layer.buildWithScope(provisioner, yield* Scope.make())
})

/** Asks for all keys at once, at a fleet that is full, and waits for the answers. */
const refused = Effect.fnUntraced(function*(count: number) {
  const asking = yield* Effect.forkChild(ask(keys(count, "late-")))
  yield* pass("3 seconds", "10 millis")
  assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { AtCapacity: count })
})

describe("2,000 requests that a full fleet turns away", () => {
  it.effect("write nothing into a shared ledger but who reads", () =>
    Effect.gen(function*() {
      const { counted, fleet: kept, database, latency } = yield* makeStore
      const ledger = Ledger.of({
        attach: (options) =>
          Effect.flatMap(Effect.orDie(CompareAndSet.attach(database, options)), (attached) =>
            SharedLedgers.make(attached, options))
      })
      yield* Effect.gen(function*() {
        const first = yield* Effect.forkChild(ask(["k"]))
        yield* pass("1 second")
        assert.deepStrictEqual(tally(yield* Fiber.join(first)), { Launched: 1 })
        latency.of = 5
        const before = { ...counted, sequence: kept()?.ledger.sequence, changes: kept()?.changes.length }
        yield* refused(2000)
        assert.strictEqual(kept()?.ledger.sequence, before.sequence)
        assert.strictEqual(kept()?.changes.length, before.changes)
        // One reading, told in two writes, and the heartbeats of three seconds.
        assert.isAtMost(counted.writes - before.writes, 12)
      }).pipe(Effect.provideContext(yield* over(ledger, 1)))
    }).pipe(Effect.scoped, Effect.provide(layerWorld())))

  it.effect("push nothing out of what a replica hears that was cut off meanwhile", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const store = yield* SharedStore.make
      let isCut = false
      const link: SharedStore.Link = (call) =>
        Effect.suspend(() => isCut ? Effect.fail(new LedgerUnavailable({ detail: "cut" })) : call)
      const line = () => ({ waiting: 0, since: undefined })
      const described = { cap: 1, exclusiveKeys: false, lagBound: 300_000, location: Locations.unknown }
      yield* Effect.gen(function*() {
        const slow = yield* store.connect(link).attach({ fleet: "c/worker", holder: "slow", line, ...described })
        const changes = yield* slow.subscribe(10_000)
        const first = yield* Effect.forkChild(ask(["k"]))
        yield* pass("1 second")
        assert.deepStrictEqual(tally(yield* Fiber.join(first)), { Launched: 1 })
        const before = (yield* Queue.clear(changes)).at(-1)?.sequence ?? NaN
        isCut = true
        yield* refused(2000)
        yield* emulator.stopTasks()
        yield* Effect.forkChild(ask(["again"]))
        yield* pass("3 seconds")
        isCut = false
        yield* pass("3 seconds")
        const heard = yield* Queue.clear(changes)
        assert.deepStrictEqual(heard.map(({ sequence }) => sequence), heard.map((_, index) => before + 1 + index))
        assert.include(heard.map(({ _tag }) => _tag), "Freed")
      }).pipe(Effect.provideContext(yield* over(store.connect(SharedStore.soundLink), 1)))
    }).pipe(Effect.scoped, Effect.provide(layerWorld())))
})

describe("a request that a full fleet turns away", () => {
  it.effect("is answered so though the ledger is away by then", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      let fulls = 0
      // Cut off once it has answered twice that the fleet is full: before it is read again, and after.
      const link: SharedStore.Link = (call) =>
        Effect.suspend(() => fulls >= 2 ? new LedgerUnavailable({ detail: "cut" }) : call)
      const ledger = store.connect(link)
      const counting = Ledger.of({
        attach: (options) =>
          Effect.map(ledger.attach(options), (fleetLedger) => ({
            ...fleetLedger,
            reserve: (wanted) =>
              Effect.tap(fleetLedger.reserve(wanted), ({ _tag }) =>
                Effect.sync(() => {
                  if (_tag === "Full") fulls++
                }))
          }))
      })
      yield* Effect.gen(function*() {
        yield* Effect.forkChild(ask(["a"]))
        yield* pass("2 seconds")
        const asking = yield* Effect.forkChild(ask(["b"]))
        yield* pass("2 seconds")
        assert.strictEqual(fulls, 2)
        assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { AtCapacity: 1 })
      }).pipe(Effect.provideContext(yield* over(counting, 1)))
    }).pipe(Effect.scoped, Effect.provide(layerWorld())))

  it.effect("is told to the subscribers of its own process, in order with what the ledger says, and without a number", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      const following = yield* Effect.forkChild(Stream.runCollect(Stream.take(provisioner.changes, 6)), {
        startImmediately: true
      })
      for (const key of ["a", "b", "c"]) {
        if (key === "c") yield* emulator.stopTasks()
        yield* Effect.forkChild(ask([key]))
        yield* pass("3 seconds")
      }
      const events = yield* Fiber.join(following)
      assert.deepStrictEqual(events.map(({ _tag, occupied }) => [_tag, occupied]), [
        ["Reserved", 1],
        ["Launched", 1],
        ["AtCapacity", 1],
        ["Freed", 0],
        ["Reserved", 1],
        ["Launched", 1]
      ])
      const third = events[2] ?? assert.fail("there is no third")
      if (third._tag !== "AtCapacity") return assert.fail(third._tag)
      const { at: told, ...refusal } = third
      assert.deepStrictEqual({ ...refusal, key: `${refusal.key}` }, {
        _tag: "AtCapacity",
        key: "b",
        occupied: 1,
        cap: 1
      })
      assert.isAtLeast(told, events[1]?.at ?? NaN)
      const numbers = events.flatMap((event) => event._tag === "AtCapacity" ? [] : [event.sequence])
      assert.deepStrictEqual(numbers, numbers.map((_, index) => (numbers[0] ?? 0) + index))
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("costs a slow subscriber no more memory than any other change", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      yield* Effect.forkChild(ask(["a"]))
      yield* pass("1 second")
      let taken = 0
      const following = yield* Effect.forkChild(
        Stream.runForEach(
          provisioner.changes,
          () => Effect.andThen(Effect.sleep("1 hour"), Effect.sync(() => taken++))
        ),
        { startImmediately: true }
      )
      yield* refused(200)
      yield* pass("100 hours", "1 hour")
      assert.isAtMost(taken, 30)
      yield* Fiber.interrupt(following)
    }).pipe(Effect.provide(layer({ cap: 1, settings: { changesCapacity: 8 } }))))
})
