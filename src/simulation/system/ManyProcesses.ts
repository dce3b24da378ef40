/**
 * The system of a run in which several processes run at a time over one shared
 * ledger: the real one, kept in memory, at the other end of a bad network.
 *
 * Each process has a machine of its own, which may stand still, and a place, in which
 * one process follows another.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scheduler from "effect/Scheduler"
import * as Scope from "effect/Scope"
import { Ecs } from "../../ecs/Ecs.ts"
import * as LaunchPermits from "../../ecs/LaunchPermits.ts"
import type { Cap } from "../../ledger/Change.ts"
import { Ledger } from "../../ledger/Ledger.ts"
import * as Provisioners from "../../provisioner/Provisioner.ts"
import * as SeededRandom from "../../testing/SeededRandom.ts"
import * as Processes from "../checks/Process.ts"
import type { RunLog } from "../checks/RunLog.ts"
import { hasWrongClocks, type Restart, type Scenario, type Sharing } from "../scenario/Scenario.ts"
import * as Blindnesses from "./Blindness.ts"
import * as Checks from "./Checks.ts"
import * as Disturbances from "./Disturbance.ts"
import * as Networks from "./Network.ts"
import * as PausableMachines from "./PausableMachine.ts"
import * as RunningProcesses from "./RunningProcess.ts"
import * as SharedLedgerChecks from "./SharedLedgerCheck.ts"
import * as SharedStores from "./SharedStore.ts"
import { fleetOf, type System } from "./System.ts"

/** A network in which all is well, as far as that goes. */
const calm: Sharing = { replicas: 1, latency: 5, lost: 0, late: 0, lateBy: 0, twice: 0, clockError: 0 }

/** The time at most until all processes are there, when nothing is in their way any more. */
const gathering = 120_000

interface State extends Disturbances.Places {
  readonly scenario: Scenario
  readonly witness: SharedLedgerChecks.SharedLedgerCheck
  readonly store: SharedStores.SharedStore
  readonly random: SeededRandom.SeededRandom
  /** Makes the machine of a process. */
  readonly newHost: () => PausableMachines.PausableMachine
  /** Runs what belongs to no process. */
  readonly runOutside: (effect: Effect.Effect<unknown>) => void
  /** The operators who have changed the cap, and the process that each has asked. */
  readonly operators: Map<Fiber.Fiber<void>, Processes.Process>
  /** The number of processes that have begun. */
  begun: number
  /** The state of the network at the moment. */
  sharing: Sharing
}

/**
 * Makes the system of a scenario, in which no process runs yet.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  scenario: Scenario,
  sharing: Sharing,
  log: RunLog
): Effect.fn.Return<System, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const scheduler = yield* Scheduler.Scheduler
  const scope = yield* Effect.scope
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  const clockError = SeededRandom.make(scenario.seed, 8)
  const wallError = SeededRandom.make(scenario.seed, 17)
  const checks = Checks.make({
    scenario,
    fleet: fleetOf(scenario),
    log,
    clock,
    hasEnded: (holder) => state.witness.isGone(holder)
  })
  const state: State = {
    scenario,
    checks,
    witness: SharedLedgerChecks.make(checks, sharing, hasWrongClocks(scenario)),
    store: SharedStores.makeWith(() =>
      clock.currentTimeMillisUnsafe() + state.storeError + drawError(clockError, state.sharing.clockError)
    ),
    random: SeededRandom.make(scenario.seed, 3),
    scope,
    newHost: () => PausableMachines.make(scheduler, clock, drawError(wallError, sharing.wallError ?? 0)),
    runOutside: (effect) => {
      fork(effect)
    },
    replicas: Array.from({ length: sharing.replicas }, () => undefined),
    disturbed: new Set(),
    operators: new Map(),
    begun: 0,
    sharing,
    storeError: 0
  }
  return {
    ...checks,
    current: (place = 0) => state.replicas[place] ?? running(state)[0],
    all: () => running(state),
    gather: gather(state),
    begin: Effect.forEach(state.replicas.keys(), (place) => begin(state, place), {
      concurrency: "unbounded",
      discard: true
    }),
    restart: (event) => restart(state, event),
    end: Effect.suspend(() => Effect.forEach(running(state), ({ end }) => end, { discard: true })),
    calm: () => {
      state.sharing = calm
      state.witness.calm()
      for (const { process } of running(state)) process.blindness = undefined
    },
    resize: (process, cap) => resize(state, process, cap),
    disturb: (event) => Disturbances.disturb(state, event)
  }
})

/** Draws how far a clock is off, either way. */
const drawError = (random: SeededRandom.SeededRandom, most: number): number =>
  most === 0 ? 0 : random.nextBelowUnsafe(2 * most + 1) - most

