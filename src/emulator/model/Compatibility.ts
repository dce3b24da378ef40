/**
 * What a task definition can run on, and what Fargate refuses of it.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Mistake from "./Mistake.ts"
import * as TaskSize from "./TaskSize.ts"

const optional = <S extends Schema.Constraint>(schema: S) => Schema.optional(Schema.NullOr(schema))
const Text = optional(Schema.String)
const Size = optional(Schema.Finite)

/** The members of a task definition that decide on what it can run. */
const Definition = Schema.Struct({
  containerDefinitions: optional(Schema.Array(Schema.Struct({
    name: Text,
    image: Text,
    logConfiguration: optional(Schema.Struct({ logDriver: Text })),
    memory: Size,
    memoryReservation: Size,
    portMappings: optional(Schema.Array(Schema.Struct({ containerPort: Size, hostPort: Size }))),
    privileged: optional(Schema.Boolean),
    stopTimeout: Size
  }))),
  cpu: Text,
  executionRoleArn: Text,
  ipcMode: Text,
  memory: Text,
  networkMode: Text,
  pidMode: Text,
  requiresCompatibilities: optional(Schema.Array(Schema.String)),
  runtimePlatform: optional(Schema.Struct({ operatingSystemFamily: Text })),
  taskRoleArn: Text,
  volumes: optional(Schema.Array(Schema.Struct({ host: optional(Schema.Struct({ sourcePath: Text })) })))
})

/**
 * The members of a task definition that are looked at.
 *
 * @category models
 */
export type Definition = typeof Definition.Type

const decode = Schema.decodeUnknownOption(Definition)

/**
 * Reads what was registered. Members of the wrong type count as none.
 *
 * @category constructors
 */
export const read = (registered: Schema.JsonObject): Definition => Option.getOrElse(decode(registered), () => ({}))

/**
 * The network mode of a task definition: on Linux, `bridge` where none is named.
 *
 * @category getters
 */
export const networkModeOf = (definition: Definition): string => definition.networkMode ?? "bridge"

const isGiven = (text: string | null | undefined): text is string => text !== undefined && text !== null && text !== ""

const wrong = Mistake.maker("ClientException")

const sizeMistakes = ({ cpu, memory }: Definition): ReadonlyArray<Mistake.Mistake> => {
  if (!isGiven(cpu)) return [wrong("task size", "Fargate requires that 'cpu' be defined at the task level.")]
  if (!isGiven(memory)) return [wrong("task size", "Fargate requires that 'memory' be defined at the task level.")]
  const units = TaskSize.parse("cpu", cpu)
  const mib = TaskSize.parse("memory", memory)
  if (units === undefined) return [wrong("task size", "Invalid 'cpu' setting for task.")]
  if (mib === undefined) return [wrong("task size", "Invalid 'memory' setting for task.")]
  return TaskSize.isFargate(units, mib) ? [] : [wrong("task size", noFargateSize(units, mib))]
}

/**
 * The words in which ECS refuses a size that Fargate does not have.
 *
 * @category errors
 */
export const noFargateSize = (cpu: number, memory: number): string =>
  `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory. ` +
  "See the Amazon ECS documentation for the valid values."

const fargateContainerMistakes = (definition: Definition): ReadonlyArray<Mistake.Mistake> =>
  (definition.containerDefinitions ?? []).flatMap((container) => {
    const found: Array<Mistake.Mistake> = []
    if (container.privileged === true) {
      found.push(
        wrong("privileged", "Fargate requires that the 'privileged' setting be 'false' at the container level.")
      )
    }
    if ((container.stopTimeout ?? 0) > 120) {
      const limit = "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds."
      found.push(wrong("stop timeout", limit))
    }
    if (!isGiven(definition.executionRoleArn)) {
      const requires = "Fargate requires task definition to have execution role ARN to support"
      const driver = container.logConfiguration?.logDriver
      if (driver === "awslogs") found.push(wrong("execution role", `${requires} log driver ${driver}.`))
      if (/\.dkr\.ecr\.[^/]*amazonaws\./.test(container.image ?? "")) {
        found.push(wrong("execution role", `${requires} ECR images.`))
      }
    }
    return found
  })

/**
 * Returns what Fargate refuses of a task definition, in the words of ECS
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html}).
 *
 * @category getters
 */
export const fargateMistakes = (definition: Definition): ReadonlyArray<Mistake.Mistake> => {
  const { ipcMode, pidMode, runtimePlatform, volumes } = definition
  const found: Array<Mistake.Mistake> = []
  if (networkModeOf(definition) !== "awsvpc") {
    found.push(wrong("network mode", "Fargate only supports network mode ‘awsvpc’."))
  }
  found.push(...sizeMistakes(definition))
  const isLinux = !(runtimePlatform?.operatingSystemFamily ?? "LINUX").startsWith("WINDOWS")
  if (isGiven(pidMode) && (pidMode !== "task" || !isLinux)) {
    const supported = "The supported value for pidMode is 'task'."
    found.push(
      wrong("pid mode", `Tasks using the Fargate launch type do not support pidMode '${pidMode}'. ${supported}`)
    )
  }
  if (isGiven(ipcMode)) found.push(wrong("ipc mode", "Tasks using the Fargate launch type do not support ipcMode."))
  if ((volumes ?? []).some(({ host }) => isGiven(host?.sourcePath))) {
    found.push(wrong("host volume", "Fargate compatible task definitions do not support sourcePath"))
  }
  return [...found, ...fargateContainerMistakes(definition)]
}

/**
 * Returns what ECS refuses of a task definition, whatever it is to run on.
 *
 * @category getters
 */
export const mistakes = (definition: Definition): ReadonlyArray<Mistake.Mistake> => {
  const found = (definition.requiresCompatibilities ?? []).includes("FARGATE") ? [...fargateMistakes(definition)] : []
  const mode = networkModeOf(definition)
  for (const { memory, memoryReservation, name, portMappings } of definition.containerDefinitions ?? []) {
    if (!isGiven(definition.memory) && (memory ?? memoryReservation ?? 0) <= 0) {
      const least = "At least one of 'memory' or 'memoryReservation' must be specified."
      found.push(wrong("container memory", `Invalid setting for container '${name ?? ""}'. ${least}`))
    }
    const differs = (portMappings ?? []).some(({ containerPort, hostPort }) =>
      hostPort !== undefined && hostPort !== null && hostPort !== containerPort
    )
    if (differs && (mode === "awsvpc" || mode === "host")) {
      const match = "the host ports and container ports in port mappings must match."
      found.push(wrong("port mapping", `When networkMode=${mode}, ${match}`))
    }
  }
  return found
}

/**
 * Returns the launch types that a task definition can run with.
 *
 * @category getters
 */
export const compatibilitiesOf = (definition: Definition): ReadonlyArray<string> => {
  const inVpc = networkModeOf(definition) === "awsvpc"
  const fitting = inVpc ? ["EC2", "MANAGED_INSTANCES"] : ["EXTERNAL", "EC2"]
  if (fargateMistakes(definition).length === 0) fitting.push("FARGATE")
  const required = definition.requiresCompatibilities ?? []
  // Managed instances may have the network of the host, which no other rule here says.
  return required.includes("MANAGED_INSTANCES") && !inVpc ? [...fitting, "MANAGED_INSTANCES"] : fitting
}
