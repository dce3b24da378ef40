/**
 * An emulated ECS that runs on the clock of the program, as a service.
 *
 * It holds a world, takes calls to it, lets time pass as the settings say, and
 * knows the truth. It waits for nothing but the clock: under `TestClock` or a
 * seeded scheduler, these decide all that happens.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Control from "./Control.ts"
import * as World from "./Engine.ts"
import * as GroundTruth from "./GroundTruth.ts"
import type { Location } from "./model/Arn.ts"
import type { ScriptedFault } from "./model/Fault.ts"
import * as Mistake from "./model/Mistake.ts"
import type { Settings } from "./model/Settings.ts"

/**
 * The number of calls of an operation.
 *
 * @category models
 */
export interface CallCount {
  /** Calls made, whatever became of them. Every page of a list is one, and so is every attempt. */
  readonly calls: number
  /** Calls that are neither answered nor given up by who made them. */
  readonly inFlight: number
  /** The most that have been in flight at once. */
  readonly maxInFlight: number
}

/**
 * A `RunTask` as it was received.
 *
 * @category models
 */
export interface ReceivedLaunch {
  /** Epoch milliseconds. */
  readonly at: number
  /** The body of the call, whatever it was. */
  readonly input: unknown
}

/**
 * The number of the latest `RunTask` inputs that are kept.
 *
 * @category configuration
 */
export const keptLaunches = 10_000

/**
 * An emulated ECS.
 *
 * **Details**
 *
 * All counts and times are of the moment at which the effect is run.
 *
 * @category services
 */
export class Emulator extends Context.Service<Emulator, {
  /**
   * Makes a call, and waits as long as it takes to be answered.
   *
   * A call that was processed has had its effect, though it be interrupted while
   * it waits for the answer. A call that is never answered waits for ever.
   */
  readonly call: (call: World.Call) => Effect.Effect<World.Outcome>
  /** The region and the account of calls that do not name one. */
  readonly location: Effect.Effect<Location>
  /** The number of live tasks: launched and not stopped. A task that is stopping is live. */
  readonly live: (filter?: GroundTruth.Filter) => Effect.Effect<number>
  /** The most tasks that have been live at once, ever. Exact, not sampled. */
  readonly peak: (filter?: GroundTruth.Filter) => Effect.Effect<number>
  /** The number of live tasks over time: the line of a chart. */
  readonly steps: (filter?: GroundTruth.Filter) => Effect.Effect<ReadonlyArray<GroundTruth.Step>>
  /** The tasks that are live. */
  readonly tasks: (filter?: GroundTruth.Filter) => Effect.Effect<ReadonlyArray<GroundTruth.TaskTruth>>
  /** The tasks that were ever launched, but for those that are forgotten, and from when until when each was live. */
  readonly history: (filter?: GroundTruth.Filter) => Effect.Effect<ReadonlyArray<GroundTruth.TaskLife>>
  /** The number of calls of an operation. */
  readonly calls: (operation: string) => Effect.Effect<CallCount>
  /** The number of calls of each operation that was called at all. Those that ECS does not have are `unknown`. */
  readonly allCalls: Effect.Effect<{ readonly [operation: string]: CallCount }>
  /** The latest `RunTask` inputs, oldest first. */
  readonly launches: Effect.Effect<ReadonlyArray<ReceivedLaunch>>
  /** What AWS would have refused, though the emulator did not: the first mistake of each kind. */
  readonly mistakes: Effect.Effect<ReadonlyArray<Mistake.NotedMistake>>
  /** Makes faults happen to the next calls. The first in line that applies to a call happens to it. */
  readonly script: (...faults: ReadonlyArray<ScriptedFault>) => Effect.Effect<void>
  /** Changes some settings from now on. Tasks keep the lives that they were launched with. */
  readonly configure: (settings: Settings) => Effect.Effect<void>
  /** Makes tasks stop, by default all, and gives the ARNs of those that had not begun to. */
  readonly stopTasks: (options?: Control.Stop) => Effect.Effect<ReadonlyArray<string>>
  /** Launches foreign tasks, without a call, and returns their ARNs. */
  readonly launchForeign: (options: Control.ForeignTasks) => Effect.Effect<ReadonlyArray<string>>
  /** Begins anew with an empty world, no calls counted, and the settings as they are now. */
  readonly reset: Effect.Effect<void>
}>()("fleetcap/emulator/Emulator") {}

interface MutableCount {
  calls: number
  inFlight: number
  maxInFlight: number
}

const withNow = <A>(f: (now: number) => A): Effect.Effect<A> =>
  Clock.clockWith((clock) => Effect.sync(() => f(clock.currentTimeMillisUnsafe())))

/**
 * Creates an emulated ECS.
 *
 * **Details**
 *
 * Where it is not strict, it logs a warning of what AWS would refuse: once for each kind of
 * mistake.
 *
 * @category constructors
 */
