/**
 * A chart, in text, of a fleet against its cap over time.
 *
 * The cap always lies on the border between two rows, so that what is above it
 * cannot be mistaken for what is below.
 */
import { format } from "./Durations.ts"
import type { Style } from "./Style.ts"

/**
 * How many run from a time on, in milliseconds since the start.
 *
 * @category models
 */
export interface Step {
  readonly at: number
  readonly live: number
}

/**
 * What a chart shows, and how large it is.
 *
 * @category options
 */
export interface Options {
  readonly title: string
  readonly cap: number
  /** In the order of their times. */
  readonly steps: ReadonlyArray<Step>
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

const eighths = ["", "▁", "▂", "▃", "▄", "▅", "▆", "▇"]

/** The part of a bar that is in the row whose lower border is at `bottom`. */
const cell = (live: number, bottom: number, unit: number): string => {
  const filled = Math.round(((live - bottom) / unit) * 8)
  if (filled <= 0) return " "
  return eighths[filled] ?? "█"
}

const runs = (cells: string, style: Style): string => cells.replace(/▓+/g, style.red).replace(/─+/g, style.dim)

/**
 * Draws a chart. Every line is `width` characters long, colours not counted.
 *
 * @category drawing
 */
export const draw = (options: Options): ReadonlyArray<string> => {
  const { cap, end, height, steps, style, title, width } = options
  const top = Math.max(options.top, cap, 1)
  const below = cap === 0 ? 0 : Math.max(1, Math.round((height * cap) / top))
  const unitBelow = cap / Math.max(1, below)
  // A cap that is worth less than a row gets one all the same, and the rows above keep their own scale.
  const unit = height * cap < top ? top / height : unitBelow
  const above = Math.ceil((top - cap) / unit)
  const capLabel = `cap ${cap}`
  const labelWidth = Math.max(capLabel.length, String(top).length)
  const columns = width - labelWidth - 2
  const bars = slices(steps, end, columns)

  const row = (label: string, axis: string, cells: string): string => `${label.padStart(labelWidth)} ${axis}${cells}`
  const over = (bottom: number): string =>
    runs(bars.map((live) => cell(live, bottom, unit) === " " ? " " : "▓").join(""), style)
  const under = (bottom: number): string => bars.map((live) => cell(live, bottom, unitBelow)).join("")

  const lines = [style.bold(title.slice(0, width)) + " ".repeat(Math.max(0, width - title.length))]
  for (let index = above - 1; index >= 0; index--) {
    const isTop = index === above - 1
    lines.push(row(isTop ? String(Math.round(cap + above * unit)) : "", isTop ? "┤" : "│", over(cap + index * unit)))
  }
  lines.push(row(capLabel, "┼", runs(bars.map((live) => live > cap ? "▓" : "─").join(""), style)))
  for (let index = below - 1; index >= 0; index--) lines.push(row("", "│", style.green(under(index * unitBelow))))
  lines.push(row("0", "└", "─".repeat(columns)))
  const last = format(end)
  lines.push(row("", " ", "0 s".padEnd(columns - last.length) + last))
  return lines
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
