/**
 * The tasks of a world: launched here, stopped here, and gone from here in time.
 */
import * as Arn from "./Arn.ts"
import * as Token from "./ClientToken.ts"
import * as EventQueue from "./EventQueue.ts"
import * as Lifecycle from "./Lifecycle.ts"
import * as LiveCount from "./LiveCount.ts"
import * as Prng from "./Prng.ts"
import type { Task, TaskSpec } from "./Task.ts"
import type { Cluster, Event, World } from "./World.ts"

// Whatever ends at a time has ended when something else is done at that time.
const rankOfEnd = 0

const tallyOf = (cluster: Cluster, task: Task): LiveCount.LiveCount => {
  const key = `${task.origin}/${task.spec.family}`
  const known = cluster.liveCounts.get(key)
  if (known !== undefined) return known
  const liveCount = LiveCount.make(cluster.arn, task.spec.family, task.origin)
  cluster.liveCounts.set(key, liveCount)
  return liveCount
}

const announceEnd = (world: World, cluster: Cluster, task: Task): void => {
  const { life } = task
  const common = { rank: rankOfEnd, cluster, task, life }
  EventQueue.add(world.eventQueue, { ...common, _tag: "Ending", at: life.stoppingAt })
  EventQueue.add(world.eventQueue, { ...common, _tag: "Stopped", at: life.stoppedAt })
  EventQueue.add(world.eventQueue, { ...common, _tag: "Forgotten", at: life.forgottenAt })
}

/**
 * Launches a task now.
 *
 * @category operations
 */
export const launch = (
  world: World,
  cluster: Cluster,
  spec: TaskSpec,
  options: {
    readonly origin: "own" | "foreign"
    readonly token?: string | undefined
    readonly startFails?: boolean | undefined
    readonly lifetime?: number | undefined
  }
): Task => {
  const { tasks } = world.random
  const id = Prng.hex32(tasks)
  const task: Task = {
    number: ++world.launched,
    id,
    arn: Arn.arn(cluster.location, "task", `${cluster.name}/${id}`),
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    location: cluster.location,
    origin: options.origin,
    spec,
    token: options.token,
    life: Lifecycle.begin(tasks, world.resolved.lifecycle, world.now, {
      startFails: options.startFails ?? false,
      lifetime: options.lifetime
    }),
    tags: spec.tags
  }
  cluster.tasks.set(id, task)
  cluster.running.set(task.number, task)
  world.live++
  LiveCount.change(tallyOf(cluster, task), 1, world.now)
  announceEnd(world, cluster, task)
  return task
}

/**
 * Stops a task now. One that has begun to stop goes on as it was.
 *
 * @category operations
 */
export const stop = (
  world: World,
  cluster: Cluster,
  task: Task,
  stopCode: Lifecycle.StopCode,
  reason: string
): void => {
  if (world.now >= task.life.stoppingAt) return
  task.life = Lifecycle.stop(task.life, world.now, stopCode, reason)
  task.tags = []
  announceEnd(world, cluster, task)
}

const forget = (cluster: Cluster, task: Task): void => {
  cluster.tasks.delete(task.id)
  cluster.running.delete(task.number)
  const { ended } = cluster
  for (let next = ended[cluster.endedForgotten]; next !== undefined && !cluster.tasks.has(next.id);) {
    next = ended[++cluster.endedForgotten]
  }
  // Dropping them one by one would move all the others each time.
  if (cluster.endedForgotten <= 64 || cluster.endedForgotten <= ended.length / 2) return
  cluster.ended = ended.slice(cluster.endedForgotten)
  cluster.endedDropped += cluster.endedForgotten
  cluster.endedForgotten = 0
}

/**
 * Lets something happen to a task or a token.
 *
 * @category operations
 */
export const happen = (world: World, event: Exclude<Event, { readonly _tag: "Process" }>): void => {
  if (event._tag === "TokenExpired") {
    const record = event.cluster.tokens.get(event.token)
    if (record !== undefined && Token.expiresAt(record) <= event.at) event.cluster.tokens.delete(event.token)
    return
  }
  const { cluster, life, task } = event
  if (life !== task.life) return
  if (event._tag === "Ending") cluster.ended.push(task)
  if (event._tag === "Forgotten") forget(cluster, task)
  if (event._tag !== "Stopped") return
  world.live--
  LiveCount.change(tallyOf(cluster, task), -1, event.at)
  const record = task.token === undefined ? undefined : cluster.tokens.get(task.token)
  if (record !== undefined && task.token !== undefined) expireToken(world, cluster, task.token, record)
}

/**
 * Sees to it that a token is dropped once it has expired.
 *
 * @category operations
 */
export const expireToken = (world: World, cluster: Cluster, token: string, record: Token.TokenRecord): void =>
  EventQueue.add(world.eventQueue, {
    _tag: "TokenExpired",
    at: Token.expiresAt(record),
    rank: rankOfEnd,
    cluster,
    token
  })
