/**
 * Answers to `RunTask` that are not about what it has done: those of a broken proxy,
 * or of a test double that is.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Arn from "./Arn.ts"
import type { Contradiction } from "./Fault.ts"
import * as Lifecycle from "./Lifecycle.ts"
import * as Reply from "./Reply.ts"
import type * as Task from "./Task.ts"
import type { World } from "./World.ts"

const decode = Schema.decodeUnknownOption(Schema.Struct({ tasks: Schema.Array(Schema.JsonObject) }))

/** A task, and the others of its cluster that other `RunTask` launched, oldest first. */
const find = (
  world: World,
  arn: unknown
): { readonly task: Task.Task; readonly others: ReadonlyArray<Task.Task> } | undefined => {
  for (const cluster of world.clusters.values()) {
    const tasks = [...cluster.tasks.values()]
    const task = tasks.find((task) => task.arn === arn)
    if (task === undefined) continue
    return { task, others: tasks.filter(({ token }) => token !== undefined && token !== task.token) }
  }
  return undefined
}

/**
 * Says something else than what a `RunTask` has done. Where it launched nothing, or
 * there is nothing else to say, the answer stays.
 *
 * @category operations
 */
export const contradict = (world: World, reply: Reply.Reply, says: Contradiction): Reply.Reply => {
  const decoded = decode(reply.body)
  const told = Option.isSome(decoded) ? decoded.value.tasks[0] : undefined
  const found = find(world, told?.["taskArn"])
  if (told === undefined || found === undefined) return reply
  const { others, task } = found
  const [oldest] = others
  const latest = others.at(-1)
  const name = `${task.clusterName}/${task.id}`
  const one = (changes: Schema.JsonObject): Reply.Reply => Reply.ok({ tasks: [{ ...told, ...changes }], failures: [] })
  switch (says) {
    case "oldest task":
      return oldest === undefined ? reply : Reply.ok({ tasks: [brief(world, oldest)], failures: [] })
    case "latest task":
      return latest === undefined ? reply : Reply.ok({ tasks: [brief(world, latest)], failures: [] })
    case "two tasks":
      return latest === undefined ? reply : Reply.ok({ tasks: [told, brief(world, latest)], failures: [] })
    case "another location":
      return one({ taskArn: Arn.arn({ ...task.location, account: "999999999999" }, "task", name) })
    case "another starter":
      return one({ startedBy: "another-caller" })
    case "another family":
      return one({ taskDefinitionArn: Arn.arn(task.location, "task-definition", "another:1") })
    case "task and failure":
      return Reply.ok({ tasks: [told], failures: [{ reason: "RESOURCE:FARGATE" }] })
  }
}

/** It does not say who started the task: only its ARN does. */
const brief = (world: World, { arn, life }: Task.Task): Schema.JsonObject => {
  const { desiredStatus, lastStatus } = Lifecycle.at(life, world.now) ?? Lifecycle.first(life)
  return { taskArn: arn, lastStatus, desiredStatus }
}
