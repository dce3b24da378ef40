/**
 * The life of a launch, from reserve to verdict, decided over the state of a ledger.
 *
 * Only these decisions let the fleet grow. Both compare the other slots in use with the
 * cap: `reserve` when it grants a slot, `gate` again right before every attempt.
 */
import * as Schema from "effect/Schema"
import { Failure, type RunTaskRequest, TaskArnSchema, type Verdict } from "../../ecs/Ecs.ts"
import type { Time } from "../../Time.ts"
import type { Key } from "../Key.ts"
import type { Slot, SlotId } from "../Slot.ts"
import { SlotIdSchema, Ticket } from "../Slot.ts"
import * as Slots from "../Slot.ts"
import * as Contradictions from "./Contradiction.ts"
import { recordTask } from "./Evidence.ts"
import type { LedgerState } from "./LedgerState.ts"
import * as LedgerStates from "./LedgerState.ts"
import type { Decision } from "./Transaction.ts"
import * as Transactions from "./Transaction.ts"

/**
 * A holder of slots: one provisioner, while it is open.
 *
 * @category models
 */
export interface Holder {
  readonly id: string
  /** It is shutting down: it starts nothing, and settles what it has sent. */
  readonly closing: boolean
}

/**
 * The possible answers to a request for a slot.
 *
 * - `Granted`: a slot is reserved, and the ticket may launch into it
 * - `Shared`: a launch for the key is in flight
 * - `Existing`: the key is exclusive, and its task exists
 * - `Full`: no slot is free
 * - `Stale`: the latest reading of ECS is older than the request needs
 * - `Closed`: the asker is shutting down
 *
 * @example
 * ```ts
 * import type { Launch } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const text = (answer: Launch.Reservation) => "cap" in answer ? `${answer.occupied} of ${answer.cap}` : answer._tag
 * assert.equal(text({ _tag: "Full", occupied: 16, cap: 16 }), "16 of 16")
 * ```
 *
 * @category schemas
 */
export const Reservation = Schema.Union([
  Schema.TaggedStruct("Granted", { ticket: Ticket }),
  Schema.TaggedStruct("Shared", { slotId: SlotIdSchema }),
  Schema.TaggedStruct("Existing", { slotId: SlotIdSchema, taskArn: TaskArnSchema }),
  Schema.TaggedStruct("Full", { occupied: Schema.Finite, cap: Schema.Finite }),
  Schema.TaggedStruct("Stale", {}),
  Schema.TaggedStruct("Closed", {})
])
export type Reservation = typeof Reservation.Type

/**
 * A request for a slot.
 *
 * @category models
 */
export interface ReserveOptions {
  readonly slotId: SlotId
  readonly key: Key
  readonly request: RunTaskRequest
  /** A grant relies on a reading of ECS that began at this time of the fast clock or later. */
  readonly readSince: number
  /** The number of requests before this one in line with the same holder. The slots that they are owed count as taken. */
  readonly ahead: number
  /** When the request began to wait in line. One that does not wait is served after all that do. */
  readonly waitingSince: number | undefined
}

/**
 * The line of requests that wait for a slot with one holder.
 *
 * @category schemas
 */
export const Line = Schema.Struct({
  waiting: Schema.Finite,
  /** When the request at its head began to wait. */
  since: Schema.UndefinedOr(Schema.Finite)
})
export type Line = typeof Line.Type

/**
 * Grants a slot while fewer than `cap` are in use.
 *
 * **Details**
 *
 * `elsewhere` are the lines of the fleet's other holders. A waiting request leaves a
 * slot to each head that has waited longer, so that holders are served in turn,
 * and not the one that hears of a freed slot first.
 *
 * @category decisions
 */
