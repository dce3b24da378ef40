/**
 * The operations of a ledger, as data: what each carries, what it
 * is answered, and the rule that decides it.
 *
 * A ledger in memory decides a step where it is asked. A shared one sends steps to
 * where its fleet is kept, several at a time, and they are decided there in one
 * atomic step, in their order.
 */
import type * as Effect from "effect/Effect"
import type { Verdict } from "../ecs/Ecs.ts"
import type { Time } from "../Time.ts"
import type { Cap, Change } from "./Change.ts"
import type { FleetLedger, LedgerUnavailable } from "./Ledger.ts"
import * as Descriptions from "./rules/Description.ts"
import * as Evidence from "./rules/Evidence.ts"
import * as Holders from "./rules/Holders.ts"
import * as Launch from "./rules/Launch.ts"
import type { LedgerState, Standing } from "./rules/LedgerState.ts"
import * as Turns from "./rules/ReadTurn.ts"
import type { Decision } from "./rules/Transaction.ts"
import type { SlotId, Ticket } from "./Slot.ts"

/**
 * The payload of each operation.
 *
 * @category models
 */
export interface Payloads {
  readonly Reserve: Launch.ReserveOptions
  readonly Gate: Ticket
  readonly Settle: { readonly ticket: Ticket; readonly verdict: Verdict }
  readonly Withdraw: Ticket
  readonly TakeOver: Record<never, never>
  readonly Trace: { readonly slotId: SlotId }
  readonly ClaimTurn: { readonly since: number }
  readonly EndTurn: { readonly rest: number; readonly outcome: Turns.Outcome }
  readonly Adopt: Evidence.Listing
  readonly Observe: Evidence.Reading
  readonly Release: { readonly slotId: SlotId }
  readonly Resize: { readonly cap: Cap }
  readonly Stand: Record<never, never>
}

/**
 * The name of a step.
 *
 * @category models
 */
export type Tag = keyof Payloads

/**
 * The answer to each operation.
 *
 * @category models
 */
export interface Answers {
  readonly Reserve: Launch.Reservation
  readonly Gate: Launch.GateAnswer
  readonly Settle: Launch.Settlement
  readonly Withdraw: void
  readonly TakeOver: ReadonlyArray<Holders.TakenOver>
  readonly Trace: Launch.Trace
  readonly ClaimTurn: Turns.Claim
  readonly EndTurn: void
  readonly Adopt: Evidence.Question
  readonly Observe: Evidence.Tally
  readonly Release: Evidence.Release
  readonly Resize: void
  readonly Stand: Standing
}

/**
 * One step.
 *
 * @category models
 */
export interface Operation<T extends Tag = Tag> {
  readonly tag: T
  readonly payload: Payloads[T]
}

/**
 * Returns whether a step is of a kind.
 *
 * @category guards
 */
export const isOperation = <T extends Tag>(tag: T, step: Operation): step is Operation<T> => step.tag === tag

/**
 * The answer to one step.
 *
 * @category models
 */
export interface Answer<T extends Tag = Tag> {
  readonly tag: T
  readonly value: Answers[T]
}

/**
 * Returns whether an answer is that of a step.
 *
 * @category guards
 */
export const isAnswerTo = <T extends Tag>(tag: T, answer: Answer): answer is Answer<T> => answer.tag === tag

/**
 * The holder that asks, and the lines of the fleet's other holders.
 *
 * @category models
 */
export interface Asker {
  readonly holder: Launch.Holder
  readonly elsewhere: ReadonlyArray<Launch.Line>
}

type Rules = {
  readonly [K in Tag]: (
    occupancy: LedgerState,
    payload: Payloads[K],
    asker: Asker,
    now: Time
  ) => Decision<Answers[K]>
}

const look = <A>(occupancy: LedgerState, answer: A): Decision<A> => ({ answer, occupancy, changes: [] })

const rules: Rules = {
  Reserve: (occupancy, options, { elsewhere, holder }, now) =>
    Launch.reserve(occupancy, options, elsewhere, holder, now),
  Gate: (occupancy, ticket, { holder }, now) => Launch.gate(occupancy, ticket, holder, now),
  Settle: (occupancy, { ticket, verdict }, _, now) => Launch.settle(occupancy, ticket, verdict, now),
  Withdraw: (occupancy, ticket, _, now) => Launch.withdraw(occupancy, ticket, now),
  TakeOver: (occupancy, _, { holder }, now) => Holders.takeOver(occupancy, holder, now),
  Trace: (occupancy, { slotId }) => look(occupancy, Launch.trace(occupancy, slotId)),
  ClaimTurn: (occupancy, { since }, { holder }, now) => Turns.claim(occupancy, holder.id, since, now),
  EndTurn: (occupancy, { outcome, rest }, { holder }, now) => Turns.end(occupancy, holder.id, rest, outcome, now),
  Adopt: (occupancy, listing, _, now) => Evidence.adopt(occupancy, listing, now),
  Observe: (occupancy, reading, _, now) => Evidence.observe(occupancy, reading, now),
  Release: (occupancy, { slotId }, _, now) => Evidence.release(occupancy, slotId, now),
  Resize: (occupancy, { cap }, _, now) => Descriptions.resize(occupancy, cap, now),
  Stand: (occupancy) => look(occupancy, occupancy)
}

/**
 * Decides a step.
 *
 * @category decisions
 */
export const decide = <T extends Tag>(
  occupancy: LedgerState,
  { payload, tag }: Operation<T>,
  asker: Asker,
  now: Time
): Decision<Answers[T]> => {
  const decision = rules[tag](occupancy, payload, asker, now)
  const by = asker.holder.id
  return { ...decision, changes: Array.from(decision.changes, (change): Change => ({ ...change, by })) }
}

/**
 * Asks a ledger one step.
 *
 * @category models
 */
export type Ask = <T extends Tag>(step: Operation<T>) => Effect.Effect<Answers[T], LedgerUnavailable>

/**
 * The operations of a ledger that are steps.
 *
 * @category models
 */
export type Operations = Omit<FleetLedger, "turn" | "readingBegunAt" | "turnEnds" | "subscribe" | "now" | "close">

/**
 * Makes the operations of a ledger from how it is asked.
 *
 * @category constructors
 */
export const operations = (ask: Ask): Operations => ({
  reserve: (options) => ask({ tag: "Reserve", payload: options }),
  gate: (ticket) => ask({ tag: "Gate", payload: ticket }),
  settle: (ticket, verdict) => ask({ tag: "Settle", payload: { ticket, verdict } }),
  withdraw: (ticket) => ask({ tag: "Withdraw", payload: ticket }),
  takeOver: ask({ tag: "TakeOver", payload: {} }),
  trace: (slotId) => ask({ tag: "Trace", payload: { slotId } }),
  claimTurn: (since) => ask({ tag: "ClaimTurn", payload: { since } }),
  endTurn: (rest, outcome) => ask({ tag: "EndTurn", payload: { rest, outcome } }),
  adopt: (listing) => ask({ tag: "Adopt", payload: listing }),
  observe: (reading) => ask({ tag: "Observe", payload: reading }),
  release: (slotId) => ask({ tag: "Release", payload: { slotId } }),
  resize: (cap) => ask({ tag: "Resize", payload: { cap } }),
  standing: ask({ tag: "Stand", payload: {} })
})
