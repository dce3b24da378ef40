import { assert, describe, it } from "@effect/vitest"
import * as SeededRandom from "../../src/testing/SeededRandom.ts"

const seeds = Array.from({ length: 1000 }, (_, seed) => seed)

describe("SeededRandom", () => {
  it("is even, stays in its range and differs between seeds and streams", () => {
    const drawn = (random: SeededRandom.SeededRandom) => Array.from({ length: 10 }, () => random.nextBelowUnsafe(1000))
    const first = new Set(seeds.map((seed) => drawn(SeededRandom.make(seed)).join()))
    const other = new Set(seeds.map((seed) => drawn(SeededRandom.make(seed, 1)).join()))
    assert.strictEqual(new Set([...first, ...other]).size, 2000)

    const random = SeededRandom.make(2 ** 40 + 1)
    const counts = Array.from({ length: 10 }, () => 0)
    for (let i = 0; i < 10_000; i++) {
      const value = random.nextDoubleUnsafe()
      assert.isTrue(value >= 0 && value < 1)
      const below = random.nextBelowUnsafe(10)
      counts[below] = (counts[below] ?? 0) + 1
      assert.isTrue(Number.isSafeInteger(random.nextIntUnsafe()))
    }
    assert.strictEqual(counts.length, 10)
    for (const count of counts) assert.isTrue(count > 850 && count < 1150)
  })
})
