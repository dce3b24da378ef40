import { assert, describe, it } from "@effect/vitest"
import * as Chart from "../../../src/cli/terminal/Chart.ts"
import * as Style from "../../../src/cli/terminal/Style.ts"

const options = { title: "workers", end: 10_000, width: 28, height: 6, style: Style.plain }

const fleet = (cap: number, steps: ReadonlyArray<Chart.Step>) => ({
  layers: [{ mark: "█", steps }],
  caps: [{ at: 0, live: cap }]
})

const draw = (cap: number, top: number, steps: ReadonlyArray<Chart.Step>) =>
  Chart.draw({ ...options, ...fleet(cap, steps), top }).map((line) => line.trimEnd())

describe("Chart.slices", () => {
  it("shows the most that ran in each slice, however short it was", () => {
    const steps = [{ at: 0, live: 2 }, { at: 2500, live: 9 }, { at: 2501, live: 1 }, { at: 4000, live: 0 }]
    assert.deepStrictEqual(Chart.slices(steps, 10_000, 5), [2, 9, 0, 0, 0])
  })

  it("goes on with the last step, and ignores what comes after the end", () => {
    assert.deepStrictEqual(Chart.slices([{ at: 5000, live: 3 }, { at: 20_000, live: 8 }], 10_000, 4), [0, 0, 3, 3])
    assert.deepStrictEqual(Chart.slices([], 10_000, 3), [0, 0, 0])
  })

  it("counts what ended on a border on one side of it only", () => {
    assert.deepStrictEqual(Chart.slices([{ at: 0, live: 4 }, { at: 5000, live: 1 }], 10_000, 2), [4, 1])
  })
})

describe("Chart.draw", () => {
  it("draws a fleet that keeps below its cap", () => {
    assert.deepStrictEqual(draw(4, 4, [{ at: 0, live: 4 }, { at: 5000, live: 2 }]), [
      "workers",
      "cap 4 ┼─────────────────────",
      "      │███████████",
      "      │███████████",
      "      │███████████",
      "      │█████████████████████",
      "      │█████████████████████",
      "      │█████████████████████",
      "    0 └─────────────────────",
      "       0 s            10.0 s"
    ])
  })

  it("draws what is over the cap above a line that lies on the border of two rows", () => {
    assert.deepStrictEqual(draw(16, 24, [{ at: 0, live: 24 }, { at: 3000, live: 17 }, { at: 6000, live: 3 }]), [
      "workers",
      "    24 ┤▓▓▓▓▓▓",
      "       │▓▓▓▓▓▓▓▓▓▓▓▓",
      "cap 16 ┼▓▓▓▓▓▓▓▓▓▓▓▓────────",
      "       │████████████",
      "       │████████████",
      "       │████████████",
      "       │████████████▆▆▆▆▆▆▆▆",
      "     0 └────────────────────",
      "        0 s           10.0 s"
    ])
  })

  it("shows one too many, where a row stands for many", () => {
    const lines = draw(150, 226, [{ at: 0, live: 151 }])
    assert.match(lines.join("\n"), /cap 150 ┼▓+$/m)
  })

  it("keeps its size, and its lines their length, for all caps", () => {
    for (const [cap, top] of [[0, 0], [0, 5], [1, 1], [1, 100], [2, 3], [1000, 1001], [7, 9000]] as const) {
      const lines = Chart.draw({ ...options, ...fleet(cap, [{ at: 0, live: top }]), top })
      assert.isAtLeast(lines.length, 9)
      assert.isAtMost(lines.length, 12, `cap ${cap}, top ${top}`)
      assert.deepStrictEqual([...new Set(lines.map((line) => line.length))], [28], `cap ${cap}, top ${top}`)
    }
  })

  it("colours what is over the cap, and whole runs at a time", () => {
    const lines = Chart.draw({ ...options, ...fleet(1, [{ at: 0, live: 2 }]), top: 2, style: Style.colored })
    assert.include(lines[1], "\u001b[31m▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓\u001b[39m")
  })
})

describe("Chart.beside", () => {
  const box = (width: number) => ["a", "b"].map((text) => text.padEnd(width))

  it("puts charts side by side where there is room", () => {
    assert.deepStrictEqual(Chart.beside([box, box], 80), [`a${" ".repeat(40)}a`, `b${" ".repeat(40)}b`])
  })

  it("puts them below one another where there is not", () => {
    assert.deepStrictEqual(Chart.beside([box, box], 60).map((line) => line.trimEnd()), ["a", "b", "", "a", "b"])
  })
})
