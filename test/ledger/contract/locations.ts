/**
 * Where a fleet is, and what comes from elsewhere.
 */
import { assert, describe } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { TaskArn } from "../../../src/ecs/Ecs.ts"
import { SlotId } from "../../../src/ledger/Slot.ts"
import { of as at } from "../../../src/Time.ts"
import {
  accepted,
  advance,
  arn,
  attach,
  granted,
  launched,
  read,
  rejected,
  send,
  statusOf,
  type Test,
  unknown,
  used
} from "./asking.ts"

const foreign = (n: number, location: string) => TaskArn(`arn:${location}:task/c/${n}`)
const otherRegion = foreign(9, "aws:ecs:us-east-1:123456789012")
const otherAccount = foreign(9, "aws:ecs:eu-central-1:210987654321")
const otherCluster = TaskArn("arn:aws:ecs:eu-central-1:123456789012:task/d/9")
const otherPartition = foreign(9, "aws-cn:ecs:eu-central-1:123456789012")

export const locations = (name: string, test: Test): void => {
  describe(`${name}: the location of a fleet`, () => {
    for (const part of ["partition", "region", "account", "cluster"] as const) {
      test(
        `refuses a holder that is in another ${part}, with both locations named`,
        Effect.gen(function*() {
          yield* attach({ location: { partition: "p-1", region: "r-1", account: "a-1", cluster: "c-1" } })
          const error = yield* Effect.flip(
            attach({ holder: "b", location: { cluster: "c-1", region: "r-1", [part]: "x" } })
          )
          assert.strictEqual(error._tag, "LedgerMismatch")
          assert.include(error.message, "arn:p-1:ecs:r-1:a-1:cluster/c-1")
          assert.include(error.message, "x")
        })
      )
    }
    test(
      "refuses it also when no other holder is attached, for as long as there are slots",
      Effect.gen(function*() {
        const scope = yield* Scope.make()
        const mine = yield* attach().pipe(Scope.provide(scope))
        const ticket = yield* launched(mine, "a", 1)
        yield* Scope.close(scope, Exit.void)
        const away = attach({ holder: "b", location: { region: "us-east-1" } })
        assert.strictEqual((yield* Effect.flip(away))._tag, "LedgerMismatch")
        const yours = yield* attach({ holder: "c" })
        yield* read(yours, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED", startedBy: ticket.slotId }] })
        assert.strictEqual(yield* used(yours), 0)
      })
    )
    test(
      "is where the next holder says when nothing is left of it",
      Effect.gen(function*() {
        yield* Effect.scoped(attach())
        const moved = yield* attach({ holder: "b", location: { region: "us-east-1" } })
        assert.deepStrictEqual((yield* moved.adopt({ running: [otherRegion], stopped: undefined })).taskArns, [
          otherRegion
        ])
      })
    )
    test(
      "is completed by the first task, and by what the next holder knows",
      Effect.gen(function*() {
        const mine = yield* attach()
        yield* launched(mine, "a", 1)
        const elsewhere = attach({ holder: "b", location: { account: "210987654321" } })
        assert.include((yield* Effect.flip(elsewhere)).message, "arn:aws:ecs:eu-central-1:123456789012:cluster/c")
      })
    )
    test(
      "is completed by what a holder knows that joins others",
      Effect.gen(function*() {
        yield* attach()
        yield* attach({ holder: "b", location: { account: "210987654321" } })
        const error = yield* Effect.flip(attach({ holder: "c", location: { account: "123456789012" } }))
        assert.strictEqual(error._tag, "LedgerMismatch")
      })
    )
    for (const stray of [otherRegion, otherAccount, otherCluster, otherPartition]) {
      test(
        `takes no list for evidence that shows ${stray}`,
        Effect.gen(function*() {
          const ledger = yield* attach({ cap: 3 })
          yield* launched(ledger, "a", 1)
          for (const lists of [{ running: [arn(2), stray] }, { running: [arn(2)], stopped: [stray] }]) {
            const question = yield* ledger.adopt({ stopped: undefined, ...lists })
            assert.include(question.stray ?? "", stray)
            assert.include(question.stray ?? "", "arn:aws:ecs:eu-central-1:123456789012:cluster/c")
          }
          assert.strictEqual(yield* used(ledger), 1)
        })
      )
      test(
        `takes no reading for evidence that describes, or misses, ${stray}`,
        Effect.gen(function*() {
          const ledger = yield* attach({ cap: 3 })
          yield* launched(ledger, "a", 1)
          const begunAt = at(yield* ledger.now)
          for (
            const [tasks, missing] of [
              [[{ taskArn: arn(1), lastStatus: "STOPPED" }, { taskArn: stray, lastStatus: "RUNNING" }], []],
              [[{ taskArn: arn(1), lastStatus: "STOPPED" }], [stray]]
            ] as const
          ) {
            const tally = yield* ledger.observe({ begunAt, running: [], stopped: undefined, tasks, missing })
            assert.include(tally.stray ?? "", stray)
          }
          assert.strictEqual(yield* used(ledger), 1)
        })
      )
      test(
        `takes the answer ${stray} for no verdict, and frees its slot only where an operator says so`,
        Effect.gen(function*() {
          const ledger = yield* attach({ cap: 3 })
          yield* launched(ledger, "a", 1)
          const ticket = yield* granted(ledger, "b")
          assert.strictEqual(yield* send(ledger, ticket, { _tag: "Accepted", taskArn: stray }), "Resend")
          assert.strictEqual(yield* statusOf(ledger, "id-b"), "unknown")
          assert.strictEqual(yield* send(ledger, ticket, rejected), "Resend")
          yield* advance("2 hours")
          for (let reading = 0; reading < 3; reading++) {
            yield* advance("6 minutes")
            yield* read(ledger, { running: [arn(1)], stopped: [] })
          }
          assert.strictEqual(yield* statusOf(ledger, "id-b"), "unknown")
          assert.strictEqual((yield* ledger.release(SlotId("id-b")))._tag, "Freed")
        })
      )
    }
    test(
      "takes tasks of two accounts in one list for no evidence, though no account is known yet",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 3 })
        const question = yield* ledger.adopt({ running: [arn(1), otherAccount], stopped: undefined })
        assert.include(question.stray ?? "", otherAccount)
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
    test(
      "accepts the task of a launch that was named wrongly before",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 3 })
        yield* launched(ledger, "a", 1)
        const ticket = yield* granted(ledger, "b")
        yield* send(ledger, ticket, { _tag: "Accepted", taskArn: otherRegion })
        yield* send(ledger, ticket, unknown)
        assert.strictEqual(yield* send(ledger, ticket, accepted(2)), "Launched")
      })
    )
  })
}
