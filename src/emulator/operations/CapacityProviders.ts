/**
 * The operations on capacity providers: as much of them as tools around `RunTask` call.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
import * as Arn from "../model/Arn.ts"
import * as CapacityProvider from "../model/CapacityProvider.ts"
import * as ClusterTable from "../model/ClusterTable.ts"
import * as Mistake from "../model/Mistake.ts"
import * as Reply from "../model/Reply.ts"
import type { World } from "../model/World.ts"
import { clusterJson } from "./Clusters.ts"

const decodePut = Schema.decodeUnknownOption(Input.PutClusterCapacityProviders)
const decodeDescribe = Schema.decodeUnknownOption(Input.DescribeCapacityProviders)

/**
 * Sets the providers that a cluster is associated with, and those that it uses by default.
 *
 * @category operations
 */
export const putClusterCapacityProviders = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = decodePut(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const { capacityProviders, cluster: name, defaultCapacityProviderStrategy } = decoded.value
  if (!Input.given(name)) return Reply.invalid("Cluster can not be blank.")
  if (!capacityProviders || !defaultCapacityProviderStrategy) {
    return Reply.invalid("capacityProviders and defaultCapacityProviderStrategy must be specified.")
  }
  const cluster = ClusterTable.useCluster(world, location, name)
  if (ClusterTable.isReply(cluster)) return cluster
  const registered = { ...cluster.registered, capacityProviders, defaultCapacityProviderStrategy }
  const { associated, byDefault } = CapacityProvider.ofCluster(registered)
  const mistakes = CapacityProvider.strategyMistakes(associated, byDefault)
  const refused = Mistake.refusal(world, "PutClusterCapacityProviders", mistakes)
  if (refused !== undefined) return refused
  cluster.registered = registered
  cluster.isImplicit = false
  return Reply.ok({ cluster: clusterJson(world, cluster, true) })
}

/**
 * Describes providers, by default all.
 *
 * @category operations
 */
export const describeCapacityProviders = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = decodeDescribe(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const known = CapacityProvider.known(ClusterTable.clustersOf(world, location))
  const wanted = decoded.value.capacityProviders ?? []
  const names = wanted.length === 0 ? known : [...new Set(wanted.map(CapacityProvider.nameOf))]
  return Reply.ok({
    capacityProviders: names.filter((name) => known.includes(name)).map((name) =>
      CapacityProvider.toJson(location, name)
    ),
    failures: names.filter((name) => !known.includes(name)).map((name) => ({
      arn: Arn.arn(location, "capacity-provider", name),
      reason: "MISSING"
    }))
  })
}
