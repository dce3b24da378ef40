/**
 * The placement of the tasks that a `RunTask` asks for: the launch type, and the capacity
 * provider.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Input from "../Input.ts"
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

const strategyOf = Schema.decodeUnknownOption(Schema.Array(Schema.Struct({ capacityProvider: Schema.String })))

/** Any other provider is a group of instances. */
const launchTypeOf = (provider: string): string => /^FARGATE(?:_SPOT)?$/.test(provider) ? "FARGATE" : "EC2"

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
  const byDefault = Option.getOrElse(strategyOf(cluster.registered["defaultCapacityProviderStrategy"]), () => [])
  const provider = input.capacityProviderStrategy?.[0]?.capacityProvider ?? byDefault[0]?.capacityProvider
  if (given(provider)) {
    return { launchType: launchTypeOf(provider), capacityProviderName: provider, isUnsaid: false }
  }
  const required = Compatibility.read(definition.registered).requiresCompatibilities ?? []
  const launchType = definition.isImplicit || required.includes("FARGATE") ? "FARGATE" : "EC2"
  return { launchType, capacityProviderName: undefined, isUnsaid: true }
}
