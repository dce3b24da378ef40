/**
 * Large fleets and large bursts, in virtual time: what they cost in calls and
 * steps, and how much of the cap they use.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import type { Settings } from "../../src/emulator/model/Settings.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Simulation from "../../src/testing/Simulation.ts"
import { ask, calls, Emulator, keys, layer, peak, tally } from "../world.ts"

const run = <A, E>(cap: number, settings: Settings, program: Effect.Effect<A, E, Provisioner | Emulator>) => {
  const outcome = Simulation.run(Effect.provide(program, layer({ cap }, settings)), {
    seed: 1,
    yieldProbability: 0,
    maxSteps: 10_000_000
  })
  if (outcome._tag !== "Completed" || outcome.exit._tag !== "Success") return assert.fail(Simulation.describe(outcome))
  return { value: outcome.exit.value, steps: outcome.steps }
}

/** The share of the cap that lived between two times. */
const share = (
  steps: ReadonlyArray<{ readonly at: number; readonly live: number }>,
  cap: number,
  from: number,
  to: number
) => {
  let used = 0
  for (const [index, step] of steps.entries()) {
    const until = Math.min(steps[index + 1]?.at ?? to, to)
    used += step.live * Math.max(0, until - Math.max(step.at, from))
  }
  return used / (cap * (to - from))
}

describe("a fleet of 1,000 tasks of 60 s in steady churn", () => {
  it("uses 95 % of its cap, on no more than 5 reads a second", () => {
    const { value } = run(
      1000,
      { lifecycle: { lifetime: { min: "50 seconds", max: "70 seconds" } } },
      Effect.gen(function*() {
        const emulator = yield* Emulator
        const provisioner = yield* Provisioner
        let turn = 0
        const demand = Effect.forever(Effect.suspend(() => provisioner.requestWhenFree(`k${turn++}`)))
        yield* Effect.forkChild(Effect.all(Array.from({ length: 1500 }, () => demand), { concurrency: "unbounded" }))
        yield* Effect.sleep("2 minutes")
        const from = yield* Clock.currentTimeMillis
        const reads = Effect.zipWith(calls("ListTasks"), calls("DescribeTasks"), (lists, others) => lists + others)
        const before = yield* reads
        yield* Effect.sleep("4 minutes")
        const to = yield* Clock.currentTimeMillis
        return {
          used: share(yield* emulator.steps(), 1000, from, to),
          readsPerSecond: ((yield* reads) - before) / 240,
          peak: yield* peak
        }
      })
    )
    assert.strictEqual(value.peak, 1000)
    assert.isAtLeast(value.used, 0.95)
    assert.isAtMost(value.readsPerSecond, 5)
  })
})

describe("a fleet of 5,000 tasks, asked once a second", () => {
  it("is read no more than 5 times a second on average, and an older reading serves meanwhile", () => {
    const { value } = run(
      6000,
      {},
      Effect.gen(function*() {
        const emulator = yield* Emulator
        yield* emulator.launchForeign({ cluster: "c", family: "worker", count: 5000 })
        const answers = yield* Effect.forEach(keys(120), (key) => Effect.andThen(Effect.sleep("1 second"), ask([key])))
        assert.deepStrictEqual(tally(answers.flat()), { Launched: 120 })
        return (yield* calls("ListTasks")) + (yield* calls("DescribeTasks"))
      })
    )
    assert.isAtMost(value, 5 * 140)
  })
})

describe("a burst of 10,000 at a cap of 1,000", () => {
  it("costs no more calls and steps per request than a tenth of it", () => {
    const burst = (requests: number, cap: number) =>
      run(
        cap,
        {},
        Effect.gen(function*() {
          assert.deepStrictEqual(tally(yield* ask(keys(requests))), { Launched: cap, AtCapacity: requests - cap })
          assert.strictEqual(yield* calls("RunTask"), cap)
          assert.strictEqual(yield* peak, cap)
          return yield* calls("ListTasks")
        })
      )
    const small = burst(1000, 100)
    const large = burst(10_000, 1000)
    assert.deepStrictEqual([small.value, large.value], [1, 1])
    assert.isAtMost(large.steps / 10_000, (small.steps / 1000) * 1.1)
  })
})
