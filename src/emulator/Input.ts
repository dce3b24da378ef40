/**
 * Schemas of the bodies of calls: members that are not known are ignored, and
 * `null` is the same as nothing.
 */
import * as Schema from "effect/Schema"

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optional(Schema.NullOr(schema))

/**
 * Returns whether a text was given, and is not empty.
 *
 * @category guards
 */
export const given = (text: string | null | undefined): text is string =>
  text !== undefined && text !== null && text !== ""

const Text = optional(Schema.String)
const Flag = optional(Schema.Boolean)
const Int = optional(Schema.Int)
const Texts = optional(Schema.Array(Schema.String))
const Rows = optional(Schema.Array(Schema.Record(Schema.String, Schema.NullOr(Schema.String))))

/**
 * A list of tags, as sent.
 *
 * @category schemas
 */
export const Tags = optional(Schema.Array(Schema.Struct({ key: Text, value: Text })))

const Overrides = Schema.Struct({
  containerOverrides: optional(Schema.Array(Schema.Struct({
    name: Text,
    command: Texts,
    cpu: Int,
    environment: Rows,
    environmentFiles: Rows,
    memory: Int,
    memoryReservation: Int,
    resourceRequirements: Rows
  }))),
  cpu: Text,
  ephemeralStorage: optional(Schema.Struct({ sizeInGiB: Int })),
  executionRoleArn: Text,
  inferenceAcceleratorOverrides: Rows,
  memory: Text,
  taskRoleArn: Text
})

/**
 * The body of `RunTask`.
 *
 * @category schemas
 */
export const RunTask = Schema.Struct({
  capacityProviderStrategy: optional(Schema.Array(Schema.Struct({ capacityProvider: Text, weight: Int, base: Int }))),
  clientToken: Text,
  cluster: Text,
  count: Int,
  enableECSManagedTags: Flag,
  enableExecuteCommand: Flag,
  group: Text,
  launchType: Text,
  networkConfiguration: optional(Schema.Struct({
    awsvpcConfiguration: optional(Schema.Struct({ subnets: Texts, securityGroups: Texts, assignPublicIp: Text }))
  })),
  overrides: optional(Overrides),
  placementConstraints: Rows,
  placementStrategy: Rows,
  platformVersion: Text,
  propagateTags: Text,
  referenceId: Text,
  startedBy: Text,
  tags: Tags,
  taskDefinition: Text
})

/**
 * The body of `ListTasks`.
 *
 * @category schemas
 */
export const ListTasks = Schema.Struct({
  cluster: Text,
  containerInstance: Text,
  daemonName: Text,
  desiredStatus: Text,
  family: Text,
  launchType: Text,
  maxResults: Int,
  nextToken: Text,
  serviceName: Text,
  startedBy: Text
})

/**
 * The body of `DescribeTasks`.
 *
 * @category schemas
 */
export const DescribeTasks = Schema.Struct({ cluster: Text, include: Texts, tasks: Texts })

/**
 * The body of `StopTask`.
 *
 * @category schemas
 */
export const StopTask = Schema.Struct({ cluster: Text, reason: Text, task: Text })

/**
 * The body of `CreateCluster`.
 *
 * @category schemas
 */
export const CreateCluster = Schema.Struct({
  capacityProviders: Texts,
  clusterName: Text,
  configuration: optional(Schema.JsonObject),
  defaultCapacityProviderStrategy: optional(Schema.Array(Schema.JsonObject)),
  serviceConnectDefaults: optional(Schema.JsonObject),
  settings: Rows,
  tags: Tags
})

/**
 * The body of `PutClusterCapacityProviders`.
 *
 * @category schemas
 */
export const PutClusterCapacityProviders = Schema.Struct({
  capacityProviders: Texts,
  cluster: Text,
  defaultCapacityProviderStrategy: optional(Schema.Array(Schema.JsonObject))
})

/**
 * The body of `DescribeCapacityProviders`.
 *
 * @category schemas
 */
export const DescribeCapacityProviders = Schema.Struct({ capacityProviders: Texts })

/**
 * The body of `ListContainerInstances`.
 *
 * @category schemas
 */
export const ListContainerInstances = Schema.Struct({ cluster: Text, maxResults: Int, nextToken: Text, status: Text })

/**
 * The body of `DescribeContainerInstances`.
 *
 * @category schemas
 */
export const DescribeContainerInstances = Schema.Struct({ cluster: Text, containerInstances: Texts })

/**
 * The body of `ListServices`.
 *
 * @category schemas
 */
export const ListServices = Schema.Struct({ cluster: Text, maxResults: Int, nextToken: Text })

/**
 * The body of `DescribeServices`.
 *
 * @category schemas
 */
export const DescribeServices = Schema.Struct({ cluster: Text, services: Texts })

/**
 * The body of `DescribeClusters`.
 *
 * @category schemas
 */
export const DescribeClusters = Schema.Struct({ clusters: Texts, include: Texts })

/**
 * The body of `ListClusters`.
 *
 * @category schemas
 */
export const ListClusters = Schema.Struct({ maxResults: Int, nextToken: Text })

/**
 * The body of `DeleteCluster`.
 *
 * @category schemas
 */
export const DeleteCluster = Schema.Struct({ cluster: Text })

/**
 * The part of the body of `RegisterTaskDefinition` that is looked at: all of it is kept.
 *
 * @category schemas
 */
export const RegisterTaskDefinition = Schema.Struct({
  containerDefinitions: optional(Schema.Array(Schema.Struct({ name: Text, image: Text }))),
  cpu: Text,
  family: Text,
  memory: Text,
  networkMode: Text,
  tags: Tags
})

/**
 * The body of `DescribeTaskDefinition` and `DeregisterTaskDefinition`.
 *
 * @category schemas
 */
export const NamedTaskDefinition = Schema.Struct({ include: Texts, taskDefinition: Text })

/**
 * The body of `DeleteTaskDefinitions`.
 *
 * @category schemas
 */
export const DeleteTaskDefinitions = Schema.Struct({ taskDefinitions: Texts })

/**
 * The body of `ListTaskDefinitions` and `ListTaskDefinitionFamilies`.
 *
 * @category schemas
 */
export const ListTaskDefinitions = Schema.Struct({
  familyPrefix: Text,
  maxResults: Int,
  nextToken: Text,
  sort: Text,
  status: Text
})

/**
 * The body of `TagResource`, `UntagResource` and `ListTagsForResource`.
 *
 * @category schemas
 */
export const TaggedResource = Schema.Struct({ resourceArn: Text, tagKeys: Texts, tags: Tags })

/**
 * Returns whether a value has more levels than ECS has any use for. Whatever
 * walks through a value that has not is safe from running out of stack.
 *
 * @category guards
 */
export const isTooDeep = (value: unknown, levels = 40): boolean =>
  typeof value === "object" && value !== null &&
  (levels === 0 || Object.values(value).some((member) => isTooDeep(member, levels - 1)))
