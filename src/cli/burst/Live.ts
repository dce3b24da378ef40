/**
 * The progress of bursts, as text, while they run.
 */
import { format } from "../terminal/Durations.ts"
import type { Style } from "../terminal/Style.ts"

/**
 * The progress of one burst.
 *
 * @category models
 */
export interface Row {
  readonly name: string
  readonly requests: number
  readonly cap: number
  readonly launched: number
  readonly waiting: number
  readonly running: number
}

const widest = (rows: ReadonlyArray<Row>): number =>
  Math.max(...rows.map((row) => String(Math.max(row.requests, row.cap, row.running)).length))

const bar = (row: Row, top: number, width: number, style: Style): string => {
  const cells = (count: number): number => Math.round((Math.min(count, top) / top) * (width - 1))
  const atCap = cells(row.cap)
  const below = Math.min(cells(row.running), atCap)
  // One too many is one too many, however small the bar.
  const above = row.running > row.cap ? Math.max(1, cells(row.running) - atCap) : 0
  return style.green("█".repeat(below)) + " ".repeat(atCap - below) + style.dim("│") +
    style.red("▓".repeat(above)) + " ".repeat(Math.max(0, width - 1 - atCap - above))
}

/**
 * Draws each burst as a bar against its cap, in lines that fit the terminal.
 *
 * @category drawing
 */
export const bars = (rows: ReadonlyArray<Row>, options: {
  readonly elapsed: number
  readonly width: number
  readonly style: Style
}): ReadonlyArray<string> => {
  const digits = widest(rows)
  const names = Math.max(8, ...rows.map((row) => row.name.length))
  const top = Math.max(1, ...rows.map((row) => Math.max(row.cap, row.running, rows.length > 1 ? row.requests : 0)))
  const number = (count: number): string => String(count).padStart(digits)
  const drawn = rows.map((row) => {
    const text = ` ${number(row.running)} running  ${number(row.launched)} of ${number(row.requests)} launched  ` +
      `${number(row.waiting)} waiting`
    const room = Math.min(40, options.width - 1 - names - 1 - text.length)
    // Where tasks fit one by one, each of them is as long as the others.
    const width = room > top ? 1 + top * Math.floor((room - 1) / top) : room
    return `${row.name.padEnd(names)} ${room < 4 ? "" : bar(row, top, width, options.style)}${text}`
  })
  return ["", ...drawn, options.style.dim(format(options.elapsed).padStart(names))]
}

const columns: ReadonlyArray<readonly [title: string, value: (row: Row) => number]> = [
  ["launched", (row) => row.launched],
  ["waiting", (row) => row.waiting],
  ["running", (row) => row.running]
]

const timeWidth = 12
const cellWidth = 10

/**
 * Writes the head of a table of {@link tableLine}s.
 *
 * @category drawing
 */
export const tableHead = (rows: ReadonlyArray<Row>): ReadonlyArray<string> => [
  ...(rows.length > 1
    ? ["".padEnd(timeWidth) + rows.map((row) => row.name.padStart(cellWidth * columns.length)).join("  ")]
    : []),
  "time".padStart(timeWidth) + rows.map(() => columns.map(([title]) => title.padStart(cellWidth)).join("")).join("  ")
]

/**
 * Writes the progress of bursts as a line of a table, where nothing can be redrawn.
 *
 * @category drawing
 */
export const tableLine = (rows: ReadonlyArray<Row>, elapsed: number): string =>
  format(elapsed).padStart(timeWidth) +
  rows.map((row) => columns.map(([, value]) => String(value(row)).padStart(cellWidth)).join("")).join("  ")
