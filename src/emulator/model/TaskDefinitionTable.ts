/**
 * Finds task definitions by what a call names them with.
 */
import * as Arn from "./Arn.ts"
import * as ClusterTable from "./ClusterTable.ts"
import type { Definition, World } from "./World.ts"

const definitionKey = (location: Arn.Location, family: string): string => `${Arn.keyOf(location)}/${family}`

const revisionsOf = (world: World, location: Arn.Location, family: string): ReadonlyMap<number, Definition> =>
  world.definitions.get(definitionKey(location, family)) ?? new Map()

/**
 * All revisions of all families of a location.
 *
 * @category getters
 */
export const all = (world: World, location: Arn.Location): Array<Definition> => {
  const prefix = definitionKey(location, "")
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
  location: Arn.Location,
  family: string,
  options: {
    readonly registered: Definition["registered"]
    readonly tags?: Definition["tags"] | undefined
    readonly revision?: number | undefined
    readonly isImplicit?: boolean | undefined
  }
): Definition => {
  const key = definitionKey(location, family)
  const revisions = world.definitions.get(key) ?? new Map<number, Definition>()
  world.definitions.set(key, revisions)
  const latest = [...revisions.keys()].reduce((latest, revision) => Math.max(latest, revision), 0)
  const revision = options.revision ?? latest + 1
  const definition: Definition = {
    family,
    revision,
    arn: Arn.arn(location, "task-definition", `${family}:${revision}`),
    status: "ACTIVE",
    isImplicit: options.isImplicit ?? false,
    registeredAt: world.now,
    deregisteredAt: undefined,
    deleteRequestedAt: undefined,
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
  location: Arn.Location,
  text: string
): { readonly location: Arn.Location; readonly family: string; readonly revision: number | undefined } | undefined => {
  const found = ClusterTable.reference(world, location, "task-definition", text)
  const [, family, revision] = /^([a-zA-Z0-9_-]{1,255})(?::([1-9][0-9]{0,8}))?$/.exec(found?.name ?? "") ?? []
  return found === undefined || family === undefined
    ? undefined
    : { location: found.location, family, revision: revision === undefined ? undefined : Number(revision) }
}

/**
 * Finds a revision as it is: the latest active one, where none is named.
 *
 * @category getters
 */
export const lookup = (world: World, location: Arn.Location, text: string): Definition | undefined => {
  const parsed = parse(world, location, text)
  if (parsed === undefined) return undefined
  const revisions = revisionsOf(world, parsed.location, parsed.family)
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
export const use = (world: World, location: Arn.Location, text: string): Definition | undefined => {
  const known = lookup(world, location, text)
  if (known !== undefined || world.resolved.strict) return known
  const parsed = parse(world, location, text)
  if (parsed === undefined) return undefined
  const containers = [{ name: parsed.family, image: `${parsed.family}:latest`, essential: true }]
  return add(world, parsed.location, parsed.family, {
    registered: { containerDefinitions: containers },
    revision: parsed.revision,
    isImplicit: true
  })
}
