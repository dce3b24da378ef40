/**
 * The system of a run in which one process follows another, over a watched ledger and
 * a watched ECS.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Scheduler from "effect/Scheduler"
import * as Scope from "effect/Scope"
import { Ecs } from "../../ecs/Ecs.ts"
import * as LaunchPermits from "../../ecs/LaunchPermits.ts"
import type { Cap } from "../../ledger/Change.ts"
import type { FleetLedger } from "../../ledger/Ledger.ts"
import { Ledger } from "../../ledger/Ledger.ts"
import * as LedgerMemory from "../../ledger/LedgerMemory.ts"
import { isUnsent, type Slot } from "../../ledger/Slot.ts"
import * as Provisioners from "../../provisioner/Provisioner.ts"
import * as SeededRandom from "../../testing/SeededRandom.ts"
import * as Processes from "../checks/Process.ts"
import type { RunLog } from "../checks/RunLog.ts"
import type { LedgerFaults, Restart, Scenario } from "../scenario/Scenario.ts"
import * as Checks from "./Checks.ts"
import * as PausableMachines from "./PausableMachine.ts"
import * as RunningProcesses from "./RunningProcess.ts"
import * as SimulatedLedger from "./SimulatedLedger.ts"
import { fleetOf, type System } from "./System.ts"

/** The process that runs, and its way to the ledger. */
interface Current {
  readonly running: RunningProcesses.RunningProcess
  readonly end: Effect.Effect<void>
  readonly connection: SimulatedLedger.SimulatedLedger
}

interface State {
  readonly scenario: Scenario
  readonly checks: Checks.Checks
  readonly scope: Scope.Scope
  /** The machine of all processes, where it may be suspended. */
  readonly machine: PausableMachines.PausableMachine | undefined
  /** Makes a ledger that knows nothing. */
  readonly newLedger: Effect.Effect<Ledger["Service"], never, Scope.Scope>
  readonly random: SeededRandom.SeededRandom
  /** The processes, by the names under which they hold slots. */
  readonly holders: Map<string, Processes.Process>
  ledger: Ledger["Service"]
  faults: LedgerFaults | undefined
  /** The number of this ledger: a lost one is followed by the next. */
  generation: number
  /** The number of processes that have begun. */
  begun: number
  /** The latest ledger whose changes are followed. */
  followed: number
  /** The cap that the last process described. It may have been changed since. */
  described: Cap
  /** The number of processes that go on though they are believed to be gone. */
  undead: number
  current: Current | undefined
}

/** The number of changes of a ledger that are kept while they are not looked at: none is lost. */
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
  const machine = scenario.suspendable === true ? PausableMachines.make(yield* Scheduler.Scheduler, clock) : undefined
  const holders = new Map<string, Processes.Process>()
  const checks = Checks.make({
    scenario,
    fleet: fleetOf(scenario),
    log,
    clock,
    hasEnded: (holder) => holders.get(holder)?.ended ?? false
  })
  const newLedger = Effect.map(
    Effect.provideService(Layer.build(Layer.fresh(LedgerMemory.layer)), Clock.Clock, machine?.clock ?? clock),
    (context) => Context.get(context, Ledger)
  )
  const state: State = {
    scenario,
    checks,
    scope,
    machine,
    newLedger,
    random: SeededRandom.make(scenario.seed, 3),
    holders,
    ledger: yield* newLedger,
    faults: scenario.ledger,
    generation: 1,
    begun: 0,
    followed: 0,
    described: scenario.cap,
    undead: 0,
    current: undefined
  }
  return {
    ...checks,
    current: () => state.current?.running,
    all: () => state.current === undefined ? [] : [state.current.running],
    gather: undefined,
    begin: begin(state),
    resize: ({ provisioner }, cap) => Effect.orDie(provisioner.resize(cap)),
    disturb: (event) => event._tag === "Suspend" ? suspend(state, event.takes) : Effect.void,
    restart: (event) => Effect.provideService(restart(state, event), Scope.Scope, scope),
    end: Effect.suspend(() => state.current?.end ?? Effect.void),
    calm: () => {
      state.faults = undefined
    }
  }
})

