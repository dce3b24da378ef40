/**
 * Several holders of one fleet, those that are gone, and how they describe it.
 */
import { assert, describe } from "@effect/vitest"
import { Effect, Scope } from "effect"
import {
  accepted,
  advance,
  arn,
  attach,
  granted,
  keyOf,
  launched,
  read,
  rejected,
  reserve,
  send,
  type Test,
  used
} from "./asking.ts"

export const holders = (name: string, test: Test): void => {
  describe(`${name}: holders`, () => {
    test(
      "frees what a holder that is gone had not sent, and hands on what it had, as ambiguous",
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const mine = yield* attach({ cap: 2, holder: "a" }).pipe(Scope.provide(scope))
        yield* granted(mine, "unsent")
        const old = yield* granted(mine, "sent")
        yield* mine.gate(old)
        const yours = yield* attach({ cap: 2, holder: "b" })
        assert.deepStrictEqual(yield* yours.takeOver, [])
        yield* Scope.close(scope, yield* Effect.exit(Effect.void))
        assert.strictEqual(yield* used(yours), 1)
        const [taken] = yield* yours.takeOver
        assert.strictEqual(taken?.key, keyOf("sent"))
        assert.deepStrictEqual(yield* yours.takeOver, [])
        if (taken === undefined) return
        assert.strictEqual((yield* yours.settle(old, rejected))._tag, "Lost")
        assert.strictEqual((yield* yours.gate(old))._tag, "Lost")
        assert.strictEqual(yield* send(yours, taken.ticket, rejected), "Resend")
        assert.strictEqual(yield* used(yours), 1)
        assert.strictEqual((yield* yours.settle(old, accepted(1)))._tag, "Launched")
        assert.deepStrictEqual(yield* yours.gate(taken.ticket), { _tag: "Launched", taskArn: arn(1) })
      })
    )
    test(
      "lets a holder in that comes long after the last one, and keeps the slots of its fleet",
      Effect.gen(function*() {
        yield* Effect.scoped(Effect.flatMap(attach(), (ledger) => launched(ledger, "a", 1)))
        yield* advance("1 minute")
        assert.strictEqual(yield* used(yield* attach({ holder: "b" })), 1)
      })
    )
    test(
      "frees at once what a holder had not sent that leaves after a silence",
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const mine = yield* attach({ holder: "a" }).pipe(Scope.provide(scope))
        const yours = yield* attach({ holder: "b" })
        yield* granted(mine, "unsent")
        yield* advance("5 seconds")
        yield* Scope.close(scope, yield* Effect.exit(Effect.void))
        assert.strictEqual(yield* used(yours), 0)
      })
    )
    test(
      "gives nothing to a holder that is gone, whatever of it still arrives",
      Effect.gen(function*() {
        const gone = yield* Effect.scoped(attach({ cap: 2, holder: "a" }))
        const here = yield* attach({ cap: 2, holder: "b" })
        yield* Effect.exit(reserve(gone, "late"))
        assert.strictEqual(yield* used(here), 0)
        const sent = yield* Effect.scoped(Effect.gen(function*() {
          const leaving = yield* attach({ cap: 2, holder: "c" })
          const ticket = yield* granted(leaving, "sent")
          yield* leaving.gate(ticket)
          return ticket
        }))
        yield* Effect.exit(gone.takeOver)
        assert.deepStrictEqual((yield* here.takeOver).map(({ ticket }) => ticket.slotId), [sent.slotId])
      })
    )
    test(
      "refuses a holder that describes the fleet otherwise while another relies on it",
      Effect.gen(function*() {
        yield* attach({ cap: 2, holder: "a" })
        const error = yield* Effect.flip(attach({ cap: 3, holder: "b" }))
        assert.strictEqual(error._tag, "LedgerMismatch")
      })
    )
    test(
      "keeps the slots of its fleet, and takes the new cap, when the next holder comes",
      Effect.gen(function*() {
        yield* Effect.scoped(Effect.flatMap(attach({ cap: 2 }), (ledger) => launched(ledger, "a", 1)))
        const ledger = yield* attach({ cap: 1, holder: "b" })
        assert.strictEqual((yield* reserve(ledger, "b"))._tag, "Full")
      })
    )
    test(
      "keeps a cap that was changed until a holder describes another",
      Effect.gen(function*() {
        const capOf = (cap: number, holder: string) =>
          Effect.scoped(
            Effect.flatMap(
              attach({ cap, holder }),
              (ledger) => Effect.map(ledger.slotTable, (slotTable) => slotTable.cap)
            )
          )
        yield* Effect.scoped(Effect.flatMap(attach({ cap: 2 }), (ledger) => ledger.resize(5)))
        assert.strictEqual(yield* capOf(2, "b"), 5)
        assert.strictEqual(yield* capOf(3, "c"), 3)
      })
    )
    test(
      "joins others at the cap in force, described as theirs or as it is now",
      Effect.gen(function*() {
        const first = yield* attach({ cap: 2 })
        yield* first.resize(5)
        for (const cap of [2, 5]) {
          const joined = yield* attach({ cap, holder: `described ${cap}` })
          assert.strictEqual((yield* joined.slotTable).cap, 5)
        }
        assert.strictEqual((yield* Effect.flip(attach({ cap: 3, holder: "other" })))._tag, "LedgerMismatch")
      })
    )
    test(
      "shows how a launch goes to holders that do not hold it",
      Effect.gen(function*() {
        const mine = yield* attach({ cap: 2 })
        const yours = yield* attach({ cap: 2, holder: "b" })
        const ticket = yield* granted(mine, "a")
        assert.strictEqual((yield* yours.trace(ticket.slotId))._tag, "InFlight")
        yield* send(mine, ticket, accepted(1))
        assert.deepStrictEqual(yield* yours.trace(ticket.slotId), { _tag: "Launched", taskArn: arn(1) })
        yield* read(mine, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED" }] })
        assert.strictEqual((yield* yours.trace(ticket.slotId))._tag, "Over")
      })
    )
  })
}
