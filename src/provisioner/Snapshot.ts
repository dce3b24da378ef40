/**
 * Snapshots of a fleet, for people and for pages.
 */
import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import { TaskArnSchema } from "../ecs/Ecs.ts"
import { Cap } from "../ledger/Change.ts"
import { StoredKey } from "../ledger/Key.ts"
import type { SlotTable } from "../ledger/rules/LedgerState.ts"
import { used } from "../ledger/rules/LedgerState.ts"
import type { Slot } from "../ledger/Slot.ts"
import { SlotIdSchema, SlotStatus, status, taskArn } from "../ledger/Slot.ts"

/**
 * A slot as it is reported.
 *
 * @category schemas
 */
export const SlotSnapshot = Schema.Struct({
  id: SlotIdSchema,
  /** The key that its task is for. An adopted task has none. */
  key: Schema.optionalKey(StoredKey),
  status: SlotStatus,
  /** The time for which the slot has been held, in milliseconds. */
  age: Schema.Finite,
  taskArn: Schema.optionalKey(TaskArnSchema),
  /** The reason why it is held, in words. */
  why: Schema.String
})
export type SlotSnapshot = typeof SlotSnapshot.Type

/**
 * A fleet at one moment.
 *
 * @example
 * ```ts
 * import type { Snapshot } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const text = ({ cap, occupied, waiting }: Snapshot.Snapshot): string =>
 *   `${occupied} of ${cap} slots are in use, ${waiting} keys wait`
 *
 * assert.equal(text({ cap: 16, occupied: 3, waiting: 0, slots: [] }), "3 of 16 slots are in use, 0 keys wait")
 * ```
 *
 * @category schemas
 */
export const Snapshot = Schema.Struct({
  cap: Cap,
  /**
   * The number of tasks that are counted: slots, whatever their state. It passes the cap
   * for a moment when a list shows a task before `RunTask` has answered: until the task is
   * described, the ledger counts it twice, as the launch and as a task that others started.
   */
  occupied: Schema.Finite,
  /** The number of keys in line for a slot. */
  waiting: Schema.Finite,
  /** The slots, oldest first. */
  slots: Schema.Array(SlotSnapshot)
})
export type Snapshot = typeof Snapshot.Type

/**
 * Reports how a fleet stands.
 *
 * @category constructors
 */
export const make = (ledger: SlotTable, waiting: number, now: number): Snapshot => ({
  cap: ledger.cap,
  occupied: used(ledger),
  waiting,
  slots: HashMap.toValues(ledger.slots)
    .sort((a, b) => a.since - b.since)
    .map((slot) => slotSnapshot(slot, now))
})

const slotSnapshot = (slot: Slot, now: number): SlotSnapshot => {
  const arn = taskArn(slot)
  return {
    id: slot.id,
    ...(slot.key === undefined ? {} : { key: slot.key }),
    status: status(slot),
    age: Math.round(now - slot.since),
    ...(arn === undefined ? {} : { taskArn: arn }),
    why: why(slot)
  }
}

const why = (slot: Slot): string =>
  slot.contradiction === undefined
    ? stateOf(slot)
    : `${stateOf(slot)}; ECS contradicted itself: ${slot.contradiction.detail}`

const stateOf = (slot: Slot): string => {
  const { state } = slot
  switch (state._tag) {
    case "Reserved":
      return "granted, and not sent yet"
    case "Launching": {
      const { ambiguous, attempts, lastFailure } = state
      const sent = `sent ${attempts === 1 ? "once" : `${attempts} times`}`
      const last = lastFailure === undefined ? "not answered yet" : `last ${lastFailure.reason}: ${lastFailure.detail}`
      return ambiguous ? `${sent}, and its task may exist (${last})` : `${sent}, ${last}`
    }
    case "Launched": {
      const seen = `its task ${state.lastStatus === undefined ? "exists" : `was last seen ${state.lastStatus}`}`
      return slot.key === undefined ? `listed by ECS, and not launched under this ledger: ${seen}` : seen
    }
  }
}
