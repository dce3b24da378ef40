/**
 * The machine of a simulated process, which can be paused: a scheduler and a clock of
 * its own.
 *
 * While it stands still nothing of the process runs, for however long that takes.
 * The process cannot tell: it goes on with whatever it was about to do, and finds
 * the time that has passed, the timers that are due and the messages that have
 * come. While the whole machine is suspended its monotonic clock stands still too,
 * and so do its timers.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"

/**
 * The machine of a process.
 *
 * @category models
 */
export interface PausableMachine {
  /** Runs an effect as a part of the process. The fiber that does waits while the machine stands still. */
  readonly on: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Hands something to the process that comes from outside. */
  readonly deliver: (task: () => void) => void
  /** Waits while the machine stands still. */
  readonly awake: Effect.Effect<void>
  readonly isStopped: () => boolean
  readonly stop: () => void
  /** Stops it, and its monotonic clock. */
  readonly suspend: () => void
  readonly resume: () => void
  /** Sets its wall clock, by milliseconds. */
  readonly setWall: (by: number) => void
  /** The clocks that it has. */
  readonly clock: Clock.Clock
}

/**
 * Makes a machine that runs, on top of what everything else runs on. Its wall clock is
 * so many milliseconds ahead.
 *
 * @category constructors
 */
export const make = (scheduler: Scheduler.Scheduler, clock: Clock.Clock, ahead = 0): PausableMachine => {
  const below = scheduler.makeDispatcher()
  const held: Array<() => void> = []
  let resumed: Deferred.Deferred<void> | undefined
  let suspendedAt: number | undefined
  /** The time that the monotonic clock stood still, and the error of the wall clock, in milliseconds. */
  let asleep = 0
  let wall = ahead

  const deliver = (task: () => void, priority = 0): void =>
    below.scheduleTask(() => {
      if (resumed === undefined) task()
      else held.push(task)
    }, priority)

  const dispatcher: Scheduler.SchedulerDispatcher = { scheduleTask: deliver, flush: () => below.flush() }
  const ownScheduler: Scheduler.Scheduler = {
    executionMode: scheduler.executionMode,
    shouldYield: (fiber) => scheduler.shouldYield(fiber),
    makeDispatcher: () => dispatcher
  }
  const awake: Effect.Effect<void> = Effect.suspend(() =>
    resumed === undefined
      ? Effect.void
      : Effect.andThen(Deferred.await(resumed), Effect.andThen(Effect.yieldNow, awake))
  )
  const monotonic = () => clock.currentTimeMillisUnsafe() - asleep
  /** A timer wakes its sleeper by itself, and not by way of the scheduler. It runs as the monotonic clock does. */
  const sleep = (duration: Duration.Duration): Effect.Effect<void> =>
    Effect.suspend(() => {
      const due = monotonic() + Duration.toMillis(duration)
      return Effect.flatMap(Effect.andThen(clock.sleep(duration), awake), () => {
        const left = due - monotonic()
        return left > 0 ? sleep(Duration.millis(left)) : Effect.void
      })
    })
  const currentTimeMillisUnsafe = () => clock.currentTimeMillisUnsafe() + wall
  const monotonicTimeNanosUnsafe = () => clock.monotonicTimeNanosUnsafe() - BigInt(asleep) * 1_000_000n
  const ownClock: Clock.Clock = {
    ...clock,
    currentTimeMillisUnsafe,
    currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
    monotonicTimeNanosUnsafe,
    monotonicTimeNanos: Effect.sync(monotonicTimeNanosUnsafe),
    sleep
  }

  return {
    on: (effect) =>
      Effect.andThen(Effect.andThen(Effect.yieldNow, awake), effect).pipe(
        Effect.provideService(Scheduler.Scheduler, ownScheduler),
        Effect.provideService(Clock.Clock, ownClock)
      ),
    deliver: (task) => deliver(task),
    awake,
    isStopped: () => resumed !== undefined,
    stop: () => {
      resumed ??= Deferred.makeUnsafe()
    },
    suspend: () => {
      resumed ??= Deferred.makeUnsafe()
      suspendedAt ??= clock.currentTimeMillisUnsafe()
    },
    resume: () => {
      if (suspendedAt !== undefined) asleep += clock.currentTimeMillisUnsafe() - suspendedAt
      suspendedAt = undefined
      const told = resumed
      resumed = undefined
      for (const task of held.splice(0)) below.scheduleTask(task, 0)
      if (told !== undefined) Deferred.doneUnsafe(told, Effect.void)
    },
    setWall: (by) => {
      wall += by
    },
    clock: ownClock
  }
}

/**
 * Runs an effect on a machine, and waits for it outside of the machine.
 *
 * @category running
 */
export const join = <A, E>(
  machine: PausableMachine,
  scope: Scope.Scope,
  effect: Effect.Effect<A, E>
): Effect.Effect<A, E> => Effect.flatMap(Effect.forkIn(machine.on(effect), scope), Fiber.join)
