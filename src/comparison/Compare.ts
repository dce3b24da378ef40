/**
 * The same situations under the policies that others use, and under fleetcap.
 *
 * Every policy meets the same emulated ECS and the same requests, in virtual time,
 * and what ran is the truth of the emulator. The same arguments give the same
 * comparison.
 *
 * This folder compares fleetcap with the policies that others use: `policies` has one
 * file for each, `report` writes what came of them. It may import `testing`, `emulator`,
 * `fleet` and `ledger`.
 */
import * as Effect from "effect/Effect"
import * as Policies from "./policies/Policies.ts"
import type { Policy } from "./policies/Policy.ts"
import type { Row } from "./Row.ts"
import * as CompareRun from "./Run.ts"
import type { Situation } from "./Situation.ts"
import * as CompareSituations from "./Situations.ts"
import * as CompareWorlds from "./Worlds.ts"

/**
 * The results of the policies in a situation.
 *
 * @category models
 */
export interface Compared {
  readonly situation: Situation
  /** In the order of the policies. */
  readonly rows: ReadonlyArray<Row>
}

/**
 * The results of a policy in the worlds that seeds drew.
 *
 * @category models
 */
export interface WorldsRow {
  readonly policy: string
  /** The most tasks at once, as a multiple of the cap, world by world. */
  readonly peaks: ReadonlyArray<number>
  /** The number of worlds in which the cap was passed. */
  readonly overIn: number
  /** The most tasks over the cap, in any of them. */
  readonly worstOver: number
  /** Calls of all worlds together. */
  readonly listTasks: number
  /** The time until all callers were served, on average, in milliseconds. Absent where some never were. */
  readonly servedMs: number | undefined
}

/**
 * The results of the policies.
 *
 * @category models
 */
export interface Comparison {
  readonly policies: ReadonlyArray<Policy>
  readonly situations: ReadonlyArray<Compared>
  readonly worlds: {
    readonly from: number
    readonly seeds: number
    /** In the order of the policies. */
    readonly rows: ReadonlyArray<WorldsRow>
  }
}

/**
 * The worlds to compare the policies in.
 *
 * @category options
 */
export interface Options {
  /** The number of worlds that are drawn. The default is 30. */
  readonly seeds?: number | undefined
  /** The seed of the first of them. The default is 1. */
  readonly from?: number | undefined
  /** Called after each run with the number of runs that are over, and of all runs. */
  readonly onProgress?: ((done: number, total: number) => Effect.Effect<void>) | undefined
}

/**
 * The number of worlds that are drawn by default.
 *
 * @category configuration
 */
export const defaultSeeds = 30

/**
 * Compares the policies.
 *
 * **Details**
 *
 * A run is one synchronous call that takes some milliseconds; others have their
 * turn between two of them.
 *
 * @category running
 */
export const compare = Effect.fnUntraced(function*(options: Options = {}): Effect.fn.Return<Comparison> {
  const { from = 1, onProgress = () => Effect.void, seeds = defaultSeeds } = options
  const policies = Policies.all
  const drawn = Array.from({ length: seeds }, (_, index) => CompareWorlds.draw(from + index))
  const total = (CompareSituations.all.length + drawn.length) * policies.length
  let done = 0

  const runAll = (situation: Situation) =>
    Effect.forEach(policies, (policy) =>
      Effect.gen(function*() {
        const row = CompareRun.run(situation, policy)
        done++
        yield* onProgress(done, total)
        yield* Effect.yieldNow
        return row
      }))

  const situations = yield* Effect.forEach(
    CompareSituations.all,
    (situation) => Effect.map(runAll(situation), (rows): Compared => ({ situation, rows }))
  )
  const worlds = yield* Effect.forEach(drawn, runAll)
  return {
    policies,
    situations,
    worlds: {
      from,
      seeds,
      rows: policies.map((policy, index) => sumUp(policy, worlds.flatMap((rows) => rows[index] ?? [])))
    }
  }
})

const sumUp = (policy: Policy, rows: ReadonlyArray<Row>): WorldsRow => {
  const served = rows.flatMap(({ decidedMs }) => decidedMs ?? [])
  return {
    policy: policy.name,
    peaks: rows.map(({ cap, peak }) => peak / cap),
    overIn: rows.filter(({ over }) => over > 0).length,
    worstOver: Math.max(0, ...rows.map(({ over }) => over)),
    listTasks: rows.reduce((sum, { listTasks }) => sum + listTasks, 0),
    servedMs: rows.length === 0 || served.length < rows.length
      ? undefined
      : served.reduce((sum, ms) => sum + ms, 0) / served.length
  }
}
