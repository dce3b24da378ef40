/**
 * Finds clusters and task definitions by what a call names them with.
 */
import * as Place from "./Place.ts"
import * as Reply from "./Reply.ts"
import type { Cluster, Definition, World } from "./State.ts"

const name = /^[a-zA-Z0-9_-]{1,255}$/

/**
 * Returns whether a result is an error to answer with.
 *
 * @category guards
 */
export const isReply = (value: object): value is Reply.Reply => "status" in value && "body" in value

interface Reference {
  readonly place: Place.Place
  readonly name: string
}

/** An ARN of another place is followed where anything goes, so that real configuration works as it is. */
const reference = (
  world: World,
  place: Place.Place,
  kind: string,
  text: string
): Reference | undefined => {
  if (!text.startsWith("arn:")) return { place, name: text }
  const arn = Place.parseArn(text)
  if (arn === undefined || arn.kind !== kind) return undefined
  return world.resolved.strict && Place.keyOf(arn.place) !== Place.keyOf(place) ? undefined : arn
}

const clusterNotFound = Reply.error("ClusterNotFoundException", "Cluster not found.")

const clusterKey = (place: Place.Place, name: string): string => `${Place.keyOf(place)}/${name}`

/**
 * Creates a cluster, or gives the one that has the name.
 *
 * @category operations
 */
export const createCluster = (
  world: World,
  place: Place.Place,
  name: string,
  registered: Cluster["registered"] = {}
): Cluster => {
  const key = clusterKey(place, name)
  const known = world.clusters.get(key)
  if (known?.status === "ACTIVE") return known
  const cluster: Cluster = {
    name,
    arn: Place.arn(place, "cluster", name),
    place,
    status: "ACTIVE",
    registered,
    tags: [],
    tasks: new Map(),
    running: new Map(),
    ended: [],
    endedForgotten: 0,
    endedDropped: 0,
    tokens: new Map(),
    tallies: known?.tallies ?? new Map()
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
  place: Place.Place,
  text: string | null | undefined
): Cluster | undefined => {
  const found = reference(world, place, "cluster", text ?? "default")
  if (found === undefined) return undefined
  const known = world.clusters.get(clusterKey(found.place, found.name))
  return known === undefined && found.name === "default" ? createCluster(world, found.place, "default") : known
}

/**
 * Finds the cluster that a call is about, or creates it where that is allowed.
 *
 * @category operations
 */
export const useCluster = (
  world: World,
  place: Place.Place,
  text: string | null | undefined
): Cluster | Reply.Reply => {
  const known = lookupCluster(world, place, text)
  if (known !== undefined) {
    return known.status === "ACTIVE"
      ? known
      : Reply.error("ClusterNotFoundException", "The referenced cluster was inactive.")
  }
  const found = reference(world, place, "cluster", text ?? "default")
  if (found === undefined || world.resolved.strict) return clusterNotFound
  return name.test(found.name)
    ? createCluster(world, found.place, found.name)
    : Reply.invalid("Identifier is invalid.")
}

const definitionKey = (place: Place.Place, family: string): string => `${Place.keyOf(place)}/${family}`

/**
 * The revisions of a family, by number.
 *
 * @category getters
 */
export const revisionsOf = (world: World, place: Place.Place, family: string): ReadonlyMap<number, Definition> =>
  world.definitions.get(definitionKey(place, family)) ?? new Map()

/**
 * Adds a revision of a family: the next one, where none is given.
 *
 * @category operations
 */
export const addDefinition = (
  world: World,
  place: Place.Place,
  family: string,
  options: {
    readonly registered: Definition["registered"]
    readonly tags?: Definition["tags"] | undefined
    readonly revision?: number | undefined
  }
): Definition => {
  const key = definitionKey(place, family)
  const revisions = world.definitions.get(key) ?? new Map<number, Definition>()
  world.definitions.set(key, revisions)
  const latest = [...revisions.keys()].reduce((latest, revision) => Math.max(latest, revision), 0)
  const revision = options.revision ?? latest + 1
  const definition: Definition = {
    family,
    revision,
    arn: Place.arn(place, "task-definition", `${family}:${revision}`),
    status: "ACTIVE",
    registeredAt: world.now,
    registered: options.registered,
    tags: options.tags ?? []
  }
  revisions.set(revision, definition)
  return definition
}

/**
 * Takes the name of a task definition apart: `family`, `family:revision` or an ARN.
 *
 * @category getters
 */
export const parseDefinition = (
  world: World,
  place: Place.Place,
  text: string
): { readonly place: Place.Place; readonly family: string; readonly revision: number | undefined } | undefined => {
  const found = reference(world, place, "task-definition", text)
  const [, family, revision] = /^([a-zA-Z0-9_-]{1,255})(?::([1-9][0-9]{0,8}))?$/.exec(found?.name ?? "") ?? []
  return found === undefined || family === undefined
    ? undefined
    : { place: found.place, family, revision: revision === undefined ? undefined : Number(revision) }
}

/**
 * Finds a revision as it is: the latest active one, where none is named.
 *
 * @category getters
 */
export const lookupDefinition = (world: World, place: Place.Place, text: string): Definition | undefined => {
  const parsed = parseDefinition(world, place, text)
  if (parsed === undefined) return undefined
  const revisions = revisionsOf(world, parsed.place, parsed.family)
  if (parsed.revision !== undefined) return revisions.get(parsed.revision)
  const active = [...revisions.values()].filter((definition) => definition.status === "ACTIVE")
  return active.reduce<Definition | undefined>(
    (latest, definition) => latest === undefined || definition.revision > latest.revision ? definition : latest,
    undefined
  )
}

/**
 * Finds the revision that a call is about, or creates it where that is allowed.
 *
 * @category operations
 */
export const useDefinition = (world: World, place: Place.Place, text: string): Definition | undefined => {
  const known = lookupDefinition(world, place, text)
  if (known !== undefined || world.resolved.strict) return known
  const parsed = parseDefinition(world, place, text)
  if (parsed === undefined) return undefined
  const containers = [{ name: parsed.family, image: `${parsed.family}:latest`, essential: true }]
  return addDefinition(world, parsed.place, parsed.family, {
    registered: { containerDefinitions: containers },
    revision: parsed.revision
  })
}
