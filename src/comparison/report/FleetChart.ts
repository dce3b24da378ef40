/**
 * The fleet over time against its cap, as an SVG drawing.
 */
import type { Row, Step } from "../Row.ts"
import { coordinate as at, escape } from "./Markup.ts"
import * as Wording from "./Wording.ts"

/**
 * The scale that charts share which are looked at side by side.
 *
 * @category options
 */
export interface Scale {
  /** The most tasks that there is room for. */
  readonly top: number
  /** The end of time, in milliseconds. */
  readonly end: number
}

/**
 * The width of a chart, in its own units.
 *
 * @category constants
 */
export const width = 280

/**
 * The height of a chart, in its own units.
 *
 * @category constants
 */
export const height = 150

const left = 32
const right = width - 4
const top = 10
const bottom = height - 20

const niceSteps = [1, 1.5, 2, 3, 4, 5, 6, 8, 10]

/** Rounds up to a time that looks well at the end of an axis. */
const nice = (value: number): number => {
  const unit = value < 60_000 ? 10 ** Math.floor(Math.log10(value)) : 60_000
  return (niceSteps.find((step) => step * unit >= value) ?? Math.ceil(value / unit)) * unit
}

const shortest = 1000

/**
 * Finds the scale of charts that are to be looked at side by side: it ends a little
 * after the last thing that happened in any of them.
 *
 * @category constructors
 */
export const scaleOf = (rows: ReadonlyArray<Row>): Scale => {
  const last = Math.max(shortest, ...rows.map(({ steps }) => steps.at(-1)?.at ?? 0))
  return {
    top: Math.max(1, ...rows.map(({ cap, peak }) => Math.max(cap, peak))),
    end: Math.min(nice(last * 1.05), ...rows.map(({ end }) => end))
  }
}

/**
 * Draws the fleet of a row over time. What is over the cap stands out.
 *
 * @category drawing
 */
export const draw = (row: Row, scale: Scale): string => {
  const label = escape(labelOf(row))
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}"><title>${label}</title>${
    marks(row, scale)
  }</svg>`
}

/**
 * Returns a sentence that says what the chart of a row shows.
 *
 * @category formatting
 */
export const labelOf = ({ cap, peak, policy }: Row): string => `${policy}: ${peak} tasks at most, the cap is ${cap}`

/**
 * Draws what a chart consists of, for a drawing that holds several.
 *
 * @category drawing
 */
export const marks = (row: Row, scale: Scale): string => {
  const { cap, peak } = row
  const x = (ms: number): number => left + (Math.min(ms, scale.end) / scale.end) * (right - left)
  const y = (live: number): number => bottom - (live / scale.top) * (bottom - top)
  const line = outline(row.steps, scale.end)
  const path = (points: ReadonlyArray<Step>, value: (live: number) => number): string =>
    points.map(({ at: ms, live }, index) => `${index === 0 ? "M" : "L"}${at(x(ms))} ${at(y(value(live)))}`).join("")
  const area = (base: number, value: (live: number) => number): string =>
    `${path(line, value)}L${at(x(scale.end))} ${at(y(base))}L${at(x(0))} ${at(y(base))}Z`
  const under = (live: number): number => Math.min(live, cap)
  const over = (live: number): number => Math.max(live, cap)
  const tick = (live: number, kind: string): string =>
    `<text class="${kind}" x="${left - 6}" y="${at(y(live) + 4)}" text-anchor="end">${live}</text>`
  return [
    `<path class="fleet-area" d="${area(0, under)}"/>`,
    ...(peak > cap ? [`<path class="over-area" d="${area(cap, over)}"/>`] : []),
    `<path class="fleet-line" d="${path(line, under)}"/>`,
    `<path class="axis" d="M${left} ${bottom}H${right}"/>`,
    `<path class="cap-line" d="M${left} ${at(y(cap))}H${right}"/>`,
    tick(0, "tick"),
    tick(cap, "tick cap"),
    ...(peak > cap && y(cap) - y(peak) > 11 ? [tick(peak, "tick over")] : []),
    `<text class="tick" x="${left}" y="${height - 5}">0 s</text>`,
    `<text class="tick" x="${right}" y="${height - 5}" text-anchor="end">${Wording.axisTime(scale.end)}</text>`
  ].join("")
}

/** The corners of the line: level until something happens, and then straight up or down. */
const outline = (steps: ReadonlyArray<Step>, end: number): ReadonlyArray<Step> => {
  const corners: Array<Step> = [{ at: 0, live: 0 }]
  let live = 0
  for (const step of steps) {
    if (step.at > end) break
    corners.push({ at: step.at, live }, step)
    live = step.live
  }
  corners.push({ at: end, live })
  return corners
}
