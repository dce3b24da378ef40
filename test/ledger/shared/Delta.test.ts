/**
 * Whatever is decided, a fleet is the same again when its differences have been
 * written down and read.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, HashSet, Random, Result, Schema } from "effect"
import { notSent, TaskArn, unanswered, type Verdict } from "../../../src/ecs/Ecs.ts"
import * as Locations from "../../../src/ecs/Location.ts"
import { parseKey } from "../../../src/ledger/Key.ts"
import type { Operation } from "../../../src/ledger/Operation.ts"
import { apply, between, Delta } from "../../../src/ledger/shared/Delta.ts"
import type { SharedState } from "../../../src/ledger/shared/SharedState.ts"
import * as SharedStates from "../../../src/ledger/shared/SharedState.ts"
import { agreed } from "../../../src/ledger/shared/StoreClock.ts"
import { SlotId, type Ticket } from "../../../src/ledger/Slot.ts"

const codec = Schema.fromJsonString(Schema.toCodecJson(Delta))
const written = (delta: Delta): Delta => Schema.decodeSync(codec)(Schema.encodeSync(codec)(delta))

const arn = (n: number) => TaskArn(`arn:aws:ecs:eu-central-1:123456789012:task/c/${n}`)

/** What can be compared of a fleet: collections do not keep the order in which they were made. */
const shown = ({ changes, description, members, ledger }: SharedState) => ({
  changes,
  members: [...members].sort(([a], [b]) => a.localeCompare(b)),
  description: { ...description },
  cap: ledger.cap,
  location: ledger.location,
  sequence: ledger.sequence,
  turn: ledger.turn,
  readingBegunAt: ledger.readingBegunAt,
  slots: [...HashMap.values(ledger.slots)].sort((a, b) => a.id.localeCompare(b.id)),
  requests: [...HashMap.entries(ledger.requests)].sort(([a], [b]) => a.localeCompare(b)),
  byKey: [...HashMap.entries(ledger.byKey)].sort(([a], [b]) => a.localeCompare(b)),
  byArn: [...HashMap.entries(ledger.byArn)].sort(([a], [b]) => a.localeCompare(b)),
  gone: [...HashSet.union(ledger.gone.recent, ledger.gone.older)].sort()
})

const pick = <A>(options: ReadonlyArray<A>) =>
  Effect.map(Random.nextIntBetween(0, options.length - 1), (index) => options[index])

const verdicts: ReadonlyArray<Verdict> = [
  unanswered("reset"),
  notSent("slower"),
  { _tag: "Rejected", failure: { reason: "invalid", detail: "no" } },
  { _tag: "Declined", failure: { reason: "capacity", detail: "none" } }
]

/** An operation that may follow on what there is. */
const randomOperation = Effect.fnUntraced(function*(fleet: SharedState, serial: number) {
  const ticket: Ticket = {
    slotId: (yield* pick([...HashMap.keys(fleet.ledger.slots)])) ?? SlotId("none"),
    fence: yield* Random.nextIntBetween(1, 2)
  }
  const tasks = [...HashMap.keys(fleet.ledger.byArn)]
  const some = (yield* pick(tasks)) ?? arn(0)
  const now = fleet.decidedAt.time
  const operations: ReadonlyArray<Operation> = [
    ...[1, 2].map((): Operation => ({
      tag: "reserve",
      args: [{
        slotId: SlotId(`id-${serial}`),
        key: Result.getOrThrow(parseKey(`k${serial % 5}`)),
        request: {
          cluster: "c",
          taskDefinition: "f:1",
          count: 1,
          clientToken: `id-${serial}`,
          startedBy: `id-${serial}`,
          tags: [{ key: "z", value: "1" }, { key: "a", value: "2" }]
        },
        readSince: Number.NEGATIVE_INFINITY,
        ahead: 0,
        waitingSince: undefined
      }]
    })),
    { tag: "gate", args: [ticket] },
    { tag: "gate", args: [ticket] },
    { tag: "settle", args: [ticket, { _tag: "Accepted", taskArn: arn(serial), lastStatus: undefined }] },
    { tag: "settle", args: [ticket, (yield* pick(verdicts)) ?? unanswered("")] },
    { tag: "withdraw", args: [ticket] },
    { tag: "takeOver", args: [] },
    { tag: "claimTurn", args: [now.fast] },
    { tag: "endTurn", args: [1000, "read"] },
    { tag: "adopt", args: [{ running: [arn(serial), some], stopped: undefined }] },
    {
      tag: "observe",
      args: [{
        begunAt: now,
        running: [],
        stopped: [],
        tasks: [{
          taskArn: some,
          lastStatus: yield* pick(["STOPPED", "RUNNING"]).pipe(Effect.map((status) => status ?? ""))
        }],
        missing: [arn(serial)]
      }]
    },
    { tag: "resize", args: [yield* Random.nextIntBetween(0, 6)] }
  ]
  return yield* pick(operations)
})

describe("a delta", () => {
  it.effect("makes of what was before what is after, and the whole of nothing", () =>
    Effect.gen(function*() {
      for (let seed = 0; seed < 60; seed++) {
        yield* Effect.gen(function*() {
          const description = { cap: 4, exclusiveKeys: seed % 3 === 0, lagBound: 300_000, location: Locations.unknown }
          const attached = SharedStates.attach(undefined, "a", description, agreed(0))
          if (typeof attached === "string") return assert.fail(attached)
          let fleet = attached
          let copy = apply(undefined, written(between(undefined, fleet)))
          for (let serial = 1; serial < 80; serial++) {
            const before = fleet
            const operation = yield* randomOperation(fleet, serial)
            const holder = (yield* pick(["a", "b"])) ?? "a"
            const now = fleet.decidedAt.time.fast + (yield* Random.nextIntBetween(0, 5000)) ** 2 / 2
            const decided = SharedStates.decide(fleet, holder, {
              number: serial,
              operations: operation === undefined ? [] : [operation],
              seen: fleet.ledger.sequence,
              closing: false,
              line: { waiting: serial % 2, since: serial % 2 === 0 ? undefined : now }
            }, agreed(now))
            if (decided === undefined) continue
            fleet = decided.fleet
            copy = apply(copy, written(between(before, fleet)))
            assert.deepStrictEqual(shown(copy), shown(fleet))
          }
          const whole = apply(undefined, written(between(undefined, fleet)))
          assert.deepStrictEqual(shown(whole), shown(fleet))
        }).pipe(Random.withSeed(`delta ${seed}`))
      }
    }))
})
