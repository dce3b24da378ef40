/**
 * The names of the operations that the emulator answers.
 */

/**
 * The names of all operations.
 *
 * @category configuration
 */
export const operationNames = [
  "RunTask",
  "ListTasks",
  "DescribeTasks",
  "StopTask",
  "CreateCluster",
  "DescribeClusters",
  "ListClusters",
  "DeleteCluster",
  "PutClusterCapacityProviders",
  "DescribeCapacityProviders",
  "ListContainerInstances",
  "DescribeContainerInstances",
  "ListServices",
  "DescribeServices",
  "RegisterTaskDefinition",
  "DescribeTaskDefinition",
  "DeregisterTaskDefinition",
  "DeleteTaskDefinitions",
  "ListTaskDefinitions",
  "ListTaskDefinitionFamilies",
  "TagResource",
  "UntagResource",
  "ListTagsForResource"
] as const

/**
 * The name of an operation.
 *
 * @category models
 */
export type OperationName = (typeof operationNames)[number]
