/**
 * The changes of a fleet, one at a time.
 *
 * Changes are made by the ledger in the step that decided them, so that their
 * order and their numbers are those of the decisions. The answer to a request that
 * the fleet is full changes nothing: only the process that gave it announces it.
 */
import * as Schema from "effect/Schema"
import * as Tuple from "effect/Tuple"
import { Failure, TaskArnSchema } from "../ecs/Ecs.ts"
import { TaskExit } from "../ecs/TaskExit.ts"
import { StoredKey } from "./Key.ts"
import { SlotIdSchema } from "./Slot.ts"

/**
 * The cap: how many tasks a fleet may have.
 *
 * @category schemas
 */
export const Cap = Schema.Union([Schema.Finite, Schema.Literal("unlimited")])
export type Cap = typeof Cap.Type

/**
 * The reason why a slot was freed.
 *
 * - `stopped`: ECS described its task as stopped
 * - `refused`: ECS refused to launch its task
 * - `withdrawn`: its `RunTask` was not sent
 * - `cancelled`: it was asked to stop, and its `RunTask` was not sent
 * - `merged`: it was a listed task that turned out to be another slot's
 * - `forgotten`: ECS has not shown the task for longer than it remembers stopped ones
 * - `absent`: a launch without a verdict, that two full readings did not show after the lag bound
 *
 * @category schemas
 */
export const FreeReason = Schema.Literals([
  "stopped",
  "refused",
  "withdrawn",
  "cancelled",
  "merged",
  "forgotten",
  "absent"
])
export type FreeReason = typeof FreeReason.Type

const launch = { slotId: SlotIdSchema, key: Schema.optionalKey(StoredKey) }

/**
 * The happenings of a fleet. A `Freed` whose task ECS described as stopped has its `exit`. `Contradicted` is something that ECS said of a launch and
 * that cannot be so: it is not believed, and the slot stays. `Abandoned` is a launch
 * that was sent and whose holder is gone: another provisioner of the ledger takes it
 * over. `StopAsked` is a worker that is stopped from here on: its slot stays counted until its
 * task is described as stopped.
 *
 * @category schemas
 */
export const Happening = Schema.Union([
  Schema.TaggedStruct("Reserved", { slotId: SlotIdSchema, key: StoredKey }),
  Schema.TaggedStruct("Launched", { ...launch, taskArn: TaskArnSchema }),
  Schema.TaggedStruct("Refused", { ...launch, failure: Failure }),
  Schema.TaggedStruct("Unknown", { ...launch, detail: Schema.String }),
  Schema.TaggedStruct("Adopted", { slotId: SlotIdSchema, taskArn: TaskArnSchema }),
  Schema.TaggedStruct("Freed", {
    ...launch,
    taskArn: Schema.optionalKey(TaskArnSchema),
    reason: FreeReason,
    exit: Schema.optionalKey(TaskExit)
  }),
  Schema.TaggedStruct("Contradicted", { ...launch, detail: Schema.String }),
  Schema.TaggedStruct("Abandoned", launch),
  Schema.TaggedStruct("StopAsked", { ...launch, stopReason: Schema.String }),
  Schema.TaggedStruct("Resized", {})
])
export type Happening = typeof Happening.Type

/**
 * A numbered change, and the state of the fleet after it.
 *
 * **Details**
 *
 * `sequence` grows by one with every change of a fleet: a subscriber that was
 * too slow sees the gap. `at` is in epoch milliseconds. `by` is the holder that
 * asked for the decision: of what an answer of `RunTask` says, the launch's own, and
 * of what a reading shows, the reader. It is absent where the ledger itself takes a holder to be gone.
 *
 * @category schemas
 */
export const Change = Happening.mapMembers(Tuple.map(Schema.fieldsAssign({
  sequence: Schema.Finite,
  at: Schema.Finite,
  occupied: Schema.Finite,
  cap: Cap,
  by: Schema.optionalKey(Schema.String)
})))
export type Change = typeof Change.Type

/**
 * A request was told that the fleet is full, by this process.
 *
 * **Details**
 *
 * It is not written to the ledger: it has no number, and other processes do not see it.
 * Among the numbered changes it stands where this process answered. `occupied` and
 * `cap` are those that the answer names, and `at` is in epoch milliseconds.
 *
 * @category schemas
 */
export const AtCapacity = Schema.TaggedStruct("AtCapacity", {
  key: StoredKey,
  at: Schema.Finite,
  occupied: Schema.Finite,
  cap: Schema.Finite
})
export type AtCapacity = typeof AtCapacity.Type

/**
 * An event for a provisioner's subscribers: a numbered change of its fleet, made by
 * any process that shares the ledger, or a request that this provisioner itself has
 * turned away.
 *
 * @example
 * ```ts
 * import type { Change } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const line = (event: Change.Event): string =>
 *   event._tag === "AtCapacity"
 *     ? `${event.key}: ${event.occupied} of ${event.cap} slots are in use`
 *     : `${event.sequence} ${event._tag}: ${event.occupied} of ${event.cap} slots are in use`
 *
 * const resized: Change.Event = { _tag: "Resized", sequence: 1, at: 0, occupied: 3, cap: 16 }
 * assert.equal(line(resized), "1 Resized: 3 of 16 slots are in use")
 * ```
 *
 * @category schemas
 */
export const Event = Schema.Union([...Change.members, AtCapacity])
export type Event = typeof Event.Type
