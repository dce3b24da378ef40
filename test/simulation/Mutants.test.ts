/**
 * The simulation catches every broken variant of fleetcap that there is.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import * as BrokenCopy from "./brokenCopy.ts"
import { mutants } from "./mutants.ts"
import { seenByOthers } from "./mutants/seenByOthers.ts"

const copies = BrokenCopy.make()
afterAll(() => copies.remove())

describe("the simulation", { concurrent: false, timeout: 60_000 }, () => {
  const whole = copies.make([])

  for (const { name, patches, rule, scenario, within } of mutants) {
    it(`sees when ${name} (${rule})`, async () => {
      const { simulate } = await copies.make(patches)
      const { failed: [caught] } = simulate({
        seeds: within,
        scenario,
        onSeed: ({ violations }) => violations.length === 0
      })
      if (caught === undefined) return assert.fail(`not caught within ${within} seeds`)
      // It is the patch that is caught, and nothing that is wrong anyway, nor is all that is copied.
      const sound = (await whole).simulate({ seeds: 1, from: caught.seed, scenario })
      assert.strictEqual(sound.failures, 0, (await whole).describeFailures(sound))
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
