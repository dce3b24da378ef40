/**
 * Whose turn it is to read ECS: one holder reads at a time, for all.
 *
 * A reading that ended says when the next may begin, so that all who hold a fleet
 * share one budget of reads, as they share what was read.
 */
import type { Time } from "../Time.ts"
import type { Decision } from "./Draft.ts"
import * as Drafts from "./Draft.ts"
import { isSearching } from "./Evidence.ts"
import type { Occupancy } from "./Occupancy.ts"

/**
 * What asking to read ECS is answered.
 *
 * - `Yours`: read now, and end the turn whatever comes of it
 * - `Theirs`: another holder is reading; what it reads serves everybody
 * - `Resting`: the budget of reads allows the next reading at `dueAt`
 * - `Recent`: the latest reading is recent enough
 *
 * @category models
 */
export type Claim =
  | {
    readonly _tag: "Yours"
    readonly begunAt: Time
    readonly cap: Occupancy["cap"]
    /** Whether stopped tasks have to be listed too, to find those of launches without a verdict. */
    readonly searching: boolean
  }
  | { readonly _tag: "Theirs" }
  | { readonly _tag: "Resting"; readonly dueAt: number }
  | { readonly _tag: "Recent" }

/**
 * Gives a holder the turn to read, unless a reading that began at `since` of the
 * fast clock or later is there, or under way, or not due yet.
 *
 * @category decisions
 */
export const claim = (occupancy: Occupancy, holder: string, since: number, now: Time): Decision<Claim> =>
  Drafts.decide<Claim>(occupancy, now, (draft) => {
    const { turn } = occupancy
    if (occupancy.readingBegunAt >= since) return { _tag: "Recent" }
    if (turn.reader !== undefined && turn.reader !== holder) return { _tag: "Theirs" }
    if (now.fast < turn.dueAt) return { _tag: "Resting", dueAt: turn.dueAt }
    draft.occupancy = { ...occupancy, turn: { ...turn, reader: holder, begunAt: now.fast } }
    return { _tag: "Yours", begunAt: now, cap: occupancy.cap, searching: isSearching(occupancy, now) }
  })

/**
 * Ends a holder's turn: the next reading may begin after a rest, in milliseconds.
 *
 * @category decisions
 */
export const end = (occupancy: Occupancy, holder: string, rest: number, now: Time): Decision<void> =>
  Drafts.decide(occupancy, now, (draft) => {
    const { turn } = occupancy
    // Nobody has read yet: what never began would serve for ever.
    if (!Number.isFinite(turn.begunAt)) return
    // A holder that was taken to be gone meanwhile has read all the same.
    if (turn.reader !== undefined && turn.reader !== holder) return
    const dueAt = Math.max(turn.dueAt, now.fast + rest)
    draft.occupancy = {
      ...occupancy,
      turn: { reader: undefined, begunAt: turn.begunAt, dueAt, servesFor: dueAt - turn.begunAt }
    }
  })
