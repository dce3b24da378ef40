/**
 * Stopping tasks on request: what was asked is kept with the slot, and outlives who asked, until
 * evidence shows that its task has stopped.
 *
 * To ask for it frees nothing that may hold a task. A launch that was not sent is cancelled; one
 * that may have been is stopped as soon as its task is known.
 */
import * as HashMap from "effect/HashMap"
import * as Schema from "effect/Schema"
import { type TaskArn, TaskArnSchema, type TaskDescription } from "../../ecs/Ecs.ts"
import type { Time } from "../../Time.ts"
import type { Key } from "../Key.ts"
import type { Slot, SlotId } from "../Slot.ts"
import { SlotIdSchema } from "../Slot.ts"
import * as Slots from "../Slot.ts"
import type { LedgerState } from "./LedgerState.ts"
import * as LedgerStates from "./LedgerState.ts"
import type { Decision } from "./Transaction.ts"
import * as Transactions from "./Transaction.ts"

/**
 * The workers that are to be stopped: all of a key, the one that holds a slot, or a task.
 *
 * @category models
 */
export type StopTarget =
  | { readonly key: Key }
  | { readonly slotId: SlotId }
  | { readonly taskArn: TaskArn }

/**
 * The answer to who asks for workers to be stopped: the slots whose tasks are stopped from here
 * on, or were asked to before, and those that were free at once, for nothing had been sent. Both are
 * empty where the ledger knows no such worker.
 *
 * @example
 * ```ts
 * import { Ecs, Evidence, LedgerState, Slot, Stop } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const now = { fast: 0, slow: 0 }
 * const location = { partition: undefined, region: undefined, account: undefined, cluster: undefined }
 * const empty = LedgerState.make({ cap: 16, exclusiveKeys: false, lagBound: 300_000, location }, now)
 * const taskArn = Ecs.TaskArn("arn:aws:ecs:eu-central-1:123456789012:task/workers/1")
 * const { ledger } = Evidence.adopt(empty, { running: [taskArn], stopped: undefined }, now)
 *
 * // It is asked for, and still counted.
 * const asked = Stop.stop(ledger, { taskArn }, "its job was cancelled", now)
 * assert.deepEqual(asked.answer, { stopping: [Slot.SlotId(taskArn)], cancelled: [] })
 * assert.equal(LedgerState.used(asked.ledger), 1)
 * ```
 *
 * @category schemas
 */
export const StopAnswer = Schema.Struct({
  stopping: Schema.Array(SlotIdSchema),
  cancelled: Schema.Array(SlotIdSchema)
})
export type StopAnswer = typeof StopAnswer.Type

/**
 * A task that is to be stopped, and the reason that ECS shows.
 *
 * @category schemas
 */
export const StopOrder = Schema.Struct({ taskArn: TaskArnSchema, reason: Schema.String })
export type StopOrder = typeof StopOrder.Type

/**
 * Asks for workers to be stopped. To ask again changes nothing.
 *
 * @category decisions
 */
export const stop = (ledger: LedgerState, target: StopTarget, reason: string, now: Time): Decision<StopAnswer> =>
  Transactions.decide<StopAnswer>(ledger, now, (tx) => {
    const stopping: Array<SlotId> = []
    const cancelled: Array<SlotId> = []
    for (const slot of slotsOf(ledger, target)) {
      if (Slots.isUnsent(slot)) {
        Transactions.free(tx, slot.id, "cancelled")
        cancelled.push(slot.id)
        continue
      }
      stopping.push(slot.id)
      if (slot.stopReason !== undefined) continue
      Transactions.put(tx, { ...slot, stopReason: reason })
      Transactions.note(tx, { _tag: "StopAsked", ...Transactions.launchOf(slot), stopReason: reason })
    }
    return { stopping, cancelled }
  })

/**
 * Returns the tasks that have to be told to stop: those asked for that a reading does not show
 * as stopping yet.
 *
 * @category accessors
 */
export const due = (ledger: LedgerState, tasks: ReadonlyArray<TaskDescription>): ReadonlyArray<StopOrder> => {
  const orders: Array<StopOrder> = []
  if (!isStopping(ledger)) return orders
  const shown = new Set(tasks.filter(({ desiredStatus }) => desiredStatus === "STOPPED").map(({ taskArn }) => taskArn))
  for (const { state, stopReason } of HashMap.values(ledger.slots)) {
    if (stopReason === undefined || state._tag !== "Launched" || shown.has(state.taskArn)) continue
    orders.push({ taskArn: state.taskArn, reason: stopReason })
  }
  return orders
}

/**
 * Returns whether a worker was asked to stop that has not been proved stopped.
 *
 * @category guards
 */
export const isStopping = ({ slots }: Pick<LedgerState, "slots">): boolean =>
  HashMap.some(slots, ({ stopReason }) => stopReason !== undefined)

const slotsOf = (ledger: LedgerState, target: StopTarget): ReadonlyArray<Slot> => {
  if ("key" in target) return [...HashMap.values(ledger.slots)].filter(({ key }) => key === target.key)
  const slot = "slotId" in target
    ? LedgerStates.find(ledger, target.slotId)
    : LedgerStates.findByArn(ledger, target.taskArn)
  return slot === undefined ? [] : [slot]
}
