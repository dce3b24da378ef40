/**
 * A fleet that several holders share, as plain data: its slots, who holds it, and
 * what has happened lately.
 *
 * Whatever a shared ledger is kept in, this is what it decides. A batch of operations
 * is decided once however often it is sent, for a holder whose answer was lost
 * sends it again. A holder that is not heard of for the length of its lease is
 * taken to be gone: that decides who may act on its launches, and frees only what
 * it has not sent.
 */
import * as Schema from "effect/Schema"
import type { Time } from "../../Time.ts"
import type { Change } from "../Change.ts"
import type { Asker, Operation, OperationAnswer } from "../Operation.ts"
import { isAnswerTo } from "../Operation.ts"
import * as Operations from "../Operation.ts"
import * as Descriptions from "../rules/Description.ts"
import * as Holders from "../rules/Holders.ts"
import { Line, type Reservation } from "../rules/Launch.ts"
import type { Description, LedgerState, Turn } from "../rules/LedgerState.ts"
import * as LedgerStates from "../rules/LedgerState.ts"
import type { Decision } from "../rules/Transaction.ts"
import { defaultLease, lineValidity, memberRetention } from "./Lease.ts"
import type { DecidedAt } from "./StoreClock.ts"

/**
 * The number of changes kept for holders that are behind: more than the largest batch
 * makes.
 *
 * @category configuration
 */
export const keptChanges = 1024

/**
 * One batch of a holder's operations.
 *
 * @category models
 */
export interface Batch {
  /** Grows by one with each batch of the holder. One that is sent again has the number that it had. */
  readonly number: number
  readonly operations: ReadonlyArray<Operation>
  /** The number of the latest change that the holder has seen. */
  readonly seen: number
  readonly closing: boolean
  readonly line: Line
}

/**
 * The answer to a batch.
 *
 * @category models
 */
export interface Decided {
  /** One for each operation, in their order. */
  readonly answers: ReadonlyArray<OperationAnswer>
  /** The changes since those that the holder had seen, as far as they are kept. */
  readonly changes: ReadonlyArray<Change>
  readonly turn: Turn
  /** When the latest complete reading began that listed the running tasks, by the fast clock of the fleet. */
  readonly readingBegunAt: number
  /** When it was decided, by the fast clock of the fleet. */
  readonly now: number
}

/**
 * A holder, as the others know it.
 *
 * @category schemas
 */
export const Member = Schema.Struct({
  /** The number of its latest batch. */
  number: Schema.Finite,
  /** The answers to its latest batch, but for what may be asked again. */
  answers: Schema.Array(Schema.UndefinedOr(Operations.StoredAnswer)),
  /** By the slow clock of the fleet: it is gone only after its lease. */
  heardAt: Schema.Finite,
  /** The time after that when it is taken to be gone, in milliseconds. */
  lease: Schema.Finite,
  line: Line,
  /** `lapsed` may come back, `left` does not. */
  status: Schema.Literals(["here", "lapsed", "left"])
})
export type Member = typeof Member.Type

/**
 * A fleet that several holders share.
 *
 * @category models
 */
export interface SharedState {
  /** The description that its holders gave. The cap may have been changed since. */
  readonly description: Description
  readonly ledger: LedgerState
  readonly members: ReadonlyMap<string, Member>
  /** The latest changes, oldest first. */
  readonly changes: ReadonlyArray<Change>
  /** When the latest decision was made. It does not go back. */
  readonly decidedAt: DecidedAt
}

/**
 * Attaches a holder to a fleet, which begins with it if there is none. It attaches
 * once, however often that arrives. Text says why it may not. Each holder has a
 * lease of its own: those of one fleet may differ.
 *
 * @category decisions
 */
export const attach = (
  fleet: SharedState | undefined,
  holder: string,
  description: Description,
  time: DecidedAt,
  lease: number = defaultLease
): SharedState | string => {
  const found = fleet === undefined ? begin(description, time) : sweep(atTime(fleet, time))
  const now = found.decidedAt.time
  // It arrives once more, or after all that it asked since: what is decided for it stays decided, and who has left stays away.
  const known = found.members.get(holder)
  if (known?.status === "left") return `holder ${holder} has left it`
  if (known !== undefined) return found
  const isHeld = [...found.members.values()].some(({ status }) => status === "here")
  const mismatch = isHeld
    ? Descriptions.mismatch(found.ledger, found.description, description)
    : Descriptions.moved(found.ledger, description)
  if (mismatch !== undefined) return mismatch
  const described = isHeld
    ? record(found, Descriptions.join(found.ledger, description, now))
    : {
      ...record(found, Descriptions.describe(found.ledger, found.description, description, now)),
      description
    }
  return withMember(described, holder, {
    number: 0,
    answers: [],
    heardAt: now.slow,
    lease,
    line: { waiting: 0, since: undefined },
    status: "here"
  })
}

/**
 * Decides a batch. `undefined` if a later one was decided already, or the holder
 * has left: no caller waits for its answer. The lease is that of a holder that the
 * fleet does not know, which was removed and made anew.
 *
 * @category decisions
 */
