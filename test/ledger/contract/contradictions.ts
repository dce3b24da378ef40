/**
 * What ECS says and cannot be so: it is no evidence, and every slot stays.
 */
import { assert, describe } from "@effect/vitest"
import { Effect, Queue } from "effect"
import {
  accepted,
  advance,
  arn,
  attach,
  declined,
  granted,
  launched,
  read,
  send,
  statusOf,
  type Test,
  unknown,
  used
} from "./asking.ts"

export const contradictions = (name: string, test: Test): void => {
  describe(`${name}: contradictions`, () => {
    test(
      "keeps both slots where an answer names the task of another launch, and settles the launch by evidence",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        yield* launched(ledger, "a", 1)
        const ticket = yield* granted(ledger, "b")
        assert.strictEqual(yield* send(ledger, ticket, accepted(1)), "Resend")
        assert.strictEqual(yield* used(ledger), 2)
        assert.strictEqual(yield* statusOf(ledger, "id-a"), "launched")
        assert.strictEqual(yield* statusOf(ledger, "id-b"), "unknown")
        assert.strictEqual(yield* send(ledger, ticket, accepted(1, "STOPPED")), "Resend")
        assert.strictEqual(yield* used(ledger), 2)
        yield* read(ledger, {
          running: [arn(1), arn(2)],
          tasks: [
            { taskArn: arn(1), lastStatus: "RUNNING", startedBy: "id-a" },
            { taskArn: arn(2), lastStatus: "RUNNING", startedBy: "id-b" }
          ]
        })
        assert.strictEqual(yield* statusOf(ledger, "id-b"), "launched")
        assert.strictEqual(yield* used(ledger), 2)
      })
    )
    test(
      "frees a launch that was answered so like one without an answer: when two full readings do not show it",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        yield* launched(ledger, "a", 1)
        yield* send(ledger, yield* granted(ledger, "b"), accepted(1))
        yield* advance("1 hour")
        yield* read(ledger, { running: [arn(1)], stopped: [] })
        assert.strictEqual(yield* used(ledger), 2)
        yield* advance("1 minute")
        yield* read(ledger, { running: [arn(1)], stopped: [] })
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
    test(
      "keeps the slot where an answer names a task that has stopped as another's",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        yield* launched(ledger, "a", 1)
        yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED", startedBy: "id-a" }] })
        assert.strictEqual(yield* send(ledger, yield* granted(ledger, "b"), accepted(1)), "Resend")
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
    test(
      "keeps the slot of a launch that was sent once where its answer names a task that has stopped already",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        const ticket = yield* granted(ledger, "a")
        assert.strictEqual(yield* send(ledger, ticket, accepted(1, "STOPPED")), "Launched")
        assert.strictEqual(yield* used(ledger), 1)
        yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED", startedBy: ticket.slotId }] })
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
    test(
      "counts a second task that an answer names for a launch, and frees nothing on its word",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 3 })
        const ticket = yield* launched(ledger, "a", 1)
        yield* launched(ledger, "b", 2)
        assert.deepStrictEqual(yield* ledger.settle(ticket, accepted(3)), {
          _tag: "Launched",
          taskArn: arn(1)
        })
        assert.strictEqual(yield* statusOf(ledger, arn(3)), "adopted")
        yield* ledger.settle(ticket, accepted(2, "STOPPED"))
        assert.strictEqual(yield* used(ledger), 3)
      })
    )
    test(
      "frees nothing on a late answer that names the task of another launch, when its own slot has gone",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 3 })
        yield* launched(ledger, "a", 1)
        const ticket = yield* launched(ledger, "b", 2)
        yield* read(ledger, { tasks: [{ taskArn: arn(2), lastStatus: "STOPPED", startedBy: "id-b" }] })
        assert.strictEqual((yield* ledger.settle(ticket, accepted(1, "STOPPED")))._tag, "Lost")
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
    test(
      "settles a launch of which something else was said before, and leaves it to a reading that its task has stopped",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        const ticket = yield* granted(ledger, "a")
        yield* send(ledger, ticket, { _tag: "Contradictory", detail: "two tasks" })
        assert.strictEqual(yield* send(ledger, ticket, accepted(1, "STOPPED")), "Launched")
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
    test(
      "believes no refusal of a launch for which a task was named",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        const ticket = yield* granted(ledger, "a")
        assert.strictEqual(yield* send(ledger, ticket, { _tag: "Contradictory", detail: "two tasks" }), "Resend")
        assert.strictEqual(yield* send(ledger, ticket, declined), "Resend")
        assert.strictEqual(yield* used(ledger), 1)
        assert.strictEqual(yield* send(ledger, ticket, accepted(1)), "Launched")
      })
    )
    test(
      "takes a description for no evidence that names another starter than the launch whose task it is",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 3 })
        yield* launched(ledger, "a", 1)
        yield* send(ledger, yield* granted(ledger, "b"), unknown)
        yield* read(ledger, {
          running: [arn(1)],
          tasks: [{ taskArn: arn(1), lastStatus: "STOPPED", startedBy: "id-b" }]
        })
        assert.strictEqual(yield* statusOf(ledger, "id-a"), "launched")
        assert.strictEqual(yield* statusOf(ledger, "id-b"), "unknown")
      })
    )
    test(
      "counts a task once that was listed and not described before its launch was answered",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        const ticket = yield* granted(ledger, "a")
        yield* ledger.gate(ticket)
        yield* read(ledger, { running: [arn(1)] })
        assert.strictEqual((yield* ledger.settle(ticket, accepted(1)))._tag, "Launched")
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
    test(
      "tells of a contradiction once, and by whom it was met",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2, holder: "a" })
        yield* launched(ledger, "a", 1)
        const queue = yield* ledger.subscribe(64)
        const ticket = yield* granted(ledger, "b")
        for (let time = 0; time < 3; time++) yield* send(ledger, ticket, accepted(1))
        yield* granted(ledger, "c").pipe(Effect.exit)
        yield* ledger.slotTable
        const told = (yield* Queue.takeAll(queue)).filter(({ _tag }) => _tag === "Contradicted")
        assert.deepStrictEqual(told.map(({ by }) => by), ["a"])
      })
    )
  })
}
