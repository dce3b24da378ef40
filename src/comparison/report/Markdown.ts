/**
 * A comparison as a Markdown table.
 */
import type { Comparison, WorldsRow } from "../Compare.ts"
import type { Row } from "../Row.ts"
import type { Situation } from "../Situation.ts"
import * as Wording from "./Wording.ts"

/**
 * Writes the table: a situation a line, a policy a column.
 *
 * @category formatting
 */
export const write = (comparison: Comparison): string => {
  const { policies, situations, worlds } = comparison
  const lines: ReadonlyArray<string> = [
    line("situation (cap 16 unless stated)", policies.map(({ name }) => name)),
    line("---", policies.map(() => "---")),
    ...situations.map(({ rows, situation }) => line(situation.title, rows.map((row) => cell(situation, row)))),
    ...(worlds.seeds === 0
      ? []
      : [line(Wording.worldsTitle(comparison), worlds.rows.map((row) => worldsCell(row, worlds.seeds)))])
  ]
  return `${lines.join("\n")}\n`
}

const line = (first: string, others: ReadonlyArray<string>): string => `| ${[first].concat(others).join(" | ")} |`

/**
 * The meaning of the cells of the table.
 *
 * @category formatting
 */
export const legend =
  "The most tasks that ran at once, of the cap; `ListTasks` calls; time until all requests were decided, if they were. " +
  "**Bold**: over the cap, or slots left unused while callers asked for them."

const cell = (situation: Situation, row: Row): string => {
  const most = `${row.peak} of ${row.cap}`
  return [Wording.isGood(situation, row) ? most : `**${most}**`, ...Wording.remarks(situation, row)].join(", ")
}

const worldsCell = (row: WorldsRow, seeds: number): string => {
  const over = `over in ${row.overIn} of ${seeds}`
  return [row.overIn === 0 ? over : `**${over}**`, ...Wording.worldsRemarks(row)].join(", ")
}
