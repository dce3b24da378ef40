/**
 * The worlds that seeds drew, one dot each, by the most tasks that ran at once, as
 * an SVG drawing.
 */
import type { WorldsRow } from "../Compare.ts"
import { coordinate as at, escape } from "./Markup.ts"
import * as Wording from "./Wording.ts"

const width = 1120
const left = 150
const right = width - 20
const rowHeight = 64
const radius = 5
/** A dot that is larger would look as if it were at other shares as well. */
const largest = 13
const top = 26

/**
 * Draws the worlds, a policy a line.
 *
 * @category drawing
 */
export const draw = (rows: ReadonlyArray<WorldsRow>): string => {
  const most = Math.max(1.5, ...rows.flatMap(({ peaks }) => peaks))
  const end = Math.ceil(most * 2) / 2
  const bottom = top + rows.length * rowHeight
  const height = bottom + 26
  const x = (share: number): number => left + (share / end) * (right - left)
  const ticks = Array.from({ length: Math.floor(end) + 1 }, (_, share) => share)
  const label = "The most tasks that ran at once in each world, as a share of the cap"
  return [
    `<svg class="worlds" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`,
    `<title>${label}</title>`,
    `<rect class="over-zone" x="${at(x(1))}" y="${top - 8}" width="${at(right - x(1))}" height="${bottom - top + 8}"/>`,
    ...ticks.map((share) =>
      `<text class="tick${share === 1 ? " cap" : ""}" x="${at(x(share))}" y="${height - 6}" text-anchor="middle">${
        share === 1 ? "the cap" : Wording.percent(share)
      }</text>`
    ),
    `<path class="cap-line" d="M${at(x(1))} ${top - 8}V${bottom}"/>`,
    ...rows.flatMap((row, index) => line(row, top + (index + 0.5) * rowHeight, x)),
    `<path class="axis" d="M${left} ${bottom}H${right}"/>`,
    "</svg>"
  ].join("")
}

const line = (
  { overIn, peaks, policy }: WorldsRow,
  middle: number,
  x: (share: number) => number
): ReadonlyArray<string> => [
  `<text class="name" x="0" y="${at(middle - 2)}">${escape(policy)}</text>`,
  `<text class="tick ${overIn === 0 ? "held" : "over"}" x="0" y="${
    at(middle + 15)
  }">over in ${overIn} of ${peaks.length}</text>`,
  ...apart(together(peaks), x).map((dot) => circle(dot, middle))
]

const circle = ({ place, r, share, worlds, x }: PlacedDot, middle: number): string => {
  const y = middle + place
  const label = `${worlds === 1 ? "1 world" : `${worlds} worlds`}: ${Wording.percent(share)} of the cap`
  const many = `<text class="many" x="${at(x)}" y="${at(y + 4)}" text-anchor="middle">${worlds}</text>`
  return `<circle class="${share > 1 ? "dot over" : "dot"}" cx="${at(x)}" cy="${at(y)}" r="${at(r)}">` +
    `<title>${label}</title></circle>${r < 10 ? "" : many}`
}

interface Dot {
  readonly share: number
  /** The number of worlds at that share. */
  readonly worlds: number
}

const together = (shares: ReadonlyArray<number>): ReadonlyArray<Dot> => {
  const worlds = new Map<number, number>()
  for (const share of shares) worlds.set(share, (worlds.get(share) ?? 0) + 1)
  return [...worlds].map(([share, worlds]) => ({ share, worlds })).sort((a, b) => b.worlds - a.worlds)
}

interface PlacedDot extends Dot {
  readonly x: number
  readonly r: number
  /** The distance from the middle of the line. */
  readonly place: number
}

/** Moves dots up and down that would lie upon one another. */
const apart = (dots: ReadonlyArray<Dot>, x: (share: number) => number): ReadonlyArray<PlacedDot> => {
  const placed: Array<PlacedDot> = []
  for (const dot of dots) {
    const here = x(dot.share)
    const r = Math.min(largest, radius * Math.sqrt(dot.worlds))
    const isFree = (place: number): boolean =>
      placed.every((other) => Math.hypot(other.x - here, other.place - place) >= other.r + r - 1)
    placed.push({ ...dot, x: here, r, place: places.find(isFree) ?? 0 })
  }
  return placed
}

/** From the middle outwards, as far as a line has room. */
const places: ReadonlyArray<number> = Array.from(
  { length: 25 },
  (_, index) => (index % 2 === 0 ? 1 : -1) * Math.ceil(index / 2) * 2
)