export const reserve = (
  ledger: LedgerState,
  options: ReserveOptions,
  elsewhere: ReadonlyArray<Line>,
  asker: Holder,
  now: Time
): Decision<Reservation> =>
  Transactions.decide<Reservation>(ledger, now, (tx) => {
    if (asker.closing) return { _tag: "Closed" }
    const holding = LedgerStates.findByKey(ledger, options.key)
    if (holding !== undefined) {
      const taskArn = Slots.taskArn(holding)
      return taskArn === undefined
        ? { _tag: "Shared", slotId: holding.id }
        : { _tag: "Existing", slotId: holding.id, taskArn }
    }
    if (ledger.cap !== "unlimited") {
      if (ledger.readingBegunAt < options.readSince) return { _tag: "Stale" }
      const occupied = LedgerStates.used(ledger)
      const owed = options.ahead + owedElsewhere(options.waitingSince, elsewhere)
      if (!(occupied + owed < ledger.cap)) return { _tag: "Full", occupied, cap: ledger.cap }
    }
    const slot = Slots.reserved({
      id: options.slotId,
      key: options.key,
      holder: asker.id,
      now
    })
    Transactions.put(tx, slot)
    Transactions.keepRequest(tx, slot.id, options.request)
    Transactions.claimKey(tx, options.key, slot.id)
    Transactions.note(tx, { _tag: "Reserved", slotId: slot.id, key: options.key })
    return { _tag: "Granted", ticket: { slotId: slot.id, fence: slot.fence } }
  })

/**
 * The outcome of a launch, for its holder.
 *
 * - `Launched`: its task is known
 * - `Refused`: it is known that there is no task; the slot was freed
 * - `Withdrawn`: the fleet is over its cap, and the slot, never sent, is the holder's to give back: once its
 *   caller is in line again, so that no caller that came after it gets the slot
 * - `Closed`: the holder is shutting down, and the slot, never sent, was freed
 * - `Expired`: the token can no longer be repeated safely; the slot stays counted, and is settled by looking for its task
 * - `Lost`: another holder has the slot now, or it is settled
 *
 * @category schemas
 */
export const LaunchOutcome = Schema.Union([
  Schema.TaggedStruct("Launched", { taskArn: TaskArnSchema }),
  Schema.TaggedStruct("Refused", { failure: Failure }),
  Schema.TaggedStruct("Withdrawn", { occupied: Schema.Finite, cap: Schema.Finite }),
  Schema.TaggedStruct("Closed", {}),
  Schema.TaggedStruct("Expired", {}),
  Schema.TaggedStruct("Lost", {})
])
export type LaunchOutcome = typeof LaunchOutcome.Type

/**
 * The answer of the gate to one attempt to run a task: the outcome of the launch, if it
 * has one, or
 *
 * - `Pass`: send it now
 * - `Hold`: the launch is counted, but must not be sent now, for the fleet is over its cap
 *
 * @category schemas
 */
export const GateAnswer = Schema.Union([
  Schema.TaggedStruct("Pass", {}),
  Schema.TaggedStruct("Hold", {}),
  ...LaunchOutcome.members
])
export type GateAnswer = typeof GateAnswer.Type

/**
 * The state of a launch after the verdict of an attempt: its outcome, if it has one, or
 * `Resend`: the same request is to be sent again.
 *
 * @category schemas
 */
export const Settlement = Schema.Union([Schema.TaggedStruct("Resend", {}), ...LaunchOutcome.members])
export type Settlement = typeof Settlement.Type

/**
 * Lets one attempt through to `RunTask` while fewer than `cap` other slots are in use.
 *
 * @category decisions
 */
