/**
 * The system of a run: processes with real provisioners, one after another, over
 * a watched ledger and a watched ECS.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Scheduler from "effect/Scheduler"
import * as Scope from "effect/Scope"
import { Ecs } from "../../ecs/Ecs.ts"
import * as LaunchPermits from "../../ecs/LaunchPermits.ts"
import * as Fleets from "../../fleet/Fleet.ts"
import type { Cap } from "../../ledger/Change.ts"
import type { FleetLedger } from "../../ledger/Ledger.ts"
import * as Ledgers from "../../ledger/Ledger.ts"
import * as LedgerMemory from "../../ledger/LedgerMemory.ts"
import { isUnsent, type Slot } from "../../ledger/Slot.ts"
import { LaunchId } from "../../provisioner/LaunchId.ts"
import * as Provisioners from "../../provisioner/Provisioner.ts"
import * as SeededRandom from "../../testing/SeededRandom.ts"
import * as Processes from "../checks/Process.ts"
import type { RunLog } from "../checks/RunLog.ts"
import type { Event, LedgerFaults, Restart, Scenario } from "../scenario/Scenario.ts"
import * as Checks from "./Checks.ts"
import type { PausableHost } from "./PausableHost.ts"
import * as PausableHosts from "./PausableHost.ts"
import * as SimulatedLedger from "./SimulatedLedger.ts"

/**
 * A process that runs.
 *
 * @category models
 */
export interface Running {
  readonly process: Processes.Process
  readonly provisioner: Provisioners.Provisioner["Service"]
  /** What it runs on, where that may stand still. */
  readonly host?: PausableHost | undefined
}

/**
 * The system of a run.
 *
 * @category models
 */
export interface System extends Checks.Checks {
  /** The process that callers reach, if one runs: where there are several, the one at a place, or the next that runs. */
  readonly current: (replica?: number) => Running | undefined
  /** The processes that run. */
  readonly all: () => ReadonlyArray<Running>
  readonly begin: Effect.Effect<void>
  /** Ends the current process and begins another. One that crashes is marked so by who asks. */
  readonly restart: (restart: Restart) => Effect.Effect<void>
  /** Suspends the machine of a process for a while, where it can be. */
  readonly suspend: (event: Extract<Event, { readonly _tag: "Suspend" }>) => Effect.Effect<void>
  /** Where there are several processes: waits until all are there, and nothing stands still or is cut off. */
  readonly gather: Effect.Effect<void> | undefined
  /** Shuts the current process down, or all there are. */
  readonly end: Effect.Effect<void>
  /** Lets the ledger behave from now on. */
  readonly calm: () => void
}

/**
 * Describes the fleet of a scenario.
 *
 * @category constructors
 */
export const fleetOf = ({ cap, exclusiveKeys, settings }: Scenario): Fleets.Fleet =>
  Object.keys(settings).length === 0
    ? { ...ordinary, cap, exclusiveKeys }
    : Fleets.makeUnsafe({ ...description, cap, exclusiveKeys, settings })

const description: Fleets.Input = {
  cluster: "c",
  taskDefinition: "worker:7",
  container: "worker",
  subnets: ["subnet-1"],
  cap: 1
}

/** A description is checked once for all runs that change nothing of it but the cap: that takes its time. */
const ordinary = Fleets.makeUnsafe(description)

/** How many changes of a ledger are kept while they are not looked at: none is lost. */
const keptChanges = 100_000

