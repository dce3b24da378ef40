/**
 * A database that keeps one fleet under a version, as `CompareAndSet` needs it: it
 * is read from a version on, and written if it still has that version.
 */
import type * as Effect from "effect/Effect"
import type { LedgerUnavailable } from "../Ledger.ts"
import type { Delta } from "./Delta.ts"
import type { Refused } from "./SharedLedger.ts"

/**
 * Tells a holder that knows a version of the fleet what has changed since.
 *
 * @category models
 */
export interface Update {
  /** Grows by one with each write. 0 stands for a fleet that is not there yet. */
  readonly version: number
  /** The time by the clock of the database, in epoch milliseconds. */
  readonly now: number
  /** The deltas since the version that was asked for, in order. */
  readonly changed: ReadonlyArray<Delta>
  /** Whether it is all of the fleet, because the version that was asked for is too old to be built on. */
  readonly whole: boolean
}

/**
 * The outcome of a write: it is written, or the fleet has another version.
 *
 * @category models
 */
export type Written =
  | { readonly _tag: "Written"; readonly now: number }
  | { readonly _tag: "Conflict"; readonly update: Update }

/**
 * The calls to a database that keeps one fleet. Every call ends within a bound.
 *
 * @category models
 */
export interface Calls {
  /** Reads what has changed since a version. */
  readonly read: (since: number) => Effect.Effect<Update, LedgerUnavailable | Refused>
  /**
   * Writes a delta if the fleet has the version that it was made from, and no
   * later than {@link decisionValidity} after its `decidedAt`, by the database's clock.
   * `isNews` says that other holders may be waiting for it.
   */
  readonly write: (
    version: number,
    delta: Delta,
    isNews: boolean
  ) => Effect.Effect<Written, LedgerUnavailable | Refused>
}

/**
 * A database that keeps one fleet.
 *
 * @category models
 */
export interface VersionedStore extends Calls {
  /**
   * Makes a decision anew that was not written because other processes were first,
   * so many times in a row. It lets those who do so write one after the other, or
   * spreads them in time; within a bound.
   *
   * Nothing rests on that: a write in the line still compares the version, and what
   * it has written counts only once this has succeeded.
   */
  readonly inLine: <A, E>(
    losses: number,
    decision: (calls: Calls) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E | LedgerUnavailable | Refused>
  /** Waits for a notification that the fleet has changed, and says to which version. Notifications may be lost. */
  readonly word: Effect.Effect<number>
}

/**
 * The time after it was made in which a decision may still be written: 2 seconds, in
 * milliseconds. A process that was stopped in between looks again.
 *
 * @category configuration
 */
export const decisionValidity = 2000
