import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { readFileSync } from "node:fs"
import * as Compare from "../../src/comparison/Compare.ts"
import * as CountList from "../../src/comparison/policies/CountList.ts"
import * as Policies from "../../src/comparison/policies/Policies.ts"
import * as Markdown from "../../src/comparison/report/Markdown.ts"
import * as Page from "../../src/comparison/report/Page.ts"
import * as Picture from "../../src/comparison/report/Picture.ts"
import * as CompareRun from "../../src/comparison/Run.ts"
import * as CompareSituations from "../../src/comparison/Situations.ts"
import * as CompareWorlds from "../../src/comparison/Worlds.ts"
import { Emulator } from "../../src/emulator/Emulator.ts"
import { makeUnsafe } from "../../src/fleet/Fleet.ts"
import { parseKey } from "../../src/ledger/Key.ts"
import * as Simulation from "../../src/testing/Simulation.ts"
import * as TestEcs from "../../src/testing/TestEcs.ts"

const shownIn = (path: string): string | undefined => {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")
  return /<!-- compare -->\n([^]*?)<!-- \/compare -->/.exec(text)?.[1]
}

describe("the comparison", () => {
  const comparison = Effect.runSync(Compare.compare())

  it("is the one in docs/comparison.md", () => {
    assert.strictEqual(
      shownIn("docs/comparison.md"),
      Markdown.write(comparison),
      "write it again with fleetcap simulate --compare --markdown"
    )
  })

  it("has the head and four of its rows in README.md", () => {
    const all = Markdown.write(comparison).split("\n")
    const shown = shownIn("README.md")?.trimEnd().split("\n") ?? []
    assert.strictEqual(shown.length, 2 + 4)
    assert.deepStrictEqual(shown.slice(0, 2), all.slice(0, 2))
    assert.deepStrictEqual(shown, all.filter((line) => shown.includes(line)))
  })

  it("shows fleetcap at its cap, never over it, wherever a caller is turned away", () => {
    const ours = comparison.policies.findIndex(({ name }) => name === "fleetcap")
    for (const { rows, situation } of comparison.situations) {
      const row = rows[ours]
      assert.deepStrictEqual(
        { peak: row?.peak, over: row?.over, unused: row?.unused, overMs: row?.overMs },
        { peak: situation.cap, over: 0, unused: 0, overMs: 0 },
        situation.name
      )
    }
    const worlds = comparison.worlds.rows[ours]
    assert.strictEqual(worlds?.overIn, 0)
    assert.isDefined(worlds?.servedMs)
  })

  it("gives every policy something that it does well", () => {
    for (const index of comparison.policies.keys()) {
      assert.isTrue(comparison.situations.some(({ rows }) => rows[index]?.over === 0 && rows[index]?.unused === 0))
    }
  })

  it("has as many columns in every line of its table", () => {
    const widths = Markdown.write(comparison).trimEnd().split("\n").map((line) => line.split(" | ").length)
    assert.deepStrictEqual(new Set(widths), new Set([comparison.policies.length + 1]))
  })

  for (const [index, { name }] of CompareSituations.all.entries()) {
    it(`is drawn in docs/pictures/${name}.svg`, () => {
      const committed = readFileSync(new URL(`../../docs/pictures/${name}.svg`, import.meta.url), "utf8")
      const compared = comparison.situations[index]
      assert.isTrue(
        compared !== undefined && committed === Picture.draw(compared),
        "draw it again with fleetcap simulate --compare --svg docs/pictures"
      )
      assert.notMatch(committed, /NaN|undefined|Infinity|url\(|@import|<script|<image|href=/)
    })
  }

  describe("as a page", () => {
    const page = Page.write(comparison)

    it("closes what it opens", () => {
      const open: Array<string> = []
      const body = page.replace("<!doctype html>", "").replace(/<style>[^]*?<\/style>/, "")
      for (const [tag, closing, name = "", selfClosing] of body.matchAll(/<(\/?)([a-z0-9]+)(?:\s[^<>]*?)?(\/?)>/g)) {
        if (closing === "/") assert.strictEqual(open.pop(), name, tag)
        else if (selfClosing === "") open.push(name)
      }
      assert.deepStrictEqual(open, [])
      assert.notMatch(body.replace(/<\/?[a-z0-9]+(?:\s[^<>]*?)?\/?>/g, ""), /[<>]/)
    })

    it("needs nothing but itself", () => {
      assert.notMatch(page, /https?:|\/\/|url\(|@import|<script|<link|<img|src=|href=/)
    })

    it("draws every policy in every situation, and has no number that is none", () => {
      const charts = page.match(/<svg viewBox/g) ?? []
      assert.strictEqual(charts.length, comparison.situations.length * comparison.policies.length)
      assert.notMatch(page, /NaN|undefined|Infinity/)
    })
  })
})

describe("a policy", () => {
  const peaks = (name: string, situation: string) => {
    const found = CompareSituations.all.find((other) => other.name === situation)
    const policy = Policies.all.find((other) => other.name === name)
    return found === undefined || policy === undefined ? undefined : CompareRun.run(found, policy)
  }

  it("that counts the list launches everybody while the list is late", () => {
    assert.strictEqual(peaks("count the list", "burst")?.peak, 24)
    assert.strictEqual(peaks("count the list", "one-by-one")?.peak, 16)
  })

  it("that counts the list reads every page of it", () => {
    const decisions = Effect.gen(function*() {
      const emulator = yield* Emulator
      yield* emulator.launchForeign({ cluster: "c", family: "worker", count: 230 })
      return yield* Effect.forEach([230, 231], (cap) =>
        Effect.gen(function*() {
          const fleet = makeUnsafe({ cluster: "c", taskDefinition: "worker:1", cap, subnets: ["subnet-1"] })
          const { request } = yield* CountList.start({ ...fleet, cap })
          return yield* request(Result.getOrThrow(parseKey("k")))
        }))
    }).pipe(Effect.provide(TestEcs.layer({ pages: { short: 0.5, empty: 0.3 } })))
    assert.deepStrictEqual(Simulation.runOrThrow(decisions, { seed: 1 }), ["at capacity", "launched"])
  })

  it("that adds the launches of a minute holds a cold burst, one list after the other", () => {
    const row = peaks("list + last 60 s", "burst")
    assert.deepStrictEqual([row?.peak, row?.listTasks, row?.decidedMs], [16, 24, 960])
  })

  it("that adds the launches of a minute counts what it launched twice once it is listed", () => {
    assert.deepStrictEqual(
      [peaks("list + last 60 s", "one-by-one")?.unused, peaks("list + last 60 s", "trickle")?.unused],
      [8, 6]
    )
  })

  it("that adds the launches of a minute forgets those of the minute before, and of the process before", () => {
    assert.strictEqual(peaks("list + last 60 s", "late-lists")?.peak, 32)
    assert.strictEqual(peaks("list + last 60 s", "restart")?.peak, 32)
  })

  it("that adds the launches of a minute sees the first 100 of a list", () => {
    assert.isAbove(peaks("list + last 60 s", "two-pages")?.peak ?? 0, 200)
  })

  it("that holds permits is deceived by no list, and by every answer that is lost", () => {
    assert.strictEqual(peaks("semaphore", "late-lists")?.peak, 16)
    assert.strictEqual(peaks("semaphore", "restart")?.peak, 32)
    assert.isAbove(peaks("semaphore", "lost-20")?.peak ?? 0, 16)
    assert.strictEqual(peaks("semaphore", "lost-20")?.listTasks, 0)
  })

  it("does the same again for the same seed, and something else for another", () => {
    for (const policy of Policies.all) {
      const [first, again, other] = [3, 3, 4].map((seed) => CompareRun.run(CompareWorlds.draw(seed), policy))
      assert.deepStrictEqual(first, again)
      assert.notDeepEqual(first, other)
    }
  })
})
