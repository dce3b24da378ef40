/**
 * The flags of `fleetcap simulate`.
 */
import type * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { names } from "../../simulation/scenario/DrawScenario.ts"
import * as Flags from "../terminal/Flags.ts"

const anySeed = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }

/**
 * The flags of `fleetcap simulate`, each by itself.
 *
 * @category flags
 */
export const flags = {
  seeds: Flags.whole(
    "seeds",
    { minimum: 1, maximum: 1_000_000_000 },
    "Number of seeds to run (1000; with --compare, 30)"
  )
    .pipe(Flag.optional),
  from: Flags.whole("from", anySeed, "The first seed (1)").pipe(Flag.optional),
  seed: Flags.whole("seed", anySeed, "Run this seed alone, and show what happens").pipe(Flag.optional),
  shrink: Flag.Boolean("shrink").pipe(
    Flag.withDescription("Shrink the world of the seed to the smallest that still breaks a rule"),
    Flag.withDefault(false)
  ),
  scenario: Flag.Literals("scenario", names).pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription("The kind of world (mixed: any of them)"),
    Flag.optional
  ),
  maxWorkers: Flags.whole("max-workers", { minimum: 1, maximum: 1000 }, "The highest cap that is drawn (8)").pipe(
    Flag.optional
  ),
  listLag: Flags.time("list-lag", "Longest lag of the lists (drawn)").pipe(Flag.optional),
  compare: Flag.Boolean("compare").pipe(
    Flag.withDescription("Compare fleetcap with the policies that others use, in the same situations"),
    Flag.withDefault(false)
  ),
  markdown: Flags.text("markdown", "FILE", "Write the comparison as a Markdown table").pipe(Flag.optional),
  html: Flags.text("html", "FILE", "Write the comparison as a page with charts").pipe(Flag.optional),
  svg: Flags.text("svg", "FOLDER", "Write a picture of every situation, as SVG").pipe(Flag.optional),
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print one JSON object to standard output, and nothing else"),
    Flag.withDefault(false)
  )
}

/**
 * The values that the flags of `fleetcap simulate` were given.
 *
 * @category models
 */
export type SimulateFlags = Command.Command.Config.Infer<typeof flags>