export const decide = (
  fleet: SharedState,
  holder: string,
  batch: Batch,
  time: DecidedAt,
  lease: number = defaultLease
): { readonly fleet: SharedState; readonly decided: Decided } | undefined => {
  const begun = atTime(fleet, time)
  const now = begun.decidedAt.time
  const member = fleet.members.get(holder)
  if (member !== undefined && (member.status === "left" || batch.number < member.number)) return undefined
  const before = batch.number === member?.number ? member.answers : undefined
  const asker: Asker = { holder: { id: holder, closing: batch.closing }, elsewhere: elsewhere(fleet, holder, now.slow) }
  const answers: Array<OperationAnswer> = []
  let next = sweep(
    withMember(begun, holder, {
      number: batch.number,
      answers: [],
      heardAt: now.slow,
      lease: member?.lease ?? lease,
      line: batch.line,
      status: "here"
    })
  )
  for (const [index, operation] of batch.operations.entries()) {
    const answered = before?.[index]
    if (answered !== undefined) {
      answers.push(answered)
      continue
    }
    if (before !== undefined && operation.tag === "reserve") {
      answers.push({ tag: "reserve", value: stillFull(next.ledger) })
      continue
    }
    const decision = decideOperation(next, operation, asker, now)
    next = decision.fleet
    answers.push(decision.answer)
  }
  const kept = answers.map((answer) => isRepeatable(answer) ? undefined : answer)
  const decidedMember = next.members.get(holder)
  return {
    fleet: decidedMember === undefined ? next : withMember(next, holder, {
      ...decidedMember,
      answers: kept.every((answer) => answer === undefined) ? [] : kept
    }),
    decided: {
      answers,
      changes: next.changes.filter(({ sequence }) => sequence > batch.seen),
      turn: next.ledger.turn,
      readingBegunAt: next.ledger.readingBegunAt,
      now: now.fast
    }
  }
}

/**
 * Lets a holder go: what it has not sent is freed, and what it has may be taken over.
 *
 * @category decisions
 */
export const leave = (fleet: SharedState, holder: string, time: DecidedAt): SharedState => {
  const member = fleet.members.get(holder)
  if (member === undefined || member.status === "left") return fleet
  const begun = atTime(fleet, time)
  const now = begun.decidedAt.time
  const left = withMember(begun, holder, { ...member, heardAt: now.slow, answers: [], status: "left" })
  return record(left, Holders.abandon(left.ledger, holder, now))
}

/**
 * Whether an answer need not be kept, because the operation only reads, or changes nothing when it is decided again.
 * That there was no slot is not kept either, for every other holder reads what is kept: see `stillFull`.
 */
const isRepeatable = (answer: OperationAnswer): boolean =>
  Operations.isRepeatable(answer.tag) || (isAnswerTo("reserve", answer) && answer.value._tag === "Full")

/**
 * The answer to a request for a slot whose batch was decided before, and whose answer was not kept: there was no slot. A
 * slot granted now would be held for ever if the first answer has arrived, for its request has gone on without it.
 */
const stillFull = (ledger: LedgerState): Reservation => {
  const occupied = LedgerStates.used(ledger)
  return { _tag: "Full", occupied, cap: ledger.cap === "unlimited" ? occupied : ledger.cap }
}

const begin = (description: Description, now: DecidedAt): SharedState => ({
  description,
  ledger: LedgerStates.make(description, now.time),
  members: new Map(),
  changes: [],
  decidedAt: now
})

/** Every decision begins with it: a fleet is written with the time at which it was decided. */
const atTime = (fleet: SharedState, decidedAt: DecidedAt): SharedState => ({ ...fleet, decidedAt })

const decideOperation = (fleet: SharedState, operation: Operation, asker: Asker, now: Time) => {
  const decision = Operations.decide(fleet.ledger, operation, asker, now)
  const answer: OperationAnswer = { tag: operation.tag, value: decision.answer }
  return { fleet: record(fleet, decision), answer }
}

const record = (fleet: SharedState, { changes, ledger }: Decision<unknown>): SharedState =>
  changes.length === 0
    ? { ...fleet, ledger }
    : { ...fleet, ledger, changes: [...fleet.changes, ...changes].slice(-keptChanges) }

const withMember = (fleet: SharedState, holder: string, member: Member): SharedState => ({
  ...fleet,
  members: new Map(fleet.members).set(holder, member)
})

const elsewhere = (fleet: SharedState, holder: string, now: number): ReadonlyArray<Line> => {
  const lines: Array<Line> = []
  for (const [id, { heardAt, line, status }] of fleet.members) {
    if (id !== holder && status === "here" && now - heardAt <= lineValidity) lines.push(line)
  }
  return lines
}

/** Abandons what those hold who were not heard of for the length of their lease, and forgets those long gone. */
const sweep = (fleet: SharedState): SharedState => {
  const now = fleet.decidedAt.time.slow
  const remembered = [...fleet.members].filter(([, { heardAt }]) => now - heardAt <= memberRetention)
  let swept = remembered.length === fleet.members.size ? fleet : { ...fleet, members: new Map(remembered) }
  for (const [id, member] of remembered) {
    if (member.status === "here" && now - member.heardAt > member.lease) swept = lapse(swept, id, member)
  }
  return swept
}

const lapse = (fleet: SharedState, holder: string, member: Member): SharedState => {
  const lapsed = withMember(fleet, holder, { ...member, status: "lapsed" })
  return record(lapsed, Holders.abandon(lapsed.ledger, holder, lapsed.decidedAt.time))
}