const running = ({ replicas }: State): ReadonlyArray<Disturbances.Replica> =>
  replicas.filter((replica) => replica !== undefined)

const begin = Effect.fnUntraced(function*(state: State, place: number, region?: string) {
  const { checks: { capHistory, ecs, fleet, launchId, log }, random, scenario } = state
  const process = Processes.make(`process ${++state.begun}`, 1)
  const { name } = process
  const machine = state.newHost()
  const network = Networks.make({ name, machine, sharing: () => state.sharing, random, log, run: state.runOutside })
  const ledger = state.store.connect(network.link, state.witness.of(process))
  // It is configured as the fleet was at first, or as it is now. A process that the others reject starts again.
  const isSuccessor = state.begun > state.replicas.length
  let cap = isSuccessor && random.nextDoubleUnsafe() < 0.5 ? capHistory.current(1) : scenario.cap
  const permits = LaunchPermits.make(scenario.launchPermits)
  const start = RunningProcesses.start({
    ecs: ecs.connect(process, permits, region),
    provisioner: (ecs) =>
      Provisioners.make({ ...fleet, cap }).pipe(
        Effect.provideService(Ledger, ledger),
        Effect.provideService(Ecs, Blindnesses.over(ecs, () => process.blindness))
      ),
    launchId,
    onFailure: (error) => {
      if (error._tag === "LedgerMismatch") cap = cap === scenario.cap ? capHistory.current(1) : scenario.cap
    }
  })
  const starting = yield* Effect.forkIn(
    machine.on(Effect.result(Effect.retry(start, { times: region === undefined ? 100 : 3 }))),
    state.scope
  )
  const started = yield* Fiber.join(starting)
  if (Result.isFailure(started)) {
    if (region === undefined) return yield* Effect.die(started.failure)
    log.count("process: refused in another region")
    return log.tell(name, () => `is refused: ${started.failure.message}`)
  }
  const { provisioner, scope } = started.success
  log.tell(name, () => `begins, with a cap of ${cap}`)
  const close = Scope.close(scope, Exit.void)
  const ending = RunningProcesses.shutDown({ log, process, permits, close, isIdle: () => false })
  state.replicas[place] = {
    process,
    provisioner,
    machine,
    network,
    end: PausableMachines.join(machine, state.scope, ending)
  }
})

/** Its region is wrong, which an operator notices and corrects after a while. */
const beginAstray = Effect.fnUntraced(
  function*(state: State, place: number, { region, stay }: NonNullable<Restart["astray"]>) {
    yield* begin(state, place, region)
    yield* Effect.sleep(stay)
    const replica = state.replicas[place]
    state.replicas[place] = undefined
    if (replica !== undefined) yield* replica.end
    yield* begin(state, place)
  }
)

const restart = (state: State, { astray, how, replica: place = 0, takes }: Restart): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { checks, replicas, scope } = state
    const replica = replicas[place]
    if (replica === undefined) return Effect.void
    replicas[place] = undefined
    const again = Effect.andThen(
      Effect.sleep(takes),
      Effect.suspend(() => astray === undefined ? begin(state, place) : beginAstray(state, place, astray))
    )
    if (how !== "crash") return Effect.asVoid(Effect.forkIn(Effect.andThen(replica.end, again), scope))
    checks.log.tell(replica.process.name, () => "crashes")
    replica.machine.stop()
    RunningProcesses.crash(checks, replica.process)
    return Effect.asVoid(Effect.forkIn(again, scope))
  })

const gather = (state: State): Effect.Effect<void> =>
  Effect.gen(function*() {
    const { checks: { log }, disturbed, operators, replicas } = state
    for (const replica of disturbed) {
      RunningProcesses.resume(log, replica)
      replica.network.heal()
    }
    for (let waited = 0; running(state).length < replicas.length; waited += 500) {
      if (waited > gathering) {
        log.violate("a process begins", `${replicas.length - running(state).length} of them do not`)
        break
      }
      yield* Effect.sleep(500)
      for (const replica of disturbed) RunningProcesses.resume(log, replica)
    }
    // What was asked before must not come after what is asked in the end.
    for (const [operator, process] of operators) {
      if (!process.crashed) yield* Effect.timeoutOption(Fiber.await(operator), gathering)
    }
  })

/** Lets an operator change the cap by way of a process, which may take its time. */
const resize = (
  { operators }: State,
  { machine, process, provisioner }: RunningProcesses.RunningProcess,
  cap: Cap
): Effect.Effect<void> => {
  const resizing = Effect.ignore(provisioner.resize(cap))
  return Effect.map(Effect.forkDetach(machine === undefined ? resizing : machine.on(resizing)), (operator) => {
    operators.set(operator, process)
  })
}
