/**
 * The simulation catches every broken variant of fleetcap that there is.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import * as BrokenCopy from "./brokenCopy.ts"
import { mutants, seenByOthers } from "./mutants.ts"

const copies = BrokenCopy.make()
afterAll(() => copies.remove())

describe("the simulation", { concurrent: false, timeout: 60_000 }, () => {
  it("finds nothing in a copy that is not broken", async () => {
    const { describeFailures, simulate } = await copies.make([])
    const summary = simulate({ seeds: 100 })
    assert.strictEqual(summary.failures, 0, describeFailures(summary))
    for (const scenario of new Set(mutants.map((mutant) => mutant.scenario))) {
      const special = simulate({ seeds: 30, scenario })
      assert.strictEqual(special.failures, 0, describeFailures(special))
    }
  })

  for (const { name, patches, rule, scenario, within } of mutants) {
    it(`sees when ${name} (${rule})`, async () => {
      const { simulate } = await copies.make(patches)
      const { failures } = simulate({
        seeds: within,
        scenario,
        onSeed: ({ violations }) => violations.length === 0
      })
      assert.strictEqual(failures, 1, `not caught within ${within} seeds`)
    })
  }
})

describe("what the simulation cannot see", () => {
  it("is seen by a test that there is", () => {
    for (const { file, test } of seenByOthers) {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")
      assert.isTrue(text.includes(`"${test}"`), `${file}: ${test}`)
    }
  })
})
