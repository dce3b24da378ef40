/**
 * Runs a whole program in virtual time, in an order that a seed decides.
 *
 * A run is one synchronous call. It takes no real time to sleep, sees
 * interleavings that the ordinary runtime shows once in a blue moon, notices a
 * deadlock at once, and can be repeated exactly from its seed. Run a program for
 * some hundred seeds and assert what must hold in all of them.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as Scheduler from "effect/Scheduler"
import * as JumpingClock from "./JumpingClock.ts"
import * as SeededRandom from "./SeededRandom.ts"
import * as SeededScheduler from "./SeededScheduler.ts"

/**
 * The options of a simulation.
 *
 * @category options
 */
export interface Options {
  /** Decides every choice of the scheduler and every number of Effect's `Random`. */
  readonly seed: number
  /**
   * The probability that a fiber is preempted before an operation, from 0 up to, and without, 1.
   *
   * The default is 0.2. More finds races between neighbouring operations sooner;
   * less runs faster and lets a fiber get further ahead of the others.
   */
  readonly yieldProbability?: number | undefined
  /** The number of tasks that may be run before the run is given up. The default is 2,000,000. */
  readonly maxSteps?: number | undefined
  /** The virtual time that may pass before the run is given up. No limit by default. */
  readonly maxTime?: Duration.Input | undefined
  /** The time at which the clock begins, in milliseconds since 1970. The default is 2026-01-01T00:00Z. */
  readonly startTime?: number | undefined
  /** Called before each step with its number and the virtual milliseconds that have passed. */
  readonly onStep?: ((step: number, time: number) => void) | undefined
}

/**
 * The end of a simulation, with the number of its steps and its virtual milliseconds.
 *
 * - `Completed`: the effect came to its end, well or not
 * - `Deadlock`: it waits, nothing is runnable, and no timer is set. A program
 *   that waits for a real promise, timer or socket looks the same
 * - `StepLimit`: it was still running after `maxSteps`
 * - `TimeLimit`: the next thing to happen lies beyond `maxTime`
 *
 * @category models
 */
export type Outcome<A, E> =
  & { readonly seed: number; readonly steps: number; readonly time: number }
  & (
    | { readonly _tag: "Completed"; readonly exit: Exit.Exit<A, E> }
    | { readonly _tag: "Deadlock" }
    | { readonly _tag: "StepLimit" }
    | { readonly _tag: "TimeLimit" }
  )

/**
 * 2026-01-01T00:00Z in milliseconds since 1970, where the clock begins unless
 * told otherwise.
 *
 * @category configuration
 */
export const defaultStartTime = 1_767_225_600_000

/**
 * Runs an effect to its end, with the scheduler, the clock and the random numbers
 * of one seed.
 *
 * **Gotchas**
 *
 * Nothing in the effect may wait for the world outside: no promise, no socket, no
 * real timer. Nor may it adjust a `TestClock`, which relies on the order of the
 * ordinary scheduler. Detached fibers stop existing when the effect ends.
 *
 * @category running
 */
export const run = <A, E>(effect: Effect.Effect<A, E>, options: Options): Outcome<A, E> => {
  const { onStep, seed } = options
  const maxSteps = options.maxSteps ?? 2_000_000
  const maxTime = options.maxTime === undefined ? Infinity : Duration.toMillis(options.maxTime)
  const scheduler = SeededScheduler.make({
    random: SeededRandom.make(seed),
    yieldProbability: options.yieldProbability ?? 0.2
  })
  const clock = JumpingClock.make({
    startTime: options.startTime ?? defaultStartTime,
    schedule: scheduler.schedule
  })
  // A stream of its own: what the program draws must not depend on how it was scheduled.
  const random: Random.Random = SeededRandom.make(seed, 1)
  const context = Context.make(Scheduler.Scheduler, scheduler).pipe(
    Context.add(Clock.Clock, clock),
    Context.add(Random.Random, random)
  )

  let steps = 0
  const ended = () => ({ seed, steps, time: clock.elapsedUnsafe() })
  const fiber = Effect.runForkWith(context)(effect)
  while (true) {
    const exit = fiber.pollUnsafe()
    if (exit !== undefined) return { _tag: "Completed", exit, ...ended() }
    if (steps >= maxSteps) return { _tag: "StepLimit", ...ended() }
    onStep?.(steps, clock.elapsedUnsafe())
    if (scheduler.step()) {
      steps++
      continue
    }
    const next = clock.nextUnsafe()
    if (next === undefined) return { _tag: "Deadlock", ...ended() }
    if (clock.elapsedUnsafe() + next > maxTime) return { _tag: "TimeLimit", ...ended() }
    clock.jumpUnsafe()
  }
}

/**
 * Runs an effect like {@link run} and returns its value, for tests that expect
 * nothing else.
 *
 * **Gotchas**
 *
 * Throws whatever else happened, with the seed that shows it again.
 *
 * @example
 * ```ts
 * import { Clock, Effect } from "effect"
 * import { Simulation } from "fleetcap/testing"
 * import assert from "node:assert/strict"
 *
 * const program = Effect.andThen(Effect.sleep("1 day"), Clock.currentTimeMillis)
 * const day = 24 * 60 * 60 * 1000
 * assert.equal(Simulation.runOrThrow(program, { seed: 7 }), Simulation.defaultStartTime + day)
 * ```
 *
 * @category running
 */
export const runOrThrow = <A, E>(effect: Effect.Effect<A, E>, options: Options): A => {
  const outcome = run(effect, options)
  if (outcome._tag === "Completed" && Exit.isSuccess(outcome.exit)) return outcome.exit.value
  throw new Error(describe(outcome), outcome._tag === "Completed" ? { cause: failure(outcome.exit) } : undefined)
}

/**
 * Describes the end of a simulation in one line, with its seed. A failure's cause
 * follows on further lines.
 *
 * @category formatting
 */
export const describe = <A, E>(outcome: Outcome<A, E>): string => {
  const where = `seed ${outcome.seed}, after ${outcome.steps} steps and ${outcome.time} ms`
  switch (outcome._tag) {
    case "Completed":
      return Exit.isSuccess(outcome.exit)
        ? `${where}: completed`
        : `${where}: failed\n${Cause.pretty(outcome.exit.cause)}`
    case "Deadlock":
      return `${where}: deadlock, nothing is runnable and no timer is set`
    case "StepLimit":
      return `${where}: stopped, the step limit was reached`
    case "TimeLimit":
      return `${where}: stopped, the next timer is beyond the time limit`
  }
}

const failure = <A, E>(exit: Exit.Exit<A, E>): unknown => Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
