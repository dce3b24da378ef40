/**
 * The possible answers to a request for a worker.
 */
import type * as Duration from "effect/Duration"
import type { TaskArn } from "../ecs/Ecs.ts"
import type { SlotId } from "../ledger/Slot.ts"

/**
 * A task was launched for the key.
 *
 * **Gotchas**
 *
 * ECS has accepted the task; it is not running yet, and may still fail to start.
 * When the first answer of ECS was lost, it may even have stopped already.
 *
 * @category models
 */
export interface Launched {
  readonly _tag: "Launched"
  readonly taskArn: TaskArn
  readonly slotId: SlotId
  /** Whether another caller's launch for the same key was in flight, and this is its task. */
  readonly joined: boolean
}

/**
 * The key is exclusive, and its task exists.
 *
 * @category models
 */
export interface Existing {
  readonly _tag: "Existing"
  readonly taskArn: TaskArn
  readonly slotId: SlotId
}

/**
 * The fleet is full. Nothing was launched.
 *
 * @category models
 */
export interface AtCapacity {
  readonly _tag: "AtCapacity"
  /**
   * The number of tasks that are counted. It may exceed the cap, when others launch into
   * the family or the cap was lowered.
   */
  readonly occupied: number
  readonly cap: number
  /** When ECS is read again at the earliest: asking sooner is answered the same, unless a launch is refused meanwhile. */
  readonly retryAfter: Duration.Duration
}

/**
 * The possible answers to a request for a worker.
 *
 * @example
 * ```ts
 * import { Duration } from "effect"
 * import type { Answer } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const response = (answer: Answer.Answer) =>
 *   answer._tag === "AtCapacity"
 *     ? { status: 503, headers: { "retry-after": String(Math.ceil(Duration.toSeconds(answer.retryAfter))) } }
 *     : { status: 202, headers: {} }
 *
 * const full: Answer.AtCapacity = { _tag: "AtCapacity", occupied: 16, cap: 16, retryAfter: Duration.millis(800) }
 * assert.deepEqual(response(full), { status: 503, headers: { "retry-after": "1" } })
 * ```
 *
 * @category models
 */
export type Answer = Launched | Existing | AtCapacity
