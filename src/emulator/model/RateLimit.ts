/**
 * The request rates of an account.
 *
 * AWS keeps token buckets that all calls of a category share
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html}).
 * Fargate has two more: one for calls of `RunTask`, one for the tasks that they launch
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/developerguide/throttling.html}).
 */

interface Limit {
  readonly burst: number
  readonly perSecond: number
}

const limits = {
  clusterResourceModify: { burst: 100, perSecond: 40 },
  clusterResourceRead: { burst: 100, perSecond: 20 },
  clusterModify: { burst: 20, perSecond: 1 },
  definitionModify: { burst: 20, perSecond: 1 },
  otherRead: { burst: 50, perSecond: 20 },
  tagModify: { burst: 20, perSecond: 10 },
  fargateCalls: { burst: 20, perSecond: 20 },
  fargateLaunches: { burst: 100, perSecond: 20 }
} satisfies Record<string, Limit>

type Bucket = keyof typeof limits

const bucketOf: { readonly [operation: string]: Bucket } = {
  RunTask: "clusterResourceModify",
  StopTask: "clusterResourceModify",
  ListTasks: "clusterResourceRead",
  DescribeTasks: "clusterResourceRead",
  ListContainerInstances: "clusterResourceRead",
  DescribeContainerInstances: "clusterResourceRead",
  CreateCluster: "clusterModify",
  PutClusterCapacityProviders: "clusterModify",
  DeleteCluster: "clusterModify",
  RegisterTaskDefinition: "definitionModify",
  DeregisterTaskDefinition: "definitionModify",
  DeleteTaskDefinitions: "definitionModify",
  TagResource: "tagModify",
  UntagResource: "tagModify"
}

/**
 * The tokens that are left in each bucket, and the time at which they were counted.
 *
 * @category models
 */
export type Buckets = Map<string, { readonly left: number; readonly at: number }>

const leftOf = (buckets: Buckets, key: string, limit: Limit, now: number): number => {
  const bucket = buckets.get(key)
  return bucket === undefined
    ? limit.burst
    : Math.min(limit.burst, bucket.left + (now - bucket.at) / 1000 * limit.perSecond)
}

/**
 * Takes what a call costs, or nothing where a bucket is empty.
 *
 * @category operations
 */
export const admit = (
  buckets: Buckets,
  call: {
    readonly operation: string
    readonly location: string
    /** The number of tasks that a `RunTask` asks of Fargate. */
    readonly launches: number
  },
  now: number
): boolean => {
  const costs: Array<readonly [Bucket, number]> = [[bucketOf[call.operation] ?? "otherRead", 1]]
  if (call.operation === "RunTask" && call.launches > 0) {
    costs.push(["fargateCalls", 1], ["fargateLaunches", call.launches])
  }
  const after = costs.map(([bucket, cost]) => {
    const key = `${call.location}/${bucket}`
    return { key, left: leftOf(buckets, key, limits[bucket], now) - cost }
  })
  if (after.some(({ left }) => left < 0)) return false
  for (const { key, left } of after) buckets.set(key, { left, at: now })
  return true
}
