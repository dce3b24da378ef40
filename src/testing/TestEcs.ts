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
 * @category layers
 */
export const layer = (settings?: Settings): Layer.Layer<Ecs | Emulator.Emulator> =>
  EcsInProcess.layer().pipe(Layer.provideMerge(Emulator.layer(settings)))
