/**
 * A comparison as one page that needs nothing but itself.
 *
 * This folder writes a comparison as a page, as pictures and as Markdown: pure functions
 * from data to text. It may import the data of `comparison`.
 */
import type { Compared, Comparison } from "../Compare.ts"
import type { Policy } from "../policies/Policy.ts"
import type { Row } from "../Row.ts"
import type { Situation } from "../Situation.ts"
import * as Figures from "./Figures.ts"
import type { Scale } from "./FleetChart.ts"
import * as FleetChart from "./FleetChart.ts"
import { escape, inline } from "./Markup.ts"
import { css } from "./Stylesheet.ts"
import * as Wording from "./Wording.ts"
import * as WorldsChart from "./WorldsChart.ts"

const ours = "fleetcap"

/**
 * Writes the page.
 *
 * @category formatting
 */
export const write = (comparison: Comparison): string =>
  [
    "<!doctype html>",
    "<html lang=\"en\">",
    "<head>",
    "<meta charset=\"utf-8\"/>",
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>",
    "<title>Four ways to hold a fleet to its cap</title>",
    `<style>${css}</style>`,
    "</head>",
    "<body>",
    "<main>",
    ...opening,
    "<div class=\"grid scores\">",
    ...comparison.policies.map((policy, index) => score(comparison, policy, index)),
    "</div>",
    ...comparison.situations.flatMap(section),
    ...worlds(comparison),
    `<section><details><summary>All figures</summary><div class="wide">${
      Figures.write(comparison)
    }</div></details></section>`,
    ...closing,
    "</main>",
    "</body>",
    "</html>",
    ""
  ].join("\n")

const opening: ReadonlyArray<string> = [
  "<p class=\"wordmark\">fleetcap</p>",
  "<h1>Four ways to hold a fleet to its cap</h1>",
  "<p class=\"lede\">A server is asked for workers, launches an ECS task for each, and must never run more than its cap. " +
  "But ECS is eventually consistent: a task that was launched a moment ago is in no list yet, an answer may be lost, " +
  "and a process may be replaced. Each policy meets the same emulated ECS and the same requests. The charts show " +
  "what really ran.</p>",
  "<ul class=\"key\"><li class=\"k-fleet\">tasks that run</li><li class=\"k-over\">tasks over the cap</li>" +
  "<li class=\"k-cap\">the cap</li></ul>"
]

const closing: ReadonlyArray<string> = [
  "<section class=\"notes\">",
  "<h2>How it was measured</h2>",
  "<ul>",
  "<li>In virtual time, over fleetcap's own emulator of ECS, which records how many tasks were live at any moment. " +
  "A task that is stopping is live.</li>",
  "<li>An answer to <code>RunTask</code> takes 50 ms, to <code>ListTasks</code> and <code>DescribeTasks</code> 40 ms, " +
  "unless stated otherwise. Every policy has at most 20 <code>RunTask</code> under way.</li>",
  "<li>A lost answer is lost for good, the retries of the client included: the task was launched, and its caller " +
  "does not know.</li>",
  "<li>A request that failed is made again after a second. At the restart, fleetcap's ledger survives; the others " +
  "keep nothing that could.</li>",
  "</ul>",
  "<p><code>fleetcap simulate --compare --html compare.html</code> writes this page again, to the byte.</p>",
  "</section>"
]

const isOurs = (name: string): string => name === ours ? " ours" : ""

const score = (comparison: Comparison, policy: Policy, index: number): string => {
  const rows = comparison.situations.flatMap(({ rows, situation }) => {
    const row = rows[index]
    return row === undefined ? [] : [{ row, isGood: Wording.isGood(situation, row) }]
  })
  const good = rows.filter(({ isGood }) => isGood).length
  const worst = Math.max(0, ...rows.map(({ row }) => row.over))
  const unused = Math.max(0, ...rows.map(({ row }) => row.unused))
  const world = comparison.worlds.rows[index]
  return [
    `<div class="score${isOurs(policy.name)}">`,
    `<h3>${escape(policy.name)}</h3>`,
    `<p class="what">${inline(policy.description)}</p>`,
    `<p class="big ${
      good === rows.length ? "good" : "bad"
    }">${good} <small>of ${rows.length} situations handled correctly</small></p>`,
    "<ul>",
    `<li>${
      worst === 0 ? "never a task over the cap" : `up to ${Wording.plural(worst, "task", "tasks")} over the cap`
    }</li>`,
    `<li>${unused === 0 ? "no slot left unused" : `up to ${Wording.plural(unused, "slot", "slots")} left unused`}</li>`,
    ...(world === undefined || comparison.worlds.seeds === 0
      ? []
      : [
        `<li>over in ${world.overIn} of ${Wording.plural(comparison.worlds.seeds, "drawn world", "drawn worlds")}</li>`
      ]),
    "</ul>",
    "</div>"
  ].join("")
}

const section = ({ rows, situation }: Compared): ReadonlyArray<string> => {
  const scale = FleetChart.scaleOf(rows)
  return [
    "<section>",
    `<div class="head"><h2>${inline(Wording.heading(situation))}</h2><p>${inline(situation.trap)}</p></div>`,
    "<div class=\"grid\">",
    ...rows.map((row) => panel(situation, row, scale)),
    "</div>",
    "</section>"
  ]
}

const panel = (situation: Situation, row: Row, scale: Scale): string =>
  `<figure class="panel${isOurs(row.policy)}"><figcaption><b>${escape(row.policy)}</b>` +
  `<span class="verdict ${Wording.isGood(situation, row) ? "good" : "bad"}">${Wording.verdict(situation, row)}</span>` +
  `<span class="facts">${Wording.remarks(situation, row).join(" · ")}</span></figcaption>` +
  `${FleetChart.draw(row, scale)}</figure>`

const worlds = (comparison: Comparison): ReadonlyArray<string> =>
  comparison.worlds.seeds === 0 ? [] : [
    "<section>",
    "<div class=\"head\"><h2>Everything at once</h2>" +
    `<p>${escape(Wording.worldsNote(comparison))}</p></div>`,
    `<div class="wide">${WorldsChart.draw(comparison.worlds.rows)}</div>`,
    "</section>"
  ]
