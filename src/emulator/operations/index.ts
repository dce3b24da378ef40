/**
 * The operations of ECS that the emulator knows, by name.
 *
 * This folder has one function for each operation of ECS: it checks the input as ECS
 * does, changes the world, and gives the reply. It may import `emulator/model`, and the
 * schemas of `emulator/Input.ts`.
 */
import type { Location } from "../model/Arn.ts"
import type { Fault } from "../model/Fault.ts"
import type { OperationName } from "../model/OperationName.ts"
import type { Reply } from "../model/Reply.ts"
import type { World } from "../model/World.ts"
import { describeCapacityProviders, putClusterCapacityProviders } from "./CapacityProviders.ts"
import { createCluster, deleteCluster, describeClusters, listClusters } from "./Clusters.ts"
import { describeContainerInstances, listContainerInstances } from "./ContainerInstances.ts"
import { describeTasks } from "./DescribeTasks.ts"
import { listTasks } from "./ListTasks.ts"
import { runTask } from "./RunTask.ts"
import { describeServices, listServices } from "./Services.ts"
import { stopTask } from "./StopTask.ts"
import { listTagsForResource, tagResource, untagResource } from "./Tags.ts"
import {
  deleteTaskDefinitions,
  deregisterTaskDefinition,
  describeTaskDefinition,
  listTaskDefinitionFamilies,
  listTaskDefinitions,
  registerTaskDefinition
} from "./TaskDefinitions.ts"

/**
 * An operation: it answers a call, at the time of the world.
 *
 * @category models
 */
export type Operation = (world: World, location: Location, input: unknown, fault: Fault | undefined) => Reply

const byName: { readonly [name in OperationName]: Operation } = {
  RunTask: runTask,
  ListTasks: listTasks,
  DescribeTasks: describeTasks,
  StopTask: stopTask,
  CreateCluster: createCluster,
  DescribeClusters: describeClusters,
  ListClusters: listClusters,
  DeleteCluster: deleteCluster,
  PutClusterCapacityProviders: putClusterCapacityProviders,
  DescribeCapacityProviders: describeCapacityProviders,
  ListContainerInstances: listContainerInstances,
  DescribeContainerInstances: describeContainerInstances,
  ListServices: listServices,
  DescribeServices: describeServices,
  RegisterTaskDefinition: registerTaskDefinition,
  DescribeTaskDefinition: describeTaskDefinition,
  DeregisterTaskDefinition: deregisterTaskDefinition,
  DeleteTaskDefinitions: deleteTaskDefinitions,
  ListTaskDefinitions: listTaskDefinitions,
  ListTaskDefinitionFamilies: listTaskDefinitionFamilies,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource
}

/**
 * The operations, by name.
 *
 * @category operations
 */
export const operations: ReadonlyMap<string, Operation> = new Map(Object.entries(byName))
