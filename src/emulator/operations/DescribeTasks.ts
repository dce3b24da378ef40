/**
 * `DescribeTasks`: what a replica knows of some tasks.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
import * as Arn from "../model/Arn.ts"
import * as ClusterTable from "../model/ClusterTable.ts"
import * as Reply from "../model/Reply.ts"
import * as TaskJson from "../model/TaskJson.ts"
import * as Visibility from "../model/Visibility.ts"
import type { World } from "../model/World.ts"

const decode = Schema.decodeUnknownOption(Input.DescribeTasks)

/**
 * Describes tasks.
 *
 * @category operations
 */
export const describeTasks = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = decode(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const tasks = decoded.value.tasks ?? []
  if (tasks.length === 0) return Reply.invalid("Tasks cannot be empty.")
  if (tasks.length > 100) return Reply.invalid("taskIds can have at most 100 items.")
  if (tasks.some((text) => ClusterTable.taskIdOf(text).length > 36)) return Reply.invalid("taskId longer than 36.")
  const cluster = ClusterTable.useCluster(world, location, decoded.value.cluster)
  if (ClusterTable.isReply(cluster)) return cluster

  const { lag } = world.resolved
  const replica = Visibility.pick(world.random.reads, world.replicas)
  const includeTags = decoded.value.include?.includes("TAGS") ?? false
  const found: Array<Schema.JsonObject> = []
  const failures: Array<Schema.JsonObject> = []
  for (const text of new Set(tasks)) {
    const task = ClusterTable.findTask(cluster, text)
    const moment = task === undefined
      ? undefined
      : Visibility.describedAs(task.life, lag, replica, world.now)
    if (task === undefined || moment === undefined) {
      const arn = text.startsWith("arn:") ? text : Arn.arn(cluster.location, "task", `${cluster.name}/${text}`)
      failures.push({ arn, reason: "MISSING" })
    } else {
      found.push(TaskJson.toJson(task, moment, includeTags))
    }
  }
  return Reply.ok({ tasks: found, failures })
}
