/**
 * The requests of those who run a fleet: to change its cap, to stop workers, and to free a launch
 * that is known to have no task.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { cut } from "../Detail.ts"
import type { TaskArn } from "../ecs/Ecs.ts"
import * as Fleets from "../fleet/Fleet.ts"
import type { Cap } from "../ledger/Change.ts"
import { parseKey } from "../ledger/Key.ts"
import type { FleetLedger } from "../ledger/Ledger.ts"
import type { Release } from "../ledger/rules/Release.ts"
import type { StopAnswer } from "../ledger/rules/Stop.ts"
import type { SlotId } from "../ledger/Slot.ts"
import * as ProvisionError from "./ProvisionError.ts"

/**
 * The operator of a fleet.
 *
 * @category models
 */
export interface Operator {
  /**
   * Changes the cap: 0 launches nothing more, `"unlimited"` counts without bound.
   * Lowering it below what is running stops growth, and kills nothing.
   */
  readonly resize: (cap: Cap) => Effect.Effect<void, ProvisionError.ProvisionError>
  /**
   * Stops workers: all of a key, the one that holds a slot, or a task.
   *
   * **Details**
   *
   * It returns once that is in the ledger, and the holder that reads ECS next tells it to stop them, until a
   * reading shows that they do, also when this process has ended. A launch that may have been sent is
   * stopped as soon as its task is known; one that was not sent is cancelled, and its callers are told so.
   * `reason` is what ECS shows. To ask again changes nothing. Both lists of the answer are empty where
   * there is no such worker.
   *
   * **Gotchas**
   *
   * The slot stays taken until ECS describes the task as stopped: a container that does not end on
   * `SIGTERM` has 30 seconds, or its `stopTimeout`. Callers that wait in line for the key stay there.
   */
  readonly stop: (
    worker: { readonly key: string } | { readonly slotId: SlotId } | { readonly taskArn: TaskArn },
    options?: { readonly reason?: string | undefined }
  ) => Effect.Effect<StopAnswer, ProvisionError.ProvisionError>
  /**
   * Frees the slot of a launch whose answer was lost, because an operator knows
   * that it has no task. It is refused until the task must have become visible.
   */
  readonly release: (slotId: SlotId) => Effect.Effect<Release, ProvisionError.RetryableError>
}

/**
 * Makes the operator of a fleet.
 *
 * @category constructors
 */
export const make = (ledger: FleetLedger): Operator => ({
  resize: Effect.fnUntraced(function*(cap) {
    if (!isCap(cap)) {
      return yield* new ProvisionError.PermanentError({
        reason: "invalid",
        detail: `a cap is a whole number from 0, or "unlimited", and not ${cap}`
      })
    }
    yield* ProvisionError.orRetryable(ledger.resize(cap))
  }),
  stop: Effect.fnUntraced(function*(worker, { reason = "stopped on request" } = {}) {
    const target = "key" in worker
      ? { key: yield* Effect.mapError(Effect.fromResult(parseKey(worker.key)), ProvisionError.badRequest) }
      : worker
    return yield* ProvisionError.orRetryable(ledger.stop(target, cut(reason, reasonLength)))
  }),
  release: (slotId) => ProvisionError.orRetryable(ledger.release(slotId))
})

const isCap = Schema.is(Fleets.Cap)

/** The number of characters of a reason that is kept, and shown by ECS. */
const reasonLength = 255
