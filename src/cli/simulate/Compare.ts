/**
 * Compares fleetcap with what others use, and shows how they fared.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { mkdir, writeFile } from "node:fs/promises"
import * as Compare from "../../comparison/Compare.ts"
import type { Compared, Comparison } from "../../comparison/Compare.ts"
import * as Markdown from "../../comparison/report/Markdown.ts"
import * as Page from "../../comparison/report/Page.ts"
import * as Picture from "../../comparison/report/Picture.ts"
import * as Wording from "../../comparison/report/Wording.ts"
import * as Details from "../../Detail.ts"
import { table } from "../burst/Report.ts"
import * as ExitCode from "../terminal/ExitCode.ts"
import { Screen } from "../terminal/Screen.ts"
import type { Style } from "../terminal/Style.ts"
import type { Comparing } from "./Options.ts"

/**
 * Compares, prints the figures, and writes the files that were asked for.
 *
 * **Details**
 *
 * It fails if fleetcap itself passed the cap.
 *
 * @category running
 */
export const run = Effect.fnUntraced(function*({ from, html, markdown, seeds, svg }: Comparing, json: boolean) {
  const screen = yield* Screen
  // A file that cannot be written is better known before than after.
  for (const path of [markdown, html]) if (path !== undefined) yield* write(path, "", "a")
  if (svg !== undefined) yield* writing(svg, () => mkdir(svg, { recursive: true }))
  const comparison = yield* Compare.compare({
    from,
    seeds: seeds ?? Compare.defaultSeeds,
    onProgress: (done, total) =>
      json || !screen.canRedraw
        ? Effect.void
        : screen.redraw(done === total ? [] : [`${done} of ${total} runs`])
  })
  if (markdown !== undefined) yield* write(markdown, Markdown.write(comparison))
  if (html !== undefined) yield* write(html, Page.write(comparison))
  if (svg !== undefined) {
    for (const compared of comparison.situations) {
      yield* write(`${svg}/${compared.situation.name}.svg`, Picture.draw(compared))
    }
  }
  yield* screen.print(...(json ? [JSON.stringify(figures(comparison))] : lines(comparison, screen.style)))
  if (isBroken(comparison)) return yield* new ExitCode.Exited({ code: ExitCode.failure })
})

/**
 * A file that was asked for cannot be written.
 *
 * @category errors
 */
export class WriteError extends Data.TaggedError("WriteError")<{ readonly message: string }> {}

const write = (path: string, text: string, flag: "a" | "w" = "w"): Effect.Effect<void, WriteError> =>
  writing(path, (signal) => writeFile(path, text, { flag, signal }))

const writing = (path: string, run: (signal: AbortSignal) => Promise<unknown>): Effect.Effect<void, WriteError> =>
  Effect.asVoid(Effect.tryPromise({
    try: run,
    catch: (error) =>
      new WriteError({
        message: `cannot write ${path}: ${Details.of(error instanceof Error ? error.message : String(error))}`
      })
  }))

const ours = "fleetcap"

const isBroken = ({ situations, worlds }: Comparison): boolean =>
  situations.some(({ rows }) => rows.some(({ over, policy }) => policy === ours && over > 0)) ||
  worlds.rows.some(({ overIn, policy }) => policy === ours && overIn > 0)

/** The course of every fleet is for charts: it would be most of the object. */
const figures = ({ policies, situations, worlds }: Comparison) => ({
  policies: policies.map(({ description, name }) => ({ name, description })),
  situations: situations.map(({ rows, situation: { cap, name, seed, title } }) => ({
    name,
    title: title.replaceAll("`", ""),
    cap,
    seed,
    rows: rows.map(({ cap: _cap, steps: _steps, ...row }) => row)
  })),
  worlds
})

const lines = (comparison: Comparison, style: Style): ReadonlyArray<string> => [
  ...comparison.situations.flatMap((compared) => ["", ...block(compared, style)]),
  ...(comparison.worlds.seeds === 0 ? [] : ["", ...worldsBlock(comparison, style)])
]

const block = ({ rows, situation }: Compared, style: Style): ReadonlyArray<string> => [
  style.bold(Wording.heading(situation).replaceAll("`", "")),
  ...table(rows.map((row) => {
    const [first = "", second = ""] = Wording.remarks(situation, row)
    const paint = Wording.isGood(situation, row) ? style.green : style.red
    // The colour comes last: its characters have no width.
    return [row.policy, `${row.peak} of ${row.cap}`, first, second, paint(Wording.verdict(situation, row))]
  }))
]

const worldsBlock = (comparison: Comparison, style: Style): ReadonlyArray<string> => [
  style.bold(Wording.sentence(Wording.worldsTitle(comparison))),
  ...table(comparison.worlds.rows.map((row) => [
    row.policy,
    Wording.lists(row.listTasks),
    row.servedMs === undefined ? "" : Wording.time(row.servedMs),
    row.overIn === 0
      ? style.green("held in all")
      : style.red(`over the cap in ${row.overIn}, by up to ${row.worstOver}`)
  ]))
]
