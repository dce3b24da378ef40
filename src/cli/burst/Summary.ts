/**
 * The result of a burst, for people.
 */
import * as Chart from "../terminal/Chart.ts"
import { format } from "../terminal/Durations.ts"
import type { Signal } from "../terminal/Signals.ts"
import type { Style } from "../terminal/Style.ts"
import type { Calls, Report } from "./Report.ts"
import { table, timeOver } from "./Report.ts"

/**
 * The contents of a summary, and its size.
 *
 * @category options
 */
export interface Options {
  readonly cap: number
  readonly steps: ReadonlyArray<Chart.Step>
  readonly width: number
  readonly style: Style
}

const chartHeight = 12

/** Lines that are too long are harder to read, not easier. */
const chartWidth = (terminal: number): number => Math.min(100, terminal)

const callText = (calls: Calls): string =>
  `${calls.RunTask} RunTask, ${calls.ListTasks} ListTasks, ${calls.DescribeTasks} DescribeTasks`

/**
 * Summarizes a burst against an ECS that exists. What ran there is what the ledger
 * counted: nothing else knows better.
 *
 * @category formatting
 */
export const ofTarget = (report: Report, { cap, steps, style, width }: Options): ReadonlyArray<string> => {
  const { atCapacity, failed, launched, peakOccupied, requested } = report.standing
  const last = report.tasks.at(-1)
  const unanswered = requested - launched - atCapacity - failed
  const chart = peakOccupied === 0 ? [] : Chart.draw({
    title: "Tasks that the ledger counted",
    layers: [{ mark: "█", steps }],
    caps: [{ at: 0, live: cap }],
    end: report.elapsedMs,
    top: Math.max(cap, peakOccupied),
    width: chartWidth(width),
    height: chartHeight,
    style
  })
  return [
    "",
    ...chart.map((line) => line.trimEnd()),
    ...(chart.length > 0 ? [""] : []),
    ...table([
      ["launched", `${launched} of ${requested}${last === undefined ? "" : `, the last after ${format(last.atMs)}`}`],
      ["at capacity", String(atCapacity)],
      ["failed", String(failed)],
      ...(unanswered === 0 ? [] : [["not answered", String(unanswered)]]),
      ["peak counted", `${peakOccupied}, the cap is ${cap}`],
      ["calls", callText(report.calls)],
      ["time", format(report.elapsedMs)]
    ])
  ]
}

/**
 * The result of one of the two ways of the demonstration. The tasks that ran are counted
 * by the emulator, not by the program that launched them.
 *
 * @category models
 */
export interface Run {
  readonly launched: number
  readonly lastLaunchedMs: number | undefined
  readonly peak: number
  readonly steps: ReadonlyArray<Chart.Step>
  readonly calls: Calls
}

/**
 * Summarizes the demonstration: fleetcap beside the naive way.
 *
 * @category formatting
 */
export const ofDemo = (ours: Run, theirs: Run, options: {
  readonly cap: number
  readonly requests: number
  /** The signal that ended it early, if one did. */
  readonly signal: Signal | undefined
  readonly end: number
  readonly width: number
  readonly style: Style
}): ReadonlyArray<string> => {
  const { cap, end, requests, style, width } = options
  const chart = (title: string, { steps }: Run) => (width: number) =>
    Chart.draw({
      title,
      layers: [{ mark: "█", steps }],
      caps: [{ at: 0, live: cap }],
      end,
      top: Math.max(cap, ours.peak, theirs.peak),
      width,
      height: chartHeight,
      style
    })
  const row = (label: string, cell: (run: Run) => string): ReadonlyArray<string> => [label, cell(ours), cell(theirs)]
  const last = ({ lastLaunchedMs }: Run): string => lastLaunchedMs === undefined ? "-" : format(lastLaunchedMs)
  return [
    "",
    ...Chart.beside([chart("fleetcap", ours), chart("naive: count the list, then launch", theirs)], chartWidth(width)),
    "",
    ...table([
      ["", "fleetcap", "naive"],
      row("launched", ({ launched }) => `${launched} of ${requests}`),
      row("last launched after", last),
      row("peak running", ({ peak }) => `${peak}${peak > cap ? `, ${peak - cap} over the cap` : ""}`),
      row("time over the cap", ({ peak, steps }) => peak > cap ? format(timeOver(steps, cap, end)) : "never"),
      row("RunTask calls", ({ calls }) => String(calls.RunTask)),
      row("ListTasks calls", ({ calls }) => String(calls.ListTasks)),
      row("DescribeTasks calls", ({ calls }) => String(calls.DescribeTasks))
    ]),
    "",
    verdict(ours, theirs, options)
  ]
}

const verdict = (ours: Run, theirs: Run, { cap, requests, signal, style }: {
  readonly cap: number
  readonly requests: number
  readonly signal: Signal | undefined
  readonly style: Style
}): string => {
  if (ours.peak > cap) return style.red(`fleetcap broke the cap: ${ours.peak} ran at once, the cap is ${cap}.`)
  if (ours.launched < requests) {
    if (signal !== undefined) {
      return `Ended by ${signal}: fleetcap held the cap of ${cap}, and had served ${ours.launched} of ${requests}.`
    }
    return style.red(`fleetcap held the cap of ${cap}, but served only ${ours.launched} of ${requests}.`)
  }
  const contrast = theirs.peak > cap
    ? `The naive way ran ${theirs.peak} at once.`
    : "So did the naive way, this time."
  return `${style.green(`fleetcap held the cap of ${cap} and served all ${requests}.`)} ${contrast}`
}
