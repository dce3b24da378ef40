/**
 * Capacity providers: those of Fargate, which every account has, and any other that a
 * cluster is associated with, which is a group of instances.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Arn from "./Arn.ts"
import type * as Mistake from "./Mistake.ts"
import type { Cluster } from "./World.ts"

const fargate: ReadonlyArray<string> = ["FARGATE", "FARGATE_SPOT"]

/**
 * Returns the name of a provider, which may be given as an ARN.
 *
 * @category getters
 */
export const nameOf = (provider: string): string => provider.slice(provider.lastIndexOf("/") + 1)

/**
 * Returns the launch type of the tasks that a provider runs.
 *
 * @category getters
 */
export const launchTypeOf = (provider: string): "FARGATE" | "EC2" => fargate.includes(provider) ? "FARGATE" : "EC2"

const Registered = Schema.Struct({
  capacityProviders: Schema.optional(Schema.Array(Schema.String)),
  defaultCapacityProviderStrategy: Schema.optional(Schema.Array(Schema.Struct({ capacityProvider: Schema.String })))
})
const decode = Schema.decodeUnknownOption(Registered)

/**
 * Returns the names of the providers that a cluster is associated with, and of those that
 * it uses where a call names none.
 *
 * @category getters
 */
export const ofCluster = (registered: Cluster["registered"]): {
  readonly associated: ReadonlyArray<string>
  readonly byDefault: ReadonlyArray<string>
} => {
  const found = Option.getOrElse(decode(registered), (): typeof Registered.Type => ({}))
  return {
    associated: (found.capacityProviders ?? []).map(nameOf),
    byDefault: (found.defaultCapacityProviderStrategy ?? []).map(({ capacityProvider }) => nameOf(capacityProvider))
  }
}

/**
 * Returns the names of the providers that an account has.
 *
 * @category getters
 */
export const known = (clusters: ReadonlyArray<Cluster>): ReadonlyArray<string> => [
  ...new Set([...fargate, ...clusters.flatMap(({ registered }) => ofCluster(registered).associated)])
]

/**
 * Returns the mistake of a strategy with providers that its cluster is not associated with.
 *
 * @category getters
 */
export const strategyMistakes = (
  associated: ReadonlyArray<string>,
  strategy: ReadonlyArray<string>
): ReadonlyArray<Mistake.Mistake> =>
  strategy.every((provider) => associated.includes(nameOf(provider))) ? [] : [{
    kind: "capacity provider",
    code: "InvalidParameterException",
    message:
      "The specified capacity provider strategy cannot contain a capacity provider that is not associated with " +
      "the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again."
  }]

/**
 * Writes a provider as ECS shows it.
 *
 * @category getters
 */
export const toJson = (location: Arn.Location, name: string): Schema.JsonObject => ({
  capacityProviderArn: Arn.arn(location, "capacity-provider", name),
  name,
  status: "ACTIVE",
  tags: []
})