/**
 * Makes the system of a scenario, in which no process runs yet.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  scenario: Scenario,
  log: RunLog
): Effect.fn.Return<System, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const scope = yield* Effect.scope
  const host = scenario.suspendable === true ? PausableHosts.make(yield* Scheduler.Scheduler, clock) : undefined
  const fleet = fleetOf(scenario)
  const random = SeededRandom.make(scenario.seed, 3)
  const holders = new Map<string, Processes.Process>()
  const checks = Checks.make({
    scenario,
    fleet,
    log,
    clock,
    hasEnded: (holder) => holders.get(holder)?.ended ?? false
  })
  const { ledgerCheck, callers, capHistory, ecs, launchId, launches, readCheck, refusalCheck, startTime } = checks

  const newLedger = Effect.map(
    Effect.provideService(Layer.build(Layer.fresh(LedgerMemory.layer)), Clock.Clock, host?.clock ?? clock),
    (context) => Context.get(context, Ledgers.Ledger)
  )

  /** Runs what the process does on its machine. */
  const onHost = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    host === undefined ? effect : Effect.flatMap(Effect.forkIn(host.on(effect), scope), Fiber.join)
  let ledger = yield* newLedger
  let faults: LedgerFaults | undefined = scenario.ledger
  let generation = 1
  let begun = 0
  let followed = 0
  /** What the last process said that the cap is. It may have been changed since. */
  let described: Cap = scenario.cap
  /** How many processes go on though they are believed to be gone. */
  let undead = 0
  let current:
    | {
      readonly running: Running
      readonly end: Effect.Effect<void>
      readonly connection: SimulatedLedger.SimulatedLedger
    }
    | undefined

  /** The changes of a ledger are followed from when it is first attached to, beyond the life of who attached. */
  const follow = (fleetLedger: FleetLedger) =>
    Effect.suspend(() => {
      if (followed === generation) return Effect.void
      followed = generation
      const of = generation
      return Effect.flatMap(
        Scope.provide(fleetLedger.subscribe(keptChanges), scope),
        (changes) =>
          Effect.forkIn(
            Effect.forever(Effect.map(Queue.takeAll(changes), (all) => {
              for (const change of all) callers.changed(of, change)
            })),
            scope
          )
      )
    })

  const begin = Effect.gen(function*() {
    begun++
    const process = Processes.make(`process ${begun}`, generation)
    const connection = SimulatedLedger.connect({
      ledger,
      process,
      faults: () => faults,
      random,
      log,
      ledgerCheck,
      capHistory,
      launches,
      readCheck,
      refusalCheck,
      startTime,
      breaksLagBound: scenario.breaksLagBound,
      onAttach: (holder, fleetLedger) => {
        holders.set(holder, process)
        return follow(fleetLedger)
      }
    })
    const cap = described
    const permits = LaunchPermits.make(scenario.launchPermits)
    const start = Effect.gen(function*() {
      const processScope = yield* Scope.make()
      const service = yield* Scope.provide(ecs.connect(process, permits), processScope)
      const provisioner = yield* Provisioners.make({ ...fleet, cap }).pipe(
        Effect.provideService(Ledgers.Ledger, connection.ledger),
        Effect.provideService(Ecs, service),
        Effect.provideService(LaunchId, launchId),
        Scope.provide(processScope),
        Effect.tapError((error) => Scope.close(processScope, Exit.fail(error)))
      )
      return { processScope, provisioner }
    })
    // A supervisor starts it again, until it can ask its ledger.
    const { processScope, provisioner } = yield* onHost(Effect.orDie(
      Effect.retry(start, { times: 100, while: (error) => error._tag === "LedgerUnavailable" })
    ))
    log.tell(process.name, () => `begins, with a cap of ${cap}`)
    const running = { process, provisioner, host }
    const end = Effect.suspend(() => {
      process.closingAt = log.now()
      // A call may be under way, too, for a launch that another process has settled.
      const mayBeSent = permits.held() > 0 ||
        HashMap.some(ledgerCheck.latest(generation)?.slots ?? HashMap.empty(), (slot) => !isSettled(slot))
      log.tell(process.name, () => "begins to shut down")
      return Effect.map(onHost(Scope.close(processScope, Exit.void)), () => {
        process.ended = true
        checkPermits(log, process, permits.held())
        const took = log.now() - (process.closingAt ?? 0)
        if (took > 0 && !mayBeSent && !process.crashed && !process.leaseLost && scenario.ledger === undefined) {
          log.violate(
            "closing waits only for what may have been sent",
            `${process.name} took ${took} ms to shut down`
          )
        }
        log.tell(process.name, () => "has ended")
      })
    })
    current = { running, end, connection }
  })

  const lose = Effect.gen(function*() {
    const cap = capHistory.current(generation)
    ledgerCheck.lose(generation)
    generation++
    capHistory.set(generation, cap, log.now())
    ledger = yield* newLedger
  })

  const restart = Effect.fnUntraced(function*({ how, ledger, takes }: Restart) {
    if (current === undefined) return
    const { connection, end, running: { process } } = current
    current = undefined
    switch (how) {
      case "close":
        yield* end
        yield* Effect.sleep(takes)
        break
      case "crash":
        log.tell(process.name, () => "crashes")
        // It may never come to an end: what it waits for does not answer a process that is gone.
        yield* Effect.forkDetach(end)
        yield* Effect.sleep(takes)
        yield* connection.loseLease
        yield* connection.bury
        break
      case "lease":
        process.leaseLost = true
        log.tell(process.name, () => "is believed to be gone")
        yield* connection.loseLease
        undead++
        yield* Effect.forkIn(
          Effect.andThen(
            Effect.andThen(Effect.sleep(takes), end),
            Effect.sync(() => {
              undead--
            })
          ),
          scope
        )
        break
    }
    // As long as another one is there, it has to be described as that one did.
    if (ledger === "lost" || (how !== "lease" && undead === 0)) described = capHistory.current(process.generation)
    if (ledger === "lost") yield* lose
    log.tell("system", () => ledger === "lost" ? "begins a process without the ledger" : "begins a process")
    yield* begin
  })

  return {
    ...checks,
    current: () => current?.running,
    all: () => current === undefined ? [] : [current.running],
    gather: undefined,
    begin,
    suspend: ({ takes }) =>
      Effect.suspend(() => {
        if (host === undefined || current === undefined) return Effect.void
        const { process } = current.running
        log.tell(process.name, () => "is suspended with its machine")
        host.suspend()
        return Effect.map(Effect.sleep(takes), () => {
          process.resumedAt = log.now()
          log.tell(process.name, () => "goes on")
          host.resume()
        })
      }),
    restart: (event) => Effect.provideService(restart(event), Scope.Scope, scope),
    end: Effect.suspend(() => current?.end ?? Effect.void),
    calm: () => {
      faults = undefined
    }
  }
})

/**
 * Checks that a process that has shut down holds no launch permit: what it lost would
 * be lost for all fleets that share them.
 *
 * @category checks
 */
export const checkPermits = (log: RunLog, process: Processes.Process, held: number): void => {
  if (process.crashed || held === 0) return
  log.violate("closing gives all launch permits back", `${process.name} has ended, and ${held} are held`)
}

/** Whether there is nothing to wait for: it was certainly not sent, or its task is known. */
const isSettled = (slot: Slot): boolean => isUnsent(slot) || slot.state._tag === "Launched"
