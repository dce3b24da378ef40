/**
 * Where the ids of launches come from.
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
 * @category services
 */
export const LaunchId = Context.Reference<Effect.Effect<string>>("fleetcap/LaunchId", {
  defaultValue: () => Effect.sync(() => globalThis.crypto.randomUUID())
})
