/**
 * Checks what is stopped: nothing that was not asked for, and in the end all that was.
 */
import type { LaunchCheck } from "./LaunchCheck.ts"
import type { Process } from "./Process.ts"
import type { RunLog } from "./RunLog.ts"

/**
 * The stops of a run.
 *
 * @category models
 */
export interface StopCheck {
  /** Tells that the workers of a key are asked to stop, until `answered`. */
  readonly asks: (key: string) => void
  /** Tells which slots are to be stopped: the ledger has it. */
  readonly answered: (key: string, slots: ReadonlyArray<string>) => void
  /** Tells that a process tells ECS to stop a task. */
  readonly called: (process: Process, arn: string) => void
  /** The slots that were asked to stop. */
  readonly slots: ReadonlySet<string>
}

/**
 * Begins to check what is stopped.
 *
 * @category constructors
 */
export const make = ({ launches, log }: {
  readonly log: RunLog
  readonly launches: Pick<LaunchCheck, "findTask">
}): StopCheck => {
  /** Until when launches of a key are among those that were asked to stop. */
  const askedUntil = new Map<string, number>()
  const slots = new Set<string>()
  return {
    slots,
    asks: (key) => {
      log.count("stop: asked")
      askedUntil.set(key, Number.POSITIVE_INFINITY)
    },
    answered: (key, stopping) => {
      askedUntil.set(key, log.now())
      for (const id of stopping) slots.add(id)
    },
    called: (process, arn) => {
      const launch = launches.findTask(arn)?.launch
      const until = launch === undefined ? undefined : askedUntil.get(launch.key)
      // One that had passed the gate was asked to stop before it was sent.
      const isAsked = launch !== undefined && (slots.has(launch.token) || launch.firstSentAt <= (until ?? -Infinity))
      if (isAsked) return
      log.violate(
        "no task is stopped that was not asked for",
        `${process.name} stops ${arn}, launched for ${launch?.key ?? "another program"}`
      )
    }
  }
}
