/**
 * The simulation catches every broken variant of fleetcap that there is.
 */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { itCatches } from "./catching.ts"
import { mutants } from "./mutants.ts"
import { seenByOthers } from "./mutants/seenByOthers.ts"

itCatches(mutants)

describe("what the simulation cannot see", () => {
  it("is seen by a test that there is", () => {
    for (const { file, test } of seenByOthers) {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8")
      assert.isTrue(text.includes(`"${test}"`), `${file}: ${test}`)
    }
  })
})
