/**
 * What the contract asks of a ledger.
 */
import { assert } from "@effect/vitest"
import { Duration, Effect, Result, type Scope } from "effect"
import type { Verdict } from "../../../src/ecs/Ecs.ts"
import { TaskArn, unanswered } from "../../../src/ecs/Ecs.ts"
import type { Location } from "../../../src/ecs/Location.ts"
import * as Locations from "../../../src/ecs/Location.ts"
import { parseKey } from "../../../src/ledger/Key.ts"
import { type FleetLedger, Ledger } from "../../../src/ledger/Ledger.ts"
import type { Reading } from "../../../src/ledger/rules/Evidence.ts"
import type { Line } from "../../../src/ledger/rules/Launch.ts"
import * as LedgerState from "../../../src/ledger/rules/LedgerState.ts"
import { SlotId, status, type Ticket } from "../../../src/ledger/Slot.ts"
import { of as at } from "../../../src/Time.ts"
import * as Holding from "../holding.ts"
import { Time } from "./time.ts"

/** A sentence of the contract, and what shows it. */
export type Test = <E>(sentence: string, effect: Effect.Effect<void, E, Ledger | Time | Scope.Scope>) => void

const lagBound = Duration.toMillis("5 minutes")

export const attach = Effect.fnUntraced(function*(options?: {
  readonly cap?: number | "unlimited"
  readonly exclusiveKeys?: boolean
  readonly holder?: string
  readonly read?: boolean
  readonly line?: Line
  readonly location?: Partial<Location>
}) {
  const ledger = yield* Holding.attach(yield* Ledger, options?.holder ?? "a", {
    cap: options?.cap ?? 2,
    exclusiveKeys: options?.exclusiveKeys ?? false,
    lagBound,
    location: { ...Locations.unknown, region: "eu-central-1", cluster: "c", ...options?.location },
    line: () => options?.line ?? { waiting: 0, since: undefined }
  })
  if (options?.read ?? true) yield* read(ledger)
  return ledger
})

export const read = Effect.fnUntraced(function*(ledger: FleetLedger, shown: Partial<Reading> = {}) {
  // A ledger that is far away hears of the time with its answers.
  yield* ledger.slotTable
  const begunAt = shown.begunAt ?? at(yield* ledger.now)
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

export const keyOf = (text: string) => Result.getOrThrow(parseKey(text))
export const arn = (n: number) => TaskArn(`arn:aws:ecs:eu-central-1:123456789012:task/c/${n}`)

export const reserve = (
  ledger: FleetLedger,
  key: string,
  options?: { readonly ahead?: number; readonly readSince?: number; readonly waitingSince?: number }
) => ledger.reserve({ ...Holding.reservation(key), ...options })

export const granted = Effect.fnUntraced(function*(ledger: FleetLedger, key: string) {
  const answer = yield* reserve(ledger, key)
  if (answer._tag !== "Granted") return assert.fail(`${key}: ${answer._tag}`)
  return answer.ticket
})

export const send = Effect.fnUntraced(function*(ledger: FleetLedger, ticket: Ticket, verdict: Verdict) {
  const gate = yield* ledger.gate(ticket)
  assert.strictEqual(gate._tag, "Pass")
  return (yield* ledger.settle(ticket, verdict))._tag
})

export const launched = Effect.fnUntraced(function*(ledger: FleetLedger, key: string, n: number) {
  const ticket = yield* granted(ledger, key)
  yield* send(ledger, ticket, accepted(n))
  return ticket
})

export const accepted = (n: number, lastStatus?: string): Verdict => ({ _tag: "Accepted", taskArn: arn(n), lastStatus })
const failure = { reason: "invalid", detail: "no" } as const
export const rejected: Verdict = { _tag: "Rejected", failure }
export const declined: Verdict = { _tag: "Declined", failure }
export const throttled: Verdict = { _tag: "Throttled", failure: { reason: "throttled", detail: "slower" } }
export const unknown: Verdict = unanswered("reset")

export const used = (ledger: FleetLedger) => Effect.map(ledger.slotTable, LedgerState.used)
export const statusOf = (ledger: FleetLedger, id: string) =>
  Effect.map(ledger.slotTable, (slotTable) => {
    const slot = LedgerState.find(slotTable, SlotId(id))
    return slot === undefined ? undefined : status(slot)
  })

/** Whether the next reading has to look for launches without a verdict. It is claimed, and ended at once. */
export const isSearching = Effect.fnUntraced(function*(ledger: FleetLedger) {
  const claim = yield* ledger.readTurn.claim((yield* ledger.now) + 60_000)
  yield* ledger.readTurn.end(0, "read")
  return claim._tag === "Yours" ? claim.searching : assert.fail(claim._tag)
})

/** Lets time pass, as the ledger has it. */
export const advance = (duration: Duration.Input) => Effect.flatMap(Time, (time) => time.advance(duration))
