/**
 * The operations on task definitions: as much of them as tools around `RunTask` call.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
import type { Location } from "../model/Arn.ts"
import * as ClusterTable from "../model/ClusterTable.ts"
import * as Compatibility from "../model/Compatibility.ts"
import * as Mistake from "../model/Mistake.ts"
import * as Reply from "../model/Reply.ts"
import * as Definitions from "../model/TaskDefinitionTable.ts"
import type { Definition, World } from "../model/World.ts"
import { pageOf } from "./Page.ts"
import { tagsError, tagsOf } from "./Tags.ts"

const { given } = Input

const decodeRegister = Schema.decodeUnknownOption(Input.RegisterTaskDefinition)
const decodeNamed = Schema.decodeUnknownOption(Input.NamedTaskDefinition)
const decodeDelete = Schema.decodeUnknownOption(Input.DeleteTaskDefinitions)
const decodeList = Schema.decodeUnknownOption(Input.ListTaskDefinitions)
const jsonObject = Schema.decodeUnknownOption(Schema.JsonObject)

const clientError = (message: string): Reply.Reply => Reply.error("ClientException", message)

const toJson = (definition: Definition): Schema.JsonObject => ({
  volumes: [],
  placementConstraints: [],
  ...definition.registered,
  compatibilities: definition.isImplicit
    ? ["EC2", "FARGATE"]
    : Compatibility.compatibilitiesOf(Compatibility.read(definition.registered)),
  taskDefinitionArn: definition.arn,
  family: definition.family,
  revision: definition.revision,
  status: definition.status,
  registeredAt: definition.registeredAt / 1000,
  ...(definition.deregisteredAt === undefined ? {} : { deregisteredAt: definition.deregisteredAt / 1000 }),
  ...(definition.deleteRequestedAt === undefined ? {} : { deleteRequestedAt: definition.deleteRequestedAt / 1000 })
})

const withDefaults = (container: Schema.Json): Schema.Json => ({
  cpu: 0,
  portMappings: [],
  essential: true,
  environment: [],
  mountPoints: [],
  volumesFrom: [],
  ...Option.getOrElse(jsonObject(container), () => ({}))
})

/**
 * Registers the next revision of a task definition.
 *
 * @category operations
 */
export const registerTaskDefinition = (world: World, location: Location, input: unknown): Reply.Reply => {
  const decoded = Input.isTooDeep(input) ? Option.none() : decodeRegister(input)
  const whole = Option.isNone(decoded) ? Option.none() : jsonObject(input)
  if (Option.isNone(decoded) || Option.isNone(whole)) return Reply.malformed
  const { containerDefinitions: containers, family, tags } = decoded.value
  if (!given(family)) return clientError("Family should not be null or empty.")
  if (!ClusterTable.isName(family)) return clientError("Family contains invalid characters.")
  if ((containers ?? []).length === 0) return clientError("Container list cannot be empty.")
  if ((containers ?? []).length > 10) return clientError("Container list can have at most 10 items.")
  if ((containers ?? []).some(({ name }) => !given(name))) {
    return clientError("Container.name should not be null or empty.")
  }
  if ((containers ?? []).some(({ image }) => !given(image))) {
    return clientError("Container.image should not be null or empty.")
  }
  const wrong = tagsError(tags)
  if (wrong !== undefined) return Reply.invalid(wrong)
  const { containerDefinitions, family: _family, tags: _tags, ...rest } = whole.value
  if (JSON.stringify(whole.value).length > 65_536) return clientError("Task definition size exceeds 64 KB.")
  const mistakes = Compatibility.mistakes(Compatibility.read(whole.value))
  const refused = Mistake.refusal(world, "RegisterTaskDefinition", mistakes)
  if (refused !== undefined) return refused
  const definition = Definitions.add(world, location, family, {
    registered: {
      ...rest,
      containerDefinitions: Array.isArray(containerDefinitions) ? containerDefinitions.map(withDefaults) : []
    },
    tags: tagsOf(tags)
  })
  return Reply.ok({ taskDefinition: toJson(definition), tags: definition.tags })
}

/**
 * Describes a task definition.
 *
 * @category operations
 */
