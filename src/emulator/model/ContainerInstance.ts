/**
 * The instance that the tasks of a cluster run on, where they do not run on Fargate.
 *
 * A cluster has one instance, of any size, from when the first such task is launched.
 */
import type * as Schema from "effect/Schema"
import * as Arn from "./Arn.ts"
import * as DerivedIds from "./DerivedId.ts"
import type { Task } from "./Task.ts"
import type { Cluster } from "./World.ts"

/**
 * Returns the ARN of the instance of a cluster, which it has from now on.
 *
 * @category operations
 */
export const use = (cluster: Cluster): string =>
  cluster.containerInstance ??= Arn.arn(
    cluster.location,
    "container-instance",
    `${cluster.name}/${DerivedIds.hex32Of(cluster.arn)}`
  )

/**
 * Returns whether a text, an ARN or an id, names the instance of a cluster.
 *
 * @category guards
 */
export const isNamed = ({ containerInstance }: Cluster, text: string): boolean =>
  containerInstance !== undefined && (text === containerInstance || containerInstance.endsWith(`/${text}`))

const runsOn = (cluster: Cluster, now: number): ReadonlyArray<Task> =>
  [...cluster.tasks.values()].filter(({ life, spec }) =>
    spec.containerInstanceArn !== undefined && now < life.stoppedAt
  )

const resources = ["CPU", "MEMORY"].map((name) => ({
  name,
  type: "INTEGER",
  doubleValue: 0,
  longValue: 0,
  integerValue: 1_048_576
}))

/**
 * Writes the instance of a cluster as ECS shows it.
 *
 * @category getters
 */
export const toJson = (cluster: Cluster, now: number): Schema.JsonObject => {
  const arn = use(cluster)
  const tasks = runsOn(cluster, now)
  const running = tasks.filter(({ life }) => now >= life.runningAt).length
  return {
    containerInstanceArn: arn,
    ec2InstanceId: `i-0${DerivedIds.hex32Of(arn).slice(0, 16)}`,
    version: 1,
    versionInfo: {
      agentVersion: "1.89.0",
      agentHash: DerivedIds.hex32Of(arn).slice(0, 8),
      dockerVersion: "DockerVersion: 25.0.6"
    },
    remainingResources: resources,
    registeredResources: resources,
    status: "ACTIVE",
    agentConnected: true,
    runningTasksCount: running,
    pendingTasksCount: tasks.length - running,
    attributes: [],
    attachments: [],
    tags: []
  }
}