/** Runs what the process does on its machine. */
const onMachine = <A, E>({ machine, scope }: State, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  machine === undefined ? effect : PausableMachines.join(machine, scope, effect)

/** Follows the changes of a ledger from when a process first attaches to it, beyond the life of that process. */
const follow = (state: State, fleetLedger: FleetLedger) =>
  Effect.suspend(() => {
    const { checks: { callers }, generation, scope } = state
    if (state.followed === generation) return Effect.void
    state.followed = generation
    return Effect.flatMap(
      Scope.provide(fleetLedger.subscribe(keptChanges), scope),
      (changes) =>
        Effect.forkIn(
          Effect.forever(Effect.map(Queue.takeAll(changes), (all) => {
            for (const change of all) callers.changed(generation, change)
          })),
          scope
        )
    )
  })

const connect = (state: State, process: Processes.Process): SimulatedLedger.SimulatedLedger =>
  SimulatedLedger.connect({
    checks: state.checks,
    ledger: state.ledger,
    process,
    faults: () => state.faults,
    random: state.random,
    breaksLagBound: state.scenario.breaksLagBound,
    onAttach: (holder, fleetLedger) => {
      state.holders.set(holder, process)
      return follow(state, fleetLedger)
    }
  })

const begin = Effect.fnUntraced(function*(state: State) {
  const { checks: { ecs, fleet, launchId, ledgerCheck, log }, described: cap, generation, scenario } = state
  const process = Processes.make(`process ${++state.begun}`, generation)
  const connection = connect(state, process)
  const permits = LaunchPermits.make(scenario.launchPermits)
  const start = RunningProcesses.start({
    ecs: ecs.connect(process, permits),
    provisioner: (ecs) =>
      Provisioners.make({ ...fleet, cap }).pipe(
        Effect.provideService(Ledger, connection.ledger),
        Effect.provideService(Ecs, ecs)
      ),
    launchId
  })
  // A supervisor starts it again, until it can ask its ledger.
  const { provisioner, scope } = yield* onMachine(
    state,
    Effect.orDie(Effect.retry(start, { times: 100, while: (error) => error._tag === "LedgerUnavailable" }))
  )
  log.tell(process.name, () => `begins, with a cap of ${cap}`)
  const end = RunningProcesses.shutDown({
    log,
    process,
    permits,
    close: onMachine(state, Scope.close(scope, Exit.void)),
    // A call may be under way, too, for a launch that another process has settled.
    isIdle: () =>
      scenario.ledger === undefined && permits.held() === 0 &&
      HashMap.every(ledgerCheck.latest(generation)?.slots ?? HashMap.empty(), isSettled)
  })
  state.current = { running: { process, provisioner, machine: state.machine }, end, connection }
})

/** Whether there is nothing to wait for: it was certainly not sent, or its task is known. */
const isSettled = (slot: Slot): boolean => isUnsent(slot) || slot.state._tag === "Launched"

const restart = Effect.fnUntraced(function*(state: State, { how, ledger, takes }: Restart) {
  const { checks: { capHistory, log }, current } = state
  if (current === undefined) return
  const { connection, end, running: { process } } = current
  state.current = undefined
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
      state.undead++
      yield* Effect.forkIn(
        Effect.andThen(
          Effect.andThen(Effect.sleep(takes), end),
          Effect.sync(() => {
            state.undead--
          })
        ),
        state.scope
      )
      break
  }
  // As long as another one is there, it has to be described as that one did.
  if (ledger === "lost" || (how !== "lease" && state.undead === 0)) {
    state.described = capHistory.current(process.generation)
  }
  if (ledger === "lost") yield* lose(state)
  log.tell("system", () => ledger === "lost" ? "begins a process without the ledger" : "begins a process")
  yield* begin(state)
})

/** Loses the ledger: the next one knows nothing, but the cap. */
const lose = Effect.fnUntraced(function*(state: State) {
  const { capHistory, ledgerCheck, log } = state.checks
  const cap = capHistory.current(state.generation)
  ledgerCheck.lose(state.generation)
  state.generation++
  capHistory.set(state.generation, cap, log.now())
  state.ledger = yield* state.newLedger
})

const suspend = (state: State, takes: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { checks: { log }, current, machine } = state
    if (machine === undefined || current === undefined) return Effect.void
    const { process } = current.running
    log.tell(process.name, () => "is suspended with its machine")
    machine.suspend()
    return Effect.map(Effect.sleep(takes), () => RunningProcesses.resume(log, { process, machine }))
  })
