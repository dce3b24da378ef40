/**
 * The operations on clusters: as much of them as tools around `RunTask` call.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
import * as Arn from "../model/Arn.ts"
import * as CapacityProvider from "../model/CapacityProvider.ts"
import * as ClusterTable from "../model/ClusterTable.ts"
import * as Lifecycle from "../model/Lifecycle.ts"
import * as Mistake from "../model/Mistake.ts"
import * as Reply from "../model/Reply.ts"
import type { Cluster, World } from "../model/World.ts"
import { pageOf } from "./Page.ts"
import { tagsError, tagsOf } from "./Tags.ts"

const { given } = Input

const decodeCreate = Schema.decodeUnknownOption(Input.CreateCluster)
const decodeDescribe = Schema.decodeUnknownOption(Input.DescribeClusters)
const decodeList = Schema.decodeUnknownOption(Input.ListClusters)
const decodeDelete = Schema.decodeUnknownOption(Input.DeleteCluster)
const jsonObject = Schema.decodeUnknownOption(Schema.JsonObject)

/**
 * Writes a cluster as ECS shows it.
 *
 * @category getters
 */
export const clusterJson = (world: World, cluster: Cluster, includeTags: boolean): Schema.JsonObject => {
  let running = 0
  let pending = 0
  for (const { life } of cluster.tasks.values()) {
    if (world.now >= life.stoppedAt) continue
    const before = world.now < life.runningAt && Lifecycle.at(life, world.now)?.desiredStatus === "RUNNING"
    if (before) pending++
    else running++
  }
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: cluster.containerInstance === undefined ? 0 : 1,
    runningTasksCount: running,
    pendingTasksCount: pending,
    activeServicesCount: 0,
    statistics: [],
    settings: [],
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
    ...cluster.registered,
    tags: includeTags ? cluster.tags : []
  }
}

/**
 * Creates a cluster. One that exists is given as it is.
 *
 * @category operations
 */
export const createCluster = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = Input.isTooDeep(input) ? Option.none() : decodeCreate(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const { clusterName, tags, ...rest } = decoded.value
  const name = given(clusterName) ? clusterName : "default"
  if (!ClusterTable.isName(name)) return Reply.invalid("Cluster name is invalid.")
  const wrong = tagsError(tags)
  if (wrong !== undefined) return Reply.invalid(wrong)
  const settings = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null && value !== undefined))
  const registered = Option.getOrElse(jsonObject(settings), () => ({}))
  const { associated, byDefault } = CapacityProvider.ofCluster(registered)
  const refused = Mistake.refusal(world, "CreateCluster", CapacityProvider.strategyMistakes(associated, byDefault))
  if (refused !== undefined) return refused
  return Reply.ok({
    cluster: clusterJson(
      world,
      ClusterTable.createCluster(world, location, name, { registered, tags: tagsOf(tags) }),
      true
    )
  })
}

/**
 * Describes clusters, by default the one called `default`.
 *
 * @category operations
 */
export const describeClusters = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = decodeDescribe(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const { clusters, include } = decoded.value
  const names = clusters === undefined || clusters === null || clusters.length === 0 ? ["default"] : clusters
  if (names.length > 100) return Reply.invalid("clusters can have at most 100 items.")
  const found: Array<Schema.JsonObject> = []
  const failures: Array<Schema.JsonObject> = []
  for (const name of new Set(names)) {
    const cluster = ClusterTable.lookupCluster(world, location, name)
    if (cluster !== undefined) found.push(clusterJson(world, cluster, include?.includes("TAGS") ?? false))
    else failures.push({ arn: name.startsWith("arn:") ? name : Arn.arn(location, "cluster", name), reason: "MISSING" })
  }
  return Reply.ok({ clusters: found, failures })
}

/**
 * Lists the clusters of a location.
 *
 * @category operations
 */
export const listClusters = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = decodeList(input)
  return Option.isNone(decoded)
    ? Reply.malformed
    : pageOf("clusterArns", ClusterTable.clustersOf(world, location).map((cluster) => cluster.arn), decoded.value)
}

/**
 * Deletes a cluster in which no task is live.
 *
 * @category operations
 */
export const deleteCluster = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = decodeDelete(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const { cluster: name } = decoded.value
  if (!given(name)) return Reply.invalid("Cluster can not be blank.")
  const cluster = ClusterTable.lookupCluster(world, location, name)
  if (cluster === undefined || cluster.status === "INACTIVE") return ClusterTable.clusterNotFound
  for (const { life } of cluster.tasks.values()) {
    if (world.now < life.stoppedAt) {
      return Reply.error("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
    }
  }
  cluster.status = "INACTIVE"
  return Reply.ok({ cluster: clusterJson(world, cluster, false) })
}
