/**
 * What several holders take turns at: to read, and to be served.
 */
import { assert, describe } from "@effect/vitest"
import { Effect, Fiber, Queue } from "effect"
import { advance, arn, attach, granted, launched, read, rejected, reserve, send, type Test } from "./asking.ts"

export const sharing = (name: string, test: Test): void => {
  describe(`${name}: the turn to read`, () => {
    test(
      "is one holder's at a time, and ends with a rest that all keep",
      Effect.gen(function*() {
        const mine = yield* attach({ read: false })
        const yours = yield* attach({ read: false, holder: "b" })
        assert.strictEqual((yield* mine.readTurn.claim(yield* mine.now))._tag, "Yours")
        assert.strictEqual((yield* yours.readTurn.claim(yield* yours.now))._tag, "Theirs")
        const ends = yield* Effect.forkChild(yours.readTurn.ended, { startImmediately: true })
        yield* mine.readTurn.end(60_000, "read")
        yield* Fiber.join(ends)
        for (const ledger of [mine, yours]) {
          assert.strictEqual((yield* ledger.readTurn.claim(yield* ledger.now))._tag, "Resting")
        }
        yield* advance("1 minute")
        assert.strictEqual((yield* yours.readTurn.claim(yield* yours.now))._tag, "Yours")
      })
    )
    test(
      "is not needed where what another holder has read is recent enough",
      Effect.gen(function*() {
        const mine = yield* attach({ read: false })
        const yours = yield* attach({ read: false, holder: "b" })
        const claim = yield* mine.readTurn.claim(yield* mine.now)
        if (claim._tag !== "Yours") return assert.fail(claim._tag)
        yield* read(mine, { begunAt: claim.begunAt })
        yield* mine.readTurn.end(0, "read")
        assert.strictEqual((yield* yours.readTurn.claim(claim.begunAt.fast))._tag, "Recent")
        assert.strictEqual((yield* yours.readTurn.claim(claim.begunAt.fast + 1))._tag, "Yours")
      })
    )
    test(
      "cannot be ended before a holder has had it, and then makes no reading serve for longer",
      Effect.gen(function*() {
        const ledger = yield* attach({ read: false })
        yield* ledger.readTurn.end(60_000, "read")
        yield* ledger.slotTable
        assert.strictEqual((yield* ledger.readTurn.current).servesFor, 0)
        assert.strictEqual((yield* ledger.readTurn.claim(yield* ledger.now))._tag, "Yours")
      })
    )
    test(
      "is let go to others first by a holder that could not read when they wanted to",
      Effect.gen(function*() {
        const mine = yield* attach({ read: false })
        const yours = yield* attach({ read: false, holder: "b" })
        assert.strictEqual((yield* mine.readTurn.claim(yield* mine.now))._tag, "Yours")
        assert.strictEqual((yield* yours.readTurn.claim(yield* yours.now))._tag, "Theirs")
        yield* mine.readTurn.end(100, "failed")
        yield* advance("200 millis")
        assert.strictEqual((yield* mine.readTurn.claim((yield* mine.now) + 60_000))._tag, "Resting")
        assert.strictEqual((yield* yours.readTurn.claim((yield* yours.now) + 60_000))._tag, "Yours")
        yield* yours.readTurn.end(100, "failed")
        yield* advance("3 seconds")
        assert.strictEqual((yield* mine.readTurn.claim((yield* mine.now) + 60_000))._tag, "Yours")
      })
    )
    test(
      "passes on when the holder that has it is gone",
      Effect.gen(function*() {
        const yours = yield* attach({ read: false, holder: "b" })
        yield* Effect.scoped(Effect.flatMap(
          attach({ read: false }),
          (mine) => Effect.flatMap(mine.now, mine.readTurn.claim)
        ))
        assert.strictEqual((yield* yours.readTurn.claim(yield* yours.now))._tag, "Yours")
      })
    )
  })

  describe(`${name}: lines`, () => {
    const lined = (waiting: number, since: number | undefined) => ({ waiting, since })

    test(
      "leave a slot to a request that has waited longer with another holder",
      Effect.gen(function*() {
        const mine = yield* attach({ cap: 1, line: lined(1, 100) })
        yield* attach({ cap: 1, holder: "b", line: lined(3, 50) })
        assert.strictEqual((yield* reserve(mine, "a", { waitingSince: 100 }))._tag, "Full")
        assert.strictEqual((yield* reserve(mine, "a", { waitingSince: 49 }))._tag, "Granted")
      })
    )
    test(
      "count with every holder as served before a newcomer",
      Effect.gen(function*() {
        const mine = yield* attach({ cap: 4 })
        yield* attach({ cap: 4, holder: "b", line: lined(3, 50) })
        assert.strictEqual((yield* reserve(mine, "new", { ahead: 1 }))._tag, "Full")
        assert.strictEqual((yield* reserve(mine, "new"))._tag, "Granted")
      })
    )
    test(
      "end with their holder",
      Effect.gen(function*() {
        const mine = yield* attach({ cap: 1 })
        yield* Effect.scoped(attach({ cap: 1, holder: "b", line: lined(1, 50) }))
        assert.strictEqual((yield* reserve(mine, "new"))._tag, "Granted")
      })
    )
  })

  describe(`${name}: changes`, () => {
    test(
      "numbers what happens in the order of the decisions, without gaps",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        const queue = yield* ledger.subscribe(64)
        const ticket = yield* launched(ledger, "a", 1)
        yield* send(ledger, yield* granted(ledger, "b"), rejected)
        yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED", startedBy: ticket.slotId }] })
        const changes = yield* Effect.replicateEffect(Queue.take(queue), 6)
        assert.deepStrictEqual(
          changes.map((change) => [change._tag, change.occupied]),
          [
            ["Reserved", 1],
            ["Launched", 1],
            ["Reserved", 2],
            ["Refused", 2],
            ["Freed", 1],
            ["Freed", 0]
          ]
        )
        const first = changes[0]?.sequence ?? 0
        assert.deepStrictEqual(changes.map((change) => change.sequence), changes.map((_, index) => first + index))
      })
    )
    test(
      "shows a slow subscriber a gap in the numbers",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 9 })
        const queue = yield* ledger.subscribe(2)
        for (const key of ["a", "b", "c", "d"]) yield* granted(ledger, key)
        const { sequence } = yield* ledger.slotTable
        assert.strictEqual((yield* Queue.take(queue)).sequence, sequence - 1)
      })
    )
  })
}
