import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Logger } from "effect"
import { Ecs } from "../../src/ecs/Ecs.ts"
import * as EcsInProcess from "../../src/emulator/EcsInProcess.ts"
import { layer as layerEmulator } from "../../src/emulator/Emulator.ts"
import { type FleetLedger, Ledger, LedgerUnavailable } from "../../src/ledger/Ledger.ts"
import * as LedgerMemory from "../../src/ledger/LedgerMemory.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { ask, calls, fleet, pass, tally } from "../world.ts"

/** A provisioner over a ledger that is not quite the one in memory. */
const layerWith = (change: (ledger: FleetLedger) => FleetLedger, launchPermits = 20) =>
  Provisioners.layer(fleet({ cap: 4, settings: { shutdownTimeout: 0 } })).pipe(
    Layer.provide(Layer.effect(
      Ledger,
      Effect.map(Ledger, (memory) => ({ attach: (options) => Effect.map(memory.attach(options), change) }))
    )),
    Layer.provide(LedgerMemory.layer),
    Layer.provideMerge(EcsInProcess.layer({ launchPermits })),
    Layer.provideMerge(layerEmulator({ latency: "50 millis" })),
    Layer.merge(Logger.layer([]))
  )

describe("a launch", () => {
  it.effect("is not sent when the machine was suspended since the gate, though its monotonic clock stood still", () =>
    Effect.gen(function*() {
      const clock = yield* Clock.Clock
      let ahead = 0
      const suspended: Clock.Clock = {
        ...clock,
        sleep: (duration) => clock.sleep(duration),
        currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + ahead,
        currentTimeMillis: Effect.sync(() => clock.currentTimeMillisUnsafe() + ahead),
        monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe()
      }
      let gates = 0
      const layer = layerWith((ledger) => ({
        ...ledger,
        gate: (ticket) =>
          Effect.tap(ledger.gate(ticket), () =>
            Effect.sync(() => {
              if (gates++ === 0) ahead = 3 * 3_600_000
            }))
      }))
      yield* Effect.gen(function*() {
        const asking = yield* Effect.forkChild(ask(["k"]))
        yield* pass("150 millis")
        assert.deepStrictEqual([gates, yield* calls("RunTask")], [1, 0])
        yield* pass("2 seconds")
        assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 1 })
        assert.deepStrictEqual([gates, yield* calls("RunTask")], [2, 1])
      }).pipe(Effect.provide(layer), Effect.provideService(Clock.Clock, suspended))
    }))

  it.effect("whose verdict the ledger does not take holds up no other", () =>
    Effect.gen(function*() {
      const { launchPermits } = yield* Ecs
      const stuck = yield* Effect.forkChild(ask(["stuck"]))
      yield* pass("1 second")
      const next = yield* Effect.forkChild(ask(["next"]))
      yield* pass("1 second")
      assert.deepStrictEqual(tally(yield* Fiber.join(next)), { Launched: 1 })
      assert.strictEqual(launchPermits.held(), 0)
      yield* Fiber.interrupt(stuck)
      const { snapshot } = yield* Provisioner
      assert.deepStrictEqual((yield* snapshot).slots.map(({ status }) => status), ["launching", "launched"])
    }).pipe(Effect.provide(layerWith((ledger) => {
      let isFirst = true
      let lost: string | undefined
      return {
        ...ledger,
        settle: (ticket, verdict) => {
          if (isFirst) lost = ticket.slotId
          isFirst = false
          return ticket.slotId === lost
            ? Effect.fail(new LedgerUnavailable({ detail: "not this one" }))
            : ledger.settle(ticket, verdict)
        }
      }
    }, 1))))
})
