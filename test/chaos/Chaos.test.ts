/**
 * A short chaos. For a long one there is `npm run chaos`.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { keptDifferences, purgeInterval } from "../../src/ledger/postgres/Schema.ts"
import * as Chaos from "./Chaos.ts"
import * as Faults from "./Faults.ts"
import * as Lives from "./Lives.ts"
import * as Twins from "./twins.ts"

describe("replicas of a fleet, while they are killed, stopped and cut off, and their database crashes", () => {
  it.live("never pass the cap, never run a key twice, and leave nothing behind", () =>
    Effect.gen(function*() {
      const report = yield* Chaos.run({ seconds: 8, seed: 1 })
      const told = Chaos.describe(report)
      assert.deepStrictEqual(report.account.violations, [], told)
      assert.isDefined(report.settledAfter, told)
      assert.deepStrictEqual([report.died, report.deaf], [0, 0], told)
      // Otherwise nothing was shown.
      for (const kind of Faults.kinds) assert.isAtLeast(report.faults[kind], 1, told)
      assert.isAtLeast(report.account.launched, 15, told)
      // On a slow machine tasks end nearly as fast as they are asked for: the cap need not be reached, but be near.
      assert.isAtLeast(report.account.peak, Chaos.cap / 2, told)
      // Nor does what is kept grow with what has happened, but for what has to be remembered of it.
      assert.isBelow(report.rows.difference, keptDifferences + purgeInterval, told)
      assert.isAtMost(report.rows.gone, report.account.launched, told)
      assert.isAtMost(report.rows.member, report.processes, told)
    }), 120_000)

  for (const { name, patches, within } of Twins.twins) {
    // The others take longer: `npm run chaos -- --twins`.
    if (within === undefined || within > 10) continue
    it.live(`do within ${within} s, where ${name}`, () =>
      Effect.gen(function*() {
        const source = yield* Twins.make(patches)
        const report = yield* Chaos.run({ seconds: within, seed: 1, source, untilWrong: true })
        assert.isAbove(report.account.violations.length, 0, Chaos.describe(report))
      }), 120_000)
  }
})

describe("the account of a chaos", () => {
  const life = (key: string, from: number, until: number): Lives.Life => ({ key, from, until })

  it("finds more than the cap at once, and a key twice, for however short a time", () => {
    const lives = [life("a", 0, 10), life("b", 1, 10), life("c", 9.999, 20), life("c", 19.999, Infinity)]
    const { launched, peak, violations } = Lives.account(lives, 2)
    assert.deepStrictEqual({ launched, peak }, { launched: 4, peak: 3 })
    assert.deepStrictEqual(violations.map(({ at, what }) => [at, what]), [[9.999, "over"], [19.999, "twice"]])
  })

  it("knows the longest time in which nothing was launched", () => {
    assert.strictEqual(Lives.longestPause([3, 12, 10], 0, 20), 8)
    assert.strictEqual(Lives.longestPause([], 0, 20), 20)
    assert.strictEqual(Lives.longestPause([2, 15], 5, 10), 5)
  })

  it("does not count a task that has just stopped", () => {
    const { peak, violations } = Lives.account([life("a", 0, 10), life("a", 10, 20)], 1)
    assert.deepStrictEqual([peak, violations], [1, []])
  })
})

describe("the faults of a chaos", () => {
  it("are those of its seed, and all of them happen soon", () => {
    const take = (seed: number) => {
      const faults = Faults.draw({ seed, replicas: 4, lease: 1000 })
      return Array.from({ length: 9 }, () => faults.next().value)
    }
    assert.deepStrictEqual(take(7), take(7))
    assert.notDeepEqual(take(7), take(8))
    for (let seed = 0; seed < 20; seed++) {
      const planned = take(seed)
      assert.deepStrictEqual(new Set(planned.map((each) => each?.fault._tag)), new Set(Faults.kinds))
      for (const each of planned) {
        if (each?.fault._tag === "Stop") assert.isAbove(each.fault.millis, 1000)
      }
    }
  })
})
