/**
 * `RunTask`: accepts tasks, or says why not.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
import type { Location } from "../model/Arn.ts"
import * as Token from "../model/ClientToken.ts"
import * as ClusterTable from "../model/ClusterTable.ts"
import type { Fault } from "../model/Fault.ts"
import * as Lifecycle from "../model/Lifecycle.ts"
import * as Mistake from "../model/Mistake.ts"
import * as Reply from "../model/Reply.ts"
import type * as Task from "../model/Task.ts"
import * as Definitions from "../model/TaskDefinitionTable.ts"
import * as TaskJson from "../model/TaskJson.ts"
import * as TaskTable from "../model/TaskTable.ts"
import type { Cluster, World } from "../model/World.ts"
import { placementOf } from "./Placement.ts"
import { mistakesOf } from "./RunTaskMistakes.ts"
import { tagsError } from "./Tags.ts"
import { taskSpecOf } from "./TaskSpecOf.ts"

const decode = Schema.decodeUnknownOption(Input.RunTask)

type RunTaskInput = typeof Input.RunTask.Type

const { given } = Input

const launchTypes = new Set(["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])

/** The error in the parameters, in the words of ECS where they are known. */
const problem = (input: RunTaskInput): string | undefined => {
  const count = input.count ?? 1
  const startedBy = input.startedBy ?? ""
  const token = input.clientToken
  const network = input.networkConfiguration?.awsvpcConfiguration
  const strategy = input.capacityProviderStrategy ?? []
  if (count < 1) return "Count must be at least 1."
  if (count > 10) return "Count must be at most 10."
  if (startedBy.length > 128) return "startedBy longer than 128."
  if (!/^[a-zA-Z0-9/_-]*$/.test(startedBy)) return "startedBy contains invalid characters."
  if (given(token) && !/^[\x21-\x7e]{1,64}$/.test(token)) return "clientToken is invalid."
  if (given(input.launchType) && !launchTypes.has(input.launchType)) {
    return `Invalid launch type: ${input.launchType}`
  }
  if (given(input.launchType) && strategy.length > 0) {
    return "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again."
  }
  if (strategy.length > 20) return "capacityProviderStrategy can have at most 20 items."
  if (strategy.some((item) => !given(item.capacityProvider))) return "capacityProvider cannot be empty."
  if (strategy.filter((item) => (item.base ?? 0) > 0).length > 1) {
    return "Only one capacity provider in a capacity provider strategy can have a base defined."
  }
  if (network !== undefined && network !== null) {
    const { assignPublicIp, securityGroups, subnets } = network
    if ((subnets ?? []).length === 0) return "subnets can not be empty."
    if ((subnets ?? []).length > 16) return "subnets can have at most 16 items."
    if ((securityGroups ?? []).length > 5) return "securityGroups can have at most 5 items."
    if (given(assignPublicIp) && assignPublicIp !== "ENABLED" && assignPublicIp !== "DISABLED") {
      return "assignPublicIp must be ENABLED or DISABLED."
    }
  }
  if (input.propagateTags === "SERVICE") return "propagateTags SERVICE is not supported when running a task."
  if (JSON.stringify(input.overrides ?? {}).length > 8192) {
    return "Container Overrides length must be at most 8192"
  }
  return tagsError(input.tags)
}

const capacityReason =
  "Capacity is unavailable at this time. Please try again later or in a different availability zone"
const quotaReason = "You’ve reached the limit on the number of vCPUs you can run concurrently"

const launch = (
  world: World,
  cluster: Cluster,
  spec: Task.TaskSpec,
  options: { readonly count: number; readonly token: string | undefined; readonly fault: Fault | undefined }
) => {
  const { fault } = options
  const room = fault?._tag === "Capacity" ? fault.launched ?? 0 : Infinity
  const reason = fault?._tag === "Capacity" ? fault.reason ?? capacityReason : quotaReason
  const tasks: Array<Task.Task> = []
  const failures: Array<Schema.JsonObject> = []
  for (let index = 0; index < options.count; index++) {
    if (tasks.length < room && world.live < world.resolved.capacity) {
      const startFails = fault?._tag === "StartFailure"
      tasks.push(TaskTable.launch(world, cluster, spec, { origin: "own", token: options.token, startFails }))
    } else {
      failures.push({ reason: tasks.length < room ? quotaReason : reason })
    }
  }
  return { tasks, failures }
}

/**
 * Runs the tasks that a `RunTask` asks for.
 *
 * @category operations
 */
export const runTask = (world: World, location: Location, input: unknown, fault: Fault | undefined): Reply.Reply => {
  const decoded = decode(input)
  if (Option.isNone(decoded)) return Reply.malformed
  const { clientToken, ...parameters } = decoded.value
  if (!given(parameters.taskDefinition)) return Reply.invalid("TaskDefinition can not be blank.")
  const wrong = problem(decoded.value)
  if (wrong !== undefined) return Reply.invalid(wrong)
  const cluster = ClusterTable.useCluster(world, location, parameters.cluster)
  if (ClusterTable.isReply(cluster)) return cluster

  const token = given(clientToken) ? clientToken : undefined
  const fingerprint = JSON.stringify(parameters)
  const known = token === undefined ? undefined : cluster.tokens.get(token)
  if (known !== undefined && world.now < Token.expiresAt(known)) return Token.replay(known, fingerprint, world.now)

  const definition = Definitions.use(world, location, parameters.taskDefinition)
  if (definition === undefined) return Reply.error("ClientException", "TaskDefinition not found.")
  if (definition.status !== "ACTIVE") return Reply.invalid("TaskDefinition is inactive")
  const placement = placementOf(cluster, definition, parameters)
  const mistakes = mistakesOf(cluster, definition, placement, decoded.value, world.resolved.strict)
  const refused = Mistake.refusal(world, "RunTask", mistakes)
  if (refused !== undefined) return refused

  const { failures, tasks } = launch(world, cluster, taskSpecOf(cluster, definition, placement, decoded.value), {
    count: parameters.count ?? 1,
    token,
    fault
  })
  if (token !== undefined) {
    const record = { createdAt: world.now, parameters: fingerprint, tasks, failures }
    cluster.tokens.set(token, record)
    if (tasks.length === 0) TaskTable.expireToken(world, cluster, token, record)
  }
  return Reply.ok({
    tasks: tasks.map((task) => TaskJson.toJson(task, Lifecycle.first(task.life), true)),
    failures
  })
}
