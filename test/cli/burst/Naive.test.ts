import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import * as Naive from "../../../src/cli/burst/Naive.ts"
import { Emulator } from "../../../src/emulator/Emulator.ts"
import type { Settings } from "../../../src/emulator/model/Settings.ts"
import * as Fleet from "../../../src/fleet/Fleet.ts"
import * as Simulation from "../../../src/testing/Simulation.ts"
import * as TestEcs from "../../../src/testing/TestEcs.ts"

const run = (options: { readonly requests: number; readonly rate?: number; readonly cap: number }, world: Settings) => {
  const program = Effect.gen(function*() {
    const emulator = yield* Emulator
    const tally = Naive.emptyTally()
    yield* Naive.run({
      fleet: Fleet.makeUnsafe({ cluster: "c", taskDefinition: "worker:1", cap: options.cap, subnets: ["subnet-1"] }),
      cap: options.cap,
      plan: {
        requests: options.requests,
        rate: options.rate,
        keyPrefix: "k",
        persistence: { _tag: "Once" },
        within: undefined
      },
      every: Duration.seconds(1),
      tally
    })
    return { ...tally, peak: yield* emulator.peak(), lists: (yield* emulator.calls("ListTasks")).calls }
  }).pipe(Effect.provide(TestEcs.layer({ latency: "50 millis", ...world })))
  return Simulation.runOrThrow(program, { seed: 1 })
}

describe("Naive.run", () => {
  it("launches all 24 of a burst at a cap of 16, because the list is behind", () => {
    const lagging: Settings = { lag: { unlisted: "3 seconds" }, lifecycle: { lifetime: "6 seconds" } }
    assert.include(run({ requests: 24, cap: 16 }, lagging), { launched: 24, waiting: 0, peak: 24, lists: 24 })
  })

  it("holds the cap where nothing is behind and requests come one by one", () => {
    const result = run({ requests: 6, rate: 5, cap: 4 }, { lifecycle: { lifetime: "5 seconds" } })
    assert.include(result, { launched: 6, waiting: 0, peak: 4 })
  })
})
