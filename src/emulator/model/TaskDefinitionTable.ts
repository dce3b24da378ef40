/**
 * Finds task definitions by what a call names them with.
 */
import * as Arn from "./Arn.ts"
import * as ClusterTable from "./ClusterTable.ts"
import type { Definition, World } from "./World.ts"

const definitionKey = (place: Arn.Location, family: string): string => `${Arn.keyOf(place)}/${family}`

const revisionsOf = (world: World, place: Arn.Location, family: string): ReadonlyMap<number, Definition> =>
  world.definitions.get(definitionKey(place, family)) ?? new Map()

/**
 * All revisions of all families of a place.
 *
 * @category getters
 */
export const all = (world: World, place: Arn.Location): Array<Definition> => {
  const prefix = definitionKey(place, "")
  return [...world.definitions].flatMap(([key, revisions]) =>
    key.startsWith(prefix) ? Array.from(revisions.values()) : []
  )
}

/**
 * Adds a revision of a family: the next one, where none is given.
 *
 * @category operations
 */
export const add = (
  world: World,
  place: Arn.Location,
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
    arn: Arn.arn(place, "task-definition", `${family}:${revision}`),
    status: "ACTIVE",
    registeredAt: world.now,
    deregisteredAt: undefined,
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
export const parse = (
  world: World,
  place: Arn.Location,
  text: string
): { readonly place: Arn.Location; readonly family: string; readonly revision: number | undefined } | undefined => {
  const found = ClusterTable.reference(world, place, "task-definition", text)
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
export const lookup = (world: World, place: Arn.Location, text: string): Definition | undefined => {
  const parsed = parse(world, place, text)
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
export const use = (world: World, place: Arn.Location, text: string): Definition | undefined => {
  const known = lookup(world, place, text)
  if (known !== undefined || world.resolved.strict) return known
  const parsed = parse(world, place, text)
  if (parsed === undefined) return undefined
  const containers = [{ name: parsed.family, image: `${parsed.family}:latest`, essential: true }]
  return add(world, parsed.place, parsed.family, {
    registered: { containerDefinitions: containers },
    revision: parsed.revision
  })
}
