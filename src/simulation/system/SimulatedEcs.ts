/**
 * The emulated ECS of a run, watched: every call and every task that is launched
 * is seen at the moment when it happens.
 */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { Ecs } from "../../ecs/Ecs.ts"
import type { LaunchPermits } from "../../ecs/LaunchPermits.ts"
import * as Control from "../../emulator/Control.ts"
import * as EcsInProcess from "../../emulator/EcsInProcess.ts"
import { Emulator } from "../../emulator/Emulator.ts"
import * as World from "../../emulator/Engine.ts"
import * as GroundTruth from "../../emulator/GroundTruth.ts"
import * as Prng from "../../emulator/model/Prng.ts"
import * as Reply from "../../emulator/model/Reply.ts"
import type { Settings } from "../../emulator/model/Settings.ts"
import type { Exchange } from "../../emulator/model/World.ts"
import type { LaunchCheck } from "../checks/LaunchCheck.ts"
import type { Attempt } from "../checks/LaunchRecord.ts"
import type { Process } from "../checks/Process.ts"
import type { ReadCheck } from "../checks/ReadCheck.ts"
import type { RunLog } from "../checks/RunLog.ts"
import type { StopCheck } from "../checks/StopCheck.ts"
import * as StoryText from "../checks/StoryText.ts"

/**
 * The emulated ECS of a run.
 *
 * @category models
 */
export interface SimulatedEcs {
  readonly world: World.World
  /** ECS as one process sees it, in the region that it calls. */
  readonly connect: (
    process: Process,
    launchPermits: LaunchPermits,
    region?: string
  ) => Effect.Effect<Ecs["Service"], never, Scope.Scope>
  /** Changes how ECS behaves from now on. */
  readonly configure: (settings: Settings) => void
  /** When it last changed how it behaves, in epoch milliseconds. */
  readonly configuredAt: () => number
  readonly launchForeign: (options: Control.ForeignTasks) => ReadonlyArray<string>
  readonly stopTasks: (count: number | undefined) => ReadonlyArray<string>
  /** Answers no repetition with a conflict from now on. */
  readonly calm: () => void
}

interface Options {
  readonly settings: Settings
  /** The probability that the repetition of an accepted `RunTask` is answered with a conflict. */
  readonly conflicts: number
  readonly log: RunLog
  readonly launches: LaunchCheck
  readonly readCheck: ReadCheck
  readonly stopCheck: StopCheck
  readonly clock: Clock.Clock
}

interface State extends Options {
  readonly world: World.World
  readonly prng: Prng.Prng
  conflicts: number
  /** The number of launched tasks that have been seen. */
  seen: number
}

/**
 * Makes the ECS of a run.
 *
 * @category constructors
 */
export const make = (options: Options): SimulatedEcs => {
  const { settings } = options
  const world = World.make(settings)
  const state: State = { ...options, world, prng: Prng.make(settings.seed ?? 1, 7), seen: 0 }
  let configuredAt = 0
  return {
    world,
    connect: (process, launchPermits, region) => connect(state, process, launchPermits, region),
    configure: (settings) => {
      configuredAt = advance(state)
      World.configure(world, settings)
    },
    configuredAt: () => configuredAt,
    launchForeign: (foreign) => {
      const arns = Control.launchForeign(world, foreign, advance(state))
      look(state)
      return arns
    },
    stopTasks: (count) => Control.stopTasks(world, { count }, advance(state)),
    calm: () => {
      state.conflicts = 0
    }
  }
}

/** Only between two events can the number of tasks have been another: it is looked at after each. */
const look = (state: State): void => {
  const { launches, log, world } = state
  while (state.seen < world.launched) {
    const number = ++state.seen
    for (const cluster of world.clusters.values()) {
      // One that ended at once may have been left out of what runs already, by a list in the same millisecond.
      const task = cluster.running.get(number) ?? [...cluster.tasks.values()].find((task) => task.number === number)
      if (task === undefined) continue
      log.tell(
        "ECS",
        () => `launches ${StoryText.task(task.arn)}${task.origin === "foreign" ? " for another program" : ""}`
      )
      launches.begin(task)
    }
  }
}

/** Lets happen what is due, and returns the time. */
const advance = (state: State): number => {
  const { clock, world } = state
  const now = clock.currentTimeMillisUnsafe()
  for (let next = world.eventQueue.slots[0]; next !== undefined && next.entry.at <= now;) {
    World.advance(world, next.entry.at)
    look(state)
    next = world.eventQueue.slots[0]
  }
  World.advance(world, now)
  return now
}

const connect = (
  state: State,
  process: Process,
  launchPermits: LaunchPermits,
  region?: string
): Effect.Effect<Ecs["Service"], never, Scope.Scope> =>
  Effect.map(
    Layer.build(Layer.provide(EcsInProcess.layer({ region }), Layer.succeed(Emulator, emulator(state, process)))),
    (context) => {
      const ecs = Context.get(context, Ecs)
      return Ecs.of({
        ...ecs,
        launchPermits,
        runTask: (request, limits) =>
          Effect.suspend(() => {
            state.launches.announce(request)
            return ecs.runTask(request, limits)
          })
      })
    }
  )

