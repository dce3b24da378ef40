import { assert, describe, it } from "@effect/vitest"
import * as Live from "../../../src/cli/burst/Live.ts"
import type { Report } from "../../../src/cli/burst/Report.ts"
import { table, timeOver, toJson } from "../../../src/cli/burst/Report.ts"
import * as Scores from "../../../src/cli/burst/Score.ts"
import * as Summary from "../../../src/cli/burst/Summary.ts"
import * as Style from "../../../src/cli/terminal/Style.ts"
import { TaskArn } from "../../../src/ecs/Ecs.ts"
import type { Change } from "../../../src/ledger/Change.ts"
import { Key } from "../../../src/ledger/Key.ts"
import { SlotId } from "../../../src/ledger/Slot.ts"

const launched = (key: string, at: number, occupied: number): Change => ({
  _tag: "Launched",
  slotId: SlotId(key),
  key: Key.make(key),
  taskArn: TaskArn(`arn:${key}`),
  sequence: at,
  at,
  occupied,
  cap: 2
})

const report: Report = {
  end: "Answered",
  standing: { requested: 3, launched: 1, waiting: 0, atCapacity: 2, failed: 0, occupied: 1, peakOccupied: 1 },
  tasks: [{ key: "a", taskArn: "arn:a", atMs: 120 }],
  calls: { RunTask: 1, ListTasks: 2, DescribeTasks: 3, StopTask: 0 },
  elapsedMs: 150,
  firstError: undefined
}

describe("Score", () => {
  it("believes answers and the ledger, and counts a task once", () => {
    const score = Scores.make(1000)
    for (const key of ["a", "b", "c"]) score.asked(key)
    score.gotTask("a", "arn:a", 1100)
    score.happened(launched("a", 1090, 1))
    score.happened(launched("b", 1200, 2))
    score.happened(launched("of-another-program", 1300, 3))
    score.wasTold("c", { _tag: "AtCapacity" })
    assert.include(score.standing(), { requested: 3, launched: 2, waiting: 1, atCapacity: 0, peakOccupied: 3 })
    score.gaveUp("c")
    assert.include(score.standing(), { waiting: 0, atCapacity: 1, failed: 0 })
    assert.deepStrictEqual(score.tasks(), [
      { key: "a", taskArn: "arn:a", atMs: 100 },
      { key: "b", taskArn: "arn:b", atMs: 200 }
    ])
    assert.deepStrictEqual(score.steps(), [
      { at: 0, live: 0 },
      { at: 90, live: 1 },
      { at: 200, live: 2 },
      { at: 300, live: 3 }
    ])
  })

  it("counts a task once that was listed before its launch was answered", () => {
    const score = Scores.make(0)
    const adopted = { slotId: SlotId("listed"), taskArn: TaskArn("arn:a"), cap: 2 }
    score.happened({
      _tag: "Reserved",
      slotId: SlotId("a"),
      key: Key.make("a"),
      sequence: 1,
      at: 1,
      occupied: 2,
      cap: 2
    })
    score.happened({ _tag: "Adopted", ...adopted, sequence: 2, at: 2, occupied: 3 })
    assert.strictEqual(score.standing().peakOccupied, 3)
    score.happened({ _tag: "Freed", reason: "merged", ...adopted, sequence: 3, at: 3, occupied: 2 })
    assert.strictEqual(score.standing().peakOccupied, 2)
    score.happened({ _tag: "Adopted", ...adopted, sequence: 4, at: 4, occupied: 3 })
    score.happened({ _tag: "Freed", reason: "stopped", ...adopted, sequence: 5, at: 5, occupied: 2 })
    assert.strictEqual(score.standing().peakOccupied, 3)
  })

  it("does not call failed what was launched after all", () => {
    const score = Scores.make(0)
    score.asked("a")
    score.wasTold("a", { _tag: "Failed", error: { message: "settling" } })
    score.gaveUp("a")
    assert.strictEqual(score.firstError(), "settling")
    assert.strictEqual(score.standing().failed, 1)
    score.happened(launched("a", 10, 1))
    assert.include(score.standing(), { launched: 1, failed: 0 })
    assert.isUndefined(score.firstError())
  })
})

describe("Report", () => {
  it("is JSON with these members", () => {
    assert.deepStrictEqual(JSON.parse(toJson(report)), {
      requested: 3,
      launched: 1,
      atCapacity: 2,
      failed: 0,
      peakOccupied: 1,
      tasks: [{ key: "a", taskArn: "arn:a", atMs: 120 }],
      calls: { RunTask: 1, ListTasks: 2, DescribeTasks: 3, StopTask: 0 },
      elapsedMs: 150
    })
  })

  it("adds up for how long more than the cap ran", () => {
    const steps = [{ at: 0, live: 3 }, { at: 100, live: 2 }, { at: 200, live: 4 }]
    assert.strictEqual(timeOver(steps, 2, 1000), 900)
    assert.strictEqual(timeOver(steps, 4, 1000), 0)
  })

  it("aligns tables", () => {
    assert.deepStrictEqual(table([["a", "bb", "c"], ["aaa", "b", ""]]), ["  a      bb    c", "  aaa    b"])
  })
})

describe("Summary.ofTarget", () => {
  const options = { cap: 2, steps: [{ at: 0, live: 1 }], width: 80, style: Style.plain }

  it("says what became of the requests", () => {
    assert.deepStrictEqual(Summary.ofTarget(report, options).slice(-6), [
      "  launched        1 of 3, the last after 0.1 s",
      "  at capacity     2",
      "  failed          0",
      "  peak counted    1, the cap is 2",
      "  calls           1 RunTask, 2 ListTasks, 3 DescribeTasks",
      "  time            0.1 s"
    ])
  })

  it("draws no chart of nothing", () => {
    const standing = { ...report.standing, launched: 0, peakOccupied: 0 }
    const text = Summary.ofTarget({ ...report, standing }, options).join("\n")
    assert.notInclude(text, "┼")
    assert.include(text, "not answered")
  })
})

describe("Live", () => {
  const rows: ReadonlyArray<Live.Row> = [
    { name: "fleetcap", requests: 24, cap: 16, launched: 16, waiting: 8, running: 16 },
    { name: "naive", requests: 24, cap: 16, launched: 24, waiting: 0, running: 24 }
  ]

  it("draws bars against the cap that fit the terminal", () => {
    assert.deepStrictEqual(Live.bars(rows, { elapsed: 3210, width: 80, style: Style.plain }), [
      "",
      "fleetcap ████████████████│         16 running  16 of 24 launched   8 waiting",
      "naive    ████████████████│▓▓▓▓▓▓▓▓ 24 running  24 of 24 launched   0 waiting",
      "   3.2 s"
    ])
  })

  it("leaves the bars out where there is no room", () => {
    assert.deepStrictEqual(Live.bars(rows.slice(0, 1), { elapsed: 0, width: 50, style: Style.plain }).slice(1, 2), [
      "fleetcap  16 running  16 of 24 launched   8 waiting"
    ])
  })

  it("writes a table where nothing can be redrawn", () => {
    assert.deepStrictEqual([...Live.tableHead(rows), Live.tableLine(rows, 3210)], [
      "                                  fleetcap                           naive",
      "        time  launched   waiting   running    launched   waiting   running",
      "       3.2 s        16         8        16          24         0        24"
    ])
  })
})
