/**
 * A situation of a comparison as one SVG picture that needs nothing but itself.
 *
 * It has a background of its own, so that it can be read in a page that is light
 * where the reader's system is dark.
 */
import type { Compared } from "../Compare.ts"
import type { Row } from "../Row.ts"
import type { Situation } from "../Situation.ts"
import type { Scale } from "./FleetChart.ts"
import * as FleetChart from "./FleetChart.ts"
import { escape, plain } from "./Markup.ts"
import { charts, palette } from "./Stylesheet.ts"
import * as Wording from "./Wording.ts"

const margin = 16
const gap = 28
const heading = 58
const caption = 42
const columns = 2
const cell = { width: FleetChart.width + gap, height: caption + FleetChart.height + 18 }
const width = 2 * margin + columns * cell.width - gap

const css = `${palette}${charts}
.card { fill: var(--card); stroke: var(--rule); }
svg text.title { fill: var(--ink); font-size: 16px; font-weight: 600; }
svg text.name { font-size: 14px; }
svg text.verdict { font-size: 13px; font-weight: 600; }
svg text.verdict.good { fill: var(--good); }
svg text.verdict.bad { fill: var(--over); }
`

/**
 * Draws a situation: a chart for each policy, all to the same scale.
 *
 * @category drawing
 */
export const draw = ({ rows, situation }: Compared): string => {
  const scale = FleetChart.scaleOf(rows)
  const height = heading + Math.ceil(rows.length / columns) * cell.height
  const title = plain(Wording.heading(situation))
  const label = escape([title, ...rows.map(FleetChart.labelOf)].join("; "))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `role="img" aria-label="${label}">`,
    `<title>${label}</title>`,
    `<style>${css}</style>`,
    `<rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="12"/>`,
    `<text class="title" x="${margin}" y="28">${escape(title)}</text>`,
    `<text x="${margin}" y="47">${escape(plain(situation.trap))}</text>`,
    ...rows.map((row, index) => panel(situation, row, scale, index)),
    "</svg>",
    ""
  ].join("\n")
}

const panel = (situation: Situation, row: Row, scale: Scale, index: number): string => {
  const x = margin + (index % columns) * cell.width
  const y = heading + Math.floor(index / columns) * cell.height
  const kind = Wording.isGood(situation, row) ? "good" : "bad"
  return [
    `<g transform="translate(${x} ${y})">`,
    `<text class="name" x="0" y="16">${escape(row.policy)}</text>`,
    `<text class="verdict ${kind}" x="${FleetChart.width}" y="16" text-anchor="end">${
      escape(plain(Wording.verdict(situation, row)))
    }</text>`,
    `<text x="0" y="33">${escape(plain(Wording.remarks(situation, row).join(" · ")))}</text>`,
    `<g transform="translate(0 ${caption})">${FleetChart.marks(row, scale)}</g>`,
    "</g>"
  ].join("")
}
