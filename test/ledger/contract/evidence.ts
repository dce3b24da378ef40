/**
 * What frees a slot, and what does not.
 */
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { SlotId } from "../../../src/ledger/Slot.ts"
import {
  accepted,
  advance,
  arn,
  attach,
  granted,
  isSearching,
  launched,
  read,
  send,
  statusOf,
  type Test,
  unknown,
  used
} from "./asking.ts"

export const evidence = (name: string, test: Test): void => {
  describe(`${name}: evidence`, () => {
    test(
      "counts listed tasks that it does not know, above the cap too",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 1 })
        yield* read(ledger, { running: [arn(1), arn(2)] })
        yield* read(ledger, { running: [arn(2), arn(1)] })
        assert.strictEqual(yield* used(ledger), 2)
        assert.strictEqual(yield* statusOf(ledger, arn(1)), "adopted")
      })
    )
    test(
      "removes nothing because a list does not show it, or a description is missing",
      Effect.gen(function*() {
        const ledger = yield* attach()
        yield* launched(ledger, "a", 1)
        yield* advance("1 hour")
        yield* read(ledger, { running: [], missing: [arn(1)] })
        yield* advance("4 minutes")
        yield* read(ledger, { running: [], stopped: [], missing: [arn(1)] })
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
    test(
      "removes nothing that is stopping, and what has stopped once",
      Effect.gen(function*() {
        const ledger = yield* attach()
        yield* launched(ledger, "a", 1)
        yield* launched(ledger, "b", 2)
        for (const lastStatus of ["RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING"]) {
          yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus, desiredStatus: "STOPPED" }] })
          assert.strictEqual(yield* used(ledger), 2)
        }
        const stopped = { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED" }] }
        yield* read(ledger, stopped)
        yield* read(ledger, stopped)
        assert.strictEqual(yield* used(ledger), 1)
        assert.strictEqual(yield* statusOf(ledger, "id-b"), "launched")
      })
    )
    test(
      "counts a task that it finds among the stopped and that still stops, until it has stopped",
      Effect.gen(function*() {
        const ledger = yield* attach()
        yield* read(ledger, { stopped: [arn(1)], tasks: [{ taskArn: arn(1), lastStatus: "STOPPING" }] })
        assert.strictEqual(yield* used(ledger), 1)
        yield* read(ledger, { stopped: [arn(1)], tasks: [{ taskArn: arn(1), lastStatus: "STOPPED" }] })
        assert.strictEqual(yield* used(ledger), 0)
        yield* read(ledger, { stopped: [arn(2)], tasks: [{ taskArn: arn(2), lastStatus: "STOPPED" }] })
        const all = [arn(1), arn(2)]
        assert.deepStrictEqual((yield* ledger.adopt({ running: all, stopped: all })).taskArns, [])
      })
    )
    test(
      "counts a task once that was listed before its launch was answered",
      Effect.gen(function*() {
        const ledger = yield* attach()
        const ticket = yield* granted(ledger, "a")
        yield* ledger.gate(ticket)
        yield* read(ledger, { running: [arn(1)] })
        assert.strictEqual(yield* used(ledger), 2)
        assert.strictEqual((yield* ledger.settle(ticket, accepted(1)))._tag, "Launched")
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
    test(
      "finds the task of a lost answer by who started it",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 1 })
        const ticket = yield* granted(ledger, "a")
        yield* send(ledger, ticket, unknown)
        yield* read(ledger, {
          running: [arn(1)],
          tasks: [{ taskArn: arn(1), lastStatus: "RUNNING", startedBy: ticket.slotId }]
        })
        assert.strictEqual(yield* used(ledger), 1)
        assert.deepStrictEqual(yield* ledger.gate(ticket), { _tag: "Launched", taskArn: arn(1) })
        yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED", startedBy: ticket.slotId }] })
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
    test(
      "frees a task on evidence about itself, and not about another that bears the id of its launch",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 3 })
        const ticket = yield* launched(ledger, "a", 1)
        const copy = { taskArn: arn(2), startedBy: ticket.slotId }
        yield* read(ledger, { stopped: [arn(2)], tasks: [{ ...copy, lastStatus: "STOPPED" }] })
        assert.strictEqual(yield* statusOf(ledger, ticket.slotId), "launched")
        yield* read(ledger, { running: [arn(3)], tasks: [{ ...copy, taskArn: arn(3), lastStatus: "RUNNING" }] })
        assert.strictEqual(yield* used(ledger), 2)
        assert.strictEqual(yield* statusOf(ledger, arn(3)), "adopted")
        yield* read(ledger, { tasks: [{ ...copy, taskArn: arn(3), lastStatus: "STOPPED" }] })
        assert.strictEqual(yield* used(ledger), 1)
        yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED", startedBy: ticket.slotId }] })
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
    test(
      "is not brought back by a stale list, a stale description or a late answer after a task has stopped",
      Effect.gen(function*() {
        const ledger = yield* attach()
        const ticket = yield* launched(ledger, "a", 1)
        yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED" }] })
        yield* read(ledger, { running: [arn(1)], tasks: [{ taskArn: arn(1), lastStatus: "RUNNING" }] })
        assert.strictEqual(yield* used(ledger), 0)
        yield* ledger.settle(ticket, accepted(1, "RUNNING"))
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
    test(
      "takes the answer of a launch, late as it may be, for what is known of the task that it names",
      Effect.gen(function*() {
        const ledger = yield* attach()
        const first = yield* granted(ledger, "a")
        yield* ledger.gate(first)
        yield* read(ledger, { running: [arn(1)] })
        yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED", startedBy: first.slotId }] })
        assert.strictEqual((yield* ledger.settle(first, accepted(1, "RUNNING")))._tag, "Launched")
        assert.strictEqual(yield* used(ledger), 0)
        const second = yield* granted(ledger, "b")
        yield* send(ledger, second, unknown)
        yield* advance("1 hour")
        yield* read(ledger, { stopped: [] })
        yield* advance("1 second")
        yield* read(ledger, { stopped: [] })
        assert.strictEqual(yield* used(ledger), 0)
        yield* ledger.settle(second, accepted(2, "RUNNING"))
        assert.strictEqual(yield* used(ledger), 1)
        assert.strictEqual(yield* statusOf(ledger, arn(2)), "adopted")
      })
    )
    test(
      "remembers stopped tasks for longer than ECS does, and not for ever",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 9 })
        yield* launched(ledger, "a", 1)
        yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED" }] })
        yield* advance("64 minutes")
        yield* read(ledger, { running: [arn(1)] })
        assert.strictEqual(yield* used(ledger), 0)
        for (const n of [2, 3, 4]) {
          yield* advance("66 minutes")
          yield* launched(ledger, `k${n}`, n)
          yield* read(ledger, { tasks: [{ taskArn: arn(n), lastStatus: "STOPPED" }] })
        }
        yield* read(ledger, { running: [arn(1)] })
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
    test(
      "lets a task go that ECS has forgotten: known for 65 minutes, and missing twice, 5 minutes apart",
      Effect.gen(function*() {
        const ledger = yield* attach()
        yield* launched(ledger, "a", 1)
        yield* advance("66 minutes")
        yield* read(ledger, { running: [arn(1)], missing: [arn(1)] })
        yield* advance("6 minutes")
        yield* read(ledger, { missing: [arn(1)] })
        yield* advance("4 minutes")
        yield* read(ledger, { missing: [arn(1)] })
        assert.strictEqual(yield* used(ledger), 1)
        yield* advance("1 minute")
        yield* read(ledger, { missing: [arn(1)] })
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
    test(
      "frees a launch without a verdict only after two full readings that began late enough",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 1 })
        const ticket = yield* granted(ledger, "a")
        yield* send(ledger, ticket, unknown)
        yield* advance("44 minutes")
        yield* send(ledger, ticket, unknown)
        yield* advance("10 minutes")
        yield* read(ledger, { stopped: [] })
        yield* read(ledger, { stopped: [] })
        assert.strictEqual(yield* isSearching(ledger), false)
        yield* advance("1 minute")
        assert.strictEqual(yield* isSearching(ledger), true)
        yield* read(ledger)
        yield* read(ledger)
        yield* read(ledger, { stopped: [] })
        assert.strictEqual(yield* used(ledger), 1)
        yield* advance("1 second")
        yield* read(ledger, { stopped: [] })
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
    test(
      "finds the task of a launch without a verdict among the stopped",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 1 })
        const ticket = yield* granted(ledger, "a")
        yield* send(ledger, ticket, unknown)
        yield* advance("1 hour")
        const question = yield* ledger.adopt({ running: [], stopped: [arn(1)] })
        assert.deepStrictEqual(question.taskArns, [arn(1)])
        yield* read(ledger, {
          stopped: [arn(1)],
          tasks: [{ taskArn: arn(1), lastStatus: "STOPPED", startedBy: ticket.slotId }]
        })
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
    test(
      "lets an operator free a launch without a verdict, not before its task must be visible",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        const ticket = yield* granted(ledger, "a")
        yield* send(ledger, ticket, unknown)
        yield* launched(ledger, "b", 1)
        assert.strictEqual((yield* ledger.release(ticket.slotId))._tag, "TooEarly")
        assert.strictEqual((yield* ledger.release(SlotId("id-b")))._tag, "NotUnknown")
        yield* advance("46 minutes")
        assert.strictEqual((yield* ledger.release(ticket.slotId))._tag, "Freed")
        assert.strictEqual((yield* ledger.gate(ticket))._tag, "Lost")
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
  })
}
