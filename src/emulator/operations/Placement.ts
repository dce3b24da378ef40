/**
 * The placement of the tasks that a `RunTask` asks for: the launch type, and the capacity
 * provider.
 */
import * as Input from "../Input.ts"
import * as CapacityProvider from "../model/CapacityProvider.ts"
import * as Compatibility from "../model/Compatibility.ts"
import type { Cluster, Definition } from "../model/World.ts"

const { given } = Input

/**
 * A placement.
 *
 * @category models
 */
export interface Placement {
  readonly launchType: string
  readonly capacityProviderName: string | undefined
  /** Whether neither the call nor its cluster says where tasks run: AWS then takes an EC2 instance. */
  readonly isUnsaid: boolean
}

/**
 * Returns where the tasks of a call run.
 *
 * **Details**
 *
 * Where nothing says it, a task runs on Fargate if its definition requires that or was
 * never registered, so that a client needs no more than a name.
 *
 * @category getters
 */
export const placementOf = (
  cluster: Cluster,
  definition: Definition,
  input: Pick<typeof Input.RunTask.Type, "capacityProviderStrategy" | "launchType">
): Placement => {
  if (given(input.launchType)) {
    return { launchType: input.launchType, capacityProviderName: undefined, isUnsaid: false }
  }
  const [byDefault] = CapacityProvider.ofCluster(cluster.registered).byDefault
  const provider = input.capacityProviderStrategy?.[0]?.capacityProvider ?? byDefault
  if (given(provider)) {
    const name = CapacityProvider.nameOf(provider)
    return { launchType: CapacityProvider.launchTypeOf(name), capacityProviderName: name, isUnsaid: false }
  }
  const required = Compatibility.read(definition.registered).requiresCompatibilities ?? []
  const launchType = definition.isImplicit || required.includes("FARGATE") ? "FARGATE" : "EC2"
  return { launchType, capacityProviderName: undefined, isUnsaid: true }
}
