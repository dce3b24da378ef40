/**
 * What every ledger must do, whatever it is kept in.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Fiber, Layer, Queue, Result, Scope } from "effect"
import { TestClock } from "effect/testing"
import type { Verdict } from "../../src/Ecs.ts"
import { TaskArn } from "../../src/Ecs.ts"
import { parseKey } from "../../src/Key.ts"
import type { FleetLedger } from "../../src/Ledger.ts"
import { Ledger } from "../../src/Ledger.ts"
import type { Reading } from "../../src/rules/Evidence.ts"
import type { Line } from "../../src/rules/Launch.ts"
import * as Occupancy from "../../src/rules/Occupancy.ts"
import { SlotId, status, type Ticket } from "../../src/Slot.ts"
import * as Holding from "./holding.ts"

const lagBound = Duration.toMillis("5 minutes")

const attach = Effect.fnUntraced(function*(options?: {
  readonly cap?: number | "unlimited"
  readonly exclusiveKeys?: boolean
  readonly holder?: string
  readonly read?: boolean
  readonly line?: Line
}) {
  const ledger = yield* Holding.attach(yield* Ledger, options?.holder ?? "a", {
    cap: options?.cap ?? 2,
    exclusiveKeys: options?.exclusiveKeys ?? false,
    lagBound,
    line: () => options?.line ?? { waiting: 0, since: undefined }
  })
  if (options?.read ?? true) yield* read(ledger)
  return ledger
})

const read = Effect.fnUntraced(function*(ledger: FleetLedger, shown: Partial<Reading> = {}) {
  // A ledger that is far away hears of the time with its answers.
  yield* ledger.standing
  const begunAt = shown.begunAt ?? (yield* ledger.now)
  const running = shown.running ?? []
  yield* ledger.adopt({ running, stopped: shown.stopped })
  yield* ledger.observe({
    begunAt,
    running,
    stopped: shown.stopped,
    tasks: shown.tasks ?? [],
    missing: shown.missing ?? []
  })
})

const keyOf = (text: string) => Result.getOrThrow(parseKey(text))
const arn = (n: number) => TaskArn(`arn:aws:ecs:eu-central-1:1:task/c/${n}`)

const reserve = (
  ledger: FleetLedger,
  key: string,
  options?: { readonly ahead?: number; readonly readSince?: number; readonly waitingSince?: number }
) => ledger.reserve({ ...Holding.reservation(key), ...options })

const granted = Effect.fnUntraced(function*(ledger: FleetLedger, key: string) {
  const answer = yield* reserve(ledger, key)
  if (answer._tag !== "Granted") return assert.fail(`${key}: ${answer._tag}`)
  return answer.ticket
})

const send = Effect.fnUntraced(function*(ledger: FleetLedger, ticket: Ticket, verdict: Verdict) {
  const gate = yield* ledger.gate(ticket)
  assert.strictEqual(gate._tag, "Pass")
  return (yield* ledger.settle(ticket, verdict))._tag
})

const launched = Effect.fnUntraced(function*(ledger: FleetLedger, key: string, n: number) {
  const ticket = yield* granted(ledger, key)
  yield* send(ledger, ticket, accepted(n))
  return ticket
})

const accepted = (n: number, lastStatus?: string): Verdict => ({ _tag: "Accepted", taskArn: arn(n), lastStatus })
const failure = { reason: "invalid", detail: "no" } as const
const rejected: Verdict = { _tag: "Rejected", failure }
const declined: Verdict = { _tag: "Declined", failure }
const throttled: Verdict = { _tag: "Throttled", detail: "slower" }
const unknown: Verdict = { _tag: "Unknown", detail: "reset" }

const used = (ledger: FleetLedger) => Effect.map(ledger.standing, Occupancy.used)
const statusOf = (ledger: FleetLedger, id: string) =>
  Effect.map(ledger.standing, (standing) => {
    const slot = Occupancy.find(standing, SlotId(id))
    return slot === undefined ? undefined : status(slot)
  })

/** Whether the next reading has to look for launches without a verdict. It is claimed, and ended at once. */
const isSearching = Effect.fnUntraced(function*(ledger: FleetLedger) {
  const claim = yield* ledger.claimTurn((yield* ledger.now) + 60_000)
  yield* ledger.endTurn(0)
  return claim._tag === "Yours" ? claim.searching : assert.fail(claim._tag)
})

/** How the time passes that a ledger decides by. */
export class Time extends Context.Service<Time, {
  readonly advance: (duration: Duration.Input) => Effect.Effect<void>
}>()("test/Time") {
  /** The time of the test's clock. */
  static readonly layerTest = Layer.succeed(Time, { advance: TestClock.adjust })
}