const emulator = (state: State, process: Process): Emulator["Service"] => {
  const { world } = state
  const at = <A>(read: (now: number) => A): Effect.Effect<A> => Effect.sync(() => read(advance(state)))
  const uncounted = { calls: 0, inFlight: 0, maxInFlight: 0 }
  return Emulator.of({
    call: (input) => call(state, process, input),
    location: Effect.sync(() => ({ region: world.resolved.region, account: world.resolved.account })),
    live: (filter) => at((now) => GroundTruth.live(world, now, filter)),
    peak: (filter) => at((now) => GroundTruth.peak(world, now, filter)),
    steps: (filter) => at((now) => GroundTruth.steps(world, now, filter)),
    history: (filter) => at((now) => GroundTruth.history(world, now, filter)),
    tasks: (filter) => at((now) => GroundTruth.tasks(world, now, filter)),
    calls: () => Effect.succeed(uncounted),
    allCalls: Effect.succeed({}),
    launches: Effect.succeed([]),
    mistakes: Effect.sync(() => [...world.mistakes.values()]),
    script: (...faults) => Effect.sync(() => Control.script(world, faults)),
    configure: (settings) => at(() => World.configure(world, settings)),
    stopTasks: (stop) => at((now) => Control.stopTasks(world, stop ?? {}, now)),
    launchForeign: (foreign) => at((now) => Control.launchForeign(world, foreign, now)),
    reset: Effect.void
  })
}

const call = (state: State, process: Process, call: World.Call): Effect.Effect<World.Outcome> =>
  Effect.suspend(() => {
    const { clock, log, readCheck, world } = state
    if (process.crashed) return Effect.never
    const { attempt, exchange } = begin(state, process, call)
    const wait = exchange.answeredAt - clock.currentTimeMillisUnsafe()
    const waiting = wait <= 0 ? Effect.yieldNow : wait === Infinity ? Effect.never : Effect.sleep(wait)
    const answered = Effect.flatMap(waiting, () => {
      if (process.crashed) return Effect.never
      if (attempt !== undefined) attempt.pending = false
      const outcome = World.outcome(world, exchange, advance(state))
      if (attempt !== undefined) {
        log.tell("ECS", () => `answers launch ${attempt.launch.token.slice(0, 8)}: ${textOf(outcome)}`)
      }
      return Effect.succeed(outcome)
    })
    return attempt === undefined ? answered : Effect.onInterrupt(answered, () =>
      Effect.sync(() => {
        attempt.pending = false
        readCheck.interrupted(attempt)
      }))
  })

/** A call that has reached ECS, and the attempt to launch that it is, if it is one. */
interface Begun {
  readonly exchange: Exchange
  readonly attempt: Attempt | undefined
}

const begin = (state: State, process: Process, call: World.Call): Begun => {
  const { conflicts, launches, log, prng, readCheck, stopCheck, world } = state
  const now = advance(state)
  if (process.ended) log.violate("nothing is sent after the end", `${process.name} called ${call.operation}`)
  const attempt = call.operation === "RunTask" ? launches.send(process, call.input) : undefined
  if (call.operation === "StopTask") stopCheck.called(process, taskOf(call))
  else if (call.operation !== "RunTask") readCheck.call(process, isFirstPage(call))
  const known = attempt?.launch.task
  const exchange = World.handle(world, call, now)
  if (attempt !== undefined) attempt.exchange = exchange
  look(state)
  const { fault } = exchange
  log.count(`calls of ${call.operation}`)
  if (fault !== undefined) log.count(`${call.operation}: ${faultName(fault)}`)
  if (known !== undefined && exchange.reply?.status === 200 && Prng.chance(prng, conflicts)) {
    log.count("RunTask: conflict")
    exchange.reply = Reply.error("ConflictException", "The client token was used with other parameters.", 400, {
      resourceIds: [known.arn]
    })
  }
  log.tell(process.name, () => attempt === undefined ? readText(call, fault) : attemptText(attempt, fault))
  return { exchange, attempt }
}

const readText = ({ operation }: World.Call, fault: Exchange["fault"]): string =>
  `${operation === "StopTask" ? "calls" : "reads"} ${operation}${fault === undefined ? "" : ` (${faultName(fault)})`}`

const attemptText = ({ launch: { attempts, key, token } }: Attempt, fault: Exchange["fault"]): string => {
  const again = attempts.length > 1 ? `, attempt ${attempts.length}` : ""
  const wrong = fault === undefined ? "" : ` (RunTask: ${faultName(fault)})`
  return `sends RunTask for ${key}, launch ${token.slice(0, 8)}${again}${wrong}`
}

const taskOf = ({ input }: World.Call): string =>
  typeof input === "object" && input !== null && "task" in input ? String(input.task) : ""

const isFirstPage = ({ input, operation }: World.Call): boolean =>
  operation === "ListTasks" && typeof input === "object" && input !== null &&
  "desiredStatus" in input && input.desiredStatus === "RUNNING" &&
  !("nextToken" in input && input.nextToken !== undefined)

const faultName = (fault: NonNullable<Exchange["fault"]>): string => {
  const done = "processed" in fault ? fault.processed ? " after it was processed" : " before it was processed" : ""
  return `${fault._tag === "ServiceError" ? fault.name : fault._tag}${done}`
}

const textOf = (outcome: World.Outcome): string => {
  if (outcome._tag === "Reset") return "nothing, the connection is lost"
  const { body, status } = outcome.reply
  if (outcome._tag === "Cut") return `${status}, and the connection is lost in the middle`
  if (typeof body === "string") return `${status}`
  if (typeof body["__type"] === "string") return `${status} ${body["__type"]}: ${String(body["message"])}`
  const tasks = Array.isArray(body["tasks"]) ? body["tasks"].length : 0
  const failures = Array.isArray(body["failures"]) ? body["failures"].length : 0
  return `${status}, ${tasks} tasks and ${failures} failures`
}
