/**
 * Runs one seed, and tells its story.
 */
import * as Effect from "effect/Effect"
import type { SeedReport } from "../../simulation/index.ts"
import * as Simulation from "../../simulation/index.ts"
import * as Chart from "../terminal/Chart.ts"
import * as ExitCode from "../terminal/ExitCode.ts"
import { Screen } from "../terminal/Screen.ts"
import type { Style } from "../terminal/Style.ts"
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
      ...chart(report, { width: yield* screen.width, style: screen.style }),
      "",
      ...report.story.trimEnd().split("\n").map((line) => / VIOLATION /.test(line) ? screen.style.red(line) : line),
      ...(isBroken && !shrink
        ? ["", "In the smallest world that still breaks a rule:", `  ${replay(seed, given)} --shrink`]
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

const mostRows = 16
const mostColumns = 117

/** The end of a run is hours of nothing, in which the rules about the end are checked. */
const after = 20_000

/**
 * Draws the fleet of a seed over time, the slots that its ledger counted, and the
 * cap, with a legend.
 *
 * @category drawing
 */
export const chart = (
  { scenario, seed, series, time }: SeedReport,
  { style, width }: { readonly width: number; readonly style: Style }
): ReadonlyArray<string> => {
  const tasks = sum(series.live, series.foreign)
  const ledger = series.ledger.map(({ at, occupied }) => ({ at, live: occupied }))
  const caps = [{ at: 0, cap: scenario.cap }, ...series.ledger]
    .map(({ at, cap }) => ({ at, live: cap === "unlimited" ? Infinity : cap }))
  const top = [...tasks, ...ledger, ...caps].reduce((top, { live }) => live < Infinity ? Math.max(top, live) : top, 1)
  const drawn = Chart.draw({
    title: `The fleet of seed ${seed} (${scenario.name})`,
    layers: [{ mark: "█", steps: series.live }, { mark: "▒", steps: tasks }, { mark: "░", steps: ledger }],
    caps,
    end: Math.max(1000, Math.min(time, Math.max(0, ...scenario.events.map(({ at }) => at)) + after)),
    top,
    width: Math.min(mostColumns, width),
    height: Math.min(mostRows, top),
    style
  })
  return [
    ...drawn.map((line) => line.trimEnd()),
    "  █ own tasks  ▒ tasks of others  ░ slots that the ledger counts besides",
    "  ─ the cap  ▓ own tasks over the cap, as when it was lowered"
  ]
}

/** The number of tasks of two kinds together. */
const sum = (some: ReadonlyArray<Chart.Step>, others: ReadonlyArray<Chart.Step>): ReadonlyArray<Chart.Step> => {
  const both = new Map<number, number>()
  const liveAt = (steps: ReadonlyArray<Chart.Step>, at: number): number =>
    steps.findLast((step) => step.at <= at)?.live ?? 0
  for (const { at } of [...some, ...others]) both.set(at, liveAt(some, at) + liveAt(others, at))
  return [...both].map(([at, live]) => ({ at, live })).sort((a, b) => a.at - b.at)
}
