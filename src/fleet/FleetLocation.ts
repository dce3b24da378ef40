/**
 * The location of a fleet, as far as its description says it.
 */
import * as EcsName from "../ecs/EcsName.ts"
import type { Location } from "../ecs/Location.ts"
import * as Locations from "../ecs/Location.ts"

const pattern = /^arn:([\w-]+):ecs:([\w-]+):(\d{12}):/

/** The location that an ARN of ECS names, of whatever kind it is. A mere name says nothing. */
const ofArn = (text: string): Location => {
  const [, partition, region, account] = pattern.exec(text) ?? []
  return { partition, region, account, cluster: undefined }
}

/** The names that a fleet is given which may be ARNs. */
interface Named {
  readonly cluster: string
  readonly taskDefinition: string
}

/**
 * The location that a fleet is described as being in: known as far as its cluster or
 * its task definition is given as an ARN.
 *
 * @category accessors
 */
export const described = ({ cluster, taskDefinition }: Named): Location =>
  Locations.complete({ ...ofArn(cluster), cluster: EcsName.clusterName(cluster) }, ofArn(taskDefinition))

/**
 * Says why a cluster and a task definition cannot go together.
 *
 * @category guards
 */
export const reasonAgainst = ({ cluster, taskDefinition }: Named): string | undefined =>
  Locations.differ(ofArn(cluster), ofArn(taskDefinition))
    ? `expected the region and account of the cluster (${cluster}), got ${taskDefinition}`
    : undefined
