/**
 * The progress of a launch, as the ledger knows it.
 */
import type { TaskArn } from "../../ecs/Ecs.ts"
import type { SlotId } from "../Slot.ts"
import type { LedgerState } from "./LedgerState.ts"
import * as LedgerStates from "./LedgerState.ts"

/**
 * The progress of a launch, for callers that wait for it and do not hold it.
 *
 * - `InFlight`: there is no verdict yet
 * - `Launched`: its task is known
 * - `Over`: it has been settled otherwise, or given up its key
 *
 * @category models
 */
export type Trace =
  | { readonly _tag: "InFlight" }
  | { readonly _tag: "Launched"; readonly taskArn: TaskArn }
  | { readonly _tag: "Over" }

/**
 * Returns the progress of a launch.
 *
 * @category accessors
 */
export const trace = (ledger: LedgerState, id: SlotId): Trace => {
  const slot = LedgerStates.find(ledger, id)
  if (slot?.state._tag === "Launched") return { _tag: "Launched", taskArn: slot.state.taskArn }
  if (slot?.key === undefined || LedgerStates.findByKey(ledger, slot.key) !== slot) return { _tag: "Over" }
  return { _tag: "InFlight" }
}
