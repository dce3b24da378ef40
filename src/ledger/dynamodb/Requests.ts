/**
 * Which requests a fleet needs that are not kept with it.
 *
 * A process knows those that it has launched itself. It reads the others when
 * their launches have to be taken over, and only then.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { isAnswerTo } from "../Operation.ts"
import type { LedgerState } from "../rules/LedgerState.ts"
import * as LedgerStates from "../rules/LedgerState.ts"
import type { SharedState } from "../shared/SharedState.ts"
import type { SlotId } from "../Slot.ts"
import * as ItemCodec from "./ItemCodec.ts"

/**
 * Returns an occupancy with those requests that may still be needed.
 *
 * @category edits
 */
export const withRequests = (occupancy: LedgerState, requests: LedgerState["requests"]): LedgerState => ({
  ...occupancy,
  requests: HashMap.filter(requests, (_, id) => {
    const slot = LedgerStates.find(occupancy, id)
    return slot !== undefined && slot.state._tag !== "Launched"
  })
})

/**
 * Returns the launches that the next one to ask takes over.
 *
 * @category accessors
 */
export const abandoned = (occupancy: LedgerState): ReadonlyArray<SlotId> =>
  [...HashMap.values(occupancy.slots)].flatMap(({ holder, id, key, state }) =>
    holder === undefined && key !== undefined && state._tag === "Launching" &&
      LedgerStates.findByKey(occupancy, key)?.id === id
      ? [id]
      : []
  )

/**
 * Returns the launches that a holder took over with its latest batch, of which it
 * may not have heard, and that are not settled yet.
 *
 * @category accessors
 */
export const takenOver = (fleet: SharedState, holder: string): ReadonlyArray<SlotId> =>
  (fleet.members.get(holder)?.answers ?? []).flatMap((answer) =>
    answer !== undefined && isAnswerTo("TakeOver", answer) ? answer.value.map(({ ticket }) => ticket.slotId) : []
  ).filter((id) => LedgerStates.find(fleet.occupancy, id)?.state._tag === "Launching")

/**
 * Returns a fleet in which a holder's latest answers have their requests again.
 *
 * @category edits
 */
export const withOwnAnswers = (fleet: SharedState, holder: string): SharedState => {
  const member = fleet.members.get(holder)
  if (member === undefined) return fleet
  const requestOf = (id: SlotId) => Option.getOrUndefined(HashMap.get(fleet.occupancy.requests, id))
  return { ...fleet, members: new Map(fleet.members).set(holder, ItemCodec.restore(member, requestOf)) }
}
