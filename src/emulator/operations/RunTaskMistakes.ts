/**
 * What AWS would refuse of a `RunTask`, seen beside the task definition and the cluster that
 * were registered, in the words of ECS.
 */
import * as Input from "../Input.ts"
import * as CapacityProvider from "../model/CapacityProvider.ts"
import * as Compatibility from "../model/Compatibility.ts"
import * as Mistake from "../model/Mistake.ts"
import * as TaskSize from "../model/TaskSize.ts"
import type { Cluster, Definition } from "../model/World.ts"
import type { Placement } from "./Placement.ts"

type RunTaskInput = typeof Input.RunTask.Type

const { given } = Input

const wrong = Mistake.maker("InvalidParameterException")

const overrideMistakes = (
  { containerDefinitions }: Compatibility.Definition,
  input: RunTaskInput
): ReadonlyArray<Mistake.Mistake> => {
  const names = new Set((containerDefinitions ?? []).map(({ name }) => name))
  return (input.overrides?.containerOverrides ?? []).flatMap(({ name, ...changes }) => {
    if (given(name)) {
      const unknown = `Override for container named ${name} is not a container in the TaskDefinition.`
      return names.has(name) ? [] : [wrong("override of an unknown container", unknown)]
    }
    const isEmpty = Object.values(changes).every((change) => change === undefined || change === null)
    return isEmpty ? [] : [wrong("override without a name", "name cannot be blank.")]
  })
}

const networkMistakes = (
  definition: Compatibility.Definition,
  { launchType }: Placement,
  input: RunTaskInput
): ReadonlyArray<Mistake.Mistake> => {
  const network = input.networkConfiguration?.awsvpcConfiguration
  if (Compatibility.networkModeOf(definition) !== "awsvpc") {
    const unfit = "Network Configuration is not valid for the given networkMode of this task definition."
    return network ? [wrong("network configuration", unfit)] : []
  }
  if (!network) {
    const missing = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
    return [wrong("no network configuration", missing)]
  }
  return network.assignPublicIp === "ENABLED" && launchType !== "FARGATE"
    ? [wrong("public IP", "Assign public IP is not supported for this launch type.")]
    : []
}

const launchTypeMistakes = (
  definition: Compatibility.Definition,
  { isUnsaid, launchType }: Placement,
  input: RunTaskInput
): ReadonlyArray<Mistake.Mistake> => {
  const found: Array<Mistake.Mistake> = []
  if (isUnsaid && launchType === "FARGATE") {
    // AWS takes an EC2 instance, and a task that was made for Fargate is in a cluster that has none.
    found.push(wrong("no launch type", "No Container Instances were found in your cluster."))
  } else if (!Compatibility.compatibilitiesOf(definition).includes(launchType)) {
    found.push(wrong("launch type", `Task definition does not support launch_type ${launchType}.`))
  }
  if (launchType === "FARGATE") {
    const unfit = "are not supported with FARGATE launch type."
    if ((input.placementStrategy ?? []).length > 0) found.push(wrong("placement", `Placement strategies ${unfit}`))
    if ((input.placementConstraints ?? []).length > 0) found.push(wrong("placement", `Placement constraints ${unfit}`))
    const cpu = TaskSize.parse("cpu", input.overrides?.cpu ?? definition.cpu ?? "")
    const memory = TaskSize.parse("memory", input.overrides?.memory ?? definition.memory ?? "")
    const isOverridden = given(input.overrides?.cpu) || given(input.overrides?.memory)
    if (isOverridden && cpu !== undefined && memory !== undefined && !TaskSize.isFargate(cpu, memory)) {
      found.push(wrong("task size", Compatibility.noFargateSize(cpu, memory)))
    }
  } else if (given(input.platformVersion)) {
    const unfit = `The platform version must be null when specifying an ${launchType} launch type.`
    found.push(wrong("platform version", unfit))
  }
  return found
}

const providerMistakes = (cluster: Cluster, input: RunTaskInput): ReadonlyArray<Mistake.Mistake> =>
  CapacityProvider.strategyMistakes(
    CapacityProvider.ofCluster(cluster.registered).associated,
    (input.capacityProviderStrategy ?? []).flatMap(({ capacityProvider }) => capacityProvider ?? [])
  )

const executeCommandMistakes = (
  { taskRoleArn }: Compatibility.Definition,
  input: RunTaskInput
): ReadonlyArray<Mistake.Mistake> => {
  const hasRole = given(input.overrides?.taskRoleArn) || given(taskRoleArn)
  if (input.enableExecuteCommand !== true || hasRole) return []
  const noRole = "The execute command failed because a valid task role is not being used. Specify a valid task role " +
    "in your task definition or as a task override and try again."
  return [wrong("execute command", noRole)]
}

/**
 * Returns the mistakes of a call.
 *
 * **Details**
 *
 * Nothing is said against a cluster or a task definition that exists only because it was
 * used: where the world is strict there are none but the cluster `default`.
 *
 * @category getters
 */
export const mistakesOf = (
  cluster: Cluster,
  registered: Definition,
  placement: Placement,
  input: RunTaskInput,
  isStrict: boolean
): ReadonlyArray<Mistake.Mistake> => {
  const ofCluster = cluster.isImplicit && !isStrict ? [] : providerMistakes(cluster, input)
  if (registered.isImplicit) return ofCluster
  const definition = Compatibility.read(registered.registered)
  return [
    ...overrideMistakes(definition, input),
    ...networkMistakes(definition, placement, input),
    ...launchTypeMistakes(definition, placement, input),
    ...ofCluster,
    ...executeCommandMistakes(definition, input)
  ]
}
