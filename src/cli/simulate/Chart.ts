/**
 * The fleet of one seed over time, what its ledger counted, and the cap, in
 * characters.
 */
import type { SeedReport } from "../../simulation/index.ts"
import * as Chart from "../terminal/Chart.ts"
import { format } from "../terminal/Durations.ts"
import type { Style } from "../terminal/Style.ts"

/**
 * How large a chart is.
 *
 * @category options
 */
export interface Options {
  readonly width: number
  readonly style: Style
}

const mostRows = 16
const mostColumns = 110

/** The end of a run is hours of nothing, in which the rules about the end are checked. */
const after = 20_000

/**
 * Draws the chart, with a legend.
 *
 * **Details**
 *
 * What ran for a moment only is not lost: a column shows the most of its time,
 * and of the caps in force, the highest.
 *
 * @category drawing
 */
export const draw = (
  { scenario, seed, series, time }: SeedReport,
  { style, width }: Options
): ReadonlyArray<string> => {
  const end = Math.max(1000, Math.min(time, Math.max(0, ...scenario.events.map(({ at }) => at)) + after))
  const caps = series.ledger.flatMap(({ at, cap }) => cap === "unlimited" ? [] : [{ at, live: cap }])
  const labelWidth = 5
  const columns = Math.min(mostColumns, width) - labelWidth - 2
  const slices = (steps: ReadonlyArray<Chart.Step>): ReadonlyArray<number> => Chart.slices(steps, end, columns)
  const [own, foreign, ledger, cap] = [
    slices(series.live),
    slices(series.foreign),
    slices(series.ledger.map(({ at, occupied }) => ({ at, live: occupied }))),
    slices(caps.length === 0 || scenario.cap === "unlimited" ? caps : [{ at: 0, live: scenario.cap }, ...caps])
  ]
  const at = (values: ReadonlyArray<number>, column: number): number => values[column] ?? 0
  const top = Math.max(
    1,
    ...cap,
    ...ledger,
    ...own.map((live, column) => live + at(foreign, column))
  )
  const rows = Math.min(mostRows, top + 1)
  // The cap is a line above the tasks that it allows: it takes a row more than they do.
  const unit = top < mostRows ? 1 : top / (mostRows - 1)

  const cell = (row: number, column: number): string => {
    const level = row * unit
    const limit = at(cap, column)
    if (at(own, column) > level) return level >= limit && caps.length > 0 ? "▓" : "█"
    if (at(own, column) + at(foreign, column) > level) return "▒"
    if (at(ledger, column) > level) return "░"
    return caps.length > 0 && row === Math.ceil(limit / unit) ? "▁" : " "
  }
  const line = (row: number): string => {
    const cells = Array.from({ length: columns }, (_, column) => cell(row, column)).join("")
    return `${label(row, rows, unit).padStart(labelWidth)} │${paint(cells, style)}`.trimEnd()
  }
  const last = format(end)
  return [
    style.bold(`The fleet of seed ${seed} (${scenario.name})`),
    ...Array.from({ length: rows }, (_, index) => line(rows - 1 - index)),
    `${"0".padStart(labelWidth)} └${"─".repeat(columns)}`,
    `${" ".repeat(labelWidth + 2)}${"0 s".padEnd(columns - last.length)}${last}`,
    `${" ".repeat(labelWidth + 2)}█ own tasks  ▒ tasks of others  ░ slots that the ledger counts besides`,
    `${" ".repeat(labelWidth + 2)}▁ the cap  ▓ own tasks over the cap, as when it was lowered`
  ]
}

/** The top of every fourth row, in tasks. */
const label = (row: number, rows: number, unit: number): string =>
  row === rows - 2 || (row % 4 === 3 && row < rows - 4) ? String(Math.round((row + 1) * unit)) : ""

const paint = (cells: string, style: Style): string =>
  cells.replace(/▓+/g, style.red).replace(/█+/g, style.green).replace(/[▁░]+/g, style.dim)
