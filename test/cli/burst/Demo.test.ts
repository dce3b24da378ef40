import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit } from "effect"
import * as Demo from "../../../src/cli/burst/Demo.ts"
import type { BurstOptions } from "../../../src/cli/burst/Options.ts"
import type { Plan } from "../../../src/cli/burst/Plan.ts"
import { Exited } from "../../../src/cli/terminal/ExitCode.ts"
import type { Settings } from "../../../src/emulator/model/Settings.ts"
import { recording } from "../screen.ts"

/** Slow enough for a machine that is busy: what is shown here takes real time. */
const brief: Settings = {
  seed: 1,
  latency: "5 millis",
  lag: { unlisted: "1 minute", lingering: "500 millis", missing: "100 millis", status: "50 millis", replicas: 2 },
  lifecycle: { lifetime: { min: "2 seconds", max: "2500 millis" } }
}

const run = Effect.fnUntraced(function*(options: Partial<BurstOptions>, plan: Partial<Plan> = {}) {
  const { layer, written } = recording()
  const exit = yield* Effect.exit(Effect.provide(
    Demo.run({
      cap: 16,
      json: false,
      plan: {
        requests: 24,
        rate: undefined,
        keyPrefix: "burst-",
        persistence: { _tag: "InLine", every: Duration.seconds(1) },
        within: undefined,
        ...plan
      },
      ...options
    }, brief),
    layer
  ))
  return { exit, ...written }
})

describe("Demo.run", () => {
  it.live("holds the cap and serves all, and shows what the naive way does", () =>
    Effect.gen(function*() {
      const { exit, noted, printed } = yield* run({})
      assert.isTrue(Exit.isSuccess(exit), String(exit))
      assert.deepStrictEqual(noted, [])
      const text = printed.join("\n")
      assert.match(text, /^ +launched +24 of 24 +24 of 24$/m)
      assert.match(text, /^ +peak running +16 +(1[7-9]|2[0-4]), \d over the cap$/m)
      assert.match(
        String(printed.at(-1)),
        /^fleetcap held the cap of 16 and served all 24\. The naive way ran \d+ at once\.$/
      )
      assert.isAtMost(Math.max(...printed.map((line) => line.length)), 80)
    }))

  it.live("prints one object as JSON, and nothing else", () =>
    Effect.gen(function*() {
      const { exit, noted, printed } = yield* run({ json: true, cap: 4 }, { requests: 6 })
      assert.isTrue(Exit.isSuccess(exit), String(exit))
      assert.deepStrictEqual(noted, [])
      assert.strictEqual(printed.length, 1)
      const { calls, elapsedMs, tasks, ...counts } = JSON.parse(String(printed[0]))
      assert.deepStrictEqual(counts, { requested: 6, launched: 6, atCapacity: 0, failed: 0, peakOccupied: 4 })
      assert.strictEqual(tasks.length, 6)
      assert.strictEqual(calls.RunTask, 6)
      assert.isAtLeast(elapsedMs, 600)
    }))

  it.live("fails where it is not given the time to serve all", () =>
    Effect.gen(function*() {
      const { exit, printed } = yield* run({ cap: 2 }, { requests: 20, within: Duration.millis(1500) })
      assert.deepStrictEqual(exit, Exit.fail(new Exited({ code: 1 })))
      assert.strictEqual(printed.at(-1), "fleetcap held the cap of 2, but served only 2 of 20.")
    }))
})
