/**
 * `ListTasks`: one page of what a replica believes to run or to have stopped.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
import type { Location } from "../model/Arn.ts"
import * as ClusterTable from "../model/ClusterTable.ts"
import * as ContainerInstance from "../model/ContainerInstance.ts"
import * as Prng from "../model/Prng.ts"
import * as Reply from "../model/Reply.ts"
import type { Task } from "../model/Task.ts"
import * as Visibility from "../model/Visibility.ts"
import type { Cluster, World } from "../model/World.ts"

const decode = Schema.decodeUnknownOption(Input.ListTasks)

type ListTasksInput = typeof Input.ListTasks.Type
type Listed = "RUNNING" | "STOPPED"

const { given } = Input

const problem = (input: ListTasksInput): string | undefined => {
  const { containerInstance, desiredStatus, family, launchType, maxResults, serviceName, startedBy } = input
  if (given(startedBy) && [containerInstance, family, launchType, serviceName, input.daemonName].some(given)) {
    return "cannot specify startedBy with other arguments"
  }
  if (given(serviceName) && [containerInstance, family].some(given)) {
    return "cannot specify serviceName with other arguments"
  }
  if (given(desiredStatus) && !["RUNNING", "PENDING", "STOPPED"].includes(desiredStatus)) {
    return `Invalid desired status: ${desiredStatus}`
  }
  return maxResults !== undefined && maxResults !== null && (maxResults < 1 || maxResults > 100)
    ? "maxResults must be between 1 and 100."
    : undefined
}

/** No task of the emulator belongs to a service. */
const matches = (cluster: Cluster, input: ListTasksInput, task: Task): boolean =>
  (!given(input.family) || task.spec.family === input.family) &&
  (!given(input.startedBy) || task.spec.startedBy === input.startedBy) &&
  (!given(input.launchType) || task.spec.launchType === input.launchType) &&
  (!given(input.containerInstance) ||
    (task.spec.containerInstanceArn !== undefined && ContainerInstance.isNamed(cluster, input.containerInstance))) &&
  !given(input.serviceName) && !given(input.daemonName)

/** The tasks that may be in a list, from a position in it on, each with the position after it. */
function* candidates(
  world: World,
  cluster: Cluster,
  listed: Listed,
  from: number
): Generator<readonly [after: number, task: Task]> {
  if (listed === "RUNNING") {
    const lingering = world.resolved.lag.lingering.max
    for (const [number, task] of cluster.running) {
      if (world.now >= task.life.stoppingAt + lingering) cluster.running.delete(number)
      else if (number > from) yield [number, task]
    }
    return
  }
  const { ended, endedDropped, endedForgotten } = cluster
  for (let index = Math.max(from - endedDropped, endedForgotten); index < ended.length; index++) {
    const task = ended[index]
    if (task !== undefined) yield [endedDropped + index + 1, task]
  }
}

/**
 * The start of a page, and the number of tasks before it: the token of an empty page is not
 * the one that it was asked with, which clients take for a list without an end.
 */
const startOf = (
  token: string | null | undefined,
  listed: Listed
): { readonly from: number; readonly page: number } | undefined => {
  if (!given(token)) return { from: 0, page: 0 }
  const [, of, cursor, page] = /^(RUNNING|STOPPED)-([0-9]{1,15})-([0-9]{1,9})$/.exec(token) ?? []
  return of === listed ? { from: Number(cursor), page: Number(page) } : undefined
}

/**
 * Lists tasks.
 *
 * @category operations
 */
export const listTasks = (world: World, location: Location, input: unknown): Reply.Reply => {
  const decoded = decode(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const query = decoded.value
  const wrong = problem(query)
  if (wrong !== undefined) return Reply.invalid(wrong)
  const cluster = ClusterTable.useCluster(world, location, query.cluster)
  if (ClusterTable.isReply(cluster)) return cluster
  if (query.desiredStatus === "PENDING") return Reply.ok({ taskArns: [] })
  const listed = query.desiredStatus === "STOPPED" ? "STOPPED" : "RUNNING"
  const start = startOf(query.nextToken, listed)
  if (start === undefined) return Reply.invalid("Invalid token.")
  const { from, page } = start

  const { reads } = world.random
  const { lag, pages } = world.resolved
  const replica = Visibility.pick(reads, world.replicas)
  let size = query.maxResults ?? 100
  if (Prng.chance(reads, pages.short)) size = Prng.within(reads, { min: 1, max: size })
  if (Prng.chance(reads, pages.empty)) size = 0
  const taskArns: Array<string> = []
  let cursor = from
  for (const [after, task] of candidates(world, cluster, listed, from)) {
    if (!matches(cluster, query, task) || Visibility.listedAs(task.life, lag, replica, world.now) !== listed) continue
    if (taskArns.length === size) return Reply.ok({ taskArns, nextToken: `${listed}-${cursor}-${page + 1}` })
    taskArns.push(task.arn)
    cursor = after
  }
  return Reply.ok({ taskArns })
}
