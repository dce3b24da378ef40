/**
 * The operations on container instances: a cluster whose tasks do not all run on Fargate
 * has one.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
import * as Arn from "../model/Arn.ts"
import * as ClusterTable from "../model/ClusterTable.ts"
import * as ContainerInstance from "../model/ContainerInstance.ts"
import * as Reply from "../model/Reply.ts"
import type { World } from "../model/World.ts"
import { pageOf } from "./Page.ts"

const decodeList = Schema.decodeUnknownOption(Input.ListContainerInstances)
const decodeDescribe = Schema.decodeUnknownOption(Input.DescribeContainerInstances)

/**
 * Lists the instances of a cluster.
 *
 * @category operations
 */
export const listContainerInstances = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = decodeList(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const cluster = ClusterTable.useCluster(world, location, decoded.value.cluster)
  if (ClusterTable.isReply(cluster)) return cluster
  const { containerInstance } = cluster
  const { status } = decoded.value
  const isListed = !Input.given(status) || status === "ACTIVE"
  return pageOf("containerInstanceArns", isListed && containerInstance ? [containerInstance] : [], decoded.value)
}

/**
 * Describes instances of a cluster.
 *
 * @category operations
 */
export const describeContainerInstances = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = decodeDescribe(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const names = decoded.value.containerInstances ?? []
  const cluster = ClusterTable.useCluster(world, location, decoded.value.cluster)
  if (ClusterTable.isReply(cluster)) return cluster
  if (names.length === 0) return Reply.error("ClientException", "Container Instances cannot be empty.")
  if (names.length > 100) return Reply.invalid("containerInstances can have at most 100 items.")
  const isKnown = (name: string) => ContainerInstance.isNamed(cluster, name)
  const missing = [...new Set(names)].filter((name) => !isKnown(name)).map((name) => ({
    arn: name.startsWith("arn:") ? name : Arn.arn(cluster.location, "container-instance", `${cluster.name}/${name}`),
    reason: "MISSING"
  }))
  return Reply.ok({
    containerInstances: names.some(isKnown) ? [ContainerInstance.toJson(cluster, world.now)] : [],
    failures: missing
  })
}
