import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Layer, References } from "effect"
import * as Burst from "../../../src/cli/burst/Burst.ts"
import type { Plan } from "../../../src/cli/burst/Plan.ts"
import * as Scores from "../../../src/cli/burst/Score.ts"
import type { Signal } from "../../../src/cli/terminal/Signals.ts"
import { Emulator } from "../../../src/emulator/Emulator.ts"
import type { Settings } from "../../../src/emulator/model/Settings.ts"
import * as Fleet from "../../../src/fleet/Fleet.ts"
import * as LedgerMemory from "../../../src/ledger/LedgerMemory.ts"
import * as Simulation from "../../../src/testing/Simulation.ts"
import * as TestEcs from "../../../src/testing/TestEcs.ts"
import { recording } from "../screen.ts"

const every = Duration.seconds(1)

interface Case {
  readonly cap: number
  readonly plan: Partial<Plan> & Pick<Plan, "persistence">
  readonly world?: Settings
  readonly signal?: Effect.Effect<Signal>
}

/** Runs a burst in virtual time, and says how it went and what is true. */
const run = ({ cap, plan: given, signal = Effect.never, world = {} }: Case) => {
  const plan: Plan = { requests: 5, rate: undefined, keyPrefix: "k", within: undefined, ...given }
  const program = Effect.gen(function*() {
    const startedAt = yield* Clock.currentTimeMillis
    const score = Scores.make(startedAt)
    const fleet = Fleet.makeUnsafe({
      cluster: "c",
      taskDefinition: "worker:1",
      cap,
      subnets: ["subnet-1"],
      exclusiveKeys: true
    })
    const end = yield* Effect.scoped(Burst.run({ fleet, plan, score, signal }))
    const emulator = yield* Emulator
    return {
      end,
      ...score.standing(),
      tasks: score.tasks(),
      firstError: score.firstError(),
      elapsed: (yield* Clock.currentTimeMillis) - startedAt,
      peak: yield* emulator.peak(),
      truth: (yield* emulator.launches).length
    }
  }).pipe(
    Effect.provide(Layer.mergeAll(
      TestEcs.layer({ latency: "50 millis", ...world }),
      LedgerMemory.layer,
      recording().layer
    )),
    // Faults that are meant are no news.
    Effect.provideService(References.MinimumLogLevel, "None")
  )
  return Simulation.runOrThrow(program, { seed: 1 })
}

const lagging: Settings = {
  lag: { unlisted: "10 seconds", lingering: "5 seconds", missing: "1 second" },
  lifecycle: { lifetime: "4 seconds" }
}

describe("Burst.run", () => {
  it("asks once, and is told that the fleet is full", () => {
    const { elapsed, end, ...result } = run({ cap: 2, plan: { persistence: { _tag: "Once" } }, world: lagging })
    assert.strictEqual(end, "Answered")
    assert.isBelow(elapsed, 1000)
    assert.include(result, {
      requested: 5,
      launched: 2,
      atCapacity: 3,
      failed: 0,
      waiting: 0,
      peakOccupied: 2,
      peak: 2
    })
    assert.deepStrictEqual(result.tasks.map(({ key }) => key).length, 2)
  })

  it("asks again until all are served", () => {
    const result = run({ cap: 2, plan: { persistence: { _tag: "Again", every } }, world: lagging })
    assert.include(result, { end: "Answered", launched: 5, atCapacity: 0, peak: 2, truth: 5 })
    assert.isAtLeast(result.elapsed, 8000)
    assert.isBelow(result.elapsed, 13_000)
  })

  it("asks again until the time is up", () => {
    const within = Duration.seconds(6)
    const result = run({ cap: 2, plan: { persistence: { _tag: "Again", every }, within }, world: lagging })
    assert.include(result, { end: "TimeUp", launched: 4, atCapacity: 1, failed: 0, peak: 2 })
    assert.strictEqual(result.elapsed, 6000)
  })

  it("waits in line until all are served", () => {
    const result = run({ cap: 2, plan: { persistence: { _tag: "InLine", every } }, world: lagging })
    assert.include(result, { end: "Answered", launched: 5, peak: 2, truth: 5 })
    assert.isBelow(result.elapsed, 12_000)
  })

  it("counts who still waits in line when the time is up as told that the fleet is full", () => {
    const within = Duration.seconds(2)
    const result = run({ cap: 2, plan: { persistence: { _tag: "InLine", every }, within }, world: lagging })
    assert.include(result, { end: "TimeUp", launched: 2, atCapacity: 3, failed: 0, waiting: 0, elapsed: 2000 })
  })

  it("makes so many requests per second", () => {
    const result = run({ cap: 9, plan: { persistence: { _tag: "Once" }, rate: 2 } })
    assert.include(result, { launched: 5 })
    for (const [index, { atMs, key }] of result.tasks.entries()) {
      assert.strictEqual(key, `k${index + 1}`)
      assert.isAtLeast(atMs, index * 500)
      assert.isBelow(atMs, index * 500 + 400)
    }
  })

  it("does not ask again after an error that stays", () => {
    const world: Settings = { strict: true }
    const result = run({ cap: 2, plan: { persistence: { _tag: "Again", every } }, world })
    assert.include(result, { end: "Answered", launched: 0, failed: 5, truth: 0 })
    assert.match(String(result.firstError), /Cluster not found/)
    assert.isBelow(result.elapsed, 1000)
  })

  it("fails who was never answered when the time is up", () => {
    const within = Duration.seconds(3)
    const result = run({
      cap: 2,
      plan: { persistence: { _tag: "InLine", every }, within },
      world: { faults: [{ fault: { _tag: "Throttle" }, operation: "ListTasks", probability: 1 }] }
    })
    assert.include(result, { end: "TimeUp", launched: 0, atCapacity: 0, failed: 5 })
    assert.strictEqual(result.firstError, "ECS did not answer before the time limit")
  })

  it("lets what was sent settle when a signal ends it, and sends nothing more", () => {
    const result = run({
      cap: 2,
      plan: { persistence: { _tag: "InLine", every } },
      world: { ...lagging, latencyOf: { RunTask: "3 seconds" } },
      signal: Effect.as(Effect.sleep("2 seconds"), "SIGINT" as const)
    })
    assert.include(result, { end: "SIGINT", requested: 5, launched: 2, atCapacity: 3, truth: 2, peak: 2 })
    assert.isAtLeast(result.elapsed, 3000)
    assert.isBelow(result.elapsed, 5000)
  })

  it("counts a task once that is listed before its launch is answered", () => {
    const result = run({
      cap: 2,
      plan: { persistence: { _tag: "Again", every }, within: Duration.seconds(5) },
      world: { latencyOf: { RunTask: "3 seconds" } }
    })
    assert.include(result, { launched: 2, atCapacity: 3, peak: 2, peakOccupied: 2 })
  })

  it("knows of tasks whose answers were lost, and gives no key two", () => {
    const result = run({
      cap: 2,
      plan: { persistence: { _tag: "Again", every } },
      world: {
        ...lagging,
        faults: [{ fault: { _tag: "Reset", processed: true }, operation: "RunTask", probability: 0.5 }]
      }
    })
    assert.include(result, { end: "Answered", launched: 5, failed: 0, peak: 2 })
    assert.strictEqual(new Set(result.tasks.map(({ taskArn }) => taskArn)).size, 5)
  })
})
