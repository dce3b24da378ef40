/**
 * The operations of a ledger: each is written down once, with the rule that decides it,
 * how its answer is stored, and how it is undone. What a ledger offers, how it is asked,
 * what is sent in a batch and what is stored of it follow from this table (`Operation`).
 */
import * as Schema from "effect/Schema"
import { notSent, type Verdict } from "../ecs/Ecs.ts"
import type { Time } from "../Time.ts"
import type { Cap } from "./Change.ts"
import * as Descriptions from "./rules/Description.ts"
import * as Evidence from "./rules/Evidence.ts"
import * as Holders from "./rules/Holders.ts"
import * as Launch from "./rules/Launch.ts"
import type { LedgerState, SlotTable } from "./rules/LedgerState.ts"
import * as Turns from "./rules/ReadTurn.ts"
import * as Releases from "./rules/Release.ts"
import * as Stops from "./rules/Stop.ts"
import * as Traces from "./rules/Trace.ts"
import type { Decision } from "./rules/Transaction.ts"
import type { SlotId, Ticket } from "./Slot.ts"

/**
 * The holder that asks, and the lines of the fleet's other holders.
 *
 * @category models
 */
export interface Asker {
  readonly holder: Launch.Holder
  readonly elsewhere: ReadonlyArray<Launch.Line>
}

/** The state, the asker and the time that an operation is decided over. */
interface Basis {
  readonly ledger: LedgerState
  readonly asker: Asker
  readonly now: Time
}

/** The operation that takes back a grant that no caller waited for. */
type Undo =
  | { readonly tag: "withdraw"; readonly args: [Ticket] }
  | { readonly tag: "settle"; readonly args: [Ticket, Verdict] }
  | { readonly tag: "endTurn"; readonly args: [number, Turns.TurnOutcome] }

/**
 * The definition of an operation.
 *
 * @category models
 */
export interface Definition<Args extends ReadonlyArray<unknown>, A> {
  readonly rule: (basis: Basis, ...args: Args) => Decision<A>
  /**
   * Writes the answer into the record of its holder: a batch that arrives a second time gets
   * the answers of the first. `undefined` if the operation may be decided again instead: it
   * only reads, or changes nothing the second time.
   */
  readonly stored?: Schema.Codec<A, unknown>
  /**
   * Returns the operation that takes back what this one granted. A caller may stop waiting
   * for such an operation at any time, also in a region that cannot be interrupted otherwise.
   */
  readonly undo?: (answer: A, ...args: Args) => Undo | undefined
}

const define = <Args extends ReadonlyArray<unknown>, A>(definition: Definition<Args, A>): Definition<Args, A> =>
  definition

const look = <A>(ledger: LedgerState, answer: A): Decision<A> => ({ answer, ledger, changes: [] })

const nothing: Schema.Codec<void, unknown> = Schema.Undefined

const tooLate = notSent("the ledger answered too late")

/**
 * All operations of a ledger.
 *
 * @category operations
 */
export const table = {
  /** Grants a slot while fewer than `cap` are in use. */
  reserve: define({
    rule: ({ asker, ledger, now }, options: Launch.ReserveOptions) =>
      Launch.reserve(ledger, options, asker.elsewhere, asker.holder, now),
    stored: Launch.Reservation,
    undo: (answer) => answer._tag === "Granted" ? { tag: "withdraw", args: [answer.ticket] } : undefined
  }),
  /** Lets one attempt through to `RunTask`. It is asked before every attempt. */
  gate: define({
    rule: ({ asker, ledger, now }, ticket: Ticket) => Launch.gate(ledger, ticket, asker.holder, now),
    stored: Launch.GateAnswer,
    undo: (answer, ticket: Ticket) => answer._tag === "Pass" ? { tag: "settle", args: [ticket, tooLate] } : undefined
  }),
  /** Records the verdict of an attempt. */
  settle: define({
    rule: ({ ledger, now }, ticket: Ticket, verdict: Verdict) => Launch.settle(ledger, ticket, verdict, now),
    stored: Launch.Settlement
  }),
  /** Gives a slot back whose `RunTask` has certainly launched nothing; of any other does nothing. */
  withdraw: define({
    rule: ({ ledger, now }, ticket: Ticket) => Launch.withdraw(ledger, ticket, now),
    stored: nothing
  }),
  /** Takes over the launches of holders that are gone. */
  takeOver: define({
    rule: ({ asker, ledger, now }) => Holders.takeOver(ledger, asker.holder, now),
    stored: Schema.Array(Holders.TakenOver)
  }),
  /** Returns how a launch goes that another holder may have in flight. */
  trace: define({
    rule: ({ ledger }, slotId: SlotId) => look(ledger, Traces.trace(ledger, slotId))
  }),
  /**
   * Asks for the turn to read ECS, unless there is a reading that began at `since`
   * or later. The holder that gets it ends it.
   */
  claimTurn: define({
    rule: ({ asker, ledger, now }, since: number) => Turns.claim(ledger, asker.holder.id, since, now),
    stored: Turns.Claim,
    undo: (answer) => answer._tag === "Yours" ? { tag: "endTurn", args: [0, "unread"] } : undefined
  }),
  /** Ends the turn to read. The next reading may begin after a rest, in milliseconds. */
  endTurn: define({
    rule: ({ asker, ledger, now }, rest: number, outcome: Turns.TurnOutcome) =>
      Turns.end(ledger, asker.holder.id, rest, outcome, now),
    stored: nothing
  }),
  /** Counts the listed tasks that are not known, and says what to describe. */
  adopt: define({
    rule: ({ ledger, now }, listing: Evidence.Listing) => Evidence.adopt(ledger, listing, now)
  }),
  /** Takes a complete reading as evidence. */
  observe: define({
    rule: ({ ledger, now }, reading: Evidence.Reading) => Evidence.observe(ledger, reading, now)
  }),
  /** Frees a launch without a verdict, once its task must have become visible. */
  release: define({
    rule: ({ ledger, now }, slotId: SlotId) => Releases.release(ledger, slotId, now),
    stored: Releases.Release
  }),
  /** Asks for workers to be stopped. */
  stop: define({
    rule: ({ ledger, now }, target: Stops.StopTarget, reason: string) => Stops.stop(ledger, target, reason, now),
    stored: Stops.StopAnswer
  }),
  /** Changes the cap. */
  resize: define({
    rule: ({ ledger, now }, cap: Cap) => Descriptions.resize(ledger, cap, now),
    stored: nothing
  }),
  /** Reads the slots as they are now. */
  slotTable: define({
    rule: ({ ledger }): Decision<SlotTable> => look(ledger, ledger)
  })
}
