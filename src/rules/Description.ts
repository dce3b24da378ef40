/**
 * What holders say of a fleet, and how its cap changes.
 */
import * as HashMap from "effect/HashMap"
import type { Cap } from "../Change.ts"
import type { Time } from "../Time.ts"
import type { Decision } from "./Draft.ts"
import * as Drafts from "./Draft.ts"
import type { Occupancy } from "./Occupancy.ts"

/**
 * What a holder says of a fleet.
 *
 * @category models
 */
export interface Description {
  readonly cap: Cap
  /** Whether a key is taken for the life of its task. */
  readonly exclusiveKeys: boolean
  /** How long after its last request a task may stay invisible, in milliseconds. */
  readonly lagBound: number
}

/**
 * Changes the cap. A cap below use stops growth, and nothing else.
 *
 * @category decisions
 */
export const resize = (occupancy: Occupancy, cap: Cap, now: Time): Decision<void> =>
  Drafts.decide(occupancy, now, (draft) => {
    draft.occupancy = { ...draft.occupancy, cap }
    Drafts.note(draft, { _tag: "Resized" })
  })

/**
 * Takes over what a holder says of the fleet when it attaches and nobody else is:
 * a cap that was changed since the last holder came stays, unless this one
 * describes another than that one did.
 *
 * @category decisions
 */
export const describe = (
  occupancy: Occupancy,
  before: Description,
  description: Description,
  now: Time
): Decision<void> =>
  Drafts.decide(occupancy, now, (draft) => {
    const { exclusiveKeys, lagBound } = description
    const cap = description.cap === before.cap ? occupancy.cap : description.cap
    draft.occupancy = { ...draft.occupancy, cap, exclusiveKeys, lagBound }
    for (const slot of HashMap.values(occupancy.slots)) {
      if (slot.state._tag !== "Launched" || slot.key === undefined) continue
      if (exclusiveKeys) Drafts.claimKey(draft, slot.key, slot.id)
      else Drafts.dropKey(draft, slot)
    }
    if (cap !== occupancy.cap) Drafts.note(draft, { _tag: "Resized" })
  })

/**
 * Says how a description differs from what those who hold the fleet rely on. The
 * cap may be the one in force, or the one that they described before it was changed.
 *
 * @category accessors
 */
export const mismatch = (occupancy: Occupancy, relied: Description, description: Description): string | undefined => {
  if (description.cap !== relied.cap && description.cap !== occupancy.cap) {
    return `its cap is ${occupancy.cap}, not ${description.cap}: resize it first, then describe it so`
  }
  if (description.exclusiveKeys !== relied.exclusiveKeys) return `its exclusiveKeys is ${relied.exclusiveKeys}`
  if (description.lagBound !== relied.lagBound) return `its lagBound is ${relied.lagBound} ms`
  return undefined
}
