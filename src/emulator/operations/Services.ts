/**
 * The operations on services that tools call first. The emulator has no services.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
import * as Arn from "../model/Arn.ts"
import * as ClusterTable from "../model/ClusterTable.ts"
import * as Reply from "../model/Reply.ts"
import type { World } from "../model/World.ts"
import { pageOf } from "./Page.ts"

const decodeList = Schema.decodeUnknownOption(Input.ListServices)
const decodeDescribe = Schema.decodeUnknownOption(Input.DescribeServices)

/**
 * Lists no services.
 *
 * @category operations
 */
export const listServices = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = decodeList(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const cluster = ClusterTable.useCluster(world, location, decoded.value.cluster)
  return ClusterTable.isReply(cluster) ? cluster : pageOf("serviceArns", [], decoded.value)
}

/**
 * Finds none of the services.
 *
 * @category operations
 */
export const describeServices = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = decodeDescribe(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const services = decoded.value.services ?? []
  if (services.length === 0) return Reply.invalid("Services cannot be empty.")
  if (services.length > 10) return Reply.invalid("services can have at most 10 items.")
  const cluster = ClusterTable.useCluster(world, location, decoded.value.cluster)
  if (ClusterTable.isReply(cluster)) return cluster
  return Reply.ok({
    services: [],
    failures: [...new Set(services)].map((name) => ({
      arn: name.startsWith("arn:") ? name : Arn.arn(cluster.location, "service", `${cluster.name}/${name}`),
      reason: "MISSING"
    }))
  })
}
