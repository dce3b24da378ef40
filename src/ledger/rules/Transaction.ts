/**
 * How an occupancy is changed: a decision opens a {@link Draft}, edits it, and
 * closes it into the next occupancy and the changes that led there. Whoever keeps
 * the occupancy swaps it in one atomic step.
 */
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import type { Failure, RunTaskRequest, TaskArn } from "../../ecs/Ecs.ts"
import * as Places from "../../ecs/Place.ts"
import type { Time } from "../../Time.ts"
import type { Change, FreeReason, Happening } from "../Change.ts"
import type { Key } from "../Key.ts"
import { goneRetention } from "../SafetyLimits.ts"
import type { Contradiction, Slot, SlotId } from "../Slot.ts"
import * as Slots from "../Slot.ts"
import type { Occupancy } from "./LedgerState.ts"
import * as Occupancies from "./LedgerState.ts"

/**
 * An occupancy being changed, at one moment. It does not outlive the decision
 * that opened it.
 *
 * @category models
 */
export interface Draft {
  occupancy: Occupancy
  readonly changes: Array<Change>
  readonly now: Time
}

/**
 * A decision: what it answers, what the fleet is after it, and what happened.
 *
 * @category models
 */
export interface Decision<out A> {
  readonly answer: A
  readonly occupancy: Occupancy
  readonly changes: ReadonlyArray<Change>
}

/**
 * Decides something: edits a draft, and closes it.
 *
 * @category constructors
 */
export const decide = <A>(occupancy: Occupancy, now: Time, edit: (draft: Draft) => A): Decision<A> => {
  const draft: Draft = { occupancy, changes: [], now }
  const answer = edit(draft)
  return { answer, occupancy: draft.occupancy, changes: draft.changes }
}

/**
 * Notes what happened.
 *
 * @category edits
 */
export const note = (draft: Draft, happening: Happening): void => {
  const sequence = draft.occupancy.sequence + 1
  draft.occupancy = { ...draft.occupancy, sequence }
  draft.changes.push({
    ...happening,
    sequence,
    at: draft.now.fast,
    occupied: Occupancies.used(draft.occupancy),
    cap: draft.occupancy.cap,
    by: undefined
  })
}

/**
 * Puts a slot in, in place of the one with its id.
 *
 * @category edits
 */
export const put = (draft: Draft, slot: Slot): void => {
  const arn = Slots.taskArn(slot)
  const { byArn, slots } = draft.occupancy
  draft.occupancy = {
    ...draft.occupancy,
    slots: HashMap.set(slots, slot.id, slot),
    byArn: arn === undefined ? byArn : HashMap.set(byArn, arn, slot.id)
  }
}

/**
 * Keeps what is sent for a slot, until its task is known or there is none.
 *
 * @category edits
 */
export const keepRequest = (draft: Draft, id: SlotId, request: RunTaskRequest): void => {
  draft.occupancy = { ...draft.occupancy, requests: HashMap.set(draft.occupancy.requests, id, request) }
}

/**
 * Forgets what was sent for a slot.
 *
 * @category edits
 */
export const dropRequest = (draft: Draft, id: SlotId): void => {
  draft.occupancy = { ...draft.occupancy, requests: HashMap.remove(draft.occupancy.requests, id) }
}

/**
 * Lets a key name a slot: the next request with that key shares it.
 *
 * @category edits
 */
export const claimKey = (draft: Draft, key: Key, id: SlotId): void => {
  draft.occupancy = { ...draft.occupancy, byKey: HashMap.set(draft.occupancy.byKey, key, id) }
}

/**
 * Lets a slot's key go, if it is still this slot's.
 *
 * @category edits
 */
export const dropKey = (draft: Draft, slot: Slot): void => {
  if (slot.key === undefined) return
  const { byKey } = draft.occupancy
  if (Option.getOrUndefined(HashMap.get(byKey, slot.key)) !== slot.id) return
  draft.occupancy = { ...draft.occupancy, byKey: HashMap.remove(byKey, slot.key) }
}

/**
 * Frees a slot. Freeing one that is not there does nothing.
 *
 * @category edits
 */
export const free = (draft: Draft, id: SlotId, reason: Exclude<FreeReason, "refused">): void => {
  const slot = Occupancies.find(draft.occupancy, id)
  if (slot !== undefined) remove(draft, slot, reason)
}

/**
 * Frees a slot whose launch was refused.
 *
 * @category edits
 */
export const refuse = (draft: Draft, slot: Slot, failure: Failure): void => {
  note(draft, { _tag: "Refused", slotId: slot.id, key: slot.key, failure })
  remove(draft, slot, "refused")
}

/**
 * Remembers that a task has stopped.
 *
 * @category edits
 */
export const remember = (draft: Draft, arn: TaskArn): void => {
  const { gone } = draft.occupancy
  const { slow: now } = draft.now
  const turned = now - gone.turnedAt >= goneRetention
    ? { recent: HashSet.empty<TaskArn>(), older: gone.recent, turnedAt: now, olderSince: gone.turnedAt }
    : gone
  draft.occupancy = {
    ...draft.occupancy,
    gone: { ...turned, recent: HashSet.add(turned.recent, arn) }
  }
}

/**
 * Takes note of where a task is: the first one shows in which account the fleet is.
 *
 * @category edits
 */
export const locate = (draft: Draft, arn: TaskArn): void => {
  const place = Places.complete(draft.occupancy.place, Places.ofTask(arn))
  if (place !== draft.occupancy.place) draft.occupancy = { ...draft.occupancy, place }
}

/**
 * Takes note of what ECS said of a launch and cannot be so. It changes nothing
 * else, and is told once, however often it is said.
 *
 * @category edits
 */
export const dispute = (draft: Draft, id: SlotId, { detail, elsewhere }: Contradiction): void => {
  const slot = Occupancies.find(draft.occupancy, id)
  const known = slot?.contradiction
  if (known?.detail === detail) return
  if (slot !== undefined) {
    put(draft, { ...slot, contradiction: { detail, elsewhere: elsewhere || known?.elsewhere === true } })
  }
  note(draft, { _tag: "Contradicted", slotId: id, key: slot?.key, detail })
}

const remove = (draft: Draft, slot: Slot, reason: FreeReason): void => {
  const arn = Slots.taskArn(slot)
  dropKey(draft, slot)
  dropRequest(draft, slot.id)
  const { byArn, slots } = draft.occupancy
  draft.occupancy = {
    ...draft.occupancy,
    slots: HashMap.remove(slots, slot.id),
    byArn: arn === undefined ? byArn : HashMap.remove(byArn, arn)
  }
  if (arn !== undefined && reason === "stopped") remember(draft, arn)
  note(draft, { _tag: "Freed", slotId: slot.id, key: slot.key, taskArn: arn, reason })
}
