/**
 * All figures of a comparison, as an HTML table.
 */
import type { Compared, Comparison } from "../Compare.ts"
import type { Row } from "../Row.ts"
import { escape, inline } from "./Markup.ts"
import * as Wording from "./Wording.ts"

const columns: ReadonlyArray<readonly [title: string, value: (row: Row) => string]> = [
  ["most at once", (row) => String(row.peak)],
  ["over the cap", (row) => String(row.over)],
  ["over for", (row) => row.over === 0 ? "" : Wording.time(row.overMs)],
  ["left unused", (row) => String(row.unused)],
  ["cap used", (row) => Wording.percent(row.share)],
  ["launched", (row) => Wording.count(row.launched)],
  ["turned away", (row) => Wording.count(row.turnedAway)],
  ["still asking", (row) => Wording.count(row.open)],
  ["all decided", (row) => row.decidedMs === undefined ? "" : Wording.time(row.decidedMs)],
  ["failures", (row) => Wording.count(row.failures)],
  ["ListTasks", (row) => Wording.count(row.listTasks)],
  ["DescribeTasks", (row) => Wording.count(row.describeTasks)],
  ["RunTask", (row) => Wording.count(row.runTask)]
]

/**
 * Writes the table.
 *
 * @category formatting
 */
export const write = ({ situations }: Comparison): string =>
  [
    "<table><thead><tr><th></th>",
    ...columns.map(([title]) => `<th>${title}</th>`),
    "</tr></thead><tbody>",
    ...situations.flatMap(group),
    "</tbody></table>"
  ].join("")

const group = ({ rows, situation }: Compared): ReadonlyArray<string> => [
  `<tr><th colspan="${columns.length + 1}">${inline(Wording.heading(situation))}</th></tr>`,
  ...rows.map((row) =>
    `<tr><td>${escape(row.policy)}</td>${columns.map(([, value]) => `<td>${value(row)}</td>`).join("")}</tr>`
  )
]
