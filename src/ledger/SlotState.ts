/**
 * The state of a slot, as it is stored: what is known of its `RunTask` and its task.
 */
import * as Schema from "effect/Schema"
import { Failure, TaskArnSchema } from "../ecs/Ecs.ts"
import * as Time from "../Time.ts"

/**
 * `RunTask` has certainly not been sent.
 *
 * @category schemas
 */
export const Reserved = Schema.TaggedStruct("Reserved", {
  /**
   * The gate has turned it back, for the fleet is over its cap. Its holder gives it back: until then no other request
   * is granted its place, but other launches pass the gate as if it was free.
   */
  turnedBack: Schema.Boolean
})

/**
 * `RunTask` may have been sent, and its task is not known.
 *
 * @category schemas
 */
export const Launching = Schema.TaggedStruct("Launching", {
  /** When the first attempt passed the gate. Written once: the client token is safe to repeat for a while from here. */
  firstSentAt: Time.Time,
  /** When the latest attempt passed the gate. */
  lastSentAt: Time.Time,
  attempts: Schema.Finite,
  /** An attempt has passed the gate, and its verdict has not been recorded. */
  underWay: Schema.Boolean,
  /** Some attempt ended without a verdict: a refusal of another one no longer proves that there is no task. */
  ambiguous: Schema.Boolean,
  /** Why the latest attempt that ended has launched no task, as far as is known. */
  lastFailure: Schema.UndefinedOr(Failure),
  /** When the first full reading began that should have shown the task and did not. */
  absentSince: Schema.UndefinedOr(Time.Time)
})
export type Launching = typeof Launching.Type

/**
 * The task is known. Only evidence about this ARN frees the slot.
 *
 * @category schemas
 */
export const Launched = Schema.TaggedStruct("Launched", {
  taskArn: TaskArnSchema,
  knownSince: Time.Time,
  lastStatus: Schema.UndefinedOr(Schema.String),
  /** When the first complete reading began that neither listed nor described a task which ECS may have forgotten. */
  missingSince: Schema.UndefinedOr(Time.Time)
})
export type Launched = typeof Launched.Type
