/**
 * One `RunTask` of a policy that does not repeat it.
 */
import * as Effect from "effect/Effect"
import { Ecs, type Verdict } from "../../ecs/Ecs.ts"
import type { Fleet } from "../../fleet/Fleet.ts"
import { runTaskRequest } from "../../fleet/Fleet.ts"
import type { Key } from "../../ledger/Key.ts"
import { LaunchId } from "../../provisioner/LaunchId.ts"

/**
 * Makes the function that sends one `RunTask` for a key.
 *
 * **Details**
 *
 * As many are under way at a time as fleetcap has under way, so that no policy is
 * the faster for asking more of ECS.
 *
 * @category constructors
 */
export const make: (fleet: Fleet) => Effect.Effect<(key: Key) => Effect.Effect<Verdict>, never, Ecs> = Effect
  .fnUntraced(
    function*(fleet: Fleet) {
      const ecs = yield* Ecs
      return Effect.fnUntraced(function*(key: Key) {
        const launchId = yield* yield* LaunchId
        const request = yield* Effect.orDie(Effect.fromResult(runTaskRequest(fleet, { launchId, key })))
        return yield* ecs.launchPermits.withPermit(
          fleet.id,
          ecs.runTask(request, { sendWithin: Infinity, answerWithin: fleet.settings.attemptTimeout })
        )
      })
    }
  )
