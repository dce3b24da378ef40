/**
 * The true state of an emulated ECS, however late and wrong its answers are.
 *
 * Everything takes the time: the truth of now, not of the last call.
 */
import type * as Schema from "effect/Schema"
import * as World from "./Engine.ts"
import type { LastStatus } from "./model/Lifecycle.ts"
import * as Lifecycle from "./model/Lifecycle.ts"
import * as LiveCount from "./model/LiveCount.ts"
import type { Task } from "./model/Task.ts"

export type { Filter, Step } from "./model/LiveCount.ts"

const liveCounts = (world: World.World, filter: LiveCount.Filter): ReadonlyArray<LiveCount.LiveCount> =>
  [...world.clusters.values()].flatMap((cluster) =>
    [...cluster.liveCounts.values()].filter((liveCount) => LiveCount.matches(liveCount, filter))
  )

/**
 * Returns the number of live tasks: launched, and not stopped. A task that is stopping is live.
 *
 * @category getters
 */
export const live = (world: World.World, now: number, filter: LiveCount.Filter = {}): number => {
  World.advance(world, now)
  return LiveCount.live(liveCounts(world, filter))
}

/**
 * The most tasks that have been live at once, ever.
 *
 * @category getters
 */
export const peak = (world: World.World, now: number, filter: LiveCount.Filter = {}): number => {
  World.advance(world, now)
  return LiveCount.peak(liveCounts(world, filter))
}

/**
 * Returns the number of live tasks over time, since the first was launched.
 *
 * @example
 * ```ts
 * import { Control, GroundTruth, World } from "fleetcap/emulator"
 * import assert from "node:assert/strict"
 *
 * const world = World.make({})
 * Control.launchForeign(world, { family: "converter", count: 2, lifetime: "5 seconds" }, 0)
 * assert.equal(GroundTruth.peak(world, 10_000), 2)
 * assert.equal(GroundTruth.live(world, 10_000), 0)
 * assert.deepEqual(GroundTruth.steps(world, 10_000).at(-1), { at: 5000, live: 0 })
 * ```
 *
 * @category getters
 */
export const steps = (
  world: World.World,
  now: number,
  filter: LiveCount.Filter = {}
): ReadonlyArray<LiveCount.Step> => {
  World.advance(world, now)
  return LiveCount.steps(liveCounts(world, filter))
}

/**
 * The truth about a task.
 *
 * @category models
 */
export interface TaskTruth {
  readonly arn: string
  /** The ARN of its cluster. */
  readonly cluster: string
  readonly family: string
  readonly startedBy: string | undefined
  readonly origin: "own" | "foreign"
  readonly lastStatus: LastStatus
  readonly desiredStatus: "RUNNING" | "STOPPED"
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/**
 * The tasks that are live.
 *
 * @category getters
 */
export const tasks = (world: World.World, now: number, filter: LiveCount.Filter = {}): ReadonlyArray<TaskTruth> => {
  World.advance(world, now)
  return all(world, filter).flatMap((task) => {
    const { life } = task
    const moment = Lifecycle.at(life, world.now)
    if (moment === undefined || world.now >= life.stoppedAt) return []
    const { desiredStatus, lastStatus } = moment
    return [{ ...identityOf(task), lastStatus, desiredStatus, createdAt: life.createdAt }]
  })
}

/**
 * From when until when a task was live.
 *
 * @category models
 */
export interface TaskLife {
  readonly arn: string
  /** The ARN of its cluster. */
  readonly cluster: string
  readonly family: string
  readonly startedBy: string | undefined
  readonly origin: "own" | "foreign"
  /** The overrides of its `RunTask`, as they were received. */
  readonly overrides: Schema.JsonObject
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Epoch milliseconds; not there while the task is live. */
  readonly stoppedAt: number | undefined
}

/**
 * The tasks that were ever launched, in that order, but for those that are
 * forgotten by now.
 *
 * @category getters
 */
export const history = (
  world: World.World,
  now: number,
  filter: LiveCount.Filter = {}
): ReadonlyArray<TaskLife> => {
  World.advance(world, now)
  return all(world, filter).map((task) => lifeOf(task, world.now))
}

const lifeOf = (task: Task, now: number): TaskLife => ({
  ...identityOf(task),
  overrides: task.spec.overrides,
  createdAt: task.life.createdAt,
  stoppedAt: now < task.life.stoppedAt ? undefined : task.life.stoppedAt
})

/** All tasks that are not forgotten. */
const all = (world: World.World, filter: LiveCount.Filter): ReadonlyArray<Task> =>
  [...world.clusters.values()].flatMap(({ tasks }) =>
    [...tasks.values()].filter(({ clusterArn, origin, spec }) =>
      LiveCount.matches({ cluster: clusterArn, family: spec.family, origin }, filter)
    )
  )

const identityOf = ({ arn, clusterArn, origin, spec }: Task) => ({
  arn,
  cluster: clusterArn,
  family: spec.family,
  startedBy: spec.startedBy,
  origin
})
