import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestConsole } from "effect/testing"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { main } from "../../src/cli/Main.ts"
import { replay } from "../../src/cli/simulate/Options.ts"
import * as SimulateSeed from "../../src/cli/simulate/Seed.ts"
import * as SimulateSummary from "../../src/cli/simulate/Summary.ts"
import * as Style from "../../src/cli/terminal/Style.ts"
import * as Simulation from "../../src/simulation/index.ts"
import { recording } from "./screen.ts"

const run = Effect.fnUntraced(function*(args: string, options?: { readonly canRedraw: boolean }) {
  const { layer, written } = recording(options)
  const code = yield* Effect.provide(main(args.split(" ")), layer)
  return { code, ...written, logged: yield* TestConsole.logLines }
})

/** Arguments, and the line that says what is wrong with them. */
const wrong: ReadonlyArray<readonly [args: string, line: string]> = [
  ["--seeds 0", "--seeds: expected a whole number from 1 to 1000000000, got \"0\" (see fleetcap simulate --help)"],
  [
    "--seed -1",
    "--seed: expected a whole number from 0 to 9007199254740991, got \"-1\" (see fleetcap simulate --help)"
  ],
  [
    "--max-workers 0",
    "--max-workers: expected a whole number from 1 to 1000, got \"0\" (see fleetcap simulate --help)"
  ],
  [
    "--list-lag 0s",
    "--list-lag: expected a time such as 500ms, 5s, 2m or 1h, above 0, got \"0s\" (see fleetcap simulate --help)"
  ],
  ["--seed 1 --seeds 2", "--seeds cannot be combined with --seed, which runs a single seed"],
  ["--seed 1 --from 2", "--from cannot be combined with --seed, which runs a single seed"],
  ["--shrink", "--shrink requires --seed"],
  ["--html a.html", "--html requires --compare"],
  ["--svg a", "--svg requires --compare"],
  ["--markdown a.md --seed 3", "--markdown requires --compare"],
  ["--compare --seed 3", "--seed cannot be combined with --compare, whose situations are fixed"],
  ["--compare --scenario burst", "--scenario cannot be combined with --compare, whose situations are fixed"]
]

describe("fleetcap simulate", () => {
  for (const [args, line] of wrong) {
    it.effect(`exits with 2 after one line on: ${args}`, () =>
      Effect.gen(function*() {
        const { code, logged, noted, printed } = yield* run(`simulate ${args}`)
        assert.deepStrictEqual({ code, noted, printed, logged }, { code: 2, noted: [line], printed: [], logged: [] })
      }))
  }

  it.effect("names the scenarios that there are when it is given another one", () =>
    Effect.gen(function*() {
      const { code, noted } = yield* run("simulate --scenario storm")
      assert.strictEqual(code, 2)
      assert.strictEqual(noted.length, 1)
      for (const name of Simulation.names) assert.include(noted[0], name)
    }))

  it.effect("says how many seeds were run, what was tried, and that no rule was broken", () =>
    Effect.gen(function*() {
      const { code, noted, printed } = yield* run("simulate --scenario burst --seeds 3 --from 5 --max-workers 4")
      assert.deepStrictEqual({ code, noted }, { code: 0, noted: [] })
      assert.match(printed[0] ?? "", /^3 seeds in .* of virtual time, .* steps\.$/)
      assert.strictEqual(printed[1], "No rule was broken.")
      assert.isTrue(printed.some((line) => /^ {2}scenarios +burst 3$/.test(line)))
      assert.isTrue(printed.some((line) => /^ {2}events +Ask \d+/.test(line)))
      assert.isTrue(printed.some((line) => /^ {2}calls +.*RunTask \d+/.test(line)))
      for (const line of printed) assert.isAtMost(line.length, 80)
    }))

  it.effect("draws how far it has come where it can draw again, and wipes it in the end", () =>
    Effect.gen(function*() {
      const { drawn } = yield* run("simulate --scenario burst --seeds 2", { canRedraw: true })
      assert.deepStrictEqual(drawn, [["2 of 2 seeds, no rule broken"], []])
    }))

  it.effect("prints one object with --json", () =>
    Effect.gen(function*() {
      const { code, noted, printed } = yield* run("simulate --scenario trickle --seeds 2 --json")
      assert.deepStrictEqual({ code, noted, lines: printed.length }, { code: 0, noted: [], lines: 1 })
      const object = JSON.parse(printed[0] ?? "")
      assert.deepStrictEqual(
        [object.from, object.seeds, object.failures, object.failed, object.scenarios],
        [1, 2, 0, [], { trickle: 2 }]
      )
      assert.isAbove(object.counts["event: Ask"], 0)
    }))

  it.effect("tells the story of a seed, the same each time, beneath a chart", () =>
    Effect.gen(function*() {
      const [first, again] = [
        yield* run("simulate --seed 11 --scenario churn"),
        yield* run("simulate --seed 11 --scenario churn")
      ]
      assert.deepStrictEqual(first.printed, again.printed)
      assert.strictEqual(first.code, 0)
      assert.strictEqual(first.printed[0], "The fleet of seed 11 (churn)")
      assert.isTrue(first.printed.includes("What happened:"))
      assert.match(first.printed.at(-1) ?? "", /^Nothing was violated in /)
    }))

  it.effect("gives the story, the series and the world of a seed with --json", () =>
    Effect.gen(function*() {
      const { printed } = yield* run("simulate --seed 11 --scenario churn --json")
      assert.strictEqual(printed.length, 1)
      const object = JSON.parse(printed[0] ?? "")
      assert.deepStrictEqual([object.seed, object.scenario.name, object.violations], [11, "churn", []])
      assert.isAbove(object.series.live.length, 0)
      assert.isString(object.story)
    }))

  it.effect("compares, and writes the comparison as Markdown, as a page and as pictures", () =>
    Effect.gen(function*() {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "fleetcap-compare-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
      )
      const [markdown, html] = [join(folder, "c.md"), join(folder, "c.html")]
      const { code, noted, printed } = yield* run(
        `simulate --compare --seeds 1 --from 3 --markdown ${markdown} --html ${html} --svg ${
          join(folder, "new", "pictures")
        }`
      )
      assert.deepStrictEqual({ code, noted }, { code: 0, noted: [] })
      assert.isTrue(printed.includes("24 requests at once, lists 5 s late, cap 16"))
      assert.isTrue(printed.some((line) => /^ {2}count the list +24 of 16 .*8 over the cap$/.test(line)))
      assert.isTrue(printed.includes("The world of seed 3: everything at once"))
      assert.match(readFileSync(markdown, "utf8"), /^\| situation/)
      assert.match(readFileSync(html, "utf8"), /^<!doctype html>[^]*<\/html>\n$/)
      assert.match(readFileSync(join(folder, "new", "pictures", "burst.svg"), "utf8"), /^<svg [^]*<\/svg>\n$/)
    }).pipe(Effect.scoped), 30_000)

  it.effect("compares with --json", () =>
    Effect.gen(function*() {
      const { code, printed } = yield* run("simulate --compare --seeds 1 --json")
      assert.deepStrictEqual({ code, lines: printed.length }, { code: 0, lines: 1 })
      const { policies, situations, worlds } = JSON.parse(printed[0] ?? "")
      assert.deepStrictEqual([policies.length, situations[0].rows.length, worlds.seeds], [4, 4, 1])
    }), 30_000)

  it.effect("says in one line that a file cannot be written, and compares nothing", () =>
    Effect.gen(function*() {
      const failed = yield* run("simulate --compare --seeds 1 --html /nowhere/at/all.html")
      assert.deepStrictEqual([failed.code, failed.printed, failed.noted.length], [1, [], 1])
      assert.include(failed.noted[0], "/nowhere/at/all.html")
    }))
})

