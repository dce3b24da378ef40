/**
 * Finds clusters and their tasks by what a call names them with.
 */
import * as Arn from "./Arn.ts"
import * as Reply from "./Reply.ts"
import type { Task } from "./Task.ts"
import type { Cluster, World } from "./World.ts"

/**
 * Returns whether a text can be the name of a cluster or a family.
 *
 * @category guards
 */
export const isName = (text: string): boolean => /^[a-zA-Z0-9_-]{1,255}$/.test(text)

/**
 * Returns whether a result is an error to answer with.
 *
 * @category guards
 */
export const isReply = (value: object): value is Reply.Reply => "status" in value && "body" in value

/**
 * Returns the cluster that a call means by a name or an ARN.
 *
 * **Details**
 *
 * An ARN of another location is followed, save in a strict world, so that real
 * configuration works as it is.
 *
 * @category getters
 */
export const reference = (
  world: World,
  location: Arn.Location,
  kind: string,
  text: string
): { readonly location: Arn.Location; readonly name: string } | undefined => {
  if (!text.startsWith("arn:")) return { location, name: text }
  const arn = Arn.parseArn(text)
  if (arn === undefined || arn.kind !== kind) return undefined
  return world.resolved.strict && Arn.keyOf(arn.location) !== Arn.keyOf(location) ? undefined : arn
}

/**
 * The error of a cluster that does not exist.
 *
 * @category errors
 */
export const clusterNotFound = Reply.error("ClusterNotFoundException", "Cluster not found.")

const clusterKey = (location: Arn.Location, name: string): string => `${Arn.keyOf(location)}/${name}`

/**
 * Creates a cluster, or gives the one that has the name.
 *
 * @category operations
 */
export const createCluster = (
  world: World,
  location: Arn.Location,
  name: string,
  options: Partial<Pick<Cluster, "isImplicit" | "registered" | "tags">> = {}
): Cluster => {
  const key = clusterKey(location, name)
  const known = world.clusters.get(key)
  if (known?.status === "ACTIVE") {
    // What exists only because it was used becomes what a call says that it is.
    if (known.isImplicit && options.isImplicit !== true) {
      known.isImplicit = false
      known.registered = options.registered ?? known.registered
      known.tags = options.tags ?? known.tags
    }
    return known
  }
  const cluster: Cluster = {
    name,
    arn: Arn.arn(location, "cluster", name),
    location,
    status: "ACTIVE",
    isImplicit: options.isImplicit ?? false,
    containerInstance: undefined,
    registered: options.registered ?? {},
    tags: options.tags ?? [],
    tasks: new Map(),
    running: new Map(),
    ended: [],
    endedForgotten: 0,
    endedDropped: 0,
    tokens: new Map(),
    liveCounts: known?.liveCounts ?? new Map()
  }
  world.clusters.set(key, cluster)
  return cluster
}

/**
 * Finds a cluster as it is. `default` always exists.
 *
 * @category getters
 */
export const lookupCluster = (
  world: World,
  location: Arn.Location,
  text: string | null | undefined
): Cluster | undefined => {
  const found = reference(world, location, "cluster", text ?? "default")
  if (found === undefined) return undefined
  const known = world.clusters.get(clusterKey(found.location, found.name))
  return known === undefined && found.name === "default"
    ? createCluster(world, found.location, "default", { isImplicit: true })
    : known
}

/**
 * The clusters of a location that can be used.
 *
 * @category getters
 */
export const clustersOf = (world: World, location: Arn.Location): ReadonlyArray<Cluster> => {
  lookupCluster(world, location, "default")
  const key = Arn.keyOf(location)
  return [...world.clusters.values()].filter((cluster) =>
    cluster.status === "ACTIVE" && Arn.keyOf(cluster.location) === key
  )
}

/**
 * Finds the cluster that a call is about, or creates it where that is allowed.
 *
 * @category operations
 */
export const useCluster = (
  world: World,
  location: Arn.Location,
  text: string | null | undefined
): Cluster | Reply.Reply => {
  const known = lookupCluster(world, location, text)
  if (known !== undefined) {
    return known.status === "ACTIVE"
      ? known
      : Reply.error("ClusterNotFoundException", "The referenced cluster was inactive.")
  }
  const found = reference(world, location, "cluster", text ?? "default")
  if (found === undefined || world.resolved.strict) return clusterNotFound
  return isName(found.name)
    ? createCluster(world, found.location, found.name, { isImplicit: true })
    : Reply.invalid("Identifier is invalid.")
}

/**
 * Returns the id of a task: the end of its ARN, or the id itself.
 *
 * @category getters
 */
export const taskIdOf = (text: string): string => text.slice(text.lastIndexOf("/") + 1)

/**
 * Finds the task that an id or an ARN names.
 *
 * @category getters
 */
export const findTask = (cluster: Cluster, text: string): Task | undefined => {
  const task = cluster.tasks.get(taskIdOf(text))
  // The ARN of another cluster may end in the same id.
  return task !== undefined && (text === task.id || text === task.arn) ? task : undefined
}
