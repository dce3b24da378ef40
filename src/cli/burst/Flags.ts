/**
 * The flags of `fleetcap burst`.
 */
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Flags from "../terminal/Flags.ts"

/**
 * The flags of `fleetcap burst`, each by itself.
 *
 * @category flags
 */
export const flags = {
  requests: Flags.whole("requests", { minimum: 1, maximum: 100_000 }, "Number of workers to request (24)").pipe(
    Flag.withDefault(24)
  ),
  maxWorkers: Flags.whole("max-workers", { minimum: 0, maximum: 1_000_000 }, "The cap of the fleet (16)").pipe(
    Flag.withDefault(16)
  ),
  rate: Flags.positive("rate", "PER_SECOND", "Requests per second (all at once)").pipe(Flag.optional),
  retryEvery: Flags.time("retry-every", "Interval at which a request without a worker is repeated (1s)").pipe(
    Flag.optional
  ),
  within: Flags.time("for", "Time limit for repeating requests, or for waiting in line").pipe(Flag.optional),
  wait: Flag.Boolean("wait").pipe(
    Flag.withDescription("Wait in line for a worker instead of repeating requests"),
    Flag.withDefault(false)
  ),
  keyPrefix: Flags.text("key-prefix", "TEXT", "Prefix of the keys, before their number (burst-)").pipe(
    Flag.withDefault("burst-")
  ),
  ledger: Flags.text("ledger", "PLACE", "The ledger: memory, postgres://... or dynamodb:TABLE (memory)")
    .pipe(Flag.withDefault("memory")),
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print one JSON object to standard output, and nothing else"),
    Flag.withDefault(false)
  ),
  endpointUrl: Flags.url("endpoint-url", "The URL of ECS (as the AWS SDK is configured)").pipe(Flag.optional),
  region: Flags.text("region", "REGION", "The AWS region (as the AWS SDK is configured)").pipe(Flag.optional),
  cluster: Flags.text("cluster", "NAME", "The ECS cluster. Without one, an emulated ECS is used").pipe(Flag.optional),
  taskDefinition: Flags.text("task-definition", "FAMILY:REVISION", "The task definition of the workers").pipe(
    Flag.optional
  ),
  container: Flags.text("container", "NAME", "The container that gets its key as FLEETCAP_KEY").pipe(
    Flag.optional
  ),
  subnets: Flags.text("subnet", "ID", "A subnet for workers. May be repeated, up to 16 times").pipe(Flag.atLeast(0)),
  securityGroups: Flags.text("security-group", "ID", "A security group for workers. May be repeated, up to 5 times")
    .pipe(
      Flag.atLeast(0)
    ),
  assignPublicIp: Flag.Boolean("assign-public-ip").pipe(
    Flag.withDescription("Give workers a public IP address"),
    Flag.withDefault(false)
  )
}

/**
 * The values that the flags of `fleetcap burst` were given.
 *
 * @category models
 */
export type BurstFlags = Command.Command.Config.Infer<typeof flags>
