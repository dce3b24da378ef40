/**
 * The slots of one fleet, counted against its cap: what every ledger keeps.
 *
 * Plain data and plain functions over it. A decision opens a {@link Draft},
 * edits it, and closes it into the next occupancy and the changes that led
 * there; whoever keeps the occupancy swaps it in one atomic step.
 */
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import type { Cap, Change, FreeReason, Happening } from "../Change.ts"
import type { Failure, RunTaskRequest, TaskArn } from "../Ecs.ts"
import type { Key } from "../Key.ts"
import { goneRetention } from "../Settings.ts"
import type { Slot, SlotId } from "../Slot.ts"
import * as Slots from "../Slot.ts"
import type { Description } from "./Description.ts"

/**
 * How a fleet stands: the slots that are held, and the cap that they count against.
 *
 * @category models
 */
export interface Standing {
  readonly cap: Cap
  readonly slots: HashMap.HashMap<SlotId, Slot>
  readonly byKey: HashMap.HashMap<Key, SlotId>
  readonly byArn: HashMap.HashMap<TaskArn, SlotId>
  /** The number of the latest change. */
  readonly sequence: number
}

/**
 * The slots of one fleet, and all else that is decided by.
 *
 * @category models
 */
export interface Occupancy extends Standing {
  /** Whether a key is taken for the life of its task, and not only while its launch is in flight. */
  readonly exclusiveKeys: boolean
  /** How long after its last request a task may stay invisible, in milliseconds. */
  readonly lagBound: number
  /** What is sent, byte for byte, at every attempt of a launch whose task is not known yet: for whoever takes it over. */
  readonly requests: HashMap.HashMap<SlotId, RunTaskRequest>
  /** When the latest complete reading began that listed the running tasks. */
  readonly readingBegunAt: number
  readonly turn: Turn
  readonly gone: Gone
}

/**
 * Whose turn it is to read ECS, for all.
 *
 * @category models
 */
export interface Turn {
  /** Who reads. Nobody between two readings. */
  readonly reader: string | undefined
  /** When the latest reading began. */
  readonly begunAt: number
  /** When the next may begin. */
  readonly dueAt: number
  /** How long the latest reading that ended has to serve, in milliseconds: until the next was due. */
  readonly servesFor: number
}

/**
 * ARNs of tasks known to have stopped, so that a stale list does not bring them
 * back. Two generations, of which the older is dropped whole: each ARN is kept
 * for one to two retention times, at no cost per ARN.
 */
interface Gone {
  readonly recent: HashSet.HashSet<TaskArn>
  readonly older: HashSet.HashSet<TaskArn>
  /** When each of the two began. */
  readonly turnedAt: number
  readonly olderSince: number
}

/**
 * Makes the occupancy of a fleet of which nothing is known yet.
 *
 * @category constructors
 */
export const make = (description: Description, now: number): Occupancy => ({
  cap: description.cap,
  exclusiveKeys: description.exclusiveKeys,
  lagBound: description.lagBound,
  slots: HashMap.empty(),
  byKey: HashMap.empty(),
  byArn: HashMap.empty(),
  requests: HashMap.empty(),
  readingBegunAt: Number.NEGATIVE_INFINITY,
  turn: { reader: undefined, begunAt: Number.NEGATIVE_INFINITY, dueAt: Number.NEGATIVE_INFINITY, servesFor: 0 },
  gone: { recent: HashSet.empty(), older: HashSet.empty(), turnedAt: now, olderSince: now },
  sequence: 0
})

/**
 * Returns how many tasks are counted.
 *
 * @category accessors
 */
export const used = (occupancy: Standing): number => HashMap.size(occupancy.slots)

/**
 * Returns how many tasks are known to be nobody's launch under this ledger.
 *
 * @category accessors
 */
export const foreignTasks = (occupancy: Standing): number => {
  let count = 0
  for (const { key, state } of HashMap.values(occupancy.slots)) {
    if (key === undefined && state._tag === "Launched" && state.lastStatus !== undefined) count++
  }
  return count
}

/**
 * Returns the slot with an id.
 *
 * @category accessors
 */
export const find = (occupancy: Standing, id: SlotId): Slot | undefined =>
  Option.getOrUndefined(HashMap.get(occupancy.slots, id))

/**
 * Returns the slot that stands for a task.
 *
 * @category accessors
 */
export const findByArn = (occupancy: Standing, arn: TaskArn): Slot | undefined => {
  const id = HashMap.get(occupancy.byArn, arn)
  return Option.isSome(id) ? find(occupancy, id.value) : undefined
}

/**
 * Returns the slot whose launch is in flight for a key or, where keys are
 * exclusive, whose task has it.
 *
 * @category accessors
 */
export const findByKey = (occupancy: Standing, key: Key): Slot | undefined => {
  const id = HashMap.get(occupancy.byKey, key)
  return Option.isSome(id) ? find(occupancy, id.value) : undefined
}

/**
 * Returns whether a task is known to have stopped.
 *
 * @category guards
 */
export const isGone = (occupancy: Occupancy, arn: TaskArn): boolean =>
  HashSet.has(occupancy.gone.recent, arn) || HashSet.has(occupancy.gone.older, arn)

/**
 * An occupancy being changed, at one moment. It does not outlive the decision
 * that opened it.
 *
 * @category models
 */
export interface Draft {
  occupancy: Occupancy
  readonly changes: Array<Change>
  readonly now: number
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
export const decide = <A>(occupancy: Occupancy, now: number, edit: (draft: Draft) => A): Decision<A> => {
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
    at: draft.now,
    occupied: used(draft.occupancy),
    cap: draft.occupancy.cap
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
  const slot = find(draft.occupancy, id)
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
  const turned = draft.now - gone.turnedAt >= goneRetention
    ? { recent: HashSet.empty<TaskArn>(), older: gone.recent, turnedAt: draft.now, olderSince: gone.turnedAt }
    : gone
  draft.occupancy = {
    ...draft.occupancy,
    gone: { ...turned, recent: HashSet.add(turned.recent, arn) }
  }
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
