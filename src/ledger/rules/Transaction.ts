/**
 * Changes a ledger state: a decision opens a {@link Transaction}, edits it, and
 * closes it into the next state and the changes that led there. The ledger that keeps
 * the state swaps it in one atomic step.
 */
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import type { Failure, RunTaskRequest, TaskArn } from "../../ecs/Ecs.ts"
import * as Locations from "../../ecs/Location.ts"
import type { TaskExit } from "../../ecs/TaskExit.ts"
import type { Time } from "../../Time.ts"
import type { Change, FreeReason, Happening } from "../Change.ts"
import type { Key } from "../Key.ts"
import { goneRetention } from "../SafetyLimits.ts"
import type { Contradiction, Slot, SlotId } from "../Slot.ts"
import * as Slots from "../Slot.ts"
import type { LedgerState } from "./LedgerState.ts"
import * as LedgerStates from "./LedgerState.ts"

/**
 * The state of a ledger while it is changed, at one moment. It does not outlive the decision
 * that opened it.
 *
 * @category models
 */
export interface Transaction {
  ledger: LedgerState
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
  readonly ledger: LedgerState
  readonly changes: ReadonlyArray<Change>
}

/**
 * Decides something: opens a transaction, edits it, and closes it.
 *
 * @category constructors
 */
export const decide = <A>(ledger: LedgerState, now: Time, edit: (tx: Transaction) => A): Decision<A> => {
  const tx: Transaction = { ledger, changes: [], now }
  const answer = edit(tx)
  return { answer, ledger: tx.ledger, changes: tx.changes }
}

/**
 * Notes what happened.
 *
 * @category edits
 */
export const note = (tx: Transaction, happening: Happening): void => {
  const sequence = tx.ledger.sequence + 1
  tx.ledger = { ...tx.ledger, sequence }
  tx.changes.push({
    ...happening,
    sequence,
    at: tx.now.fast,
    occupied: LedgerStates.used(tx.ledger),
    cap: tx.ledger.cap
  })
}

/**
 * Returns how a change names a slot: an adopted one has no key.
 *
 * @category getters
 */
export const launchOf = ({ id, key }: Pick<Slot, "id" | "key">): { readonly slotId: SlotId; readonly key?: Key } =>
  key === undefined ? { slotId: id } : { slotId: id, key }

/**
 * Puts a slot in, in place of the one with its id.
 *
 * @category edits
 */
export const put = (tx: Transaction, slot: Slot): void => {
  const arn = Slots.taskArn(slot)
  const { byArn, slots } = tx.ledger
  tx.ledger = {
    ...tx.ledger,
    slots: HashMap.set(slots, slot.id, slot),
    byArn: arn === undefined ? byArn : HashMap.set(byArn, arn, slot.id)
  }
}

/**
 * Keeps what is sent for a slot, until its task is known or there is none.
 *
 * @category edits
 */
export const keepRequest = (tx: Transaction, id: SlotId, request: RunTaskRequest): void => {
  tx.ledger = { ...tx.ledger, requests: HashMap.set(tx.ledger.requests, id, request) }
}

/**
 * Forgets what was sent for a slot.
 *
 * @category edits
 */
export const dropRequest = (tx: Transaction, id: SlotId): void => {
  tx.ledger = { ...tx.ledger, requests: HashMap.remove(tx.ledger.requests, id) }
}

/**
 * Lets a key name a slot: the next request with that key shares it.
 *
 * @category edits
 */
export const claimKey = (tx: Transaction, key: Key, id: SlotId): void => {
  tx.ledger = { ...tx.ledger, byKey: HashMap.set(tx.ledger.byKey, key, id) }
}

/**
 * Lets a slot's key go, if it is still this slot's.
 *
 * @category edits
 */
export const dropKey = (tx: Transaction, slot: Slot): void => {
  if (slot.key === undefined) return
  const { byKey } = tx.ledger
  if (Option.getOrUndefined(HashMap.get(byKey, slot.key)) !== slot.id) return
  tx.ledger = { ...tx.ledger, byKey: HashMap.remove(byKey, slot.key) }
}

/**
 * Frees a slot. Freeing one that is not there does nothing.
 *
 * @category edits
 */
export const free = (tx: Transaction, id: SlotId, reason: Exclude<FreeReason, "refused" | "stopped">): void => {
  const slot = LedgerStates.find(tx.ledger, id)
  if (slot !== undefined) remove(tx, slot, reason)
}

/**
 * Frees the slot of a task that has stopped. How it ended is not known where only its
 * status was told.
 *
 * @category edits
 */
export const stop = (tx: Transaction, slot: Slot, exit: TaskExit | undefined): void => remove(tx, slot, "stopped", exit)

/**
 * Frees a slot whose launch was refused.
 *
 * @category edits
 */
export const refuse = (tx: Transaction, slot: Slot, failure: Failure): void => {
  note(tx, { _tag: "Refused", ...launchOf(slot), failure })
  remove(tx, slot, "refused")
}

/**
 * Remembers that a task has stopped.
 *
 * @category edits
 */
export const remember = (tx: Transaction, arn: TaskArn): void => {
  const { gone } = tx.ledger
  const { slow: now } = tx.now
  const turned = now - gone.turnedAt >= goneRetention
    ? { recent: HashSet.empty<TaskArn>(), older: gone.recent, turnedAt: now, olderSince: gone.turnedAt }
    : gone
  tx.ledger = {
    ...tx.ledger,
    gone: { ...turned, recent: HashSet.add(turned.recent, arn) }
  }
}

/**
 * Takes note of where a task is: the first one shows in which account the fleet is.
 *
 * @category edits
 */
export const locate = (tx: Transaction, arn: TaskArn): void => {
  const location = Locations.complete(tx.ledger.location, Locations.ofTask(arn))
  if (location !== tx.ledger.location) tx.ledger = { ...tx.ledger, location }
}

/**
 * Takes note of what ECS said of a launch and cannot be so. It changes nothing
 * else, and is told once, however often it is said.
 *
 * @category edits
 */
export const dispute = (tx: Transaction, id: SlotId, { detail, elsewhere }: Contradiction): void => {
  const slot = LedgerStates.find(tx.ledger, id)
  const known = slot?.contradiction
  if (known?.detail === detail) return
  if (slot !== undefined) {
    put(tx, { ...slot, contradiction: { detail, elsewhere: elsewhere || known?.elsewhere === true } })
  }
  note(tx, { _tag: "Contradicted", ...launchOf({ id, key: slot?.key }), detail })
}

const remove = (tx: Transaction, slot: Slot, reason: FreeReason, exit?: TaskExit): void => {
  const arn = Slots.taskArn(slot)
  dropKey(tx, slot)
  dropRequest(tx, slot.id)
  const { byArn, slots } = tx.ledger
  tx.ledger = {
    ...tx.ledger,
    slots: HashMap.remove(slots, slot.id),
    byArn: arn === undefined ? byArn : HashMap.remove(byArn, arn)
  }
  if (arn !== undefined && reason === "stopped") remember(tx, arn)
  note(tx, {
    _tag: "Freed",
    ...launchOf(slot),
    ...(arn === undefined ? {} : { taskArn: arn }),
    reason,
    ...(exit === undefined ? {} : { exit })
  })
}
