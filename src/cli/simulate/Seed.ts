/**
 * Runs one seed, and tells its story.
 */
import * as Effect from "effect/Effect"
import type { SeedReport } from "../../simulation/index.ts"
import * as Simulation from "../../simulation/index.ts"
import * as ExitCode from "../terminal/ExitCode.ts"
import { Screen } from "../terminal/Screen.ts"
import * as SimulateChart from "./Chart.ts"
import type { TellingSeed } from "./Options.ts"
import { replay } from "./Options.ts"

/**
 * Runs the seed, draws its fleet over time, and tells what happened.
 *
 * @category running
 */
export const run = Effect.fnUntraced(function*({ given, seed, shrink }: TellingSeed, json: boolean) {
  const screen = yield* Screen
  const report = (shrink ? Simulation.shrinkSeed : Simulation.runSeed)(seed, given)
  const isBroken = report.violations.length > 0
  yield* screen.print(
    ...(json ? [JSON.stringify(toJson(report))] : [
      ...SimulateChart.draw(report, { width: yield* screen.width, style: screen.style }),
      "",
      ...report.story.trimEnd().split("\n").map((line) => / VIOLATION /.test(line) ? screen.style.red(line) : line),
      ...(isBroken && !shrink
        ? ["", "With as little of its world as still breaks a rule:", `  ${replay(seed, given)} --shrink`]
        : [])
    ])
  )
  if (isBroken) return yield* new ExitCode.Exited({ code: ExitCode.failure })
})

const toJson = ({ counts, series, ...report }: SeedReport) => ({
  ...report,
  counts: Object.fromEntries(counts),
  series
})
