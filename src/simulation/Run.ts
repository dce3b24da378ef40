/**
 * Runs a scenario: the real provisioner, launcher, reader and ledger, over an
 * emulated ECS, under a scheduler and a clock that the seed drives.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type { Step } from "../emulator/GroundTruth.ts"
import * as GroundTruth from "../emulator/GroundTruth.ts"
import * as Simulation from "../testing/Simulation.ts"
import type { Caller } from "./checks/CallerCheck.ts"
import type { Process } from "./checks/Process.ts"
import * as RunLogs from "./checks/RunLog.ts"
import * as Convergence from "./Convergence.ts"
import type { Event, Scenario } from "./scenario/Scenario.ts"
import * as ManyProcesses from "./system/ManyProcesses.ts"
import * as OneProcess from "./system/OneProcess.ts"
import type { RunningProcess } from "./system/RunningProcess.ts"
import * as RunningProcesses from "./system/RunningProcess.ts"
import type { System } from "./system/System.ts"

/**
 * The result of a run.
 *
 * @category models
 */
export interface Run {
  readonly scenario: Scenario
  readonly violations: ReadonlyArray<RunLogs.Violation>
  /** The number of times that each thing was tried. */
  readonly counts: ReadonlyMap<string, number>
  /** The number of tasks that the scheduler ran. */
  readonly steps: number
  /** Virtual milliseconds. */
  readonly time: number
  /** The events, where they were asked for. */
  readonly lines: ReadonlyArray<RunLogs.LogEntry>
  /** The slots that the ledger counted, where they were asked for. */
  readonly samples: ReadonlyArray<RunLogs.OccupancySample>
  /** The number of the fleet's own live tasks, over time. */
  readonly live: ReadonlyArray<Step>
  /** The number of live tasks of others, over time. */
  readonly foreign: ReadonlyArray<Step>
}

/** Ordinary scenarios take some hundred, none comes near it: what does has run wild. */
const maxSteps = 100_000

/**
 * Runs a scenario.
 *
 * @category running
 */
export const run = (scenario: Scenario, options: { readonly withStory?: boolean | undefined } = {}): Run => {
  let elapsed = () => 0
  let system: System | undefined
  const log = RunLogs.make({ now: () => elapsed(), withStory: options.withStory ?? false })
  const program = Effect.scoped(Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const startTime = clock.currentTimeMillisUnsafe()
    elapsed = () => clock.currentTimeMillisUnsafe() - startTime
    system = yield* scenario.sharing === undefined
      ? OneProcess.make(scenario, log)
      : ManyProcesses.make(scenario, scenario.sharing, log)
    yield* system.begin
    yield* play(system, scenario)
    yield* Convergence.run(system, scenario)
  })).pipe(
    Effect.provideService(Logger.CurrentLoggers, new Set()),
    Effect.provideService(References.MinimumLogLevel, "None")
  )
  const { seed, yieldProbability } = scenario
  const outcome = Simulation.run(program, { seed, yieldProbability, maxSteps, maxTime: "48 hours" })
  if (outcome._tag !== "Completed") {
    log.violate("a run comes to its end", Simulation.describe(outcome))
  } else if (Exit.isFailure(outcome.exit)) {
    log.violate("nothing dies", Cause.pretty(outcome.exit.cause))
  }
  const { counts, lines, samples, violations } = log
  const truth = (origin: "own" | "foreign"): ReadonlyArray<Step> =>
    system === undefined || options.withStory !== true
      ? []
      : GroundTruth.steps(system.ecs.world, system.ecs.world.now, { origin })
        .map(({ at, live }) => ({ at: at - Simulation.defaultStartTime, live }))
  return {
    scenario,
    violations,
    counts,
    steps: outcome.steps,
    time: outcome.time,
    lines,
    samples,
    live: truth("own"),
    foreign: truth("foreign")
  }
}

/** Lets everything happen at its time, and the callers go on for themselves. */
const play = Effect.fnUntraced(function*(system: System, scenario: Scenario) {
  const start = yield* Clock.currentTimeMillis
  const asking: Asking = new Map()
  for (const event of scenario.events) {
    const now = (yield* Clock.currentTimeMillis) - start
    if (event.at > now) yield* Effect.sleep(event.at - now)
    yield* happen(system, event, asking)
  }
})

/** The fibers of callers, by the process that they ask. */
type Asking = Map<Process, Array<Fiber.Fiber<unknown>>>

