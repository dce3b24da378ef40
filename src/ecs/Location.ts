/**
 * The location of a fleet: the partition, region, account and cluster of its tasks.
 *
 * Evidence is of a location. Two replicas that call ECS in different regions do not
 * see each other's tasks, and what one of them does not see has not stopped.
 * No process knows all of it from the start: the region is that of the client, and the
 * account shows in the first ARN. What is not known yet is completed, once; what
 * is known has to agree.
 */
import * as Schema from "effect/Schema"
import * as TaskArn from "./TaskArn.ts"

/**
 * A location, as far as it is known.
 *
 * @category schemas
 */
export const Location = Schema.Struct({
  partition: Schema.UndefinedOr(Schema.String),
  region: Schema.UndefinedOr(Schema.String),
  account: Schema.UndefinedOr(Schema.String),
  /** The name of the cluster. */
  cluster: Schema.UndefinedOr(Schema.String)
})
export type Location = typeof Location.Type

/**
 * A location of which nothing is known.
 *
 * @category constructors
 */
export const unknown: Location = { partition: undefined, region: undefined, account: undefined, cluster: undefined }

/**
 * The location of a task. Text that is not the ARN of a task says nothing about it.
 *
 * @category constructors
 */
export const ofTask = (arn: string): Location => TaskArn.parse(arn) ?? unknown

/**
 * Fills in what is not known of a location.
 *
 * @category combinators
 */
export const complete = (location: Location, also: Location): Location =>
  isComplete(location) || also === unknown ? location : {
    partition: location.partition ?? also.partition,
    region: location.region ?? also.region,
    account: location.account ?? also.account,
    cluster: location.cluster ?? also.cluster
  }

const isComplete = ({ account, cluster, partition, region }: Location): boolean =>
  partition !== undefined && region !== undefined && account !== undefined && cluster !== undefined

/**
 * Returns whether two locations cannot be the same: some part of both is known, and
 * is not alike.
 *
 * @category guards
 */
export const differ = (a: Location, b: Location): boolean =>
  partDiffers(a.partition, b.partition) || partDiffers(a.region, b.region) ||
  partDiffers(a.account, b.account) || partDiffers(a.cluster, b.cluster)

const partDiffers = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && a !== b

/**
 * Says which of some tasks cannot be of a location, or not be of the same location as
 * those before it.
 *
 * @category accessors
 */
export const stray = (location: Location, arns: Iterable<string>): string | undefined => {
  let known = location
  for (const arn of arns) {
    const other = ofTask(arn)
    if (differ(known, other)) return `task ${arn} is not of ${text(known)}, where the fleet is`
    known = complete(known, other)
  }
  return undefined
}

/**
 * Writes a location as the ARN of its cluster, with `*` for what is not known.
 *
 * @category formatting
 */
export const text = ({ account = "*", cluster = "*", partition = "*", region = "*" }: Location): string =>
  `arn:${partition}:ecs:${region}:${account}:cluster/${cluster}`
