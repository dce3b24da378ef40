/**
 * The source of launch ids.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/**
 * Makes the id of a launch: a UUID, which becomes its slot's id, its client
 * token and its task's `startedBy`.
 *
 * **When to use**
 *
 * Provide another to make a test's ids predictable.
 *
 * **Gotchas**
 *
 * An id that was used before replays the launch that used it.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { LaunchId } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const id = "5c0ff6b1-6a4e-4c1c-9d0a-0f6b1c2d3e4f"
 * const fixed = Effect.provideService(Effect.flatten(LaunchId.LaunchId), LaunchId.LaunchId, Effect.succeed(id))
 * assert.equal(Effect.runSync(fixed), id)
 * ```
 *
 * @category services
 */
export const LaunchId = Context.Reference<Effect.Effect<string>>("fleetcap/LaunchId", {
  defaultValue: () => Effect.sync(() => globalThis.crypto.randomUUID())
})
