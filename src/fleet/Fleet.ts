/**
 * The description of a fleet: a cluster, a task definition, a cap, and the network that its tasks need.
 *
 * **Details**
 *
 * Users write a plain object, an {@link Input}, or set environment variables.
 * {@link make} and {@link config} check all of it, by the rules of ECS, before
 * anything is launched.
 *
 * This folder holds a fleet as users describe it: the rules for its fields, its
 * settings, and the `RunTask` request of one launch. It starts nothing, and may import
 * `ecs` and `ledger`.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as EcsName from "../ecs/EcsName.ts"
import { parseKey } from "../ledger/Key.ts"
import { CrossField } from "./CrossField.ts"
import type { Input } from "./FleetInput.ts"
import * as FleetLocation from "./FleetLocation.ts"
import { type Fleet, FleetSchema } from "./FleetSchema.ts"
import * as FleetConfig from "./FromEnvironment.ts"
import { runTaskRequest } from "./LaunchRequest.ts"
import * as Problems from "./Problems.ts"
import * as Settings from "./Settings.ts"

export type { CapacityProvider, Description, Input, Network, NoNetwork, Overrides, Placement } from "./FleetInput.ts"
export { Cap, type Fleet } from "./FleetSchema.ts"
export { overridesLimit, runTaskRequest } from "./LaunchRequest.ts"
export { keyVariable } from "./WorkerEnvironment.ts"

/**
 * A description that cannot be a fleet, with everything that is wrong with it.
 *
 * @category errors
 */
export class FleetError extends Schema.TaggedError<FleetError>()("FleetError", {
  problems: Schema.Array(Problems.Problem)
}) {
  override get message(): string {
    return `invalid fleet: ${Problems.oneLine(this.problems)}`
  }
}

const parseOptions = { errors: "all", onExcessProperty: "error", reportInput: true } as const
const decode = Schema.decodeUnknownResult(FleetSchema, parseOptions)
const decodeTogether = Schema.decodeUnknownResult(CrossField, { ...parseOptions, onExcessProperty: "ignore" })

// As long as every launch's id.
const sampleLaunchId = "00000000-0000-0000-0000-000000000000"

const problemsOf = (decoded: Result.Result<unknown, Schema.SchemaError>): ReadonlyArray<Problems.Problem> =>
  Result.isFailure(decoded) ? Problems.fromIssue(decoded.failure.issue, "fleet") : []

/**
 * Checks something that may be a description, such as the content of a file.
 *
 * @category constructors
 */
export const decodeUnknown = (input: unknown): Result.Result<Fleet, FleetError> => {
  const decoded = decode(input)
  const together = Predicate.isObject(input) ? problemsOf(decodeTogether(input)) : []
  if (Result.isFailure(decoded) || together.length > 0) {
    return Result.fail(new FleetError({ problems: [...problemsOf(decoded), ...together] }))
  }
  const { success: description } = decoded
  const apart = FleetLocation.reasonAgainst(description)
  if (apart !== undefined) {
    return Result.fail(new FleetError({ problems: [{ field: "taskDefinition", reason: apart }] }))
  }
  const family = EcsName.family(description.taskDefinition) ?? description.taskDefinition
  const fleet: Fleet = {
    ...description,
    id: description.id ?? `${EcsName.clusterName(description.cluster) ?? description.cluster}/${family}`,
    family,
    launchType: description.launchType ?? "FARGATE",
    exclusiveKeys: description.exclusiveKeys ?? false,
    settings: description.settings ?? Settings.defaults
  }
  const shortest = runTaskRequest(fleet, { launchId: sampleLaunchId, key: Result.getOrThrow(parseKey("k")) })
  return Result.mapBoth(shortest, {
    onFailure: (reason) => new FleetError({ problems: [{ field: "overrides", reason }] }),
    onSuccess: () => fleet
  })
}

/**
 * Checks a description.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { Fleet } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const fleet = { cluster: "workers", taskDefinition: "converter:7", subnets: ["subnet-0a1b2c3d"], cap: 16 }
 * assert.equal(Effect.runSync(Fleet.make(fleet)).id, "workers/converter")
 *
 * const error = Effect.runSync(Effect.flip(Fleet.make({ ...fleet, subnets: [] })))
 * assert.equal(error.message, "invalid fleet: subnets: expected 1 to 16 subnets for tasks on Fargate, got none")
 *
 * // Instances of EC2, with a task definition that is not awsvpc, and instances outside of AWS.
 * const { subnets: _, ...placeless } = fleet
 * assert.equal(Fleet.makeUnsafe({ ...placeless, launchType: "EC2" }).subnets, undefined)
 * assert.equal(Fleet.makeUnsafe({ ...placeless, launchType: "EXTERNAL" }).subnets, undefined)
 * ```
 *
 * @category constructors
 */
export const make = (input: Input): Effect.Effect<Fleet, FleetError> => Effect.fromResult(decodeUnknown(input))

/**
 * Checks a description like {@link make}, outside of an Effect.
 *
 * **Gotchas**
 *
 * Throws the {@link FleetError}.
 *
 * @category constructors
 */
export const makeUnsafe = (input: Input): Fleet => Result.getOrThrowWith(decodeUnknown(input), (error) => error)

/**
 * Reads a fleet from environment variables, or any other `ConfigProvider`.
 *
 * **Details**
 *
 * Each field has a variable: `FLEETCAP_CLUSTER`, `FLEETCAP_TASK_DEFINITION`,
 * `FLEETCAP_CAP`, and so on. Those of the settings are called alike:
 * `FLEETCAP_REQUEST_TIMEOUT`. Lists (`FLEETCAP_SUBNETS`, `FLEETCAP_SECURITY_GROUPS`)
 * are separated by commas, flags are `true` or `false`, times are written like
 * `30 seconds`, and what is an object in {@link Input} is JSON. An empty variable
 * is as good as none. A fleet on instances of EC2 that are not `awsvpc` has
 * `FLEETCAP_LAUNCH_TYPE=EC2` and no `FLEETCAP_SUBNETS`.
 *
 * `Config.nested` puts a name before them all, for programs with several fleets.
 *
 * **Gotchas**
 *
 * Other variables that begin with `FLEETCAP_` are not looked at: a misspelt one is
 * not noticed.
 *
 * @category constructors
 */
export const config: Config.Config<Fleet> = FleetConfig.description.pipe(
  Config.mapEffect((description) =>
    Effect.fromResult(Result.mapError(decodeUnknown(description), ({ problems }) => {
      const message = Problems.oneLine(problems.map(FleetConfig.inVariable))
      return new Config.ConfigError(new Schema.SchemaError(new SchemaIssue.InvalidValue({ message })))
    }))
  )
)