export const make = (settings: Settings = {}): Effect.Effect<Emulator["Service"]> =>
  Effect.sync(() => {
    let world = World.make(settings)
    const counts = new Map<string, MutableCount>()
    let launches: Array<ReceivedLaunch> = []

    const tellMistakes = mistakeTeller()

    const countOf = (operation: string): MutableCount => {
      // Made-up names are not kept: there may be any number of them.
      const name = World.isOperation(operation) ? operation : "unknown"
      const known = counts.get(name)
      if (known !== undefined) return known
      const count = { calls: 0, inFlight: 0, maxInFlight: 0 }
      counts.set(name, count)
      return count
    }

    const record = (call: World.Call, at: number): void => {
      if (call.operation !== "RunTask") return
      launches.push({ at, input: call.input })
      if (launches.length >= 2 * keptLaunches) launches = launches.slice(-keptLaunches)
    }

    // What is processed is processed in one step: an interruption comes before or after it.
    const begin = (call: World.Call) =>
      withNow((now) => {
        const count = countOf(call.operation)
        count.calls++
        count.inFlight++
        count.maxInFlight = Math.max(count.maxInFlight, count.inFlight)
        record(call, now)
        // A reset during the call does not change what the call is answered from.
        return { count, now, world, exchange: World.handle(world, call, now) }
      })

    const call = (call: World.Call): Effect.Effect<World.Outcome> =>
      Effect.acquireUseRelease(
        begin(call),
        ({ exchange, now, world }) =>
          Effect.andThen(
            waiting(exchange.answeredAt - now),
            withNow((now) => World.outcome(world, exchange, now))
          ),
        ({ count }) => {
          count.inFlight--
          return tellMistakes(world)
        }
      )

    return Emulator.of({
      call,
      location: Effect.sync(() => ({ region: world.resolved.region, account: world.resolved.account })),
      live: (filter) => withNow((now) => GroundTruth.live(world, now, filter)),
      peak: (filter) => withNow((now) => GroundTruth.peak(world, now, filter)),
      steps: (filter) => withNow((now) => GroundTruth.steps(world, now, filter)),
      tasks: (filter) => withNow((now) => GroundTruth.tasks(world, now, filter)),
      history: (filter) => withNow((now) => GroundTruth.history(world, now, filter)),
      calls: (operation) => Effect.sync(() => ({ ...(counts.get(operation) ?? none) })),
      allCalls: Effect.sync(() =>
        Object.fromEntries([...counts].map(([operation, count]) => [operation, { ...count }]))
      ),
      launches: Effect.sync(() => launches.slice(-keptLaunches)),
      mistakes: Effect.sync(() => [...world.mistakes.values()]),
      script: (...faults) => Effect.sync(() => Control.script(world, faults)),
      configure: (changes) =>
        withNow((now) => {
          World.advance(world, now)
          World.configure(world, changes)
        }),
      stopTasks: (options) => withNow((now) => Control.stopTasks(world, options ?? {}, now)),
      launchForeign: (options) => withNow((now) => Control.launchForeign(world, options, now)),
      reset: Effect.sync(() => {
        world = World.make(world.settings)
        counts.clear()
        launches = []
      })
    })
  })

/** Tells each kind of mistake once, though the world begin anew. */
const mistakeTeller = () => {
  const told = new Set<string>()
  return ({ mistakes }: World.World): Effect.Effect<void> => {
    const untold = [...mistakes.values()].filter(({ kind }) => !told.has(kind))
    // A seeded scheduler counts every step: where there is nothing to tell, there is none more.
    if (untold.length === 0) return Effect.void
    for (const { kind } of untold) told.add(kind)
    return Effect.forEach(untold, (mistake) => Effect.logWarning(Mistake.warning(mistake)), { discard: true })
  }
}

const none: CallCount = { calls: 0, inFlight: 0, maxInFlight: 0 }

/** Others have their turn before an answer, however fast it comes. */
const waiting = (millis: number): Effect.Effect<void> => {
  if (millis <= 0) return Effect.yieldNow
  return millis === Infinity ? Effect.never : Effect.sleep(millis)
}

/**
 * Provides an emulated ECS.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { Emulator } from "fleetcap/emulator"
 * import assert from "node:assert/strict"
 *
 * const peak = Effect.gen(function*() {
 *   const emulator = yield* Emulator.Emulator
 *   yield* emulator.launchForeign({ family: "converter", count: 2 })
 *   yield* emulator.stopTasks()
 *   return yield* emulator.peak()
 * })
 *
 * assert.equal(await Effect.runPromise(Effect.provide(peak, Emulator.layer({ seed: 7 }))), 2)
 * ```
 *
 * @category layers
 */
export const layer = (settings?: Settings): Layer.Layer<Emulator> => Layer.effect(Emulator, make(settings))
