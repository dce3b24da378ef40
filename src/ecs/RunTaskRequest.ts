/**
 * The request that `RunTask` is sent with.
 */

/**
 * A name and a value: a container's environment variable.
 *
 * @category models
 */
export interface EnvironmentVariable {
  readonly name: string
  readonly value: string
}

/**
 * The overrides of one container of the task.
 *
 * @category models
 */
export interface ContainerOverride {
  readonly name: string
  readonly command?: ReadonlyArray<string>
  readonly environment?: ReadonlyArray<EnvironmentVariable>
  readonly cpu?: number
  readonly memory?: number
  readonly memoryReservation?: number
}

/**
 * The whole input of one `RunTask`, with ECS's own field names.
 *
 * **Details**
 *
 * It is plain JSON, and it is kept with the slot: when an answer is lost, the
 * same bytes are sent again, because ECS answers a client token that comes with
 * other parameters with a conflict. `count` is always 1, so that an answer is
 * about one task. The launch's id is both `clientToken` and `startedBy`.
 *
 * @category models
 */
export interface RunTaskRequest {
  readonly cluster: string
  readonly taskDefinition: string
  readonly count: 1
  readonly clientToken: string
  readonly startedBy: string
  readonly launchType?: "EC2" | "FARGATE" | "EXTERNAL" | "MANAGED_INSTANCES"
  readonly capacityProviderStrategy?: ReadonlyArray<{
    readonly capacityProvider: string
    readonly weight?: number
    readonly base?: number
  }>
  readonly platformVersion?: string
  readonly group?: string
  readonly tags?: ReadonlyArray<{ readonly key: string; readonly value: string }>
  readonly propagateTags?: "TASK_DEFINITION" | "NONE"
  readonly enableECSManagedTags?: boolean
  readonly enableExecuteCommand?: boolean
  /** Absent where tasks use the network of their instance. */
  readonly networkConfiguration?: {
    readonly awsvpcConfiguration: {
      readonly subnets: ReadonlyArray<string>
      readonly securityGroups?: ReadonlyArray<string>
      readonly assignPublicIp?: "ENABLED" | "DISABLED"
    }
  }
  readonly overrides?: {
    readonly containerOverrides?: ReadonlyArray<ContainerOverride>
    readonly cpu?: string
    readonly memory?: string
    readonly taskRoleArn?: string
    readonly executionRoleArn?: string
    readonly ephemeralStorage?: { readonly sizeInGiB: number }
  }
}
