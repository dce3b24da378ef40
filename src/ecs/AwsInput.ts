/**
 * The input of the SDK's `RunTask`, which is mutable, from a request, which is not.
 */
import type { RunTaskCommandInput } from "@aws-sdk/client-ecs"
import type { RunTaskRequest } from "./Ecs.ts"

/**
 * Returns the input of the SDK for a request.
 *
 * **Details**
 *
 * It is built field by field in a fixed order, so that a request that was stored
 * and read again, by a store that may order fields anew, is the same bytes.
 *
 * @category conversions
 */
export const inputOf = (request: RunTaskRequest): RunTaskCommandInput => {
  const network = request.networkConfiguration?.awsvpcConfiguration
  return {
    cluster: request.cluster,
    taskDefinition: request.taskDefinition,
    count: request.count,
    clientToken: request.clientToken,
    startedBy: request.startedBy,
    launchType: request.launchType,
    capacityProviderStrategy: request.capacityProviderStrategy?.map(({ base, capacityProvider, weight }) => ({
      capacityProvider,
      weight,
      base
    })),
    platformVersion: request.platformVersion,
    group: request.group,
    tags: request.tags?.map(({ key, value }) => ({ key, value })),
    propagateTags: request.propagateTags,
    enableECSManagedTags: request.enableECSManagedTags,
    enableExecuteCommand: request.enableExecuteCommand,
    networkConfiguration: network && {
      awsvpcConfiguration: {
        subnets: [...network.subnets],
        securityGroups: network.securityGroups && [...network.securityGroups],
        assignPublicIp: network.assignPublicIp
      }
    },
    overrides: request.overrides && {
      containerOverrides: request.overrides.containerOverrides?.map((container) => ({
        name: container.name,
        command: container.command && [...container.command],
        environment: container.environment?.map(({ name, value }) => ({ name, value })),
        cpu: container.cpu,
        memory: container.memory,
        memoryReservation: container.memoryReservation
      })),
      cpu: request.overrides.cpu,
      memory: request.overrides.memory,
      taskRoleArn: request.overrides.taskRoleArn,
      executionRoleArn: request.overrides.executionRoleArn,
      ephemeralStorage: request.overrides.ephemeralStorage && {
        sizeInGiB: request.overrides.ephemeralStorage.sizeInGiB
      }
    }
  }
}
