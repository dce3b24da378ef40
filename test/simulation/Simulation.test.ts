/**
 * Thousands of seeded worlds, and the instrument that runs them.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import {
  describeFailures,
  draw,
  names,
  report,
  run,
  runSeed,
  simulate,
  type Summary
} from "../../src/simulation/index.ts"
import * as BrokenCopy from "./brokenCopy.ts"
import { regressions } from "./regressions.ts"

/** One after the other: each takes a processor to itself, and the time of each is its own. */
const inTurn = { concurrent: false, timeout: 180_000 }

const assertNoViolations = (summary: Summary): void =>
  assert.strictEqual(summary.failures, 0, describeFailures(summary))

describe("a seed", inTurn, () => {
  it("gives the same run again, to the byte", () => {
    for (const scenario of names) {
      const first = runSeed(11, { scenario })
      const second = runSeed(11, { scenario })
      assert.strictEqual(first.story, second.story)
      assert.strictEqual(first.steps, second.steps)
      assert.deepStrictEqual([...first.counts], [...second.counts])
      assert.deepStrictEqual(first.series, second.series)
    }
  })

  it("runs the same whether its story is told or not", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const scenario = draw(seed)
      assert.strictEqual(run(scenario).steps, report(scenario).steps)
    }
  })

  it("is drawn as plain data, that runs the same after being written down", () => {
    const scenario = draw(5)
    const story = (data: typeof scenario) => report(data).story
    assert.strictEqual(story(JSON.parse(JSON.stringify(scenario))), story(scenario))
  })

  it("tells its story in words, with a time for everything, and its fleet as lines of a chart", () => {
    const { series, story } = runSeed(1, { scenario: "trickle" })
    assert.match(story, /^Seed 1: trickle, a cap of \d+/)
    assert.match(story, /What is going to happen:\n {2}\d+:\d\d:\d\d\.\d{3} {2}\w+/)
    assert.match(story, /\d+:\d\d:\d\d\.\d{3} {2}a caller asks for k\d+/)
    assert.match(story, /\d+:\d\d:\d\d\.\d{3} {2}process 1 +begins, with a cap of \d+/)
    assert.match(story, /caller 1 +asks process 1 for k\d+/)
    assert.match(story, /process 1 +sends RunTask for k\d+, launch [0-9a-f]{8}/)
    assert.match(story, /ledger +reserves [0-9a-f]{8} for k\d+ \(\d+ of \d+ slots taken\)/)
    assert.match(story, /ECS +launches task [0-9a-f]{8}/)
    assert.match(story, /Nothing was violated in \d+:\d\d:\d\d\.\d{3} of virtual time\./)
    assert.isAbove(series.live.length, 1)
    assert.isAbove(series.ledger.length, 1)
    assert.isTrue(series.ledger.every(({ cap, occupied }) => cap === "unlimited" || occupied <= cap + 24))
  })

  it("keeps to what is decided for all seeds", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { cap, ecs, settings } = draw(seed, {
        maxWorkers: 2,
        listLag: 1234,
        settings: { readingInterval: "7 seconds" }
      })
      assert.isTrue(cap === "unlimited" || cap <= 2)
      assert.deepStrictEqual(ecs.lag?.unlisted, { min: 0, max: 1234 })
      assert.strictEqual(settings.readingInterval, "7 seconds")
    }
  })
})

