/**
 * An emulated ECS for the tests of an application that has a provisioner inside.
 */
import * as Layer from "effect/Layer"
import type { Ecs } from "../ecs/Ecs.ts"
import * as EcsInProcess from "../emulator/EcsInProcess.ts"
import * as Emulator from "../emulator/Emulator.ts"
import type { Settings } from "../emulator/model/Settings.ts"

/**
 * Provides ECS in process, and the `Emulator` that it stands on: how late its
 * lists are, what goes wrong, and the truth about its tasks.
 *
 * **When to use**
 *
 * Provide it in place of `EcsAws.layer`. It waits for nothing but the clock, so
 * that under `TestClock` lag and time are the test's.
 *
 * **Gotchas**
 *
 * Close with no launch in flight, or let its time pass: a provisioner whose scope
 * closes waits up to `shutdownTimeout` for what it has sent, on the same clock.
 *
 * @example
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { LedgerMemory, Provisioner } from "fleetcap"
 * import { Emulator, Simulation, TestEcs } from "fleetcap/testing"
 * import assert from "node:assert/strict"
 *
 * const fleet = Provisioner.layer({
 *   cluster: "workers",
 *   taskDefinition: "converter:7",
 *   subnets: ["subnet-0a1b2c3d"],
 *   cap: 2
 * }).pipe(Layer.provide(LedgerMemory.layer), Layer.provideMerge(TestEcs.layer({ lag: { unlisted: "90 seconds" } })))
 *
 * const program = Effect.gen(function*() {
 *   const provisioner = yield* Provisioner.Provisioner
 *   yield* Effect.forEach(["a", "b", "c"], (key) => provisioner.request(key), { concurrency: "unbounded" })
 *   return yield* (yield* Emulator.Emulator).peak()
 * })
 *
 * assert.equal(Simulation.runOrThrow(Effect.provide(program, fleet), { seed: 7 }), 2)
 * ```
 *
 * @category layers
 */
export const layer = (settings?: Settings): Layer.Layer<Ecs | Emulator.Emulator> =>
  EcsInProcess.layer().pipe(Layer.provideMerge(Emulator.layer(settings)))