describe("a seed that breaks a rule", () => {
  const broken: Simulation.Summary = {
    ...SimulateSummary.empty(7),
    runs: 1,
    failures: 1,
    failed: [{ seed: 7, scenario: "burst", violations: [{ rule: "the cap holds", at: 5, text: "17 of 16\nhere" }] }]
  }

  it("is named with what it broke, in one line", () => {
    assert.deepStrictEqual(broken.failed.map(SimulateSummary.failure), [
      "seed 7 (burst) breaks the rule \"the cap holds\": 17 of 16"
    ])
  })

  it("is counted with the others", () => {
    const both = SimulateSummary.add(broken, { ...broken, failed: [], counts: new Map([["event: Ask", 2]]) })
    assert.deepStrictEqual([both.runs, both.failures, both.failed.length, both.counts.get("event: Ask")], [2, 2, 1, 2])
    const lines = SimulateSummary.lines(both, 500, { style: Style.plain, width: 80 })
    assert.include(lines[0], "2 seeds in 0.5 s, 4 a second")
    assert.strictEqual(lines[1], "2 seeds broke a rule.")
  })

  it("is run again by a command that says all that was decided for it", () => {
    assert.strictEqual(replay(7, {}), "fleetcap simulate --seed 7")
    assert.strictEqual(
      replay(7, { scenario: "restart", maxWorkers: 4, listLag: 90_000 }),
      "fleetcap simulate --seed 7 --scenario restart --max-workers 4 --list-lag 90000ms"
    )
  })
})

describe("the chart of a seed", () => {
  const report = Simulation.runSeed(1, { scenario: "burst", maxWorkers: 1 })
  const drawn = (series: Simulation.SeedReport["series"]) =>
    SimulateSeed.chart(
      { ...report, scenario: { ...report.scenario, cap: 2, events: [] }, time: 1000, series },
      { width: 27, style: Style.plain }
    ).slice(1, 6)

  it("shows own tasks, those of others, slots without a task, and the cap above them", () => {
    assert.deepStrictEqual(
      drawn({
        live: [{ at: 0, live: 1 }, { at: 500, live: 0 }],
        foreign: [{ at: 250, live: 1 }, { at: 500, live: 0 }],
        ledger: [{ at: 0, occupied: 2, cap: 2 }]
      }),
      [
        "cap 2 ┼────────────────────",
        "      │░░░░░▒▒▒▒▒░░░░░░░░░░",
        "      │██████████░░░░░░░░░░",
        "    0 └────────────────────",
        "       0 s            1.0 s"
      ]
    )
  })

  it("shows own tasks over the cap", () => {
    assert.deepStrictEqual(
      drawn({ live: [{ at: 0, live: 3 }], foreign: [], ledger: [{ at: 0, occupied: 3, cap: 2 }] }).slice(0, 2),
      ["    3 ┤▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓", "cap 2 ┼▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓"]
    )
  })

  it("moves the line of a cap that changes, and draws none where there is no cap", () => {
    assert.deepStrictEqual(
      drawn({
        live: [{ at: 0, live: 2 }],
        foreign: [],
        ledger: [{ at: 300, occupied: 2, cap: 1 }, { at: 600, occupied: 2, cap: "unlimited" }]
      }).slice(0, 3),
      [
        "  │────────",
        "2 ┤████████▓▓▓▓▓▓██████████",
        "  │████████████████████████"
      ]
    )
  })
})