describe("a simulation", inTurn, () => {
  it("counts what it tried, and ends where it is told to", () => {
    const summary = simulate({ seeds: 300, from: 1000, onSeed: ({ runs }) => runs < 200 })
    assert.strictEqual(summary.runs, 200)
    assert.strictEqual([...summary.scenarios.values()].reduce((sum, count) => sum + count, 0), 200)
    // One in sixteen, whatever else a seed draws.
    assert.isAbove(summary.scenarios.get("shared") ?? 0, 5)
    for (const tried of ["event: Ask", "event: Resize", "calls of RunTask", "verdict: Unknown", "answer: Launched"]) {
      assert.isAbove(summary.counts.get(tried) ?? 0, 0, tried)
    }
  })

  it("tries every fault and every event there is", () => {
    const { counts } = simulate({ seeds: 150, scenario: "restart" })
    const lossy = simulate({ seeds: 100, scenario: "lost-answers" }).counts
    for (
      const how of [
        "close, ledger kept",
        "close, ledger lost",
        "crash, ledger kept",
        "crash, ledger lost",
        "lease, ledger kept"
      ]
    ) {
      assert.isAbove(counts.get(`event: Restart (${how})`) ?? 0, 0, how)
    }
    for (
      const fault of [
        "Reset after it was processed",
        "Reset before it was processed",
        "CutBody",
        "Blank",
        "ServerError after it was processed",
        "ServerError before it was processed",
        "LateAnswer",
        "LateProcessing",
        "Throttle",
        "HiddenThrottle",
        "Capacity",
        "StartFailure",
        "AccessDeniedException",
        "conflict"
      ]
    ) assert.isAbove(lossy.get(`RunTask: ${fault}`) ?? 0, 0, fault)
  })

  it("tries everything that may happen between processes that share a ledger, and breaks no rule", () => {
    const summary = simulate({ seeds: 40, scenario: "shared" })
    assertNoViolations(summary)
    for (
      const what of [
        "event: Pause",
        "event: Cut",
        "event: Restart (close, ledger kept)",
        "event: Restart (crash, ledger kept)",
        "network: request lost",
        "network: request late",
        "network: request doubled",
        "network: request lost where nothing passes",
        "network: request held up where nothing passes",
        "network: answer lost",
        "network: answer late",
        "network: answer lost where nothing passes",
        "network: answer held up where nothing passes",
        "ledger: Abandoned"
      ]
    ) assert.isAbove(summary.counts.get(what) ?? 0, 0, what)
  })

  it("counts an overshoot apart where ECS breaks the bound on its lag", () => {
    const summary = simulate({ seeds: 60, scenario: "broken-bound" })
    assertNoViolations(summary)
    assert.isAbove(summary.expectedOvershoots, 0)
    assert.strictEqual(simulate({ seeds: 60, scenario: "blackout" }).expectedOvershoots, 0)
  })
})

describe("a seed that fails", inTurn, () => {
  const copies = BrokenCopy.make()
  afterAll(() => copies.remove())

  it("says so, is made smaller, and can be seen again with one call", async () => {
    const broken = await copies.make([{
      file: "ledger/rules/Launch.ts",
      find: "    const ambiguous = verdict._tag === \"Unknown\"\n",
      replace: "    const ambiguous = verdict._tag === \"Unknown\"\n" +
        "    if (ambiguous) Transactions.free(tx, slot.id, \"withdrawn\")\n" +
        "    if (ambiguous) return { _tag: \"Lost\" }\n"
    }])
    const summary = broken.simulate({ seeds: 20, scenario: "lost-answers" })
    const seed = summary.failed[0]?.seed ?? 0
    assert.match(broken.describeFailures(summary), /seed \d+ \(lost-answers\): .+\n {2}see it again: runSeed\(\d+/)
    const whole = broken.runSeed(seed, { scenario: "lost-answers" })
    const small = broken.shrinkSeed(seed, { scenario: "lost-answers" })
    assert.isTrue(whole.violations.length > 0 && small.violations.length > 0)
    assert.isBelow(small.scenario.events.length, 4)
    assert.isAtMost(small.scenario.events.length, whole.scenario.events.length)
    assert.match(small.story, /VIOLATION +a live task is counted/)
    assert.strictEqual(broken.report(small.scenario).story, small.story)
  })
})

describe("a list", inTurn, () => {
  it("is read on where a page fails, and not from the beginning", () => {
    let failed = 0
    for (let seed = 1; seed <= 60; seed++) {
      const { counts } = run({
        ...draw(1),
        seed,
        events: [{ at: 0, _tag: "Ask", key: "a", waits: false, givesUpAfter: undefined }],
        ledger: undefined,
        cap: 1,
        settings: {},
        ecs: {
          seed,
          faults: [{ operation: "ListTasks", probability: 0.4, fault: { _tag: "ServerError", processed: false } }]
        },
        pausesAtTheEnd: false
      })
      failed += counts.get("error: unavailable") ?? 0
    }
    // Four attempts at a page fail once in 40 times, one fails twice in five.
    assert.isBelow(failed, 8)
  })
})

describe("2,000 worlds", inTurn, () => {
  for (let from = 1; from <= 1400; from += 200) {
    it(`break no rule, those of the list from ${from}`, () => assertNoViolations(simulate({ seeds: 200, from })))
  }

  it("break no rule, fresh ones", () => {
    const from = Math.floor(Math.random() * 1_000_000_000)
    process.stdout.write(`fresh worlds from seed ${from}\n`)
    const summary = simulate({ seeds: 600, from })
    assert.strictEqual(summary.failures, 0, `fresh worlds from seed ${from}:\n${describeFailures(summary)}`)
  })
})

describe("what was found before", inTurn, () => {
  for (const { scenario, sentence } of regressions) {
    it(`stays mended: ${sentence}`, () => {
      for (let seed = 1; seed <= 20; seed++) {
        const { violations } = run({ ...scenario, seed, ecs: { ...scenario.ecs, seed } })
        assert.deepStrictEqual(violations, [], `seed ${seed}`)
      }
      assert.deepStrictEqual(run(scenario).violations, [])
    })
  }
})
