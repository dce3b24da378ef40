/**
 * The log of a fleet: ordinary life at debug, and a warning where
 * an operator may have to look.
 *
 * Every replica hears of every change. Only the one that it came from warns of it:
 * for a launch, its holder, and for what a reading shows, the reader.
 */
import * as Effect from "effect/Effect"
import * as TaskExits from "../ecs/TaskExit.ts"
import type { Event } from "../ledger/Change.ts"

/**
 * Logs what happened to a fleet, as heard by a holder.
 *
 * @category logging
 */
export const log = (fleet: string, holder: string, event: Event): Effect.Effect<void> => {
  const { level, text } = entryOf(event)
  return Effect.annotateLogs(write["by" in event && event.by !== holder ? "debug" : level](text), {
    module: "fleetcap/Provisioner",
    fleet,
    ...("sequence" in event ? { sequence: event.sequence } : {}),
    occupied: event.occupied,
    cap: event.cap
  })
}

const write = {
  debug: (text: string) => Effect.logDebug(text),
  warning: (text: string) => Effect.logWarning(text),
  error: (text: string) => Effect.logError(text)
}

interface Entry {
  readonly level: keyof typeof write
  readonly text: string
}

const debug = (text: string): Entry => ({ level: "debug", text })
const warning = (text: string): Entry => ({ level: "warning", text })
const error = (text: string): Entry => ({ level: "error", text })

const entryOf = (change: Event): Entry => {
  switch (change._tag) {
    case "Reserved":
      return debug(`Reserved ${change.slotId} for ${change.key}`)
    case "Launched":
      return debug(`Launched ${change.taskArn} for ${change.key}`)
    case "Refused":
      return debug(`ECS refused ${change.slotId} for ${change.key}: ${change.failure.reason}: ${change.failure.detail}`)
    case "Unknown":
      return warning(
        `It is not known whether launch ${change.slotId} for ${change.key} has a task (${change.detail}); ` +
          "its slot stays counted"
      )
    case "Adopted":
      return debug(`Adopted ${change.taskArn}`)
    case "Freed":
      return change.reason === "absent" || change.reason === "forgotten"
        ? warning(`Freed ${change.slotId}, whose task ECS does not show (${change.reason})`)
        : debug(`Freed ${change.slotId} (${change.exit === undefined ? change.reason : TaskExits.text(change.exit)})`)
    case "Contradicted":
      return error(
        `ECS contradicted itself about launch ${change.slotId} for ${change.key} (${change.detail}); ` +
          "it is not believed, and the slot stays counted: look for a proxy or an emulator between this process and ECS"
      )
    case "Abandoned":
      return debug(`The holder of ${change.slotId} for ${change.key} is gone`)
    case "StopAsked":
      return debug(`Stops ${change.slotId} of ${change.key}: ${change.stopReason}`)
    case "AtCapacity":
      return debug(`Told ${change.key} that the fleet is full`)
    case "Resized":
      return debug(`The cap is ${change.cap}`)
  }
}
