/**
 * The task that a `RunTask` asks for: its parameters, and those of its definition.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
import * as ContainerInstance from "../model/ContainerInstance.ts"
import type * as Task from "../model/Task.ts"
import type { Cluster, Definition } from "../model/World.ts"
import type { Placement } from "./Placement.ts"
import { tagsOf } from "./Tags.ts"

const { given } = Input

const Containers = Schema.Array(Schema.Struct({
  name: Schema.String,
  image: Schema.optional(Schema.NullOr(Schema.String)),
  healthCheck: Schema.optional(Schema.NullOr(Schema.JsonObject))
}))
const containersOf = Schema.decodeUnknownOption(Containers)
const jsonObject = Schema.decodeUnknownOption(Schema.JsonObject)

const textOf = (value: unknown): string | undefined => typeof value === "string" && given(value) ? value : undefined

/** A definition that says nothing of networks is one for whatever the call asks for. */
const isInVpc = (definition: Definition, { launchType }: Placement, input: typeof Input.RunTask.Type): boolean => {
  if (launchType === "FARGATE") return true
  const mode = textOf(definition.registered["networkMode"])
  return mode === undefined && definition.isImplicit
    ? Boolean(input.networkConfiguration?.awsvpcConfiguration)
    : mode === "awsvpc"
}

/**
 * Returns the parameters of the tasks that a call asks for.
 *
 * @category getters
 */
export const taskSpecOf = (
  cluster: Cluster,
  definition: Definition,
  placement: Placement,
  input: typeof Input.RunTask.Type
): Task.TaskSpec => {
  const { capacityProviderName, launchType } = placement
  const containers = Option.getOrElse(containersOf(definition.registered["containerDefinitions"]), () => [])
  const tags = tagsOf(input.tags)
  return {
    family: definition.family,
    taskDefinitionArn: definition.arn,
    group: textOf(input.group) ?? `family:${definition.family}`,
    startedBy: textOf(input.startedBy),
    launchType,
    capacityProviderName,
    containerInstanceArn: launchType === "FARGATE" ? undefined : ContainerInstance.use(cluster),
    platformVersion: textOf(input.platformVersion) ?? "1.4.0",
    cpu: textOf(input.overrides?.cpu) ?? textOf(definition.registered["cpu"]) ?? "256",
    memory: textOf(input.overrides?.memory) ?? textOf(definition.registered["memory"]) ?? "512",
    isInVpc: isInVpc(definition, placement, input),
    subnet: input.networkConfiguration?.awsvpcConfiguration?.subnets?.[0],
    enableExecuteCommand: input.enableExecuteCommand ?? false,
    containers: containers.map(({ healthCheck, image, name }) => ({
      name,
      image: image ?? "",
      hasHealthCheck: healthCheck !== undefined && healthCheck !== null
    })),
    overrides: {
      containerOverrides: containers.map(({ name }) => ({ name })),
      inferenceAcceleratorOverrides: [],
      ...Option.getOrElse(jsonObject(input.overrides), () => ({}))
    },
    tags: input.propagateTags === "TASK_DEFINITION"
      ? [...definition.tags.filter((tag) => tags.every(({ key }) => key !== tag.key)), ...tags]
      : tags
  }
}
