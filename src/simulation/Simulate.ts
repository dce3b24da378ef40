/**
 * Runs many seeds, and reports what was tried and what went wrong.
 */
import type * as Settings from "../fleet/Settings.ts"
import type { OccupancySample, Violation } from "./checks/RunLog.ts"
import * as Runs from "./Run.ts"
import * as DrawScenario from "./scenario/DrawScenario.ts"
import type { Scenario } from "./scenario/Scenario.ts"
import * as Shrink from "./Shrink.ts"
import * as Story from "./Story.ts"

/**
 * Choices for all seeds, instead of what each draws.
 *
 * @category options
 */
export interface WorldOptions {
  /** The default is `mixed`: each seed draws one. */
  readonly scenario?: DrawScenario.Name | undefined
  /** The highest cap that is drawn. The default is 8. */
  readonly maxWorkers?: number | undefined
  /** The longest lag of lists in milliseconds, instead of what the seed draws. */
  readonly listLag?: number | undefined
  /** The fleet's own settings, instead of what the seed draws. */
  readonly settings?: Settings.Options | undefined
}

/**
 * The seeds that are run.
 *
 * @category options
 */
export interface SimulateOptions extends WorldOptions {
  /** The number of seeds. The default is 100. */
  readonly seeds?: number | undefined
  /** The first seed. The default is 1. */
  readonly from?: number | undefined
  /** Called after every seed. Returning `false` ends the simulation there. */
  readonly onSeed?: ((result: SeedResult) => boolean | void) | undefined
}

/**
 * The result of one seed.
 *
 * @category models
 */
export interface SeedResult {
  readonly seed: number
  readonly scenario: string
  readonly violations: ReadonlyArray<Violation>
  /** The number of seeds that have been run, with this one. */
  readonly runs: number
}

/**
 * A seed that broke a rule.
 *
 * @category models
 */
export interface FailedSeed {
  readonly seed: number
  readonly scenario: string
  readonly violations: ReadonlyArray<Violation>
}

/**
 * The result of many seeds.
 *
 * @category models
 */
export interface Summary {
  readonly from: number
  readonly runs: number
  /** The number of tasks that the schedulers ran. */
  readonly steps: number
  /** Virtual milliseconds, in all. */
  readonly time: number
  /** The seeds that broke a rule, the first hundred of them. */
  readonly failed: ReadonlyArray<FailedSeed>
  /** The number of seeds that broke a rule. */
  readonly failures: number
  /** The number of seeds that ran each scenario. */
  readonly scenarios: ReadonlyMap<string, number>
  /** The number of times that each thing was tried: faults, events, verdicts, answers. */
  readonly counts: ReadonlyMap<string, number>
  /** Launches beyond the cap in worlds that break the bound on the lag of ECS on purpose: they are expected. */
  readonly expectedOvershoots: number
}

/**
 * One seed, with everything that there is to tell of it.
 *
 * @category models
 */
export interface SeedReport {
  readonly seed: number
  readonly scenario: Scenario
  readonly violations: ReadonlyArray<Violation>
  readonly counts: ReadonlyMap<string, number>
  readonly steps: number
  /** Virtual milliseconds. */
  readonly time: number
  /** The events in their order, in words. */
  readonly story: string
  /** The fleet over virtual time, for a chart. */
  readonly series: {
    /** The fleet's own live tasks. */
    readonly live: ReadonlyArray<{ readonly at: number; readonly live: number }>
    /** Live tasks that others launched. */
    readonly foreign: ReadonlyArray<{ readonly at: number; readonly live: number }>
    /** The number of slots that the ledger counted, and the cap, over time. */
    readonly ledger: ReadonlyArray<OccupancySample>
  }
}

/** The name under which an overshoot is counted in a world that breaks the lag bound. */
const overshoot = "overshoot where the lag bound is broken"

/** All of a long simulation's failures would be too many to keep, and say little more than the first. */
const keptFailures = 100

/**
 * Runs seeds, one after the other.
 *
 * **Gotchas**
 *
 * It is one synchronous call, of some milliseconds a seed. For progress, or to
 * end it early, give `onSeed`.
 *
 * @example
 * ```ts
 * import { describeFailures, runSeed, simulate } from "fleetcap/simulation"
 * import assert from "node:assert/strict"
 *
 * const summary = simulate({ seeds: 5, maxWorkers: 4, settings: { attemptTimeout: "20 seconds" } })
 * assert.equal(summary.failures, 0, describeFailures(summary))
 * assert.match(runSeed(7).story, /^Seed 7: /)
 * ```
 *
 * @category running
 */
export const simulate = (options: SimulateOptions = {}): Summary => {
  const from = options.from ?? 1
  const seeds = options.seeds ?? 100
  const failed: Array<FailedSeed> = []
  const scenarios = new Map<string, number>()
  const counts = new Map<string, number>()
  let failures = 0
  let runs = 0
  let steps = 0
  let time = 0
  for (let seed = from; seed < from + seeds; seed++) {
    const drawn = DrawScenario.draw(seed, options)
    const run = Runs.run(drawn)
    const { violations } = run
    runs++
    steps += run.steps
    time += run.time
    scenarios.set(drawn.name, (scenarios.get(drawn.name) ?? 0) + 1)
    for (const [name, count] of run.counts) counts.set(name, (counts.get(name) ?? 0) + count)
    if (violations.length > 0) {
      failures++
      if (failed.length < keptFailures) failed.push({ seed, scenario: drawn.name, violations })
    }
    if (options.onSeed?.({ seed, scenario: drawn.name, violations, runs }) === false) break
  }
  const expectedOvershoots = counts.get(overshoot) ?? 0
  counts.delete(overshoot)
  return { from, runs, steps, time, failed, failures, scenarios, counts, expectedOvershoots }
}

/**
 * Runs one seed again, and tells its story.
 *
 * @category running
 */
export const runSeed = (seed: number, options: WorldOptions = {}): SeedReport =>
  report(DrawScenario.draw(seed, options))

/**
 * Runs a seed that fails with as little of its world as still makes it fail, and
 * tells that story.
 *
 * @category running
 */
export const shrinkSeed = (seed: number, options: WorldOptions = {}): SeedReport =>
  report(Shrink.shrink(DrawScenario.draw(seed, options)).scenario)

/**
 * Runs a scenario, and tells its story.
 *
 * @category running
 */
export const report = (scenario: Scenario): SeedReport => {
  const run = Runs.run(scenario, { withStory: true })
  return {
    seed: scenario.seed,
    scenario,
    violations: run.violations,
    counts: run.counts,
    steps: run.steps,
    time: run.time,
    story: Story.write(run),
    series: { live: run.live, foreign: run.foreign, ledger: run.samples }
  }
}

/**
 * Says what to do about seeds that broke a rule, one line each: what they broke
 * first, and how to see it again.
 *
 * @category formatting
 */
export const describeFailures = ({ failed }: Summary): string =>
  failed.map(({ scenario, seed, violations: [first] }) =>
    `seed ${seed} (${scenario}): ${first?.rule}: ${first?.text}\n  see it again: runSeed(${seed}).story`
  ).join("\n")
