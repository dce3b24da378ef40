/**
 * The options of a simulation, read from its flags together.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Name } from "../../simulation/scenario/DrawScenario.ts"
import { UsageError } from "../terminal/Usage.ts"
import type { SimulateFlags } from "./Flags.ts"

/**
 * Choices for all worlds, instead of what their seeds draw.
 *
 * @category options
 */
export interface Given {
  readonly scenario?: Name | undefined
  readonly maxWorkers?: number | undefined
  /** In milliseconds. */
  readonly listLag?: number | undefined
}

/**
 * Many seeds are run.
 *
 * @category options
 */
export interface RunningSeeds {
  readonly _tag: "Seeds"
  readonly from: number
  readonly seeds: number
  readonly given: Given
}

/**
 * One seed is run, and told.
 *
 * @category options
 */
export interface TellingSeed {
  readonly _tag: "Seed"
  readonly seed: number
  readonly given: Given
  /** Whether it is told with as little of its world as still breaks a rule. */
  readonly shrink: boolean
}

/**
 * The policies are compared.
 *
 * @category options
 */
export interface Comparing {
  readonly _tag: "Compare"
  readonly from: number
  /** The number of worlds that are drawn, if it is given. */
  readonly seeds: number | undefined
  readonly markdown: string | undefined
  readonly html: string | undefined
  /** The folder for the pictures. */
  readonly svg: string | undefined
}

/**
 * The work of a simulation.
 *
 * @category options
 */
export type SimulateOptions = RunningSeeds | TellingSeed | Comparing

/** Enough to see something go wrong, if there is anything, in some seconds. */
const defaultSeeds = 1000

/**
 * Puts the flags together, or says why they do not fit.
 *
 * @category constructors
 */
export const fromFlags = (flags: SimulateFlags): Result.Result<SimulateOptions, UsageError> => {
  const { compare, html, listLag, markdown, maxWorkers, scenario, seed, seeds, shrink, svg } = flags
  const from = Option.getOrElse(flags.from, () => 1)
  const files: ReadonlyArray<Flag> = [["--markdown", markdown], ["--html", html], ["--svg", svg]]
  const world: ReadonlyArray<Flag> = [["--scenario", scenario], ["--max-workers", maxWorkers], ["--list-lag", listLag]]
  const many: ReadonlyArray<Flag> = [["--seeds", seeds], ["--from", flags.from]]
  const alone: ReadonlyArray<Flag> = [["--seed", seed], ["--shrink", shrink ? Option.some(true) : Option.none()]]

  if (compare) {
    const extra = firstGiven([...world, ...alone])
    return extra === undefined
      ? Result.succeed({
        _tag: "Compare",
        from,
        seeds: Option.getOrUndefined(seeds),
        markdown: Option.getOrUndefined(markdown),
        html: Option.getOrUndefined(html),
        svg: Option.getOrUndefined(svg)
      })
      : wrong(`${extra} cannot be combined with --compare, whose situations are fixed`)
  }
  const file = firstGiven(files)
  if (file !== undefined) return wrong(`${file} requires --compare`)

  const given: Given = {
    scenario: Option.getOrUndefined(scenario),
    maxWorkers: Option.getOrUndefined(maxWorkers),
    listLag: Option.getOrUndefined(Option.map(listLag, Duration.toMillis))
  }
  if (Option.isSome(seed)) {
    const extra = firstGiven(many)
    return extra === undefined
      ? Result.succeed({ _tag: "Seed", seed: seed.value, given, shrink })
      : wrong(`${extra} cannot be combined with --seed, which runs a single seed`)
  }
  if (shrink) return wrong("--shrink requires --seed")
  return Result.succeed({ _tag: "Seeds", from, seeds: Option.getOrElse(seeds, () => defaultSeeds), given })
}

type Flag = readonly [name: string, value: Option.Option<unknown>]

const firstGiven = (flags: ReadonlyArray<Flag>): string | undefined =>
  flags.find(([, value]) => Option.isSome(value))?.[0]

const wrong = (message: string): Result.Result<never, UsageError> => Result.fail(new UsageError({ message }))

/**
 * Writes the command that runs a seed again.
 *
 * @category formatting
 */
export const replay = (seed: number, { listLag, maxWorkers, scenario }: Given): string =>
  [
    `fleetcap simulate --seed ${seed}`,
    ...(scenario === undefined ? [] : [`--scenario ${scenario}`]),
    ...(maxWorkers === undefined ? [] : [`--max-workers ${maxWorkers}`]),
    ...(listLag === undefined ? [] : [`--list-lag ${listLag}ms`])
  ].join(" ")
