/**
 * fleetcap itself: the provisioner as users compose it, nothing of it replaced.
 */
import * as Effect from "effect/Effect"
import * as Provisioner from "../../provisioner/Provisioner.ts"
import type { Decision, Policy } from "./Policy.ts"

const decisionOf = {
  Launched: "launched",
  Existing: "launched",
  AtCapacity: "at capacity"
} as const satisfies Record<string, Decision>

/**
 * The provisioner of fleetcap.
 *
 * @category policies
 */
export const policy: Policy = {
  name: "fleetcap",
  description: "counts a launch from before it is sent until ECS says that its task has stopped",
  start: (fleet) =>
    Effect.map(
      Effect.orDie(Provisioner.make(fleet)),
      (provisioner) => ({
        request: (key) =>
          provisioner.request(key).pipe(
            Effect.map((answer): Decision => decisionOf[answer._tag]),
            Effect.orElseSucceed((): Decision => "failed")
          )
      })
    )
}