const advance = (duration: Duration.Input) => Effect.flatMap(Time, (time) => time.advance(duration))

export const suite = <E>(
  name: string,
  layer: Layer.Layer<Ledger | Time, E>,
  run: typeof it.effect | typeof it.live = it.effect
) => {
  const test = <E>(sentence: string, effect: Effect.Effect<void, E, Ledger | Time | Scope.Scope>) =>
    run(sentence, () => Effect.provide(Effect.scoped(effect), Layer.fresh(layer)))

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
        yield* read(ledger, { begunAt: asked })
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
      "frees the slot of a task that had stopped when the answer arrived",
      Effect.gen(function*() {
        const ledger = yield* attach()
        const ticket = yield* granted(ledger, "a")
        assert.strictEqual(yield* send(ledger, ticket, accepted(1, "STOPPED")), "Launched")
        assert.strictEqual(yield* used(ledger), 0)
      })
    )
  })

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
        assert.deepStrictEqual(yield* ledger.gate(ticket), { _tag: "Settled", taskArn: arn(1) })
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
        assert.deepStrictEqual(yield* yours.gate(taken.ticket), { _tag: "Settled", taskArn: arn(1) })
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
            Effect.flatMap(attach({ cap, holder }), (ledger) => Effect.map(ledger.standing, (standing) => standing.cap))
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
          assert.strictEqual((yield* joined.standing).cap, 5)
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

  describe(`${name}: the turn to read`, () => {
    test(
      "is one holder's at a time, and ends with a rest that all keep",
      Effect.gen(function*() {
        const mine = yield* attach({ read: false })
        const yours = yield* attach({ read: false, holder: "b" })
        assert.strictEqual((yield* mine.claimTurn(yield* mine.now))._tag, "Yours")
        assert.strictEqual((yield* yours.claimTurn(yield* yours.now))._tag, "Theirs")
        const ends = yield* Effect.forkChild(yours.turnEnds, { startImmediately: true })
        yield* mine.endTurn(60_000)
        yield* Fiber.join(ends)
        for (const ledger of [mine, yours]) {
          assert.strictEqual((yield* ledger.claimTurn(yield* ledger.now))._tag, "Resting")
        }
        yield* advance("1 minute")
        assert.strictEqual((yield* yours.claimTurn(yield* yours.now))._tag, "Yours")
      })
    )
    test(
      "is not needed where what another holder has read is recent enough",
      Effect.gen(function*() {
        const mine = yield* attach({ read: false })
        const yours = yield* attach({ read: false, holder: "b" })
        const claim = yield* mine.claimTurn(yield* mine.now)
        if (claim._tag !== "Yours") return assert.fail(claim._tag)
        yield* read(mine, { begunAt: claim.begunAt })
        yield* mine.endTurn(0)
        assert.strictEqual((yield* yours.claimTurn(claim.begunAt))._tag, "Recent")
        assert.strictEqual((yield* yours.claimTurn(claim.begunAt + 1))._tag, "Yours")
      })
    )
    test(
      "cannot be ended before anybody has had it, and then makes no reading serve for longer",
      Effect.gen(function*() {
        const ledger = yield* attach({ read: false })
        yield* ledger.endTurn(60_000)
        yield* ledger.standing
        assert.strictEqual((yield* ledger.turn).servesFor, 0)
        assert.strictEqual((yield* ledger.claimTurn(yield* ledger.now))._tag, "Yours")
      })
    )
    test(
      "passes on when the holder that has it is gone",
      Effect.gen(function*() {
        const yours = yield* attach({ read: false, holder: "b" })
        yield* Effect.scoped(Effect.flatMap(
          attach({ read: false }),
          (mine) => Effect.flatMap(mine.now, mine.claimTurn)
        ))
        assert.strictEqual((yield* yours.claimTurn(yield* yours.now))._tag, "Yours")
      })
    )
  })

  describe(`${name}: lines`, () => {
    const lined = (waiting: number, since: number | undefined) => ({ waiting, since })

    test(
      "leave a slot to whoever has waited longer with another holder",
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
        yield* ledger.turnAway(keyOf("c"))
        yield* read(ledger, { tasks: [{ taskArn: arn(1), lastStatus: "STOPPED", startedBy: ticket.slotId }] })
        const changes = yield* Effect.replicateEffect(Queue.take(queue), 7)
        assert.deepStrictEqual(
          changes.map((change) => [change._tag, change.occupied]),
          [
            ["Reserved", 1],
            ["Launched", 1],
            ["Reserved", 2],
            ["Refused", 2],
            ["Freed", 1],
            ["AtCapacity", 1],
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
        const { sequence } = yield* ledger.standing
        assert.strictEqual((yield* Queue.take(queue)).sequence, sequence - 1)
      })
    )
  })
}
