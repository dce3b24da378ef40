/**
 * Decides when an operator may free a launch without a verdict: not before its task must have
 * become visible.
 */
import * as Schema from "effect/Schema"
import type * as Time from "../../Time.ts"
import type { SlotId } from "../Slot.ts"
import * as Slots from "../Slot.ts"
import type { LedgerState } from "./LedgerState.ts"
import * as LedgerStates from "./LedgerState.ts"
import type { Decision } from "./Transaction.ts"
import * as Transactions from "./Transaction.ts"

/**
 * The possible answers to an operator who frees a launch without a verdict.
 *
 * - `Freed`: nothing counts it any more, and its ticket is worth nothing
 * - `TooEarly`: its task may still appear; ask again at `until`
 * - `NotUnknown`: there is no such slot, or evidence will settle it
 *
 * @example
 * ```ts
 * import type { Release } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const text = (answer: Release.Release) => answer._tag === "TooEarly" ? new Date(answer.until).toISOString() : answer._tag
 * assert.equal(text({ _tag: "TooEarly", until: 0 }), "1970-01-01T00:00:00.000Z")
 * ```
 *
 * @category schemas
 */
export const Release = Schema.Union([
  Schema.TaggedStruct("Freed", {}),
  Schema.TaggedStruct("TooEarly", { until: Schema.Finite }),
  Schema.TaggedStruct("NotUnknown", {})
])
export type Release = typeof Release.Type

/**
 * Frees a launch without a verdict because an operator says that there is no
 * task, once its task must have become visible.
 *
 * @category decisions
 */
export const release = (ledger: LedgerState, id: SlotId, now: Time.Time): Decision<Release> =>
  Transactions.decide<Release>(ledger, now, (tx) => {
    const slot = LedgerStates.find(ledger, id)
    if (slot?.state._tag !== "Launching") return { _tag: "NotUnknown" }
    const left = Slots.visibleIn(slot.state, ledger.lagBound, now)
    if (left >= 0) return { _tag: "TooEarly", until: now.fast + left }
    Transactions.free(tx, id, "absent")
    return { _tag: "Freed" }
  })
