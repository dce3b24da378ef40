/**
 * The life of a task, as the moments at which its status changes.
 *
 * All of a life is known when the task is launched, and is changed only by
 * stopping it: what the status is at any time is a matter of looking it up, and
 * needs no timer.
 */
import * as Prng from "./Prng.ts"
import type { Resolved } from "./Settings.ts"

/**
 * The last known status of a task, as ECS names it.
 *
 * @category models
 */
export type LastStatus =
  | "PROVISIONING"
  | "PENDING"
  | "ACTIVATING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED"
  | "DELETED"

/**
 * The reason for which a task stopped.
 *
 * @category models
 */
export type StopCode =
  | "TaskFailedToStart"
  | "EssentialContainerExited"
  | "UserInitiated"
  | "ServiceSchedulerInitiated"
  | "SpotInterruption"
  | "TerminationNotice"

/**
 * A change of status. Its position in a life is the task's version, from 1.
 *
 * @category models
 */
export interface Moment {
  /** Epoch milliseconds. */
  readonly at: number
  readonly lastStatus: LastStatus
  readonly desiredStatus: "RUNNING" | "STOPPED"
}

/**
 * A life. Times that never come are infinite.
 *
 * @category models
 */
export interface Life {
  readonly moments: ReadonlyArray<Moment>
  readonly createdAt: number
  readonly runningAt: number
  /** The time at which its desired status becomes `STOPPED`. */
  readonly stoppingAt: number
  /** The time at which its last status becomes `STOPPED`. */
  readonly stoppedAt: number
  /** The time from which on ECS no longer knows of it. */
  readonly forgottenAt: number
  readonly stopCode: StopCode | undefined
  readonly stoppedReason: string | undefined
  /** The time that it takes to stop, as drawn when the task was launched. */
  readonly ending: Ending
}

/**
 * The duration of each state that a task stops through, in milliseconds.
 *
 * @category models
 */
export interface Ending {
  readonly deactivating: number
  readonly stopping: number
  readonly deprovisioning: number
  readonly deletedAfter: number
  readonly retention: number
}

/** Adds moments, leaving out the states that take no time. */
const phases = (
  from: number,
  desiredStatus: "RUNNING" | "STOPPED",
  states: ReadonlyArray<readonly [LastStatus, number]>
): { readonly moments: ReadonlyArray<Moment>; readonly end: number } => {
  let end = from
  const moments: Array<Moment> = []
  for (const [lastStatus, time] of states) {
    if (time > 0 && end < Infinity) moments.push({ at: end, lastStatus, desiredStatus })
    end += time
  }
  return { moments, end }
}

const end = (
  life: Pick<Life, "createdAt" | "runningAt" | "moments" | "ending">,
  at: number,
  stopCode: StopCode,
  stoppedReason: string
): Life => {
  const { ending } = life
  const ran = at >= life.runningAt
  const { end: stoppedAt, moments } = phases(at, "STOPPED", [
    ["DEACTIVATING", ran ? ending.deactivating : 0],
    // A container that exits by itself need not be stopped.
    ["STOPPING", ran && stopCode !== "EssentialContainerExited" ? ending.stopping : 0],
    ["DEPROVISIONING", ending.deprovisioning]
  ])
  const last: Array<Moment> = [{ at: stoppedAt, lastStatus: "STOPPED", desiredStatus: "STOPPED" }]
  if (ending.deletedAfter < ending.retention) {
    last.push({ at: stoppedAt + ending.deletedAfter, lastStatus: "DELETED", desiredStatus: "STOPPED" })
  }
  return {
    moments: [...life.moments, ...moments, ...last],
    createdAt: life.createdAt,
    runningAt: ran ? life.runningAt : Infinity,
    stoppingAt: at,
    stoppedAt,
    forgottenAt: stoppedAt + ending.retention,
    stopCode,
    stoppedReason,
    ending
  }
}

/**
 * Draws the life of a task that is launched now.
 *
 * @category constructors
 */
export const begin = (
  prng: Prng.Prng,
  settings: Resolved["lifecycle"],
  now: number,
  options: { readonly startFails: boolean; readonly lifetime?: number | undefined }
): Life => {
  // Everything is drawn in every case, so that one task's fate does not change the next one's.
  const starting = phases(now, "RUNNING", [
    ["PROVISIONING", Prng.within(prng, settings.provisioning)],
    ["PENDING", Prng.within(prng, settings.pending)],
    ["ACTIVATING", Prng.within(prng, settings.activating)]
  ])
  const drawnLifetime = Prng.within(prng, settings.lifetime)
  const lifetime = options.lifetime ?? drawnLifetime
  const ending: Ending = {
    deactivating: Prng.within(prng, settings.deactivating),
    stopping: Math.min(settings.stopTimeout, Prng.within(prng, settings.stopping)),
    deprovisioning: Prng.within(prng, settings.deprovisioning),
    deletedAfter: settings.deletedAfter,
    retention: settings.retention
  }
  const startFails = Prng.chance(prng, settings.startFailures) || options.startFails
  // A task is accepted before anything is done for it, however short that takes.
  const accepted: Moment = { at: now, lastStatus: "PROVISIONING", desiredStatus: "RUNNING" }
  const moments = starting.moments[0]?.lastStatus === "PROVISIONING"
    ? starting.moments
    : [accepted, ...starting.moments]
  if (startFails) {
    return end(
      { createdAt: now, runningAt: Infinity, moments, ending },
      starting.end,
      "TaskFailedToStart",
      "CannotPullContainerError: pull image manifest has been retried 5 time(s)"
    )
  }
  const started = {
    createdAt: now,
    runningAt: starting.end,
    moments: starting.end === Infinity
      ? moments
      : [...moments, { at: starting.end, lastStatus: "RUNNING", desiredStatus: "RUNNING" } as const],
    ending
  }
  const exit = starting.end + lifetime
  return exit === Infinity
    ? {
      ...started,
      stoppingAt: Infinity,
      stoppedAt: Infinity,
      forgottenAt: Infinity,
      stopCode: undefined,
      stoppedReason: undefined
    }
    : end(started, exit, "EssentialContainerExited", "Essential container in task exited")
}

/**
 * Stops a task now. One that has begun to stop goes on as it was.
 *
 * @category operations
 */
export const stop = (life: Life, now: number, stopCode: StopCode, stoppedReason: string): Life =>
  now >= life.stoppingAt
    ? life
    : end({ ...life, moments: life.moments.filter((moment) => moment.at <= now) }, now, stopCode, stoppedReason)

/**
 * The status of a task at a time, and its version: `undefined` before it was launched.
 *
 * @category getters
 */
export const at = (life: Life, time: number): (Moment & { readonly version: number }) | undefined => {
  const { moments } = life
  for (let version = moments.length; version > 0; version--) {
    const moment = moments[version - 1]
    if (moment !== undefined && moment.at <= time) return { ...moment, version }
  }
  return undefined
}

/**
 * The status of a task as its launch is answered.
 *
 * @category getters
 */
export const first = (life: Life): Moment & { readonly version: number } => ({
  at: life.createdAt,
  lastStatus: "PROVISIONING",
  desiredStatus: "RUNNING",
  version: 1
})
