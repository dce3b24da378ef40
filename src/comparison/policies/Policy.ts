/**
 * A way to keep a fleet under its cap: one of those that are compared.
 *
 * All of them are asked in the same way, and work over the same `Ecs` service.
 *
 * This folder has one file for each policy. A policy sees ECS and the fleet as an
 * application does, never the emulator. It may import `ecs`, `fleet`, `ledger` and
 * `provisioner`.
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Ecs } from "../../ecs/Ecs.ts"
import type { Fleet } from "../../fleet/Fleet.ts"
import type { Key } from "../../ledger/Key.ts"
import type { Ledger } from "../../ledger/Ledger.ts"

/**
 * The result of a request for a worker.
 *
 * - `launched`: there is a worker for the key, as far as the policy knows
 * - `at capacity`: the fleet is full, and nothing was launched
 * - `failed`: something else went wrong, and the caller may ask again
 *
 * @category models
 */
export type Decision = "launched" | "at capacity" | "failed"

/**
 * A policy at work, with the state that one process of an application would hold in memory.
 *
 * @category models
 */
export interface Process {
  /** Asks for a worker for the key. */
  readonly request: (key: Key) => Effect.Effect<Decision>
}

/**
 * A way to keep a fleet under its cap.
 *
 * @category models
 */
export interface Policy {
  readonly name: string
  /** A description in a sentence. */
  readonly description: string
  /**
   * Starts a process. What it remembers ends with the scope, as it ends with a
   * process; what is in the ledger does not.
   */
  readonly start: (fleet: Fleet & { readonly cap: number }) => Effect.Effect<Process, never, Ecs | Ledger | Scope.Scope>
}
