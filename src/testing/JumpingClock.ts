/**
 * A clock on which no time passes while anything is runnable, and which jumps to
 * the next timer when nothing is.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/**
 * A clock that moves only when told to.
 *
 * **Details**
 *
 * Like the clock of Node it counts whole milliseconds; a sleep is rounded up to
 * them, one of zero lets others run first, and an infinite one never ends.
 *
 * @category models
 */
export interface JumpingClock extends Clock.Clock {
  /** The milliseconds that have passed since the clock was made. */
  readonly elapsedUnsafe: () => number
  /** The milliseconds until the next timer, if there is one. */
  readonly nextUnsafe: () => number | undefined
  /** Goes to the next timer and wakes all that are due then. */
  readonly jumpUnsafe: () => void
}

interface Timer {
  readonly due: number
  /** Absent once its sleeper has been woken or interrupted. */
  wake: (() => void) | undefined
}

const nanosPerMilli = BigInt(1_000_000)

/**
 * Makes a clock that begins at `startTime`, in milliseconds since 1970.
 *
 * **Details**
 *
 * Timers that are due in the same millisecond are handed to `schedule` together,
 * so that a seeded scheduler also decides their order.
 *
 * @example
 * ```ts
 * import { Duration, Effect } from "effect"
 * import { JumpingClock } from "fleetcap/testing"
 * import assert from "node:assert/strict"
 *
 * const clock = JumpingClock.make({ startTime: 0, schedule: (task) => task() })
 * Effect.runFork(clock.sleep(Duration.hours(1)))
 * clock.jumpUnsafe()
 * assert.equal(clock.currentTimeMillisUnsafe(), 3_600_000)
 * ```
 *
 * @category constructors
 */
export const make = (options: {
  readonly startTime: number
  readonly schedule: (task: () => void) => void
}): JumpingClock => {
  const startNanos = BigInt(options.startTime) * nanosPerMilli
  const timers = makeHeap()
  let elapsed = 0

  const currentTimeMillisUnsafe = () => options.startTime + elapsed
  const monotonicTimeNanosUnsafe = () => BigInt(elapsed) * nanosPerMilli
  const currentTimeNanosUnsafe = () => startNanos + monotonicTimeNanosUnsafe()

  const sleep = (duration: Duration.Duration): Effect.Effect<void> => {
    const millis = Math.ceil(Duration.toMillis(duration))
    if (millis <= 0) return Effect.yieldNow
    if (!Number.isFinite(millis)) return Effect.never
    return Effect.callback<void>((resume) => {
      const timer: Timer = { due: elapsed + millis, wake: () => resume(Effect.void) }
      timers.add(timer)
      return Effect.sync(() => {
        timer.wake = undefined
      })
    })
  }

  const peekPending = (): Timer | undefined => {
    let timer = timers.peek()
    while (timer !== undefined && timer.wake === undefined) {
      timers.remove()
      timer = timers.peek()
    }
    return timer
  }

  return {
    currentTimeMillisUnsafe,
    currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
    currentTimeNanosUnsafe,
    currentTimeNanos: Effect.sync(currentTimeNanosUnsafe),
    monotonicTimeNanosUnsafe,
    monotonicTimeNanos: Effect.sync(monotonicTimeNanosUnsafe),
    sleep,
    elapsedUnsafe: () => elapsed,
    nextUnsafe: () => {
      const timer = peekPending()
      return timer === undefined ? undefined : timer.due - elapsed
    },
    jumpUnsafe: () => {
      let timer = peekPending()
      if (timer === undefined) return
      elapsed = timer.due
      while (timer !== undefined && timer.due === elapsed) {
        timers.remove()
        // Read again when it runs: an earlier task may have interrupted the sleeper.
        const due = timer
        options.schedule(() => due.wake?.())
        timer = peekPending()
      }
    }
  }
}

/** A binary heap: a simulation may hold a timer for every request that it ever made. */
const makeHeap = () => {
  const heap: Array<Timer> = []
  const dueAt = (index: number): number => heap[index]?.due ?? Infinity
  const swap = (i: number, j: number): void => {
    const a = heap[i]
    const b = heap[j]
    if (a === undefined || b === undefined) return
    heap[i] = b
    heap[j] = a
  }
  return {
    peek: (): Timer | undefined => heap[0],
    add: (timer: Timer): void => {
      let index = heap.push(timer) - 1
      while (index > 0) {
        const parent = (index - 1) >>> 1
        if (dueAt(parent) <= timer.due) return
        swap(index, parent)
        index = parent
      }
    },
    remove: (): void => {
      swap(0, heap.length - 1)
      heap.pop()
      let index = 0
      while (true) {
        const left = 2 * index + 1
        const child = dueAt(left + 1) < dueAt(left) ? left + 1 : left
        if (dueAt(child) >= dueAt(index)) return
        swap(index, child)
        index = child
      }
    }
  }
}
