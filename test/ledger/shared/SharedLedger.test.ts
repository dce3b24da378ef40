/**
 * What holds of every shared ledger, shown on one that is kept in memory: it keeps
 * the contract, and decides once what it is asked however bad the way to it is.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Effect, Fiber, Layer, Logger, Queue } from "effect"
import { TestClock } from "effect/testing"
import * as Locations from "../../../src/ecs/Location.ts"
import { Ledger, LedgerUnavailable } from "../../../src/ledger/Ledger.ts"
import * as LedgerState from "../../../src/ledger/rules/LedgerState.ts"
import { Refused } from "../../../src/ledger/shared/SharedLedger.ts"
import * as SharedLedgers from "../../../src/ledger/shared/SharedLedger.ts"
import type { Link } from "../../../src/simulation/system/SharedStore.ts"
import * as SharedStore from "../../../src/simulation/system/SharedStore.ts"
import { suite } from "../contract.ts"
import { Time } from "../contract/time.ts"
import { attach, granted, reserve } from "../holding.ts"

suite(
  "a shared ledger",
  Layer.merge(
    Layer.effect(Ledger, Effect.map(SharedStore.make, ({ connect }) => connect(SharedStore.soundLink))),
    Time.layerTest
  )
)

/** A link that is told what to do with each call. */
const makeLink = () => {
  let next: Link = SharedStore.soundLink
  return {
    link: ((call) => Effect.suspend(() => next(call))) satisfies Link,
    becomes: (link: Link) => {
      next = link
    }
  }
}

const cut: Link = () => Effect.fail(new LedgerUnavailable({ detail: "cut" }))
const loseAnswers: Link = (call) => Effect.andThen(call, Effect.fail(new LedgerUnavailable({ detail: "answer lost" })))
const twice: Link = (call) => Effect.andThen(call, call)

const quiet = Effect.provide(Logger.layer([]))

describe("a shared ledger that takes nothing", () => {
  /** Where everything is refused, or breaks down, from some batch on. */
  const hold = Effect.fnUntraced(function*(decide: () => Effect.Effect<never, Refused>) {
    let sent = 0
    const ledger = yield* SharedLedgers.make({
      store: {
        // One that is never answered ends what would go on for ever.
        decide: () => Effect.suspend(() => ++sent > 100 ? Effect.never : decide()),
        word: Effect.never,
        leave: Effect.void
      },
      sequence: 0,
      turn: { reader: undefined, begunAt: 0, dueAt: 0, servesFor: 0, contested: false, failed: [] },
      now: 0,
      lease: 10_000
    }, {
      fleet: "c/f",
      cap: 2,
      exclusiveKeys: false,
      lagBound: 300_000,
      location: Locations.unknown,
      holder: "a",
      line: () => ({ waiting: 0, since: undefined })
    })
    return { ledger, sent: () => sent }
  })

  for (
    const [how, decide] of [
      ["refuses", () => Effect.fail(new Refused({ detail: "no" }))],
      ["breaks down", () => Effect.die("a bug")]
    ] as const
  ) {
    it.effect(`is asked once a second, and not without a pause, when it ${how}`, () =>
      Effect.gen(function*() {
        const { ledger, sent } = yield* hold(decide)
        yield* TestClock.adjust("5 seconds")
        assert.isAtMost(sent(), 6)
        const asking = yield* Effect.forkChild(Effect.flip(ledger.slotTable), { startImmediately: true })
        yield* TestClock.adjust("100 millis")
        assert.strictEqual((yield* Fiber.join(asking))._tag, "LedgerUnavailable")
        assert.isAtMost(sent(), 8)
      }).pipe(quiet))
  }
})

