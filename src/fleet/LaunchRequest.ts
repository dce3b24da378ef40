/**
 * The request that launches one task of a fleet.
 */
import * as Result from "effect/Result"
import type { ContainerOverride, RunTaskRequest } from "../ecs/Ecs.ts"
import type { Key } from "../ledger/Key.ts"
import type { Fleet } from "./FleetSchema.ts"
import * as WorkerEnvironment from "./WorkerEnvironment.ts"

/**
 * The most characters that the overrides of one `RunTask` may have, written as JSON
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html}).
 *
 * @category configuration
 */
export const overridesLimit = 8192

/**
 * Builds the request that launches one task, or says why it cannot be built.
 *
 * **Details**
 *
 * The same arguments always give the same bytes: a launch that is sent again must
 * not differ from what ECS has seen. Variables of the launch win over those of the
 * fleet.
 *
 * @category constructors
 */
export const runTaskRequest = (fleet: Fleet, launch: {
  /** The launch's id, a bare UUID: it is the client token and `startedBy`. */
  readonly launchId: string
  readonly key: Key
  /** Variables for this launch only. */
  readonly environment?: Readonly<Record<string, string>> | undefined
}): Result.Result<RunTaskRequest, string> => {
  const reason = reasonAgainstEnvironment(fleet, launch.environment ?? {})
  if (reason !== undefined) return Result.fail(reason)

  const overrides = taskOverrides(fleet, {
    ...fleet.environment,
    ...launch.environment,
    [WorkerEnvironment.keyVariable]: launch.key,
    [WorkerEnvironment.launchVariable]: launch.launchId
  })
  const size = JSON.stringify(overrides).length
  if (size > overridesLimit) {
    return Result.fail(
      `the overrides, with the environment, are ${size} characters of JSON; ECS accepts at most ${overridesLimit}`
    )
  }

  return Result.succeed({
    cluster: fleet.cluster,
    taskDefinition: fleet.taskDefinition,
    count: 1,
    clientToken: launch.launchId,
    startedBy: launch.launchId,
    ...placement(fleet),
    ...(fleet.platformVersion === undefined ? {} : { platformVersion: fleet.platformVersion }),
    ...(fleet.group === undefined ? {} : { group: fleet.group }),
    ...(fleet.tags === undefined || Object.keys(fleet.tags).length === 0 ? {} : { tags: sortedTags(fleet.tags) }),
    ...(fleet.propagateTags === undefined ? {} : { propagateTags: fleet.propagateTags }),
    ...(fleet.enableECSManagedTags === undefined ? {} : { enableECSManagedTags: fleet.enableECSManagedTags }),
    ...(fleet.enableExecuteCommand === undefined ? {} : { enableExecuteCommand: fleet.enableExecuteCommand }),
    ...network(fleet),
    ...(Object.keys(overrides).length === 0 ? {} : { overrides })
  })
}

const reasonAgainstEnvironment = (
  fleet: Fleet,
  environment: Readonly<Record<string, string>>
): string | undefined => {
  const names = Object.keys(environment)
  if (names.length > 0 && fleet.container === undefined) {
    return "the launch sets an environment, but the fleet names no container for it"
  }
  for (const [name, value] of Object.entries<unknown>(environment)) {
    // Not every caller is checked by a compiler.
    const reason = typeof value === "string"
      ? WorkerEnvironment.reasonAgainst(name)
      : "has a value that is not a string"
    if (reason !== undefined) return `the variable ${JSON.stringify(name)} ${reason}`
  }
  return undefined
}

const placement = (fleet: Fleet): Pick<RunTaskRequest, "launchType" | "capacityProviderStrategy"> => {
  if (fleet.capacityProviderStrategy === undefined) {
    return fleet.launchType === "CLUSTER_DEFAULT" ? {} : { launchType: fleet.launchType }
  }
  return {
    capacityProviderStrategy: fleet.capacityProviderStrategy.map(({ base, capacityProvider, weight }) => ({
      capacityProvider,
      ...(weight === undefined ? {} : { weight }),
      ...(base === undefined ? {} : { base })
    }))
  }
}

const network = (
  { assignPublicIp, securityGroups = [], subnets = [] }: Fleet
): Pick<RunTaskRequest, "networkConfiguration"> =>
  subnets.length === 0 ? {} : {
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets,
        ...(securityGroups.length === 0 ? {} : { securityGroups }),
        ...(assignPublicIp === undefined ? {} : { assignPublicIp })
      }
    }
  }

const sortedTags = (tags: Readonly<Record<string, string>>) =>
  Object.entries(tags)
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => a.key < b.key ? -1 : 1)

const taskOverrides = (
  { container, overrides = {} }: Fleet,
  environment: Readonly<Record<string, string>>
): NonNullable<RunTaskRequest["overrides"]> => ({
  ...(container === undefined ? {} : { containerOverrides: [containerOverride(container, overrides, environment)] }),
  ...(overrides.cpu === undefined ? {} : { cpu: overrides.cpu }),
  ...(overrides.memory === undefined ? {} : { memory: overrides.memory }),
  ...(overrides.taskRoleArn === undefined ? {} : { taskRoleArn: overrides.taskRoleArn }),
  ...(overrides.executionRoleArn === undefined ? {} : { executionRoleArn: overrides.executionRoleArn }),
  ...(overrides.ephemeralStorageGiB === undefined
    ? {}
    : { ephemeralStorage: { sizeInGiB: overrides.ephemeralStorageGiB } })
})

const containerOverride = (
  name: string,
  overrides: NonNullable<Fleet["overrides"]>,
  environment: Readonly<Record<string, string>>
): ContainerOverride => ({
  name,
  ...(overrides.command === undefined ? {} : { command: overrides.command }),
  environment: WorkerEnvironment.toVariables(environment),
  ...(overrides.containerCpu === undefined ? {} : { cpu: overrides.containerCpu }),
  ...(overrides.containerMemory === undefined ? {} : { memory: overrides.containerMemory }),
  ...(overrides.containerMemoryReservation === undefined
    ? {}
    : { memoryReservation: overrides.containerMemoryReservation })
})
