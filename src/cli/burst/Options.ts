/**
 * The options of a burst, read from its flags together.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { maxKeyLength, parseKey } from "../../ledger/Key.ts"
import { UsageError } from "../terminal/Usage.ts"
import type * as AwsClient from "./AwsClient.ts"
import type { BurstFlags } from "./Flags.ts"
import * as LedgerPlaces from "./LedgerFlag.ts"
import type { Persistence, Plan } from "./Plan.ts"
import { keyOf } from "./Plan.ts"

/**
 * The fleet that the command line names.
 *
 * @category options
 */
export interface Target extends AwsClient.Options {
  readonly cluster: string
  readonly taskDefinition: string
  readonly container: string | undefined
  readonly subnets: ReadonlyArray<string>
  readonly securityGroups: ReadonlyArray<string>
  readonly assignPublicIp: boolean
  readonly ledger: LedgerPlaces.LedgerPlace
}

/**
 * The work of a burst.
 *
 * @category options
 */
export interface BurstOptions {
  readonly plan: Plan
  readonly cap: number
  /** Whether nothing but one JSON object is written to standard output. */
  readonly json: boolean
}

/**
 * Puts the flags together, or says why they do not fit. Without a target, the
 * burst is to use an ECS that the command brings along.
 *
 * @category constructors
 */
export const fromFlags = (
  flags: BurstFlags
): Result.Result<{ readonly options: BurstOptions; readonly target: Target | undefined }, UsageError> =>
  Result.gen(function*() {
    const target = yield* targetOf(flags, yield* ledgerOf(flags))
    const plan: Plan = {
      requests: flags.requests,
      rate: Option.getOrUndefined(flags.rate),
      keyPrefix: flags.keyPrefix,
      persistence: persistenceOf(flags, target !== undefined),
      within: Option.getOrUndefined(flags.within)
    }
    yield* Result.mapError(
      parseKey(keyOf(plan, plan.requests)),
      (reason) =>
        new UsageError({
          message: flags.keyPrefix.length > maxKeyLength - String(plan.requests).length
            ? `--key-prefix is too long: with a number, a key has up to ${maxKeyLength} characters`
            : `--key-prefix does not make a valid key: ${reason}`
        })
    )
    if (flags.maxWorkers === 0 && plan.within === undefined && plan.persistence._tag !== "Once") {
      return yield* wrong("--max-workers 0 never launches a task: set a time limit with --for")
    }
    return { options: { plan, cap: flags.maxWorkers, json: flags.json }, target }
  })

const wrong = (message: string): Result.Result<never, UsageError> => Result.fail(new UsageError({ message }))

const persistenceOf = (flags: BurstFlags, hasTarget: boolean): Persistence => {
  const every = Option.getOrElse(flags.retryEvery, () => Duration.seconds(1))
  if (flags.wait) return { _tag: "InLine", every }
  if (hasTarget) return Option.isSome(flags.within) ? { _tag: "Again", every } : { _tag: "Once" }
  return Option.isSome(flags.retryEvery) ? { _tag: "Again", every } : { _tag: "InLine", every }
}

/** The wrong text is not repeated: it may have a password. */
const ledgerOf = ({ ledger }: BurstFlags): Result.Result<LedgerPlaces.LedgerPlace, UsageError> =>
  Option.match(LedgerPlaces.parse(ledger), {
    onNone: () => wrong(`--ledger: expected ${LedgerPlaces.expected}`),
    onSome: Result.succeed
  })

/** A command line with a part of a target means AWS: to use the emulated ECS instead would be a surprise. */
const targetOf = (
  flags: BurstFlags,
  ledger: LedgerPlaces.LedgerPlace
): Result.Result<Target | undefined, UsageError> => {
  const { cluster, container, endpointUrl, region, securityGroups, subnets, taskDefinition } = flags
  const isGiven: ReadonlyArray<readonly [flag: string, isGiven: boolean]> = [
    ["--cluster", Option.isSome(cluster)],
    ["--task-definition", Option.isSome(taskDefinition)],
    ["--subnet", subnets.length > 0],
    ["--endpoint-url", Option.isSome(endpointUrl)],
    ["--region", Option.isSome(region)],
    ["--container", Option.isSome(container)],
    ["--security-group", securityGroups.length > 0],
    ["--assign-public-ip", flags.assignPublicIp],
    // What a demonstration launches is gone with it, and must not be left in a ledger.
    ["--ledger", ledger._tag !== "Memory"]
  ]
  const given = isGiven.find(([, isGiven]) => isGiven)?.[0]
  if (given === undefined) return Result.succeed(undefined)
  if (Option.isSome(cluster) && Option.isSome(taskDefinition) && subnets.length > 0) {
    return Result.succeed({
      endpoint: Option.getOrUndefined(endpointUrl),
      region: Option.getOrUndefined(region),
      cluster: cluster.value,
      taskDefinition: taskDefinition.value,
      container: Option.getOrUndefined(container),
      subnets,
      securityGroups,
      assignPublicIp: flags.assignPublicIp,
      ledger
    })
  }
  const missing = isGiven.slice(0, 3).flatMap(([flag, isGiven]) => isGiven ? [] : [flag])
  const needed = missing.join(", ").replace(/, ([^,]*)$/, " and $1")
  return wrong(`${given} requires ${needed}`)
}
