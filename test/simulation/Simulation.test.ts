/**
 * Thousands of seeded worlds, and the instrument that runs them.
 */
import { assert, describe, it } from "@effect/vitest"
import { describeFailures, draw, names, runSeed, simulate } from "../../src/simulation/index.ts"

const assertNoViolations = (summary: ReturnType<typeof simulate>): void =>
  assert.strictEqual(summary.failures, 0, describeFailures(summary))

describe("a seed", () => {
  it("gives the same run again, to the byte", () => {
    for (const scenario of names) {
      const first = runSeed(11, { scenario })
      const second = runSeed(11, { scenario })
      assert.strictEqual(first.story, second.story)
      assert.strictEqual(first.steps, second.steps)
      assert.deepStrictEqual([...first.counts], [...second.counts])
    }
  })

  it("is drawn as plain data", () => {
    const scenario = draw(5)
    assert.deepStrictEqual(JSON.parse(JSON.stringify(scenario)), JSON.parse(JSON.stringify(draw(5))))
  })
})

describe("2,000 worlds", () => {
  it("break no rule, those of the list", () => {
    assertNoViolations(simulate({ seeds: 500 }))
  })
})
