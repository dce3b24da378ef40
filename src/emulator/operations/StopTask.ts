/**
 * `StopTask`: tells a task to stop.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
import type { Location } from "../model/Arn.ts"
import * as ClusterTable from "../model/ClusterTable.ts"
import * as Lifecycle from "../model/Lifecycle.ts"
import * as Reply from "../model/Reply.ts"
import * as TaskJson from "../model/TaskJson.ts"
import * as TaskTable from "../model/TaskTable.ts"
import type { World } from "../model/World.ts"

const decode = Schema.decodeUnknownOption(Input.StopTask)

/**
 * Stops a task. It is found at once, however late the reads are.
 *
 * @category operations
 */
export const stopTask = (world: World, location: Location, input: unknown): Reply.Reply => {
  const decoded = decode(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const text = decoded.value.task ?? ""
  const id = ClusterTable.taskIdOf(text)
  if (!/^[0-9a-f]{32}$|^[0-9a-f-]{36}$/.test(id)) return Reply.invalid("Task Identifier is invalid")
  const cluster = ClusterTable.useCluster(world, location, decoded.value.cluster)
  if (ClusterTable.isReply(cluster)) return cluster
  const task = ClusterTable.findTask(cluster, text)
  if (task === undefined) return Reply.invalid("The referenced task was not found.")
  TaskTable.stop(world, cluster, task, "UserInitiated", decoded.value.reason ?? "Task stopped by user")
  const moment = Lifecycle.at(task.life, world.now) ?? Lifecycle.first(task.life)
  return Reply.ok({ task: TaskJson.toJson(task, moment, false) })
}
