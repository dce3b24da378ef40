/**
 * A task as ECS shows it: each member from the status on in which ECS has it.
 */
import type * as Schema from "effect/Schema"
import * as Arn from "./Arn.ts"
import * as DerivedIds from "./DerivedId.ts"
import type { Life, Moment } from "./Lifecycle.ts"
import * as NetworkInterface from "./NetworkInterface.ts"
import type { Task } from "./Task.ts"

type Shown = Moment & { readonly version: number }
type ContainerStatus = "PENDING" | "RUNNING" | "STOPPED"

const seconds = (name: string, at: number, time: number): Schema.JsonObject => at <= time ? { [name]: at / 1000 } : {}

const containerStatus = (status: string): ContainerStatus => {
  if (status === "RUNNING" || status === "DEACTIVATING" || status === "STOPPING") return "RUNNING"
  return status === "DEPROVISIONING" || status === "STOPPED" || status === "DELETED" ? "STOPPED" : "PENDING"
}

const exitCodeOf = (life: Life): number => life.stopCode === "EssentialContainerExited" ? 0 : 143

const isStarting = (moment: Moment): boolean => moment.lastStatus === "PENDING" || moment.lastStatus === "ACTIVATING"

/** When it had its network and its place: infinite if it stopped before. */
const provisionedAt = (life: Life): number => life.moments.find(isStarting)?.at ?? life.runningAt

/** Images are pulled in the last state before the task runs. */
const pullStartedAt = (life: Life): number => life.moments.findLast(isStarting)?.at ?? life.runningAt

const executionStoppedAt = (life: Life): number =>
  life.moments.find((moment) => containerStatus(moment.lastStatus) === "STOPPED")?.at ?? life.stoppedAt

const digestOf = (image: string): string => {
  const [, digest] = image.split("@")
  if (digest !== undefined) return digest
  const digits = DerivedIds.hex32Of(image)
  return `sha256:${digits}${digits}`
}

/** Those of Docker are longer than those of Fargate. */
const runtimeIdOf = ({ id, spec }: Task, index: number): string =>
  spec.containerInstanceArn === undefined
    ? `${id}-${Number.parseInt(id.slice(0, 8), 16) + index}`
    : `${id}${id.slice(8)}${index.toString(16).padStart(8, "0")}`

const healthOf = (status: ContainerStatus, hasHealthCheck: boolean): string =>
  status === "RUNNING" && hasHealthCheck ? "HEALTHY" : "UNKNOWN"

const containerJson = (task: Task, index: number, time: number, status: ContainerStatus): Schema.JsonObject => {
  const { life, spec } = task
  const { hasHealthCheck, image, name } = spec.containers[index] ?? { hasHealthCheck: false, image: "", name: "" }
  const uuid = DerivedIds.uuidOf(task.id, ((index + 1) % 16).toString(16))
  const hasRun = status !== "PENDING" && life.runningAt <= time
  const isProvisioned = provisionedAt(life) <= time
  return {
    containerArn: Arn.arn(task.location, "container", `${task.clusterName}/${task.id}/${uuid}`),
    taskArn: task.arn,
    name,
    image,
    ...(hasRun ? { imageDigest: digestOf(image), runtimeId: runtimeIdOf(task, index) } : {}),
    lastStatus: status,
    ...(status === "STOPPED" && life.runningAt < Infinity ? { exitCode: exitCodeOf(life) } : {}),
    ...(isProvisioned ? { networkBindings: [], healthStatus: healthOf(status, hasHealthCheck) } : {}),
    networkInterfaces: spec.isInVpc && isProvisioned ? [NetworkInterface.ofContainer(task)] : [],
    ...(spec.enableExecuteCommand ? { managedAgents: [{ name: "ExecuteCommandAgent", lastStatus: status }] } : {}),
    cpu: "0"
  }
}

const endJson = (life: Life, time: number, status: ContainerStatus): Schema.JsonObject => ({
  ...seconds("stoppingAt", life.stoppingAt, time),
  ...(status === "STOPPED" ? { executionStoppedAt: executionStoppedAt(life) / 1000 } : {}),
  ...seconds("stoppedAt", life.stoppedAt, time),
  ...(life.stopCode === undefined ? {} : { stopCode: life.stopCode }),
  ...(life.stoppedReason === undefined ? {} : { stoppedReason: life.stoppedReason })
})

const platformJson = ({ containerInstanceArn, platformVersion }: Task["spec"]): Schema.JsonObject =>
  containerInstanceArn === undefined
    ? {
      platformVersion,
      platformFamily: "Linux",
      ephemeralStorage: { sizeInGiB: 20 },
      fargateEphemeralStorage: { sizeInGiB: 20 }
    }
    : { containerInstanceArn }

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

/** Tasks are described far more often than they change: what was written last, by the life that it shows. */
const written = new WeakMap<Life, { readonly version: number; readonly json: Schema.JsonObject }>()

/**
 * Writes a task as ECS shows it, with the status of `moment`.
 *
 * @category getters
 */
export const toJson = (task: Task, moment: Shown, includeTags: boolean): Schema.JsonObject => {
  const last = written.get(task.life)
  const json = last?.version === moment.version ? last.json : write(task, moment)
  if (json !== last?.json) written.set(task.life, { version: moment.version, json })
  return { ...json, tags: includeTags ? task.tags : [] }
}

const write = (task: Task, moment: Shown): Schema.JsonObject => {
  const { life, spec } = task
  // A status that is late comes with the times of its time.
  const time = moment.at
  const status = containerStatus(moment.lastStatus)
  const hasStarted = moment.lastStatus !== "PROVISIONING"
  const shownUntil = hasStarted ? time : -Infinity
  const isProvisioned = provisionedAt(life) <= shownUntil
  return {
    ...toBriefJson(task, moment),
    attachments: spec.isInVpc ? [NetworkInterface.attachment(task, moment.lastStatus, isProvisioned)] : [],
    attributes: [{ name: "ecs.cpu-architecture", value: "x86_64" }],
    availabilityZone: `${task.location.region}a`,
    ...(spec.capacityProviderName === undefined ? {} : { capacityProviderName: spec.capacityProviderName }),
    clusterArn: task.clusterArn,
    ...(isProvisioned ? { connectivity: "CONNECTED", connectivityAt: provisionedAt(life) / 1000 } : {}),
    containers: spec.containers.map((_, index) => containerJson(task, index, shownUntil, status)),
    cpu: spec.cpu,
    createdAt: life.createdAt / 1000,
    ...seconds("pullStartedAt", pullStartedAt(life), shownUntil),
    ...(status === "PENDING" ? {} : seconds("pullStoppedAt", life.runningAt, time)),
    ...(status === "PENDING" ? {} : seconds("startedAt", life.runningAt, time)),
    ...(moment.desiredStatus === "STOPPED" ? endJson(life, time, status) : {}),
    enableExecuteCommand: spec.enableExecuteCommand,
    group: spec.group,
    ...(isProvisioned
      ? { healthStatus: healthOf(status, spec.containers.some(({ hasHealthCheck }) => hasHealthCheck)) }
      : {}),
    launchType: spec.launchType,
    memory: spec.memory,
    overrides: spec.overrides,
    ...platformJson(spec),
    ...(spec.startedBy === undefined ? {} : { startedBy: spec.startedBy }),
    taskDefinitionArn: spec.taskDefinitionArn,
    version: moment.version
  }
}
