/**
 * What the log says of a fleet: ordinary life at debug, and a warning where
 * somebody may have to look.
 */
import * as Effect from "effect/Effect"
import type { Event } from "../Change.ts"

/**
 * Logs what happened to a fleet.
 *
 * @category logging
 */
export const log = (fleet: string, event: Event): Effect.Effect<void> => {
  const entry = entryOf(event)
  const write = entry.level === "warning" ? Effect.logWarning(entry.text) : Effect.logDebug(entry.text)
  return Effect.annotateLogs(write, {
    module: "fleetcap/Provisioner",
    fleet,
    ...("sequence" in event ? { sequence: event.sequence } : {}),
    occupied: event.occupied,
    cap: event.cap
  })
}

interface Entry {
  readonly level: "debug" | "warning"
  readonly text: string
}

const debug = (text: string): Entry => ({ level: "debug", text })
const warning = (text: string): Entry => ({ level: "warning", text })

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
          "its slot stays counted, and it is sent again with the same token"
      )
    case "Adopted":
      return debug(`Adopted ${change.taskArn}`)
    case "Freed":
      return change.reason === "absent" || change.reason === "forgotten"
        ? warning(`Freed ${change.slotId}, whose task ECS does not show (${change.reason})`)
        : debug(`Freed ${change.slotId} (${change.reason})`)
    case "Abandoned":
      return debug(`The holder of ${change.slotId} for ${change.key} is gone`)
    case "AtCapacity":
      return debug(`Told ${change.key} that the fleet is full`)
    case "Resized":
      return debug(`The cap is ${change.cap}`)
  }
}
