/**
 * Controls of an emulated ECS for tests, besides its calls.
 */
import * as Duration from "effect/Duration"
import * as World from "./Engine.ts"
import * as ClusterTable from "./model/ClusterTable.ts"
import * as Fault from "./model/Fault.ts"
import { checkScript } from "./model/InvalidSettings.ts"
import type { StopCode } from "./model/Lifecycle.ts"
import * as LiveCount from "./model/LiveCount.ts"
import * as Definitions from "./model/TaskDefinitionTable.ts"
import * as TaskTable from "./model/TaskTable.ts"

export type { StopCode } from "./model/Lifecycle.ts"

/**
 * Makes faults happen to the next calls, in the order in which they are given. It throws on
 * faults and operations that do not exist.
 *
 * @category operations
 */
export const script = (world: World.World, faults: ReadonlyArray<Fault.ScriptedFault>): void => {
  checkScript(faults)
  world.script.push(...faults.map(Fault.pending))
}

/**
 * Tasks that are launched from elsewhere: by hand, or by another program.
 *
 * @category options
 */
export interface ForeignTasks {
  /** The default is 1. */
  readonly count?: number | undefined
  /** The name of a cluster, or its ARN. The default is `default`. */
  readonly cluster?: string | undefined
  readonly family: string
  readonly startedBy?: string | undefined
  /** The time for which they run. By default, as long as the settings say. */
  readonly lifetime?: Duration.Input | undefined
}

/**
 * Launches foreign tasks, without a call, and returns their ARNs.
 *
 * **Details**
 *
 * The quota, the rates and the faults of the settings do not apply. Where the
 * world is strict, the cluster and the task definition have to exist; where they
 * do not, nothing is launched.
 *
 * @example
 * ```ts
 * import { Control, GroundTruth, World } from "fleetcap/emulator"
 * import assert from "node:assert/strict"
 *
 * const world = World.make({})
 * Control.launchForeign(world, { family: "converter", count: 3 }, 0)
 * Control.stopTasks(world, { count: 1 }, 1000)
 * assert.equal(GroundTruth.live(world, 1000), 2)
 * ```
 *
 * @category operations
 */
export const launchForeign = (
  world: World.World,
  options: ForeignTasks,
  now: number
): ReadonlyArray<string> => {
  World.advance(world, now)
  const { account, region } = world.resolved
  const cluster = ClusterTable.useCluster(world, { region, account }, options.cluster)
  if (ClusterTable.isReply(cluster)) return []
  const definition = Definitions.use(world, cluster.location, options.family)
  if (definition === undefined) return []
  const spec = {
    family: definition.family,
    taskDefinitionArn: definition.arn,
    group: `family:${definition.family}`,
    startedBy: options.startedBy,
    launchType: "FARGATE",
    capacityProviderName: undefined,
    containerInstanceArn: undefined,
    platformVersion: "1.4.0",
    cpu: "256",
    memory: "512",
    isInVpc: true,
    subnet: undefined,
    enableExecuteCommand: false,
    containers: [{ name: definition.family, image: "", hasHealthCheck: false }],
    overrides: { containerOverrides: [], inferenceAcceleratorOverrides: [] },
    tags: []
  }
  const lifetime = options.lifetime === undefined ? undefined : Duration.toMillis(options.lifetime)
  return Array.from(
    { length: options.count ?? 1 },
    () => TaskTable.launch(world, cluster, spec, { origin: "foreign", lifetime }).arn
  )
}

/**
 * The tasks that are to stop, and the reason that ECS gives.
 *
 * @category options
 */
export interface Stop extends LiveCount.Filter {
  /** Only these ARNs. */
  readonly arns?: ReadonlyArray<string> | undefined
  /** The most that stop, the oldest first. All of them by default. */
  readonly count?: number | undefined
  /** The default is `EssentialContainerExited`: they exit by themselves. */
  readonly stopCode?: StopCode | undefined
  readonly reason?: string | undefined
}

/**
 * Makes tasks stop, and gives their ARNs. Those that are stopping already are left out.
 *
 * @category operations
 */
export const stopTasks = (world: World.World, options: Stop, now: number): ReadonlyArray<string> => {
  World.advance(world, now)
  const arns = options.arns === undefined ? undefined : new Set(options.arns)
  const limit = options.count ?? Infinity
  const stopped: Array<string> = []
  for (const cluster of world.clusters.values()) {
    for (const task of cluster.running.values()) {
      const { life, origin, spec } = task
      if (stopped.length >= limit) return stopped
      if (world.now >= life.stoppingAt || (arns !== undefined && !arns.has(task.arn))) continue
      if (!LiveCount.matches({ cluster: cluster.arn, family: spec.family, origin }, options)) continue
      const stopCode = options.stopCode ?? "EssentialContainerExited"
      TaskTable.stop(world, cluster, task, stopCode, options.reason ?? "Essential container in task exited")
      stopped.push(task.arn)
    }
  }
  return stopped
}
