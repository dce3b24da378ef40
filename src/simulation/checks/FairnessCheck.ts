/**
 * Checks that callers of several processes are served in turn: a process leaves a slot
 * to callers that have waited longer with another process.
 *
 * What the others know of a line is some time old. Only those are held to be
 * passed over who had waited for so long that all others must have heard of it.
 */
import type { Change } from "../../ledger/Change.ts"
import type { ReserveOptions } from "../../ledger/rules/Launch.ts"
import { lineValidity } from "../../ledger/shared/Lease.ts"
import type { Sharing } from "../scenario/Scenario.ts"
import type { Checks } from "../system/Checks.ts"
import type { Caller } from "./CallerCheck.ts"
import type { Process } from "./Process.ts"

/**
 * The lines of all processes.
 *
 * @category models
 */
export interface FairnessCheck {
  /** Tells that the ledger has heard of a process, in words of a time. */
  readonly heard: (process: Process, saidAt: number) => void
  /** Takes what a process asks for a caller. */
  readonly asked: (process: Process, request: ReserveOptions) => void
  /** Takes a slot that was granted to a caller of a process. */
  readonly served: (process: Process, change: Extract<Change, { readonly _tag: "Reserved" }>) => void
}

/**
 * Begins to check the lines of a run.
 *
 * @category constructors
 */
export const make = ({ callers, log, startTime }: Checks, sharing: Sharing): FairnessCheck => {
  const said = new Map<Process, { readonly at: number; readonly saidAt: number }>()
  /** Allows for the difference between two processes' times, and for the time that a line is in the making. */
  const grace = 500 + sharing.latency + sharing.lateBy + 2 * sharing.clockError

  const isHeardOf = (caller: Caller, now: number): boolean => {
    const { process } = caller
    const last = said.get(process)
    if (last === undefined || last.saidAt < caller.askedAt + grace) return false
    return now - last.at < lineValidity - 2 * sharing.clockError &&
      now - (process.resumedAt ?? -Infinity) > grace
  }

  return {
    heard: (process, saidAt) => {
      said.set(process, { at: log.now(), saidAt })
    },
    asked: (process, { key, waitingSince }) => {
      const [caller, other] = callers.of(key).filter((caller) => caller.process === process)
      if (waitingSince === undefined || caller === undefined || other !== undefined) return
      // It stood still in the middle of hearing them.
      if ((process.resumedAt ?? 0) > caller.askedAt) return
      const since = waitingSince - startTime
      if (Math.abs(since - caller.askedAt) <= grace) return
      log.violate(
        "a process knows when its callers came",
        `${caller.name} asked ${process.name} at ${caller.askedAt} ms, and is said to wait since ${since} ms`
      )
    },
    served: (process, change) => {
      if (change.cap === "unlimited") return
      const now = log.now()
      const asked = callers.of(change.key).filter((caller) => caller.process === process)
      const waits = asked.every((caller) => caller.waits)
      if (asked.length === 0 || (!waits && asked.some((caller) => caller.waits))) return
      const since = waits ? Math.min(...asked.map((caller) => caller.askedAt)) : Infinity
      const passedOver = callers.inLine(grace).filter((caller) =>
        caller.process !== process && caller.key !== change.key && caller.askedAt + grace < since &&
        isHeardOf(caller, now)
      )
      // A request that waits leaves a slot to the head of each other line; one that does not, to every caller in line.
      const owed = waits ? new Set(passedOver.map((caller) => caller.process)).size : passedOver.length
      if (passedOver.length === 0 || change.occupied + owed <= change.cap) return
      log.violate(
        "processes are served in turn",
        `${process.name} got a slot for ${change.key}, asked for at ${since} ms, before ${
          passedOver.map(({ askedAt, name, process }) => `${name} with ${process.name} (${askedAt} ms)`).join(", ")
        }`
      )
    }
  }
}
