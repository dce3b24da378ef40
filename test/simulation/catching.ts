/**
 * Requires that the simulation catches broken variants of fleetcap.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as BrokenCopy from "./brokenCopy.ts"
import type { Mutant } from "./mutants/Mutant.ts"

export const itCatches = (mutants: ReadonlyArray<Mutant>): void => {
  const copies = BrokenCopy.make()
  afterAll(() => copies.remove())

  describe("the simulation", { concurrent: false, timeout: 180_000 }, () => {
    // All that is copied for any of them, with nothing broken.
    const whole = copies.make(
      mutants.flatMap(({ patches }) => patches).map(({ file, find }) => ({ file, find, replace: find }))
    )

    for (const { from = 1, name, patches, rule, scenario, within } of mutants) {
      it(`sees when ${name} (${rule})`, async () => {
        const { simulate } = await copies.make(patches)
        const { failed: [caught] } = simulate({
          seeds: within,
          from,
          scenario,
          onSeed: ({ violations }) => violations.length === 0
        })
        if (caught === undefined) return assert.fail(`not caught within ${within} seeds from ${from}`)
        // It is the patch that is caught, and nothing that is wrong anyway, nor is all that is copied.
        const sound = (await whole).simulate({ seeds: 1, from: caught.seed, scenario })
        assert.strictEqual(sound.failures, 0, (await whole).describeFailures(sound))
      })
    }
  })
}
