/**
 * The operations of a ledger as they are asked, sent and stored, derived from their table.
 *
 * A ledger in memory decides an operation where it is asked. A shared one sends several at a
 * time to where its fleet is kept: they are decided there in one atomic step, in order.
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Time } from "../Time.ts"
import type { Change } from "./Change.ts"
import type { LedgerUnavailable } from "./LedgerError.ts"
import { type Asker, type Definition, table } from "./OperationTable.ts"
import type { LedgerState } from "./rules/LedgerState.ts"
import type { Decision } from "./rules/Transaction.ts"

export type { Asker } from "./OperationTable.ts"

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
    stop: by("stop"),
    resize: by("resize"),
    slotTable: by("slotTable")()
  }
}
