/**
 * The flags of `fleetcap emulate`, and the settings that they stand for.
 */
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import type { RandomFault, Settings } from "../../emulator/model/Settings.ts"
import * as Flags from "../terminal/Flags.ts"

/** Where clients that are configured for other emulators of AWS look for them. */
const defaultPort = 4566

/**
 * The flags of `fleetcap emulate`.
 *
 * @category flags
 */
export const flags = {
  port: Flags.whole(
    "port",
    { minimum: 0, maximum: 65_535 },
    `The port to listen on (${defaultPort}). 0 picks a free one`
  ).pipe(Flag.withDefault(defaultPort)),
  host: Flags.text("host", "HOST", "The address to listen on (127.0.0.1: this machine only)").pipe(
    Flag.withDefault("127.0.0.1")
  ),
  seed: Flags.whole("seed", { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, "Seed of the random numbers (1)").pipe(
    Flag.withDefault(1)
  ),
  listLag: Flags.span("list-lag", "Time for which lists omit new tasks and still show stopped ones (0s)").pipe(
    Flag.optional
  ),
  describeLag: Flags.span("describe-lag", "Time for which new tasks are MISSING, and age of the status shown (0s)")
    .pipe(
      Flag.optional
    ),
  latency: Flags.span("latency", "Duration of a call (0s)").pipe(Flag.optional),
  taskLifetime: Flags.span("task-lifetime", "Time that a task runs before it exits (forever)").pipe(Flag.optional),
  startTime: Flags.span("start-time", "Time that a task takes to start (0s)").pipe(Flag.optional),
  stopTime: Flags.span("stop-time", "Time that a task takes to stop (0s)").pipe(Flag.optional),
  strict: Flag.Boolean("strict").pipe(
    Flag.withDescription(
      "Refuse what AWS refuses: launches that do not fit their definition, and what was not created"
    ),
    Flag.withDefault(false)
  ),
  rates: Flag.Boolean("rate-limits").pipe(
    Flag.withDescription("Enforce the request rates that AWS documents"),
    Flag.withDefault(false)
  ),
  capacity: Flags.whole("capacity", { minimum: 0, maximum: 1_000_000 }, "Most tasks that can run at once (unlimited)")
    .pipe(
      Flag.optional
    ),
  throttled: Flags.probability("throttled", "Probability that a call is throttled (0)").pipe(Flag.optional),
  serverErrors: Flags.probability("server-errors", "Probability that a call fails with status 500 (0)").pipe(
    Flag.optional
  ),
  resets: Flags.probability("resets", "Probability that the connection is lost before a call is received (0)").pipe(
    Flag.optional
  ),
  lostAnswers: Flags.probability("lost-answers", "Probability that a RunTask is processed but its answer lost (0)")
    .pipe(
      Flag.optional
    ),
  cutAnswers: Flags.probability("cut-answers", "Probability that an answer is truncated (0)").pipe(Flag.optional),
  noCapacity: Flags.probability("no-capacity", "Probability that a RunTask fails for lack of capacity (0)").pipe(
    Flag.optional
  ),
  startFailures: Flags.probability("start-failures", "Probability that a task stops before it runs (0)").pipe(
    Flag.optional
  )
}

/**
 * The values that the flags of `fleetcap emulate` were given.
 *
 * @category models
 */
export type EmulateFlags = Command.Command.Config.Infer<typeof flags>

/**
 * Returns the settings that the flags stand for.
 *
 * @category conversions
 */
export const settingsOf = (given: EmulateFlags): Settings => {
  const [listLag, describeLag] = [Option.getOrUndefined(given.listLag), Option.getOrUndefined(given.describeLag)]
  const fault = (
    probability: Option.Option<number>,
    fault: RandomFault["fault"],
    operation?: string
  ): ReadonlyArray<RandomFault> =>
    Option.match(probability, {
      onNone: () => [],
      onSome: (probability) => [{ fault, probability, operation }]
    })
  return {
    seed: given.seed,
    strict: given.strict,
    rates: given.rates,
    capacity: Option.getOrUndefined(given.capacity),
    latency: Option.getOrUndefined(given.latency),
    // Replicas that differ are what makes answers go back in time.
    lag: { unlisted: listLag, lingering: listLag, missing: describeLag, status: describeLag, replicas: 2 },
    lifecycle: {
      pending: Option.getOrUndefined(given.startTime),
      lifetime: Option.getOrUndefined(given.taskLifetime),
      deprovisioning: Option.getOrUndefined(given.stopTime),
      startFailures: Option.getOrUndefined(given.startFailures)
    },
    faults: [
      ...fault(given.throttled, { _tag: "Throttle" }),
      ...fault(given.serverErrors, { _tag: "ServerError", processed: false }),
      ...fault(given.resets, { _tag: "Reset", processed: false }),
      ...fault(given.lostAnswers, { _tag: "Reset", processed: true }, "RunTask"),
      ...fault(given.cutAnswers, { _tag: "CutBody" }),
      ...fault(given.noCapacity, { _tag: "Capacity" }, "RunTask")
    ]
  }
}
