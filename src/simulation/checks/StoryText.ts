/**
 * The words in which a story tells of tasks, and of the changes of a ledger.
 */
import type { Change } from "../../ledger/Change.ts"

/**
 * Shortens a task's ARN to what tells tasks apart.
 *
 * @category formatting
 */
export const task = (arn: string): string => `task ${arn.slice(arn.lastIndexOf("/") + 1).slice(0, 8)}`

/**
 * Writes what a ledger did.
 *
 * @category formatting
 */
export const change = (change: Change): string => {
  const { cap, occupied } = change
  const stands = `(${occupied} of ${cap} slots taken)`
  switch (change._tag) {
    case "Reserved":
      return `reserves ${change.slotId.slice(0, 8)} for ${change.key} ${stands}`
    case "Launched":
      return `knows ${task(change.taskArn)} for launch ${change.slotId.slice(0, 8)} ${stands}`
    case "Refused":
      return `takes ${change.slotId.slice(0, 8)} as refused: ${change.failure.reason} ${stands}`
    case "Unknown":
      return `does not know whether launch ${change.slotId.slice(0, 8)} has a task ${stands}`
    case "Adopted":
      return `counts ${task(change.taskArn)}, which it did not know ${stands}`
    case "Freed": {
      const slot = change.taskArn === undefined ? change.slotId.slice(0, 8) : task(change.taskArn)
      return `frees the slot of ${slot}: ${change.reason} ${stands}`
    }
    case "Contradicted":
      return `does not believe ECS about launch ${change.slotId.slice(0, 8)}: ${change.detail} ${stands}`
    case "Abandoned":
      return `has no process any more for launch ${change.slotId.slice(0, 8)} ${stands}`
    case "StopAsked":
      return `is asked to stop launch ${change.slotId.slice(0, 8)}: ${change.stopReason} ${stands}`
    case "Resized":
      return `has a cap of ${cap} ${stands}`
  }
}
