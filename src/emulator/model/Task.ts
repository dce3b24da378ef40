/**
 * A task, and what ECS shows of it.
 */
import type * as Schema from "effect/Schema"
import * as Arn from "./Arn.ts"
import type { Life, Moment } from "./Lifecycle.ts"

/**
 * The tags of a resource.
 *
 * @category models
 */
export type Tags = ReadonlyArray<{ readonly key: string; readonly value: string }>

/**
 * The parameters that a task was launched with.
 *
 * @category models
 */
export interface TaskSpec {
  readonly family: string
  readonly taskDefinitionArn: string
  readonly group: string
  readonly startedBy: string | undefined
  readonly launchType: string
  readonly capacityProviderName: string | undefined
  /** The instance that it runs on, unless it runs on Fargate. */
  readonly containerInstanceArn: string | undefined
  readonly platformVersion: string
  readonly cpu: string
  readonly memory: string
  /** Whether it has a network interface of its own. */
  readonly isInVpc: boolean
  readonly subnet: string | undefined
  readonly enableExecuteCommand: boolean
  readonly containers: ReadonlyArray<
    { readonly name: string; readonly image: string; readonly hasHealthCheck: boolean }
  >
  readonly overrides: Schema.JsonObject
  readonly tags: Tags
}

/**
 * A task. Its life changes when it is stopped, its tags when it is tagged.
 *
 * @category models
 */
export interface Task {
  /** Counts all tasks of a world, in the order in which they were launched. */
  readonly number: number
  readonly id: string
  readonly arn: string
  readonly clusterArn: string
  readonly clusterName: string
  readonly location: Arn.Location
  readonly origin: "own" | "foreign"
  readonly spec: TaskSpec
  /** The client token of its launch. */
  readonly token: string | undefined
  life: Life
  tags: Tags
}

const seconds = (name: string, at: number, time: number): Schema.JsonObject => at <= time ? { [name]: at / 1000 } : {}

const uuid = (id: string, salt: string): string =>
  `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-a${id.slice(17, 20)}-${salt}${id.slice(21, 32)}`

const containerStatus = (status: string): string => {
  if (status === "RUNNING" || status === "DEACTIVATING" || status === "STOPPING") return "RUNNING"
  return status === "DEPROVISIONING" || status === "STOPPED" || status === "DELETED" ? "STOPPED" : "PENDING"
}

const exitCodeOf = (life: Life): number => life.stopCode === "EssentialContainerExited" ? 0 : 143

/**
 * Writes a stopped task as ECS shows it when its launch is repeated.
 *
 * @category getters
 */
export const toBriefJson = (task: Task, moment: Moment): Schema.JsonObject => ({
  taskArn: task.arn,
  lastStatus: moment.lastStatus,
  desiredStatus: moment.desiredStatus
})

/**
 * Writes a task as ECS shows it, with the status of `moment`.
 *
 * @category getters
 */
export const toJson = (
  task: Task,
  moment: Moment & { readonly version: number },
  includeTags: boolean
): Schema.JsonObject => {
  const { life, spec } = task
  // A status that is late comes with the times of its time.
  const time = moment.at
  const status = containerStatus(moment.lastStatus)
  const attached = status === "RUNNING" ? "ATTACHED" : status === "STOPPED" ? "DELETED" : "PRECREATED"
  return {
    ...toBriefJson(task, moment),
    attachments: [{
      id: uuid(task.id, "0"),
      type: "ElasticNetworkInterface",
      status: attached,
      details: spec.subnet === undefined ? [] : [{ name: "subnetId", value: spec.subnet }]
    }],
    attributes: [{ name: "ecs.cpu-architecture", value: "x86_64" }],
    availabilityZone: `${task.location.region}a`,
    ...(spec.capacityProviderName === undefined ? {} : { capacityProviderName: spec.capacityProviderName }),
    clusterArn: task.clusterArn,
    containers: spec.containers.map(({ image, name }, index) => ({
      containerArn: Arn.arn(
        task.location,
        "container",
        `${task.clusterName}/${task.id}/${uuid(task.id, ((index + 1) % 16).toString(16))}`
      ),
      taskArn: task.arn,
      name,
      image,
      lastStatus: status,
      ...(status === "STOPPED" && life.runningAt < Infinity ? { exitCode: exitCodeOf(life) } : {}),
      networkInterfaces: [],
      cpu: "0"
    })),
    cpu: spec.cpu,
    createdAt: life.createdAt / 1000,
    ...(status === "PENDING" ? {} : seconds("startedAt", life.runningAt, time)),
    ...(moment.desiredStatus === "STOPPED"
      ? {
        ...seconds("stoppingAt", life.stoppingAt, time),
        ...(status === "STOPPED" ? { executionStoppedAt: executionStoppedAt(life) / 1000 } : {}),
        ...seconds("stoppedAt", life.stoppedAt, time),
        ...(life.stopCode === undefined ? {} : { stopCode: life.stopCode }),
        ...(life.stoppedReason === undefined ? {} : { stoppedReason: life.stoppedReason })
      }
      : {}),
    enableExecuteCommand: spec.enableExecuteCommand,
    group: spec.group,
    launchType: spec.launchType,
    memory: spec.memory,
    overrides: spec.overrides,
    platformVersion: spec.platformVersion,
    platformFamily: "Linux",
    ...(spec.startedBy === undefined ? {} : { startedBy: spec.startedBy }),
    tags: includeTags ? task.tags : [],
    taskDefinitionArn: spec.taskDefinitionArn,
    version: moment.version,
    ephemeralStorage: { sizeInGiB: 20 },
    fargateEphemeralStorage: { sizeInGiB: 20 }
  }
}

const executionStoppedAt = (life: Life): number =>
  life.moments.find((moment) => containerStatus(moment.lastStatus) === "STOPPED")?.at ?? life.stoppedAt
