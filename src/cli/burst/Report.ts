/**
 * The result of a burst.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { requests } from "../../ecs/EcsAws.ts"
import type { Step } from "../terminal/Chart.ts"
import type { End } from "./Burst.ts"
import type { LaunchedTask, Score, Standing } from "./Score.ts"

/**
 * The number of calls of each operation of ECS, as sent: pages and retries included.
 *
 * @category models
 */
export interface Calls {
  readonly RunTask: number
  readonly ListTasks: number
  readonly DescribeTasks: number
  readonly StopTask: number
}

/**
 * The result of a burst.
 *
 * @category models
 */
export interface Report {
  readonly end: End
  readonly standing: Standing
  readonly tasks: ReadonlyArray<LaunchedTask>
  readonly calls: Calls
  readonly elapsedMs: number
  readonly firstError: string | undefined
}

/**
 * Draws up the report of a burst that has just ended.
 *
 * @category constructors
 */
export const make = (end: End, score: Score, startedAt: number): Effect.Effect<Report> =>
  Effect.zipWith(Clock.currentTimeMillis, calls, (now, calls) => ({
    end,
    standing: score.standing(),
    tasks: score.tasks(),
    calls,
    elapsedMs: now - startedAt,
    firstError: score.firstError()
  }))

/**
 * Reads the number of calls that ECS got.
 *
 * @category getters
 */
export const calls: Effect.Effect<Calls> = Effect.map(
  Effect.all({
    RunTask: Metric.value(requests("RunTask")),
    ListTasks: Metric.value(requests("ListTasks")),
    DescribeTasks: Metric.value(requests("DescribeTasks")),
    StopTask: Metric.value(requests("StopTask"))
  }),
  (counters) => ({
    RunTask: counters.RunTask.count,
    ListTasks: counters.ListTasks.count,
    DescribeTasks: counters.DescribeTasks.count,
    StopTask: counters.StopTask.count
  })
)

/**
 * Writes a report as one line of JSON.
 *
 * @category formatting
 */
export const toJson = ({ calls, elapsedMs, firstError, standing, tasks }: Report): string =>
  JSON.stringify({
    requested: standing.requested,
    launched: standing.launched,
    atCapacity: standing.atCapacity,
    failed: standing.failed,
    peakOccupied: standing.peakOccupied,
    tasks: tasks.map(({ atMs, key, taskArn }) => ({ key, taskArn, atMs })),
    calls,
    elapsedMs,
    error: firstError
  })

/**
 * Returns the time for which more than the cap ran, in milliseconds.
 *
 * @category calculations
 */
export const timeOver = (steps: ReadonlyArray<Step>, cap: number, end: number): number =>
  steps.reduce(
    (sum, { at, live }, index) => live > cap ? sum + Math.max(0, (steps[index + 1]?.at ?? end) - at) : sum,
    0
  )

/**
 * Writes a table: a label at the left of each row, and columns of the same width.
 *
 * @category formatting
 */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths: Array<number> = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length)
  }
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("    ").trimEnd()}`)
}
