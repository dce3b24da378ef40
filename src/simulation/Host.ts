/**
 * What a simulated process runs on, and what can stop under it: a scheduler and a
 * clock of its own.
 *
 * While it stands still nothing of the process runs, for however long that takes.
 * The process cannot tell: it goes on with whatever it was about to do, and finds
 * the time that has passed, the timers that are due and the messages that have
 * come.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"

/**
 * What a process runs on.
 *
 * @category models
 */
export interface Host {
  /** Runs an effect as a part of the process. The fiber that does waits while the host stands still. */
  readonly on: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Hands something to the process that comes from outside. */
  readonly deliver: (task: () => void) => void
  /** Waits while the host stands still. */
  readonly awake: Effect.Effect<void>
  readonly isStopped: () => boolean
  readonly stop: () => void
  readonly resume: () => void
}

/**
 * Makes a host that runs, on top of what everything else runs on.
 *
 * @category constructors
 */
export const make = (scheduler: Scheduler.Scheduler, clock: Clock.Clock): Host => {
  const below = scheduler.makeDispatcher()
  const held: Array<() => void> = []
  let resumed: Deferred.Deferred<void> | undefined

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
  const ownClock: Clock.Clock = {
    ...clock,
    // A timer wakes its sleeper by itself, and not by way of the scheduler.
    sleep: (duration) => Effect.andThen(clock.sleep(duration), awake)
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
    resume: () => {
      const told = resumed
      resumed = undefined
      for (const task of held.splice(0)) below.scheduleTask(task, 0)
      if (told !== undefined) Deferred.doneUnsafe(told, Effect.void)
    }
  }
}