export const describeTaskDefinition = (world: World, location: Location, input: unknown): Reply.Reply => {
  const decoded = decodeNamed(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const definition = Definitions.lookup(world, location, decoded.value.taskDefinition ?? "")
  if (definition === undefined) return clientError("Unable to describe task definition.")
  const includeTags = decoded.value.include?.includes("TAGS") ?? false
  return Reply.ok({
    taskDefinition: toJson(definition),
    tags: includeTags ? definition.tags : []
  })
}

/**
 * Makes a revision inactive: it cannot be run any more.
 *
 * @category operations
 */
export const deregisterTaskDefinition = (world: World, location: Location, input: unknown): Reply.Reply => {
  const decoded = decodeNamed(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const parsed = Definitions.parse(world, location, decoded.value.taskDefinition ?? "")
  if (parsed === undefined || parsed.revision === undefined) {
    return Reply.invalid("Invalid revision number. Number: null")
  }
  const definition = Definitions.lookup(world, location, decoded.value.taskDefinition ?? "")
  if (definition === undefined) return clientError("The specified task definition does not exist.")
  if (definition.status === "DELETE_IN_PROGRESS") {
    return clientError(
      "The task definition could not be deregistered because it is in the process of being deleted."
    )
  }
  definition.status = "INACTIVE"
  definition.deregisteredAt ??= world.now
  return Reply.ok({ taskDefinition: toJson(definition) })
}

/**
 * Deletes revisions that are inactive.
 *
 * @category operations
 */
export const deleteTaskDefinitions = (world: World, location: Location, input: unknown): Reply.Reply => {
  const decoded = decodeDelete(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const names = decoded.value.taskDefinitions ?? []
  if (names.length === 0) return Reply.invalid("taskDefinitions cannot be empty.")
  if (names.length > 10) return Reply.invalid("taskDefinitions can have at most 10 items.")
  const taskDefinitions: Array<Schema.JsonObject> = []
  const failures: Array<Schema.JsonObject> = []
  for (const name of names) {
    const definition = deletable(world, location, name)
    if (typeof definition === "string") {
      failures.push({ arn: name, reason: definition })
    } else {
      definition.status = "DELETE_IN_PROGRESS"
      definition.deleteRequestedAt ??= world.now
      taskDefinitions.push(toJson(definition))
    }
  }
  return Reply.ok({ taskDefinitions, failures })
}

/** The revision of a name, or the reason for which it cannot be deleted. */
const deletable = (world: World, location: Location, name: string): Definition | string => {
  if (Definitions.parse(world, location, name)?.revision === undefined) {
    return "The specified task definition identifier is invalid. Specify a valid name or ARN and try again."
  }
  const definition = Definitions.lookup(world, location, name)
  if (definition === undefined) {
    return "The specified task definition does not exist. Specify a valid account, family, revision and try again."
  }
  return definition.status === "ACTIVE"
    ? "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
    : definition
}

/**
 * Lists the families that have revisions, active ones or not.
 *
 * @category operations
 */
export const listTaskDefinitionFamilies = (world: World, location: Location, input: unknown): Reply.Reply => {
  const decoded = decodeList(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const { familyPrefix, status } = decoded.value
  const definitions = Definitions.all(world, location)
  const active = new Set(definitions.flatMap(({ family, status }) => status === "ACTIVE" ? [family] : []))
  const families = [...new Set(definitions.map(({ family }) => family))].filter((family) =>
    family.startsWith(familyPrefix ?? "") &&
    (status === "ACTIVE" || status === "INACTIVE" ? active.has(family) === (status === "ACTIVE") : true)
  )
  return pageOf("families", families.sort(), decoded.value)
}

/**
 * Lists the revisions of all task definitions, or of one family.
 *
 * @category operations
 */
export const listTaskDefinitions = (world: World, location: Location, input: unknown): Reply.Reply => {
  const decoded = decodeList(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const { familyPrefix, sort, status } = decoded.value
  const wanted = given(status) ? status : "ACTIVE"
  const definitions = Definitions.all(world, location).filter((definition) =>
    definition.status === wanted && (!given(familyPrefix) || definition.family === familyPrefix)
  )
  definitions.sort((a, b) => a.family === b.family ? a.revision - b.revision : a.family < b.family ? -1 : 1)
  if (sort === "DESC") definitions.reverse()
  return pageOf("taskDefinitionArns", definitions.map((definition) => definition.arn), decoded.value)
}
