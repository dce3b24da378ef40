/**
 * The possible answers to a request for a worker.
 *
 * They are schemas, so that a server may return them: their JSON has a duration as a number of
 * milliseconds.
 */
import * as Schema from "effect/Schema"
import { TaskArnSchema } from "../ecs/Ecs.ts"
import { SlotIdSchema } from "../ledger/Slot.ts"

/**
 * A task was launched for the key.
 *
 * **Gotchas**
 *
 * ECS has accepted the task; it is not running yet, and may still fail to start.
 * When the first answer of ECS was lost, it may even have stopped already.
 *
 * @category schemas
 */
export const Launched = Schema.TaggedStruct("Launched", {
  taskArn: TaskArnSchema,
  slotId: SlotIdSchema,
  /** Whether another caller's launch for the same key was in flight, and this is its task. */
  joined: Schema.Boolean
})
export type Launched = typeof Launched.Type

/**
 * The key is exclusive, and its task exists.
 *
 * @category schemas
 */
export const Existing = Schema.TaggedStruct("Existing", { taskArn: TaskArnSchema, slotId: SlotIdSchema })
export type Existing = typeof Existing.Type

/**
 * The fleet is full. Nothing was launched.
 *
 * @category schemas
 */
export const AtCapacity = Schema.TaggedStruct("AtCapacity", {
  /**
   * The number of tasks that are counted. It may exceed the cap, when others launch into
   * the family or the cap was lowered.
   */
  occupied: Schema.Finite,
  cap: Schema.Finite,
  /** When ECS is read again at the earliest: asking sooner is answered the same, unless a launch is refused meanwhile. */
  retryAfter: Schema.DurationFromMillis
})
export type AtCapacity = typeof AtCapacity.Type

/**
 * The possible answers to a request for a worker.
 *
 * @example
 * ```ts
 * import { Duration, Schema } from "effect"
 * import { Answer } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const full: Answer.Answer = { _tag: "AtCapacity", occupied: 16, cap: 16, retryAfter: Duration.millis(800) }
 * const json = Schema.encodeSync(Answer.Answer)(full)
 * assert.deepEqual(json, { _tag: "AtCapacity", occupied: 16, cap: 16, retryAfter: 800 })
 * ```
 *
 * @category schemas
 */
export const Answer = Schema.Union([Launched, Existing, AtCapacity])
export type Answer = typeof Answer.Type
