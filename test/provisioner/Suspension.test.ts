/**
 * What becomes of launches whose machine is suspended: its monotonic clock stands
 * still meanwhile, and ECS's does not.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Layer } from "effect"
import type { Settings } from "../../src/emulator/model/Settings.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { ask, Emulator, fleet, layerWorld, live, pass, peak } from "../world.ts"

/** The test's clock is the monotonic clock of the machine. The time of day, and ECS, go on while that stands still. */
const suspendable = (clock: Clock.Clock) => {
  let asleep = 0
  const own: Clock.Clock = {
    ...clock,
    sleep: (duration) => clock.sleep(duration),
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + asleep,
    currentTimeMillis: Effect.sync(() => clock.currentTimeMillisUnsafe() + asleep),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe()
  }
  return {
    own,
    suspend: (duration: Duration.Input) => {
      asleep += Duration.toMillis(duration)
    }
  }
}

/** Launches one task whose answer is lost, suspends the machine, and goes on for an hour with an ECS that answers. */
const sleepOver = (asleep: Duration.Input, settings: Settings) =>
  Effect.gen(function*() {
    const { own, suspend } = suspendable(yield* Clock.Clock)
    const world = Provisioners.layer(fleet({ cap: 1, container: "main" })).pipe(
      Layer.provideMerge(layerWorld({
        ...settings,
        faults: [{ operation: "RunTask", probability: 1, fault: { _tag: "Reset", processed: true } }]
      }))
    )
    return yield* Effect.gen(function*() {
      const asking = yield* Effect.forkChild(ask(["k"]))
      yield* pass("2 seconds")
      yield* Fiber.interrupt(asking)
      suspend(asleep)
      const emulator = yield* Emulator
      yield* emulator.configure({ faults: [] })
      yield* pass("1 hour", "1 second")
      const { snapshot } = yield* Provisioner
      const counts = (yield* emulator.steps()).map((step) => step.live)
      return {
        launches: counts.reduce((sum, count, index) => sum + Math.max(0, count - (counts[index - 1] ?? 0)), 0),
        peak: yield* peak,
        live: yield* live,
        slots: (yield* snapshot).slots.length
      }
    }).pipe(Effect.provide(world), Effect.provideService(Clock.Clock, own))
  })

describe("a machine that was suspended", () => {
  it.effect("does not send a launch again whose token ECS has forgotten meanwhile", () =>
    Effect.gen(function*() {
      const after = yield* sleepOver("25 hours", { lifecycle: { lifetime: "Infinity" } })
      assert.deepStrictEqual(after, { launches: 1, peak: 1, live: 1, slots: 1 })
    }))

  it.effect("does not do a key's work twice whose task has ended meanwhile", () =>
    Effect.gen(function*() {
      const after = yield* sleepOver("70 minutes", { lifecycle: { lifetime: "5 minutes" } })
      assert.deepStrictEqual(after, { launches: 1, peak: 1, live: 0, slots: 0 })
    }))

  it.effect("holds back at its start for as long as it has run, and not for as long as it has slept", () =>
    Effect.gen(function*() {
      const { own, suspend } = suspendable(yield* Clock.Clock)
      const world = Provisioners.layer(fleet({ cap: 1, settings: { startupHold: "10 minutes" } })).pipe(
        Layer.provideMerge(layerWorld())
      )
      yield* Effect.gen(function*() {
        const asked = (yield* Provisioner).request("k")
        yield* pass("1 minute", "1 second")
        suspend("1 hour")
        const error = yield* Effect.flip(asked)
        assert.deepStrictEqual(
          error._tag === "RetryableError" ? [error.reason, Duration.toMinutes(error.retryAfter)] : error,
          ["starting", 9]
        )
      }).pipe(Effect.provide(world), Effect.provideService(Clock.Clock, own))
    }))
})
