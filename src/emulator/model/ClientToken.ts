/**
 * Client tokens: what makes a `RunTask` that is sent twice launch once.
 */
import type * as Schema from "effect/Schema"
import * as Lifecycle from "./Lifecycle.ts"
import * as Reply from "./Reply.ts"
import type * as Task from "./Task.ts"
import * as TaskJson from "./TaskJson.ts"

const hour = 3_600_000
const day = 24 * hour

/**
 * The call that a token stands for, within a cluster.
 *
 * @category models
 */
export interface TokenRecord {
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** The parameters that came with it, the token apart. */
  readonly parameters: string
  readonly tasks: ReadonlyArray<Task.Task>
  readonly failures: ReadonlyArray<Schema.JsonObject>
}

/**
 * Returns the time from which on a token means nothing again, and launches anew: 24 hours
 * after it was first used, or one hour after the last of its tasks has stopped. A token that
 * launched nothing is kept for one hour
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html}).
 *
 * @category getters
 */
export const expiresAt = (record: TokenRecord): number => {
  const stopped = record.tasks.reduce((last, task) => Math.max(last, task.life.stoppedAt), record.createdAt)
  return Math.min(record.createdAt + day, stopped + hour)
}

/**
 * Answers a call whose token is known: with the first result, or with a conflict
 * where the parameters are others.
 *
 * @category operations
 */
export const replay = (record: TokenRecord, parameters: string, now: number): Reply.Reply => {
  if (record.parameters !== parameters) {
    return Reply.error(
      "ConflictException",
      "The provided client token has already been used with different request parameters.",
      400,
      { resourceIds: record.tasks.map((task) => task.arn) }
    )
  }
  return Reply.ok({
    tasks: record.tasks.flatMap((task) => {
      const moment = Lifecycle.at(task.life, now)
      if (moment === undefined) return []
      return [now >= task.life.stoppedAt ? TaskJson.toBriefJson(task, moment) : TaskJson.toJson(task, moment, true)]
    }),
    // Of old failures ECS remembers no more than how many they were.
    failures: now - record.createdAt > hour ? record.failures.map(() => ({})) : record.failures
  })
}
