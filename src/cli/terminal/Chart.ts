/**
 * A chart, in text, of a fleet against its cap over time.
 *
 * A cap that never changes lies on the border between two rows, so that what is
 * above it cannot be mistaken for what is below. A cap that changes is a line that
 * moves.
 */
import { format } from "./Durations.ts"
import type { Style } from "./Style.ts"

/**
 * A number of tasks from a time on, in milliseconds since the start.
 *
 * @category models
 */
export interface Step {
  readonly at: number
  readonly live: number
}

/**
 * Tasks of one kind: a bar behind those of the layers before it.
 *
 * @category models
 */
export interface Layer {
  /** The character that its bars are made of. */
  readonly mark: string
  /** In the order of their times. */
  readonly steps: ReadonlyArray<Step>
}

/**
 * The contents of a chart, and its size.
 *
 * @category options
 */
export interface Options {
  readonly title: string
  /** The tasks that the cap is for come first: those over it are shown as such. */
  readonly layers: ReadonlyArray<Layer>
  /** In the order of their times. Infinity where there is no cap. */
  readonly caps: ReadonlyArray<Step>
  /** Where the chart ends, in milliseconds since the start. */
  readonly end: number
  /** The most that the chart has room for, so that two charts can have the same scale. */
  readonly top: number
  /** In characters, the labels included. */
  readonly width: number
  /** In rows, title, cap line and axis not included. One more or less, so that the cap fits. */
  readonly height: number
  readonly style: Style
}

/**
 * Returns the most that ran at any time in each of so many slices of equal length.
 * What ran for a moment only is not lost between two of them.
 *
 * @category calculations
 */
export const slices = (steps: ReadonlyArray<Step>, end: number, count: number): ReadonlyArray<number> => {
  const most = Array.from({ length: count }, () => 0)
  const raise = (from: number, to: number, live: number): void => {
    for (let index = from; index <= to; index++) most[index] = Math.max(most[index] ?? 0, live)
  }
  const place = (at: number): number => Math.max(0, (Math.min(at, end) / Math.max(1, end)) * count)
  for (const [index, { at, live }] of steps.entries()) {
    if (at > end) break
    const from = Math.min(count - 1, Math.floor(place(at)))
    // What ends on the border of a slice did not run in it.
    raise(from, Math.max(from, Math.ceil(place(steps[index + 1]?.at ?? end)) - 1), live)
  }
  return most
}

interface Row {
  readonly label: string
  /** The tasks at the lower border of the row. */
  readonly bottom: number
  /** The tasks that the row is worth. None for the line of a cap. */
  readonly unit: number
}

/** The rows above and below the line of a cap that never changes, from the top down. */
const rowsAround = (cap: number, top: number, height: number): ReadonlyArray<Row> => {
  const below = cap === 0 ? 0 : Math.max(1, Math.round((height * cap) / top))
  const unitBelow = cap / Math.max(1, below)
  // A cap that is worth less than a row gets one all the same, and the rows above keep their own scale.
  const unit = height * cap < top ? top / height : unitBelow
  const above = Math.ceil((top - cap) / unit)
  const label = (index: number): string => index === 0 ? String(Math.round(cap + above * unit)) : ""
  return [
    ...rows(above, (index) => ({ label: label(index), bottom: cap + (above - 1 - index) * unit, unit })),
    { label: `cap ${cap}`, bottom: cap, unit: 0 },
    ...rows(below, (index) => ({ label: "", bottom: (below - 1 - index) * unitBelow, unit: unitBelow }))
  ]
}

/** The rows of a chart whose cap changes, from the top down: one more than the tasks take, for the line of the cap. */
const rowsUpTo = (top: number, height: number): ReadonlyArray<Row> =>
  rows(height + 1, (index) => {
    const row = height - index
    const isLabelled = index === 1 || (row % 4 === 3 && index > 4)
    return {
      label: isLabelled ? String(Math.round(((row + 1) * top) / height)) : "",
      bottom: (row * top) / height,
      unit: top / height
    }
  })

const rows = (length: number, row: (index: number) => Row): ReadonlyArray<Row> =>
  Array.from({ length }, (_, index) => row(index))

const eighths = ["", "▁", "▂", "▃", "▄", "▅", "▆", "▇"]

/** The part of the bars of a slice that is in a row. */
const cell = (
  { bottom, unit }: Row,
  bars: ReadonlyArray<{ readonly mark: string; readonly height: number }>,
  cap: number
): string => {
  if (unit === 0) return bars[0] !== undefined && bars[0].height > cap ? "▓" : "─"
  for (const [index, { height, mark }] of bars.entries()) {
    const filled = Math.round(((height - bottom) / unit) * 8)
    if (filled <= 0) continue
    if (index === 0 && bottom >= cap) return "▓"
    return bars.length === 1 ? eighths[filled] ?? mark : mark
  }
  return " "
}

const paint = (cells: string, style: Style): string =>
  cells.replace(/▓+/g, style.red).replace(/[█▁-▇]+/g, style.green).replace(/[─░]+/g, style.dim)

/**
 * Draws a chart. Every line is `width` characters long, colours not counted.
 *
 * @category drawing
 */
export const draw = (options: Options): ReadonlyArray<string> => {
  const { caps, end, height, layers, style, title, width } = options
  const [first = Infinity, ...others] = new Set(caps.flatMap(({ at, live }) => at > end ? [] : [live]))
  const isFixed = others.length === 0 && first !== Infinity
  const drawn = isFixed ? rowsAround(first, Math.max(options.top, first, 1), height) : rowsUpTo(options.top, height)
  const labelWidth = Math.max(...drawn.map(({ label }) => label.length))
  const columns = width - labelWidth - 2
  const limits = slices(caps, end, columns)
  const bars = layers.map(({ mark, steps }) => slices(steps, end, columns).map((height) => ({ mark, height })))
  const cells = (row: Row): string =>
    limits.map((cap, column) => {
      const drawn = cell(row, bars.flatMap((layer) => layer[column] ?? []), cap)
      const isLine = !isFixed && row.bottom >= cap && row.bottom < cap + row.unit
      return isLine && drawn === " " ? "─" : drawn
    }).join("")
  const line = (label: string, axis: string, cells: string): string => `${label.padStart(labelWidth)} ${axis}${cells}`
  const axis = ({ label, unit }: Row): string => unit === 0 ? "┼" : label === "" ? "│" : "┤"
  const last = format(end)
  return [
    style.bold(title.slice(0, width)) + " ".repeat(Math.max(0, width - title.length)),
    ...drawn.map((row) => line(row.label, axis(row), paint(cells(row), style))),
    line("0", "└", "─".repeat(columns)),
    line("", " ", "0 s".padEnd(columns - last.length) + last)
  ]
}

/**
 * Puts charts of the same height side by side where the terminal is wide enough,
 * or else below one another.
 *
 * @category drawing
 */
export const beside = (
  charts: ReadonlyArray<(width: number) => ReadonlyArray<string>>,
  terminalWidth: number
): ReadonlyArray<string> => {
  const gap = 2
  const width = Math.floor((terminalWidth - gap * (charts.length - 1)) / charts.length)
  if (width < 34) return charts.flatMap((chart) => [...chart(terminalWidth), ""]).slice(0, -1)
  const drawn = charts.map((chart) => chart(width))
  return (drawn[0] ?? []).map((_, index) =>
    drawn.map((lines) => lines[index] ?? " ".repeat(width)).join(" ".repeat(gap)).trimEnd()
  )
}
