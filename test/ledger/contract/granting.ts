/**
 * What is granted, let through the gate, and made of the answers of ECS.
 */
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import { SlotId } from "../../../src/ledger/Slot.ts"
import { of as at } from "../../../src/Time.ts"
import {
  accepted,
  advance,
  arn,
  attach,
  declined,
  granted,
  keyOf,
  launched,
  read,
  rejected,
  reserve,
  send,
  statusOf,
  type Test,
  throttled,
  unknown,
  used
} from "./asking.ts"

export const granting = (name: string, test: Test): void => {
  describe(`${name}: granting`, () => {
    test(
      "grants while fewer than the cap are counted, and not one more",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        const answers = yield* Effect.forEach(["a", "b", "c"], (key) => reserve(ledger, key))
        assert.deepStrictEqual(answers.map((answer) => answer._tag), ["Granted", "Granted", "Full"])
        assert.strictEqual(yield* used(ledger), 2)
      })
    )
    test(
      "grants nothing on a reading that is older than the request needs",
      Effect.gen(function*() {
        const ledger = yield* attach({ read: false })
        const asked = yield* ledger.now
        assert.strictEqual((yield* reserve(ledger, "a", { readSince: asked }))._tag, "Stale")
        yield* read(ledger, { begunAt: at(asked) })
        assert.strictEqual((yield* reserve(ledger, "a", { readSince: asked + 1 }))._tag, "Stale")
        assert.strictEqual((yield* reserve(ledger, "a", { readSince: asked }))._tag, "Granted")
      })
    )
    test(
      "counts those who wait as served before a newcomer",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        assert.strictEqual((yield* reserve(ledger, "new", { ahead: 2 }))._tag, "Full")
        assert.strictEqual((yield* reserve(ledger, "new", { ahead: 1 }))._tag, "Granted")
      })
    )
    test(
      "shares a launch in flight with the same key, and gives the key a new slot once its task is known",
      Effect.gen(function*() {
        const ledger = yield* attach()
        const ticket = yield* granted(ledger, "a")
        assert.deepStrictEqual(yield* reserve(ledger, "a"), { _tag: "Shared", slotId: ticket.slotId })
        yield* send(ledger, ticket, accepted(1))
        const again = yield* ledger.reserve({
          slotId: SlotId("other"),
          key: keyOf("a"),
          request: { cluster: "c", taskDefinition: "f:1", count: 1, clientToken: "other", startedBy: "other" },
          readSince: 0,
          ahead: 0,
          waitingSince: undefined
        })
        assert.strictEqual(again._tag, "Granted")
      })
    )
    test(
      "answers an exclusive key with its task until the task has stopped",
      Effect.gen(function*() {
        const ledger = yield* attach({ exclusiveKeys: true })
        const ticket = yield* launched(ledger, "a", 1)
        assert.deepStrictEqual(yield* reserve(ledger, "a"), {
          _tag: "Existing",
          slotId: ticket.slotId,
          taskArn: arn(1)
        })
        yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED" }] })
        assert.strictEqual((yield* reserve(ledger, "a"))._tag, "Granted")
      })
    )
    test(
      "stops growth when the cap is lowered below use, and frees nothing",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        yield* launched(ledger, "a", 1)
        yield* launched(ledger, "b", 2)
        yield* ledger.resize(1)
        assert.strictEqual((yield* reserve(ledger, "c"))._tag, "Full")
        assert.strictEqual(yield* used(ledger), 2)
        yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED" }] })
        assert.strictEqual((yield* reserve(ledger, "c"))._tag, "Full")
        yield* read(ledger, { tasks: [{ taskArn: arn(2), lastStatus: "STOPPED" }] })
        assert.strictEqual((yield* reserve(ledger, "c"))._tag, "Granted")
      })
    )
    test(
      "grants without bound and without a reading when the cap is unlimited",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: "unlimited", read: false })
        for (const key of ["a", "b", "c"]) {
          assert.strictEqual((yield* reserve(ledger, key, { readSince: 1 }))._tag, "Granted")
        }
      })
    )
  })

  describe(`${name}: the gate`, () => {
    test(
      "withdraws what was not sent when the fleet is over its cap by then",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 2 })
        const first = yield* granted(ledger, "a")
        const second = yield* granted(ledger, "b")
        yield* read(ledger, { running: [arn(9)] })
        assert.strictEqual((yield* ledger.gate(first))._tag, "Withdrawn")
        assert.strictEqual((yield* ledger.gate(second))._tag, "Pass")
        // Its place is granted to no other request until it is given back, and it passes over no other launch.
        assert.strictEqual(yield* used(ledger), 3)
        assert.strictEqual((yield* reserve(ledger, "c"))._tag, "Full")
        assert.strictEqual((yield* ledger.gate(first))._tag, "Withdrawn")
        yield* ledger.withdraw(first)
        assert.strictEqual(yield* used(ledger), 2)
        assert.strictEqual((yield* ledger.gate(first))._tag, "Lost")
      })
    )
    test(
      "holds a launch that may have a task when the fleet is over its cap, and keeps its slot",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 1 })
        const ticket = yield* granted(ledger, "a")
        yield* send(ledger, ticket, unknown)
        yield* ledger.resize(0)
        assert.strictEqual((yield* ledger.gate(ticket))._tag, "Hold")
        assert.strictEqual(yield* used(ledger), 1)
        yield* ledger.resize(1)
        assert.strictEqual((yield* ledger.gate(ticket))._tag, "Pass")
      })
    )
    test(
      "lets nothing through that was not sent before its holder closed",
      Effect.gen(function*() {
        const ledger = yield* attach()
        const unsent = yield* granted(ledger, "a")
        const sent = yield* granted(ledger, "b")
        yield* send(ledger, sent, unknown)
        yield* ledger.close
        assert.strictEqual((yield* ledger.gate(unsent))._tag, "Closed")
        assert.strictEqual((yield* reserve(ledger, "c"))._tag, "Closed")
        assert.strictEqual((yield* ledger.gate(sent))._tag, "Pass")
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
    test(
      "stops repeating a token after 45 minutes, gives up the key, and keeps the slot",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 1 })
        const ticket = yield* granted(ledger, "a")
        yield* send(ledger, ticket, unknown)
        yield* advance("44 minutes")
        assert.strictEqual(yield* send(ledger, ticket, unknown), "Resend")
        yield* advance("1 minute")
        assert.strictEqual((yield* ledger.gate(ticket))._tag, "Expired")
        assert.strictEqual((yield* reserve(ledger, "a"))._tag, "Full")
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
  })

  describe(`${name}: verdicts`, () => {
    test(
      "gives a refused launch's slot back at once",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 1 })
        for (const verdict of [rejected, declined]) {
          assert.strictEqual(yield* send(ledger, yield* granted(ledger, "a"), verdict), "Refused")
          assert.strictEqual(yield* used(ledger), 0)
        }
      })
    )
    test(
      "keeps the slot of a throttled launch, and believes a refusal of it afterwards",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 1 })
        const ticket = yield* granted(ledger, "a")
        assert.strictEqual(yield* send(ledger, ticket, throttled), "Resend")
        assert.strictEqual(yield* used(ledger), 1)
        assert.strictEqual(yield* send(ledger, ticket, rejected), "Refused")
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
    test(
      "believes no rejection once an attempt had no verdict, but an answer with failures",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 1 })
        const ticket = yield* granted(ledger, "a")
        assert.strictEqual(yield* send(ledger, ticket, unknown), "Resend")
        assert.strictEqual(yield* statusOf(ledger, "id-a"), "unknown")
        assert.strictEqual(yield* send(ledger, ticket, rejected), "Resend")
        assert.strictEqual(yield* send(ledger, ticket, throttled), "Resend")
        assert.strictEqual(yield* used(ledger), 1)
        assert.strictEqual(yield* send(ledger, ticket, declined), "Refused")
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
    test(
      "believes no rejection of a launch that passed the gate again without a record of the attempt before",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 1 })
        const ticket = yield* granted(ledger, "a")
        yield* ledger.gate(ticket)
        assert.strictEqual(yield* send(ledger, ticket, rejected), "Resend")
        assert.strictEqual(yield* used(ledger), 1)
      })
    )
    test(
      "withdraws only what has certainly launched nothing",
      Effect.gen(function*() {
        const ledger = yield* attach({ cap: 3 })
        const unsent = yield* granted(ledger, "a")
        const underWay = yield* granted(ledger, "b")
        yield* ledger.gate(underWay)
        const task = yield* launched(ledger, "c", 1)
        yield* Effect.forEach([unsent, underWay, task, unsent], ledger.withdraw)
        assert.strictEqual(yield* used(ledger), 2)
      })
    )
    test(
      "frees the slot of a task that had stopped when a repetition was answered",
      Effect.gen(function*() {
        const ledger = yield* attach()
        const ticket = yield* granted(ledger, "a")
        yield* send(ledger, ticket, unknown)
        assert.strictEqual(yield* send(ledger, ticket, accepted(1, "STOPPED")), "Launched")
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
  })
}
