/**
 * What a bad network must not do to those who share a ledger. The simulation found
 * each of these.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Logger, Result, Scope } from "effect"
import { TestClock } from "effect/testing"
import { parseKey } from "../../src/Key.ts"
import { LedgerUnavailable } from "../../src/Ledger.ts"
import * as SharedFleet from "../../src/ledger/SharedFleet.ts"
import { type Link, makeWith, soundLink } from "../../src/simulation/SharedStore.ts"
import * as SharedStore from "../../src/simulation/SharedStore.ts"
import { SlotId } from "../../src/Slot.ts"

const description = { cap: 2, exclusiveKeys: false, lagBound: 300_000 } as const

const nobody = { waiting: 0, since: undefined }

const batch = { number: 1, steps: [], seen: 0, closing: false, line: nobody }

describe("a holder", () => {
  it("that has left stays away, though what it began with arrives once more", () => {
    const entered = SharedFleet.attach(undefined, "a", description, 0)
    if (typeof entered === "string") return assert.fail(entered)
    const left = SharedFleet.leave(entered, "a", 10)
    assert.strictEqual(SharedFleet.attach(left, "a", description, 20), "holder a has left it")
    assert.isUndefined(SharedFleet.decide(left, "a", batch, 30))
  })

  it("is not decided for again, though what it began with arrives once more", () => {
    const entered = SharedFleet.attach(undefined, "a", description, 0)
    if (typeof entered === "string") return assert.fail(entered)
    const decided = SharedFleet.decide(entered, "a", { ...batch, number: 2 }, 10)
    const again = SharedFleet.attach(decided?.fleet, "a", description, 20)
    if (typeof again === "string") return assert.fail(again)
    assert.isUndefined(SharedFleet.decide(again, "a", batch, 30))
  })

  it.effect("knows the time, though an answer comes so late as to one that had stood still", () =>
    Effect.gen(function*() {
      let link: Link = soundLink
      const store = yield* SharedStore.make
      const ledger = yield* store.connect((call) => Effect.suspend(() => link(call))).attach({
        ...description,
        fleet: "c/f",
        holder: "a",
        line: () => nobody
      })
      yield* TestClock.adjust("2 seconds")
      link = (call) => Effect.tap(call, () => Effect.sleep("20 seconds"))
      yield* TestClock.adjust("20 seconds")
      link = soundLink
      yield* TestClock.adjust("1 second")
      const clock = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      assert.isAtMost(Math.abs((yield* ledger.now) - clock), 10)
    }).pipe(Effect.provide(Logger.layer([]))))

  it("decides by no earlier time than another one has", () => {
    let time = 1000
    const store = makeWith(() => time)
    const ledger = store.connect(soundLink)
    const opened = Effect.gen(function*() {
      yield* ledger.attach({ ...description, fleet: "c/f", holder: "a", line: () => nobody })
      time = 400
      yield* ledger.attach({ ...description, fleet: "c/f", holder: "b", line: () => nobody })
    })
    Effect.runSync(Effect.scoped(opened))
    assert.strictEqual(store.fleet("c/f")?.decidedAt, 1000)
  })

  it.effect("hands what was taken over for somebody who did not wait to the next who asks", () =>
    Effect.gen(function*() {
      let link: Link = soundLink
      const store = yield* SharedStore.make
      const attach = (holder: string, link: Link) =>
        store.connect(link).attach({ ...description, fleet: "c/f", holder, line: () => nobody })
      const gone = yield* Scope.make()
      const lost = yield* Scope.provide(attach("a", soundLink), gone)
      const ledger = yield* attach("b", (call) => Effect.suspend(() => link(call)))
      const reserved = yield* lost.reserve({
        slotId: SlotId("id"),
        key: Result.getOrThrow(parseKey("k")),
        request: { cluster: "c", taskDefinition: "f:1", count: 1, clientToken: "id", startedBy: "id" },
        readSince: Number.NEGATIVE_INFINITY,
        ahead: 0,
        waitingSince: undefined
      })
      if (reserved._tag !== "Granted") return assert.fail(reserved._tag)
      yield* lost.gate(reserved.ticket)
      yield* Scope.close(gone, Exit.void)
      link = (call) => Effect.andThen(call, Effect.fail(new LedgerUnavailable({ detail: "answer lost" })))
      const asking = yield* Effect.forkChild(Effect.flip(ledger.takeOver), { startImmediately: true })
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(asking)
      link = soundLink
      yield* TestClock.adjust("2 seconds")
      assert.deepStrictEqual((yield* ledger.takeOver).map(({ key }) => String(key)), ["k"])
    }).pipe(Effect.provide(Logger.layer([]))))
})