describe("a shared ledger whose link is bad", () => {
  it.effect("decides a batch once, though it arrives twice and its answer is lost", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const { becomes, link } = makeLink()
      const ledger = yield* attach(store.connect(link), "a")
      becomes((call) => loseAnswers(twice(call)))
      const asking = yield* Effect.forkChild(reserve(ledger, "k"), { startImmediately: true })
      yield* TestClock.adjust("500 millis")
      becomes(SharedStore.soundLink)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(asking))._tag, "Granted")
      assert.strictEqual(LedgerState.used(yield* ledger.slotTable), 1)
      assert.strictEqual((yield* ledger.slotTable).sequence, 1)
    }).pipe(quiet))

  it.effect("says within seconds that it is unavailable, and gives back what was granted too late", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const { becomes, link } = makeLink()
      const ledger = yield* attach(store.connect(link), "a")
      becomes(loseAnswers)
      const asking = yield* Effect.forkChild(Effect.flip(reserve(ledger, "k")), { startImmediately: true })
      yield* TestClock.adjust("6 seconds")
      assert.strictEqual((yield* Fiber.join(asking))._tag, "LedgerUnavailable")
      becomes(SharedStore.soundLink)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(LedgerState.used(yield* ledger.slotTable), 0)
    }).pipe(quiet))

  it.effect("takes an attempt back that was let through when its caller waited no more, and believes a refusal of the next", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const { becomes, link } = makeLink()
      const ledger = yield* attach(store.connect(link), "a")
      const ticket = yield* granted(ledger, "k")
      becomes(loseAnswers)
      const asking = yield* Effect.forkChild(Effect.flip(ledger.gate(ticket)), { startImmediately: true })
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(asking)
      becomes(SharedStore.soundLink)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* ledger.gate(ticket))._tag, "Pass")
      const refusal = { _tag: "Rejected", failure: { reason: "invalid", detail: "no" } } as const
      assert.strictEqual((yield* ledger.settle(ticket, refusal))._tag, "Refused")
    }).pipe(quiet))

  it.effect("gives back what was granted to a caller that was interrupted", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const { becomes, link } = makeLink()
      const ledger = yield* attach(store.connect(link), "a")
      const answer = yield* Deferred.make<void>()
      becomes((call) => Effect.tap(call, () => Deferred.await(answer)))
      const asking = yield* Effect.forkChild(reserve(ledger, "k"), { startImmediately: true })
      yield* TestClock.adjust("100 millis")
      yield* Fiber.interrupt(asking)
      becomes(SharedStore.soundLink)
      yield* Deferred.succeed(answer, undefined)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(LedgerState.used(yield* ledger.slotTable), 0)
    }).pipe(quiet))

  it.effect("frees what a holder that is not heard of had not sent, and lets another go on with what it had", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const { becomes, link } = makeLink()
      const lost = yield* attach(store.connect(link), "a")
      const other = yield* attach(store.connect(SharedStore.soundLink), "b")
      yield* reserve(lost, "unsent")
      const sent = yield* granted(lost, "sent")
      yield* lost.gate(sent)
      becomes(cut)
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(LedgerState.used(yield* other.slotTable), 2)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(LedgerState.used(yield* other.slotTable), 1)
      const [taken] = yield* other.takeOver
      assert.strictEqual(taken?.key, "sent")
      becomes(SharedStore.soundLink)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* lost.gate(sent))._tag, "Lost")
      assert.strictEqual((yield* reserve(lost, "again"))._tag, "Granted")
    }).pipe(quiet))

  it.effect("knows the time, though an answer comes so late as to one that had stood still", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const { becomes, link } = makeLink()
      const ledger = yield* attach(store.connect(link), "a")
      yield* TestClock.adjust("2 seconds")
      becomes((call) => Effect.tap(call, () => Effect.sleep("20 seconds")))
      yield* TestClock.adjust("20 seconds")
      becomes(SharedStore.soundLink)
      yield* TestClock.adjust("1 second")
      const now = yield* Clock.currentTimeMillis
      assert.isAtMost(Math.abs((yield* ledger.now) - now), 10)
    }).pipe(quiet))

  it.effect("hands what was taken over for a caller that did not wait to the next that asks", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const { becomes, link } = makeLink()
      const ledger = yield* attach(store.connect(link), "b")
      yield* Effect.scoped(Effect.gen(function*() {
        const gone = yield* attach(store.connect(SharedStore.soundLink), "a")
        yield* gone.gate(yield* granted(gone, "k"))
      }))
      becomes(loseAnswers)
      const asking = yield* Effect.forkChild(Effect.flip(ledger.takeOver), { startImmediately: true })
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(asking)
      becomes(SharedStore.soundLink)
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual((yield* ledger.takeOver).map(({ key }) => String(key)), ["k"])
    }).pipe(quiet))

  it.effect("gives back the turn to read that was given to a caller that did not wait for it", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const { becomes, link } = makeLink()
      const lost = yield* attach(store.connect(link), "a")
      const other = yield* attach(store.connect(SharedStore.soundLink), "b")
      becomes(loseAnswers)
      const asking = yield* Effect.forkChild(Effect.flip(lost.readTurn.claim(1e15)), { startImmediately: true })
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(asking)
      assert.strictEqual((yield* other.readTurn.claim(1e15))._tag, "Theirs")
      becomes(SharedStore.soundLink)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual((yield* other.readTurn.claim(1e15))._tag, "Yours")
    }).pipe(quiet))

  it.effect("keeps the rest after a reading whose holder was taken to be gone while it read", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const { becomes, link } = makeLink()
      const lost = yield* attach(store.connect(link), "a")
      const other = yield* attach(store.connect(SharedStore.soundLink), "b")
      assert.strictEqual((yield* lost.readTurn.claim(yield* lost.now))._tag, "Yours")
      becomes(cut)
      yield* TestClock.adjust("12 seconds")
      assert.isUndefined((yield* other.readTurn.current).reader)
      becomes(SharedStore.soundLink)
      yield* TestClock.adjust("2 seconds")
      yield* lost.readTurn.end(60_000, "read")
      assert.strictEqual((yield* other.readTurn.claim(yield* other.now))._tag, "Resting")
    }).pipe(quiet))

  it.effect("tells its holders what others did, at once", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const a = yield* attach(store.connect(SharedStore.soundLink), "a")
      const b = yield* attach(store.connect(SharedStore.soundLink), "b")
      const changes = yield* b.subscribe(10)
      yield* reserve(a, "k")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual((yield* Queue.take(changes))._tag, "Reserved")
    }).pipe(quiet))
})
