import { assert, it } from "@effect/vitest"
import { describeFailures, simulate } from "fleetcap/simulation"

it("holds the cap with our settings, whatever ECS does", () => {
  const settings = { readingMaxAge: "3 seconds", attemptTimeout: "20 seconds", shutdownTimeout: "5 seconds" } as const
  const summary = simulate({ seeds: 100, maxWorkers: 16, settings })
  assert.strictEqual(summary.failures, 0, describeFailures(summary))
})
