/**
 * Counts of a burst so far: of its requests, and of the fleet.
 *
 * It is told of two things, and believes both: what requests were answered, and
 * what the ledger did. A launch whose request had gone by the time it settled is
 * known from the ledger alone.
 */
import type { Event } from "../../ledger/Change.ts"
import type { Step } from "../terminal/Chart.ts"

/**
 * The last answer to a request that has no task.
 *
 * @category models
 */
export type Told =
  | { readonly _tag: "AtCapacity" }
  | { readonly _tag: "Failed"; readonly error: { readonly message: string } }
  | { readonly _tag: "Nothing" }

/**
 * A task that was launched.
 *
 * @category models
 */
export interface LaunchedTask {
  readonly key: string
  readonly taskArn: string
  /** When it was known, in milliseconds since the start. */
  readonly atMs: number
}

/**
 * The progress of a burst.
 *
 * **Details**
 *
 * The requests that were made are those that `launched`, those that are `waiting`,
 * and of the others those that were told to be `atCapacity`, that `failed`, and
 * that were told nothing before a signal ended it all.
 *
 * @category models
 */
export interface Standing {
  /** The number of requests that have been made at least once. */
  readonly requested: number
  readonly launched: number
  /** The number of requests that still ask. */
  readonly waiting: number
  readonly atCapacity: number
  readonly failed: number
  /** The number of tasks that the ledger counts. */
  readonly occupied: number
  /** The most that the ledger has counted, tasks that turned out to be the same counted once. */
  readonly peakOccupied: number
}

/**
 * The score of a burst.
 *
 * @category models
 */
export interface Score {
  /** A request is made for the first time. */
  readonly asked: (key: string) => void
  /** A request was answered with a task. */
  readonly gotTask: (key: string, taskArn: string, now: number) => void
  /** A request was answered without one. */
  readonly wasTold: (key: string, told: Told) => void
  /** A request will not be made again. */
  readonly gaveUp: (key: string) => void
  /** Gives an answer to the requests that got none. */
  readonly conclude: (told: Told) => void
  /** Something happened in the ledger, or a request was turned away. */
  readonly happened: (change: Event) => void
  readonly standing: () => Standing
  /** The tasks in the order in which they were launched. */
  readonly tasks: () => ReadonlyArray<LaunchedTask>
  /** The number of tasks that the ledger counted, over time. */
  readonly steps: () => ReadonlyArray<Step>
  /** The error of the first request that failed. */
  readonly firstError: () => string | undefined
}

/**
 * Creates the score of a burst that starts now.
 *
 * @category constructors
 */
export const make = (startedAt: number): Score => {
  const last = new Map<string, Told>()
  const open = new Set<string>()
  const tasks = new Map<string, LaunchedTask>()
  const steps: Array<{ at: number; live: number }> = [{ at: 0, live: 0 }]
  /** From which step on a task was counted that was listed before it was known whose it is. */
  const adopted = new Map<string, number>()

  const gotTask = (key: string, taskArn: string, now: number): void => {
    // A key that was not asked for here is another program's.
    if (!last.has(key)) return
    open.delete(key)
    if (!tasks.has(key)) tasks.set(key, { key, taskArn, atMs: Math.max(0, Math.round(now - startedAt)) })
  }

  const unserved = (tag: Told["_tag"]): number => {
    let count = 0
    for (const [key, told] of last) if (told._tag === tag && !open.has(key) && !tasks.has(key)) count++
    return count
  }

  return {
    asked: (key) => {
      last.set(key, { _tag: "Nothing" })
      if (!tasks.has(key)) open.add(key)
    },
    gotTask,
    wasTold: (key, told) => {
      last.set(key, told)
    },
    gaveUp: (key) => {
      open.delete(key)
    },
    conclude: (told) => {
      for (const [key, { _tag }] of last) if (_tag === "Nothing") last.set(key, told)
    },
    happened: (change) => {
      if (change._tag === "AtCapacity") return
      if (change._tag === "Launched" && change.key !== undefined) gotTask(change.key, change.taskArn, change.at)
      if (change._tag === "Adopted") adopted.set(change.slotId, steps.length)
      if (change._tag === "Freed") {
        // It was counted twice for a moment, as safety demands; it was one task all the same.
        const twice = change.reason === "merged" ? adopted.get(change.slotId) : undefined
        if (twice !== undefined) { for (const step of steps.slice(twice)) step.live-- }
        adopted.delete(change.slotId)
      }
      steps.push({ at: Math.max(0, change.at - startedAt), live: change.occupied })
    },
    standing: () => ({
      requested: last.size,
      launched: tasks.size,
      waiting: open.size,
      atCapacity: unserved("AtCapacity"),
      failed: unserved("Failed"),
      occupied: steps.at(-1)?.live ?? 0,
      peakOccupied: steps.reduce((most, { live }) => Math.max(most, live), 0)
    }),
    tasks: () => [...tasks.values()].sort((a, b) => a.atMs - b.atMs),
    steps: () => steps,
    firstError: () => {
      for (const [key, told] of last) if (told._tag === "Failed" && !tasks.has(key)) return told.error.message
      return undefined
    }
  }
}
