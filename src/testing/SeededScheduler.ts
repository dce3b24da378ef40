/**
 * A scheduler that lets a seed decide which fiber runs next.
 *
 * Effect's own scheduler runs fibers in the order in which they became runnable
 * and switches between them every 2,048 operations, so that a program sees very
 * few of the interleavings that it allows. This one keeps everything that is
 * runnable in one bag, draws from it, and may put a fiber back before any of its
 * operations.
 */
import type * as Scheduler from "effect/Scheduler"
import type * as SeededRandom from "./SeededRandom.ts"

/**
 * A scheduler that runs nothing by itself: its owner asks for each step.
 *
 * **Gotchas**
 *
 * Priorities are not honoured: what is runnable may run in any order.
 *
 * @category models
 */
export interface SeededScheduler extends Scheduler.Scheduler {
  /** Adds a task to those that are runnable. */
  readonly schedule: (task: () => void) => void
  /** Runs one runnable task. Returns `false` if there was none. */
  readonly step: () => boolean
}

/**
 * Makes a scheduler that draws from `random`.
 *
 * @example
 * ```ts
 * import { SeededRandom, SeededScheduler } from "fleetcap/testing"
 * import assert from "node:assert/strict"
 *
 * const scheduler = SeededScheduler.make({ random: SeededRandom.make(7), yieldProbability: 0 })
 * const ran: Array<string> = []
 * for (const name of ["a", "b", "c"]) scheduler.schedule(() => ran.push(name))
 * while (scheduler.step());
 * assert.deepEqual(ran.sort(), ["a", "b", "c"])
 * ```
 *
 * @category constructors
 */
export const make = (options: {
  readonly random: SeededRandom.SeededRandom
  /** The probability that a fiber is put back before an operation, from 0 up to, and without, 1. */
  readonly yieldProbability: number
}): SeededScheduler => {
  const { random, yieldProbability } = options
  const runnable: Array<() => void> = []
  // How many operations it is until the next one before which a fiber is put back. Drawn once for all of them, and not
  // at each: that is what an operation costs most in a simulation.
  const drawGap = (): number =>
    yieldProbability > 0
      ? Math.floor(Math.log(1 - random.nextDoubleUnsafe()) / Math.log(1 - yieldProbability))
      : Infinity
  let gap = drawGap()
  const schedule = (task: () => void): void => {
    runnable.push(task)
  }
  const step = (): boolean => {
    const last = runnable.pop()
    if (last === undefined) return false
    // The last is one of the candidates: drawing its own index runs it.
    const index = random.nextBelowUnsafe(runnable.length + 1)
    const chosen = runnable[index]
    if (chosen !== undefined) runnable[index] = last
    ;(chosen ?? last)()
    return true
  }
  const dispatcher: Scheduler.SchedulerDispatcher = {
    scheduleTask: schedule,
    flush: () => {
      while (step()) { /* until nothing is runnable */ }
    }
  }
  return {
    executionMode: "sync",
    shouldYield: (fiber) => {
      // The first operation only takes up where the fiber was put back: put back before that as well, it would get
      // nowhere. Nor may it be where it is interrupted before it began: its beginning, due later, would undo that.
      if (fiber.currentOpCount <= 1) return false
      // A fiber that never waits still has to give way, or a run could not be cut short.
      if (fiber.currentOpCount >= fiber.cache.maxOpsBeforeYield) return true
      if (gap-- > 0) return false
      gap = drawGap()
      return true
    },
    makeDispatcher: () => dispatcher,
    schedule,
    step
  }
}
