/**
 * The operations of a ledger: each is written down once, with the rule that decides it,
 * how its answer is stored, and how it is undone. What a ledger offers, how it is asked,
 * what is sent in a batch and what is stored of it follow from this table.
 *
 * A ledger in memory decides an operation where it is asked. A shared one sends several at a
 * time to where its fleet is kept: they are decided there in one atomic step, in order.
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { notSent, type Verdict } from "../ecs/Ecs.ts"
import type { Time } from "../Time.ts"
import type { Cap, Change } from "./Change.ts"
import type { LedgerUnavailable } from "./LedgerError.ts"
import * as Descriptions from "./rules/Description.ts"
import * as Evidence from "./rules/Evidence.ts"
import * as Holders from "./rules/Holders.ts"
import * as Launch from "./rules/Launch.ts"
import type { LedgerState, SlotTable } from "./rules/LedgerState.ts"
import * as Turns from "./rules/ReadTurn.ts"
import * as Releases from "./rules/Release.ts"
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

/** An operation. */
interface Definition<Args extends ReadonlyArray<unknown>, A> {
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

const table = {
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
    rule: ({ ledger }, slotId: SlotId) => look(ledger, Launch.trace(ledger, slotId))
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

type Table = typeof table

/**
 * The name of an operation.
 *
 * @category models
 */
export type Tag = keyof Table

/**
 * The arguments of each operation.
 *
 * @category models
 */
export type Args = { readonly [T in Tag]: Table[T] extends Definition<infer A, infer _> ? A : never }

/**
 * The answer of each operation.
 *
 * @category models
 */
export type Answers = { readonly [T in Tag]: Table[T] extends Definition<infer _, infer A> ? A : never }

/** The table as one mapped type: the compiler knows from it that the rule, the arguments and the answer of a tag belong together. */
const definitions: { readonly [T in Tag]: Definition<Args[T], Answers[T]> } = table

/**
 * An operation that is asked for.
 *
 * @category models
 */
export interface Operation<T extends Tag = Tag> {
  readonly tag: T
  readonly args: Args[T]
}

/**
 * The answer to an operation.
 *
 * @category models
 */
export interface OperationAnswer<T extends Tag = Tag> {
  readonly tag: T
  readonly value: Answers[T]
}

/**
 * Returns whether an operation is of a kind.
 *
 * @category guards
 */
export const isOperation = <T extends Tag>(tag: T, operation: Operation): operation is Operation<T> =>
  operation.tag === tag

/**
 * Returns whether an answer is to an operation of a kind.
 *
 * @category guards
 */
export const isAnswerTo = <T extends Tag>(tag: T, answer: OperationAnswer): answer is OperationAnswer<T> =>
  answer.tag === tag

/**
 * Decides an operation.
 *
 * @category decisions
 */
export const decide = <T extends Tag>(
  ledger: LedgerState,
  { args, tag }: Operation<T>,
  asker: Asker,
  now: Time
): Decision<Answers[T]> => {
  const decision = definitions[tag].rule({ ledger, asker, now }, ...args)
  const by = asker.holder.id
  return { ...decision, changes: Array.from(decision.changes, (change): Change => ({ ...change, by })) }
}

/**
 * Returns what takes back what an operation granted to a caller that did not wait for it.
 *
 * @category accessors
 */
export const undo = <T extends Tag>(
  { args, tag }: Operation<T>,
  { value }: OperationAnswer<T>
): Operation | undefined => definitions[tag].undo?.(value, ...args)

/**
 * Returns whether the caller of an operation may stop waiting at any time.
 *
 * @category accessors
 */
export const mayBeLeft = (tag: Tag): boolean => definitions[tag].undo !== undefined

/**
 * Returns whether an operation may be decided again, so that its answer need not be stored.
 *
 * @category accessors
 */
export const isRepeatable = (tag: Tag): boolean => definitions[tag].stored === undefined

const isTag = (text: string): text is Tag => Object.hasOwn(table, text)

/**
 * The answers that are stored.
 *
 * @category schemas
 */
export const StoredAnswer = Schema.Union(
  Object.keys(table).filter(isTag).flatMap((tag) => {
    const { stored } = definitions[tag]
    return stored === undefined ? [] : [Schema.Struct({ tag: Schema.Literal(tag), value: stored })]
  })
)

/**
 * Asks for each operation.
 *
 * @category models
 */
export type Asking = {
  readonly [T in Tag]: Args[T] extends readonly [] ? Effect.Effect<Answers[T], LedgerUnavailable>
    : (...args: Args[T]) => Effect.Effect<Answers[T], LedgerUnavailable>
}

/**
 * Asks a ledger for one operation.
 *
 * @category models
 */
export type Ask = <T extends Tag>(operation: Operation<T>) => Effect.Effect<Answers[T], LedgerUnavailable>

/**
 * Makes what a ledger offers from how it is asked.
 *
 * @category constructors
 */
export const asking = (ask: Ask): Asking => {
  const by = <T extends Tag>(tag: T) => (...args: Args[T]) => ask({ tag, args })
  return {
    reserve: by("reserve"),
    gate: by("gate"),
    settle: by("settle"),
    withdraw: by("withdraw"),
    takeOver: by("takeOver")(),
    trace: by("trace"),
    claimTurn: by("claimTurn"),
    endTurn: by("endTurn"),
    adopt: by("adopt"),
    observe: by("observe"),
    release: by("release"),
    resize: by("resize"),
    slotTable: by("slotTable")()
  }
}