const happen = (system: System, event: Event, asking: Asking): Effect.Effect<void, never> => {
  const { capHistory, log, ecs } = system
  log.count(`event: ${event._tag}${event._tag === "Restart" ? ` (${event.how}, ledger ${event.ledger})` : ""}`)
  switch (event._tag) {
    case "Ask":
      return ask(system, event, asking)
    case "Resize": {
      const running = system.current(event.replica)
      if (running === undefined) return Effect.void
      const { generation } = running.process
      log.tell("operator", () => `sets the cap from ${capHistory.current(generation)} to ${event.cap}`)
      return system.resize(running, event.cap)
    }
    case "Foreign":
      return Effect.sync(() => {
        launchForeign(system, event)
      })
    case "StopWorkers":
      return Effect.asVoid(Effect.forkDetach(stopWorkers(system, event)))
    case "Stop":
      return Effect.sync(() => {
        const stopped = ecs.stopTasks(event.count)
        log.tell("operator", () => `stops ${stopped.length} tasks`)
      })
    case "Release":
      return release(system, event.isMistaken === true)
    case "Restart":
      return Effect.suspend(() => {
        const process = system.current()?.process
        if (process === undefined || system.gather !== undefined || event.how !== "crash") return system.restart(event)
        RunningProcesses.crash(system, process)
        return Effect.andThen(
          Effect.forEach(asking.get(process) ?? [], (fiber) => Effect.forkDetach(Fiber.interrupt(fiber)), {
            discard: true
          }),
          system.restart(event)
        )
      })
    case "Pause":
    case "Suspend":
    case "SetClock":
    case "SetStoreClock":
    case "Cut":
    case "Blind":
      return system.disturb(event)
    case "Weather":
      return Effect.sync(() => {
        log.tell("ECS", () => `changes: ${event.name}`)
        log.count(`weather: ${event.name}`)
        ecs.configure(event.ecs)
      })
  }
}

const ask = (system: System, event: Extract<Event, { readonly _tag: "Ask" }>, all: Asking): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { callers } = system
    const running = system.current(event.replica)
    if (running === undefined) return Effect.void
    const { machine, process } = running
    if (machine !== undefined) {
      // It asks when the process hears it.
      const asking = Effect.suspend(() =>
        converse(system, running, callers.ask(process, event.key, event.waits), event)
      )
      return Effect.asVoid(Effect.forkDetach(machine.on(asking)))
    }
    const asking = converse(system, running, callers.ask(process, event.key, event.waits), event)
    return Effect.map(Effect.forkDetach(asking), (fiber) => {
      const fibers = all.get(process) ?? []
      fibers.push(fiber)
      all.set(process, fibers)
    })
  })

/** Carries one caller from the request to its answer. */
const converse = (
  { callers, log }: System,
  { provisioner }: RunningProcess,
  caller: Caller,
  event: Extract<Event, { readonly _tag: "Ask" }>
): Effect.Effect<void> => {
  const request = event.waits ? provisioner.requestWhenFree(event.key) : provisioner.request(event.key)
  const bounded = event.givesUpAfter === undefined
    ? Effect.asSome(request)
    : Effect.timeoutOption(request, event.givesUpAfter)
  return Effect.map(Effect.exit(bounded), (exit) => {
    if (Exit.isSuccess(exit)) {
      return exit.value._tag === "Some"
        ? callers.answered(caller, exit.value.value)
        : callers.left(caller, "gives up")
    }
    const failure = Cause.findErrorOption(exit.cause)
    if (failure._tag === "Some") return callers.failed(caller, failure.value)
    log.violate("nothing dies", Cause.pretty(exit.cause))
  })
}

/** Asks a process to stop the workers of a key. A ledger that is away may not hear it: then it was not asked for. */
const stopWorkers = (system: System, { key, replica }: Extract<Event, { readonly _tag: "StopWorkers" }>) =>
  Effect.suspend(() => {
    const running = system.current(replica)
    if (running === undefined) return Effect.void
    const { log, stopCheck } = system
    log.tell("operator", () => `asks ${running.process.name} to stop the workers for ${key}`)
    stopCheck.asks(key)
    return running.provisioner.stop({ key }).pipe(
      Effect.map(({ cancelled, stopping }) => {
        stopCheck.answered(key, stopping)
        log.tell("operator", () => `hears that ${stopping.length} are stopped, and ${cancelled.length} were not sent`)
      }),
      Effect.ignore
    )
  })

/** A copy is made of a task that is known: who makes it has seen it, and so has the fleet. */
const launchForeign = (system: System, event: Extract<Event, { readonly _tag: "Foreign" }>): void => {
  const { ledgerCheck, log, ecs, launches, startTime } = system
  const { count, lifetime } = event
  const foreign = { cluster: "c", family: "worker", lifetime }
  if (event.copies !== true) {
    ecs.launchForeign({ ...foreign, count })
    return
  }
  const known = launches.live(log.now() + startTime).flatMap(({ launch }) =>
    launch !== undefined && ledgerCheck.counted(launch.generation, launch.token) === "launched" ? [launch.token] : []
  )
  for (const startedBy of known.slice(0, count)) {
    log.count("copy of a task")
    ecs.launchForeign({ ...foreign, startedBy })
  }
}

/** An operator who knows that nothing runs asks for it too early, as operators do. */
const release = (system: System, isMistaken: boolean): Effect.Effect<void> =>
  Effect.gen(function*() {
    const running = system.current()
    if (running === undefined) return
    const snapshot = yield* running.provisioner.snapshot
    for (const slot of snapshot.slots) {
      if (slot.status !== "unknown" && !isMistaken) continue
      const answer = yield* running.provisioner.release(slot.id)
      system.log.tell("operator", () => `asks to free ${slot.id.slice(0, 8)}: ${answer._tag}`)
      system.log.count(`release: ${answer._tag}`)
    }
  }).pipe(Effect.ignore)
