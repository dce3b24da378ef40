/**
 * The turn to read ECS: one holder reads at a time, for all.
 *
 * A reading that ended says when the next may begin, so that all who hold a fleet
 * share one budget of reads, as they share what was read.
 *
 * A holder that could not read must not keep the others from reading: what it has
 * used up of the budget it rests for itself, and where another one wanted the turn,
 * it stands back and lets the others go first, for longer each time that they could
 * read meanwhile. And a turn that takes too long may be taken
 * by another holder. What the first one still reads then is evidence all the same:
 * a reading counts by when it began.
 */
import * as Schema from "effect/Schema"
import { Time } from "../../Time.ts"
import { Cap } from "../Change.ts"
import { restAfterFailure, standBackBase, standBackMax, turnLimitBase, turnLimitPerPage } from "../SafetyLimits.ts"
import { isSearching } from "./Evidence.ts"
import type { FailedReader, LedgerState, Turn } from "./LedgerState.ts"
import { used } from "./LedgerState.ts"
import type { Decision } from "./Transaction.ts"
import * as Transactions from "./Transaction.ts"

/**
 * The possible answers to a holder that asks for the turn to read ECS.
 *
 * - `Yours`: read now, and end the turn whatever comes of it
 * - `Theirs`: another holder is reading, and its reading serves this one too
 * - `Resting`: the budget of reads allows the next reading at `dueAt`, or this holder
 *   could not read and lets the others go first until then
 * - `Recent`: the latest reading is recent enough
 *
 * @category schemas
 */
export const Claim = Schema.Union([
  Schema.TaggedStruct("Yours", {
    begunAt: Time,
    cap: Cap,
    /** Whether stopped tasks have to be listed too, to find those of launches without a verdict. */
    searching: Schema.Boolean
  }),
  Schema.TaggedStruct("Theirs", {}),
  Schema.TaggedStruct("Resting", { dueAt: Schema.Finite }),
  Schema.TaggedStruct("Recent", {})
])
export type Claim = typeof Claim.Type

/**
 * The outcome of a turn.
 *
 * - `read`: ECS could be read
 * - `failed`: ECS could not be read
 * - `unread`: nothing was read, for a reason that says nothing about ECS
 *
 * @category models
 */
export type TurnOutcome = "read" | "failed" | "unread"

/**
 * Gives a holder the turn to read, unless a reading that began at `since` of the
 * fast clock or later is there, or under way, or not due yet.
 *
 * @category decisions
 */
export const claim = (ledger: LedgerState, holder: string, since: number, now: Time): Decision<Claim> =>
  Transactions.decide<Claim>(ledger, now, (tx) => {
    const { turn } = ledger
    if (ledger.readingBegunAt >= since) return { _tag: "Recent" }
    const others = turn.reader === holder ? undefined : turn.reader
    const loses = others !== undefined && now.fast - turn.begunAt > limit(ledger)
    if (others !== undefined && !loses) {
      if (!turn.contested) tx.ledger = { ...ledger, turn: { ...turn, contested: true } }
      return { _tag: "Theirs" }
    }
    const dueAt = dueFor(turn, loses ? turn.begunAt + limit(ledger) : turn.dueAt, holder)
    if (now.fast < dueAt) return { _tag: "Resting", dueAt }
    tx.ledger = {
      ...ledger,
      turn: {
        ...turn,
        reader: holder,
        begunAt: now.fast,
        contested: false,
        failed: loses ? failedBy(turn.failed, others, now.fast, true) : turn.failed
      }
    }
    return { _tag: "Yours", begunAt: now, cap: ledger.cap, searching: isSearching(ledger, now) }
  })

/**
 * Ends a holder's turn: the next reading may begin after a rest, in milliseconds.
 *
 * @category decisions
 */
export const end = (
  ledger: LedgerState,
  holder: string,
  rest: number,
  outcome: TurnOutcome,
  now: Time
): Decision<void> =>
  Transactions.decide(ledger, now, (tx) => {
    const { turn } = ledger
    // No holder has read yet: what never began would serve for ever.
    if (!Number.isFinite(turn.begunAt)) return
    const failed = failedAfter(turn, holder, outcome, now.fast + rest)
    // A holder that was taken to be gone meanwhile, or has lost its turn, has read all the same.
    if (turn.reader !== undefined && turn.reader !== holder) {
      if (failed !== turn.failed) tx.ledger = { ...ledger, turn: { ...turn, failed } }
      return
    }
    const dueAt = Math.max(turn.dueAt, now.fast + (outcome === "failed" ? Math.min(rest, restAfterFailure) : rest))
    tx.ledger = {
      ...ledger,
      turn: {
        reader: undefined,
        begunAt: turn.begunAt,
        dueAt,
        servesFor: dueAt - turn.begunAt,
        contested: false,
        failed
      }
    }
  })

/** Returns the time that a turn may take before another holder may have it: a large fleet is longer to read. */
const limit = (ledger: LedgerState): number => turnLimitBase + turnLimitPerPage * Math.floor(used(ledger) / 100)

/** From when on a holder may have the turn that is due at a time. */
const dueFor = ({ failed }: Turn, dueAt: number, holder: string): number => {
  const own = failed.find((reader) => reader.holder === holder)
  if (own === undefined) return dueAt
  const standBack = own.times === 0 ? 0 : Math.min(standBackBase * 4 ** (own.times - 1), standBackMax)
  return Math.max(dueAt + standBack, own.restsUntil)
}

const failedAfter = (
  turn: Turn,
  holder: string,
  outcome: TurnOutcome,
  restsUntil: number
): ReadonlyArray<FailedReader> => {
  switch (outcome) {
    case "failed":
      return failedBy(turn.failed, holder, restsUntil, turn.reader === holder && turn.contested)
    case "read":
      return turn.failed.length === 0
        ? turn.failed
        : turn.failed.filter((reader) => reader.holder !== holder).map(({ holder, restsUntil, times }) => ({
          holder,
          restsUntil,
          times,
          othersRead: true
        }))
    case "unread":
      return turn.failed
  }
}

/** That it fails again is its own trouble only if others could read meanwhile: else ECS is what cannot be read. */
const failedBy = (
  failed: ReadonlyArray<FailedReader>,
  holder: string,
  restsUntil: number,
  contested: boolean
): ReadonlyArray<FailedReader> => {
  const before = failed.find((reader) => reader.holder === holder)
  const times = Math.max(before?.times ?? 0, contested ? 1 : 0) + (before?.othersRead === true ? 1 : 0)
  return [...failed.filter((reader) => reader !== before), { holder, times, restsUntil, othersRead: false }]
}
