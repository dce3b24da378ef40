/**
 * Tags: those that come with a call, and the operations on them.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
import * as Arn from "../model/Arn.ts"
import * as ClusterTable from "../model/ClusterTable.ts"
import * as Reply from "../model/Reply.ts"
import type { Tags } from "../model/Task.ts"
import * as Definitions from "../model/TaskDefinitionTable.ts"
import type { World } from "../model/World.ts"

type SentTags =
  | ReadonlyArray<{ readonly key?: string | null | undefined; readonly value?: string | null | undefined }>
  | null
  | undefined

/**
 * Returns the error in tags, if there is one.
 *
 * @category getters
 */
export const tagsError = (tags: SentTags): string | undefined => {
  const all = tags ?? []
  if (all.length > 50) return "Tags can have at most 50 items."
  for (const tag of all) {
    const key = tag.key ?? ""
    if (key.length < 1 || key.length > 128) return "Tag key must be between 1 and 128 characters."
    if ((tag.value ?? "").length > 256) return "Tag value must be at most 256 characters."
    if (key.toLowerCase().startsWith("aws:")) return "Tag keys starting with 'aws:' are reserved for system use."
  }
  return undefined
}

/**
 * Tags without gaps: the last value of a key counts.
 *
 * @category getters
 */
export const tagsOf = (tags: SentTags): Tags => {
  const values = new Map((tags ?? []).map((tag) => [tag.key ?? "", tag.value ?? ""] as const))
  return [...values].map(([key, value]) => ({ key, value }))
}

const decode = Schema.decodeUnknownOption(Input.TaggedResource)

/** The resource of an ARN, as something whose tags can be changed. */
const resourceOf = (
  world: World,
  location: Arn.Location,
  arn: string
): { tags: Tags } | Reply.Reply => {
  const parsed = Arn.parseArn(arn)
  if (parsed?.kind === "cluster") {
    const cluster = ClusterTable.lookupCluster(world, location, arn)
    return cluster?.status === "ACTIVE" ? cluster : ClusterTable.clusterNotFound
  }
  if (parsed?.kind === "task-definition") {
    return Definitions.lookup(world, location, arn) ??
      Reply.error("ClientException", "The specified task definition does not exist.")
  }
  if (parsed?.kind === "task") {
    const clusterArn = Arn.arn(parsed.location, "cluster", parsed.name.split("/", 1).join(""))
    const cluster = ClusterTable.lookupCluster(world, location, clusterArn)
    const task = cluster === undefined ? undefined : ClusterTable.findTask(cluster, arn)
    return task ?? Reply.invalid("The specified task was not found.")
  }
  return Reply.invalid("Invalid ARN.")
}

const change = (
  world: World,
  location: Arn.Location,
  input: unknown,
  next: (
    tags: Tags,
    query: typeof Input.TaggedResource.Type
  ) => Tags | string
): Reply.Reply => {
  const decoded = decode(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const resource = resourceOf(world, location, decoded.value.resourceArn ?? "")
  if (ClusterTable.isReply(resource)) return resource
  const tags = next(resource.tags, decoded.value)
  if (typeof tags === "string") return Reply.invalid(tags)
  resource.tags = tags
  return Reply.ok({})
}

/**
 * Adds tags to a cluster, a task or a task definition.
 *
 * @category operations
 */
export const tagResource = (world: World, location: Arn.Location, input: unknown): Reply.Reply =>
  change(world, location, input, (tags, query) => {
    const all = tagsOf([...tags, ...query.tags ?? []])
    return tagsError(query.tags) ?? tagsError(all) ?? all
  })

/**
 * Takes tags from a cluster, a task or a task definition.
 *
 * @category operations
 */
export const untagResource = (world: World, location: Arn.Location, input: unknown): Reply.Reply =>
  change(world, location, input, (tags, query) => tags.filter((tag) => !(query.tagKeys ?? []).includes(tag.key)))

/**
 * Lists the tags of a cluster, a task or a task definition.
 *
 * @category operations
 */
export const listTagsForResource = (world: World, location: Arn.Location, input: unknown): Reply.Reply => {
  const decoded = decode(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const resource = resourceOf(world, location, decoded.value.resourceArn ?? "")
  return ClusterTable.isReply(resource) ? resource : Reply.ok({ tags: resource.tags })
}