export const gate = (ledger: LedgerState, ticket: Ticket, holder: Holder, now: Time): Decision<GateAnswer> =>
  Transactions.decide<GateAnswer>(ledger, now, (tx) => {
    const slot = held(ledger, ticket)
    if (slot === undefined) return { _tag: "Lost" }
    if (slot.state._tag === "Launched") return { _tag: "Launched", taskArn: slot.state.taskArn }
    const others = LedgerStates.used(ledger) - 1
    const over = ledger.cap !== "unlimited" && !(others < ledger.cap) &&
      !(others - LedgerStates.turnedBack(ledger, slot.id) < ledger.cap)
    if (Slots.isUnsent(slot)) {
      if (slot.stopReason !== undefined) {
        Transactions.free(tx, slot.id, "cancelled")
        return { _tag: "Lost" }
      }
      if (holder.closing) {
        Transactions.free(tx, slot.id, "withdrawn")
        return { _tag: "Closed" }
      }
      if (over) {
        Transactions.put(tx, Slots.turnedBack(slot))
        return { _tag: "Withdrawn", occupied: others, cap: ledger.cap }
      }
    } else if (slot.state._tag === "Launching" && !Slots.mayReplay(slot.state, now)) {
      Transactions.dropKey(tx, slot)
      return { _tag: "Expired" }
    }
    if (over) return { _tag: "Hold" }
    Transactions.put(tx, Slots.sending(slot, now))
    return { _tag: "Pass" }
  })

/**
 * Records the verdict of an attempt.
 *
 * **Details**
 *
 * A task that exists is recorded for any caller, for one token is one task, unless
 * what is known says that it cannot be this launch's: then the answer is none. That
 * there is none is believed only of the holder, and only as long as no attempt
 * was ambiguous, or if ECS answered with `failures`, which complete the request.
 *
 * @category decisions
 */
export const settle = (ledger: LedgerState, ticket: Ticket, answer: Verdict, now: Time): Decision<Settlement> =>
  Transactions.decide<Settlement>(ledger, now, (tx) => {
    const verdict = Contradictions.believed(tx, ticket.slotId, answer)
    if (verdict._tag === "Accepted") {
      recordTask(tx, ticket.slotId, verdict.taskArn, verdict.lastStatus)
      return { _tag: "Launched", taskArn: verdict.taskArn }
    }
    const slot = held(tx.ledger, ticket)
    if (slot === undefined) return { _tag: "Lost" }
    if (slot.state._tag === "Launched") return { _tag: "Launched", taskArn: slot.state.taskArn }
    if (slot.state._tag === "Reserved") return { _tag: "Lost" }
    const isRefusal = verdict._tag === "Declined" || (verdict._tag === "Rejected" && !slot.state.ambiguous)
    // What has contradicted itself is not believed that there is no task.
    if (isRefusal && slot.contradiction === undefined) {
      Transactions.refuse(tx, slot, verdict.failure)
      return { _tag: "Refused", failure: verdict.failure }
    }
    const ambiguous = verdict._tag === "Unknown"
    Transactions.put(tx, Slots.attempted(slot, slot.state, { ambiguous, failure: verdict.failure }))
    if (ambiguous && !slot.state.ambiguous) {
      Transactions.note(tx, { _tag: "Unknown", ...Transactions.launchOf(slot), detail: verdict.failure.detail })
    }
    return { _tag: "Resend" }
  })

/**
 * Gives back a slot whose `RunTask` has certainly launched nothing. Of any other
 * it does nothing: such a slot waits for evidence.
 *
 * @category decisions
 */
export const withdraw = (ledger: LedgerState, ticket: Ticket, now: Time): Decision<void> =>
  Transactions.decide(ledger, now, (tx) => {
    const slot = held(ledger, ticket)
    if (slot !== undefined && Slots.isUnsent(slot)) Transactions.free(tx, slot.id, "withdrawn")
  })

/** Returns the number of slots owed to requests that wait elsewhere before one. */
const owedElsewhere = (waitingSince: number | undefined, elsewhere: ReadonlyArray<Line>): number => {
  let owed = 0
  for (const { since, waiting } of elsewhere) {
    if (waitingSince === undefined) owed += waiting
    else if (since !== undefined && since < waitingSince) owed++
  }
  return owed
}

/** The slot that a ticket may act on: it is there, and has not changed hands since. */
const held = (ledger: LedgerState, ticket: Ticket): Slot | undefined => {
  const slot = LedgerStates.find(ledger, ticket.slotId)
  return slot?.fence === ticket.fence ? slot : undefined
}
