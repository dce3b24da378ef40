import { assert, it } from "@effect/vitest"
import { describeFailures, simulate } from "fleetcap/simulation"

const settings = { readingMaxAge: "3 seconds", attemptTimeout: "20 seconds", shutdownTimeout: "5 seconds" } as const

for (let seed = 1; seed <= 40; seed++) {
  it(`holds the cap with our settings, whatever ECS does (seed ${seed})`, () => {
    const summary = simulate({ seeds: 1, from: seed, maxWorkers: 16, settings })
    assert.strictEqual(summary.failures, 0, describeFailures(summary))
  })
}
