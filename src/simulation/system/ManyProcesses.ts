/**
 * The system of a run in which several processes run at a time over one shared
 * ledger: the real one, kept in memory, at the other end of a bad network.
 *
 * Each process has a host of its own, which may stand still, and a place, in which
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
import * as Ledgers from "../../ledger/Ledger.ts"
import { LaunchId } from "../../provisioner/LaunchId.ts"
import * as Provisioners from "../../provisioner/Provisioner.ts"
import * as SeededRandom from "../../testing/SeededRandom.ts"
import * as Processes from "../checks/Process.ts"
import type { RunLog } from "../checks/RunLog.ts"
import {
  type Cut,
  type Event,
  hasWrongClocks,
  type Restart,
  type Scenario,
  type Sharing
} from "../scenario/Scenario.ts"
import * as Blindnesses from "./Blindness.ts"
import * as Checks from "./Checks.ts"
import * as Networks from "./Network.ts"
import { checkPermits, fleetOf, type Running, type System } from "./OneProcess.ts"
import * as PausableHosts from "./PausableHost.ts"
import * as SharedLedgerChecks from "./SharedLedgerCheck.ts"
import * as SharedStores from "./SharedStore.ts"

/**
 * A system of several processes.
 *
 * @category models
 */
export interface SharedSystem extends System {
  /** Lets a process stand still for a while. */
  readonly pause: (event: Extract<Event, { readonly _tag: "Pause" }>) => Effect.Effect<void>
  /** Lets an operator change the cap by way of a process, which may take its time. */
  readonly resize: (running: Running, cap: Cap) => Effect.Effect<void>
  /** Cuts a process off from the ledger for a while. */
  readonly cut: (event: Cut) => Effect.Effect<void>
  /** Sets the wall clock of a process. */
  readonly setClock: (event: Extract<Event, { readonly _tag: "SetClock" }>) => Effect.Effect<void>
  /** Sets the clock of the store. */
  readonly setStoreClock: (event: Extract<Event, { readonly _tag: "SetStoreClock" }>) => Effect.Effect<void>
  /** Lets a process read ECS no more, until the end. */
  readonly blind: (event: Extract<Event, { readonly _tag: "Blind" }>) => Effect.Effect<void>
}

/** A network in which all is well, as far as that goes. */
const calm: Sharing = { replicas: 1, latency: 5, lost: 0, late: 0, lateBy: 0, twice: 0, clockError: 0 }

/** How long it takes at most until all processes are there, when nothing is in their way any more. */
const gathering = 120_000

interface Replica extends Running {
  readonly host: PausableHosts.PausableHost
  readonly network: Networks.Network
  readonly end: Effect.Effect<void>
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
): Effect.fn.Return<SharedSystem, never, Scope.Scope> {
  const clock = yield* Clock.Clock
  const scheduler = yield* Scheduler.Scheduler
  const scope = yield* Effect.scope
  const outside = Effect.runForkWith(yield* Effect.context<never>())
  const fleet = fleetOf(scenario)
  const random = SeededRandom.make(scenario.seed, 3)
  const clockError = SeededRandom.make(scenario.seed, 8)
  const wallError = SeededRandom.make(scenario.seed, 17)
  const off = (random: SeededRandom.SeededRandom, most: number): number =>
    most === 0 ? 0 : random.nextBelowUnsafe(2 * most + 1) - most
  const checks = Checks.make({ scenario, fleet, log, clock, hasEnded: (holder) => witness.isGone(holder) })
  const { callers, capHistory, ecs, launchId } = checks
  const witness: SharedLedgerChecks.SharedLedgerCheck = SharedLedgerChecks.make(
    checks,
    sharing,
    hasWrongClocks(scenario)
  )
  let present = sharing
  /** How far the clock of the store is off. */
  let storeError = 0
  const store = SharedStores.makeWith(() =>
    clock.currentTimeMillisUnsafe() + storeError + off(clockError, present.clockError)
  )
  const replicas: Array<Replica | undefined> = Array.from({ length: sharing.replicas }, () => undefined)
  let begun = 0

  const running = (): ReadonlyArray<Replica> => replicas.filter((replica) => replica !== undefined)

  const later = (millis: number, effect: Effect.Effect<void>) =>
    Effect.forkIn(Effect.andThen(Effect.sleep(millis), effect), scope)

  const begin = Effect.fnUntraced(function*(place: number, region?: string) {
    const process = Processes.make(`process ${++begun}`, 1)
    const host = PausableHosts.make(scheduler, clock, off(wallError, sharing.wallError ?? 0))
    const network = Networks.make({
      name: process.name,
      host,
      sharing: () => present,
      random,
      log,
      run: (effect) => {
        outside(effect)
      }
    })
    const ledger = store.connect(network.link, witness.of(process))
    // It is configured as the fleet was at first, or as it is now. A process that the others reject starts again.
    let cap = begun > replicas.length && random.nextDoubleUnsafe() < 0.5 ? capHistory.current(1) : scenario.cap
    const permits = LaunchPermits.make(scenario.launchPermits)
    const start = Effect.gen(function*() {
      const processScope = yield* Scope.make()
      const service = yield* Scope.provide(ecs.connect(process, permits, region), processScope)
      const provisioner = yield* Provisioners.make({ ...fleet, cap }).pipe(
        Effect.provideService(Ledgers.Ledger, ledger),
        Effect.provideService(Ecs, Blindnesses.over(service, () => process.blindness)),
        Effect.provideService(LaunchId, launchId),
        Scope.provide(processScope),
        Effect.tapError((error) => {
          if (error._tag === "LedgerMismatch") cap = cap === scenario.cap ? capHistory.current(1) : scenario.cap
          return Scope.close(processScope, Exit.fail(error))
        })
      )
      return { processScope, provisioner }
    })
    const starting = yield* Effect.forkIn(
      host.on(Effect.result(Effect.retry(start, { times: region === undefined ? 100 : 3 }))),
      scope
    )
    const started = yield* Fiber.join(starting)
    if (Result.isFailure(started)) {
      if (region === undefined) return yield* Effect.die(started.failure)
      log.count("process: refused in another region")
      return log.tell(process.name, () => `is refused: ${started.failure.message}`)
    }
    const { processScope, provisioner } = started.success
    log.tell(process.name, () => `begins, with a cap of ${cap}`)
    const ending = Effect.suspend(() => {
      process.closingAt = log.now()
      log.tell(process.name, () => "begins to shut down")
      return Effect.map(Scope.close(processScope, Exit.void), () => {
        process.ended = true
        checkPermits(log, process, permits.held())
        log.tell(process.name, () => "has ended")
      })
    })
    const end = Effect.flatMap(Effect.forkIn(host.on(ending), scope), Fiber.join)
    replicas[place] = { process, provisioner, host, network, end }
  })

  const crash = ({ host, process }: Replica): void => {
    log.tell(process.name, () => "crashes")
    process.crashed = true
    host.stop()
    for (const caller of callers.waiting()) if (caller.process === process) callers.left(caller, "is cut off")
  }

  /** Its region is wrong, which an operator notices and corrects after a while. */
  const beginAstray = Effect.fnUntraced(
    function*(place: number, { region, stay }: NonNullable<Restart["astray"]>) {
      yield* begin(place, region)
      yield* Effect.sleep(stay)
      const replica = replicas[place]
      replicas[place] = undefined
      if (replica !== undefined) yield* replica.end
      yield* begin(place)
    }
  )

  const restart = ({ astray, how, replica: place = 0, takes }: Restart): Effect.Effect<void> =>
    Effect.suspend(() => {
      const replica = replicas[place]
      if (replica === undefined) return Effect.void
      replicas[place] = undefined
      const again = Effect.andThen(
        Effect.sleep(takes),
        Effect.suspend(() => astray === undefined ? begin(place) : beginAstray(place, astray))
      )
      if (how === "crash") {
        crash(replica)
        return Effect.asVoid(Effect.forkIn(again, scope))
      }
      return Effect.asVoid(Effect.forkIn(Effect.andThen(replica.end, again), scope))
    })

  const resume = ({ host, process }: Replica): void => {
    if (process.crashed || !host.isStopped()) return
    process.resumedAt = log.now()
    log.tell(process.name, () => "goes on")
    host.resume()
  }

  const everything = new Set<Replica>()
  const operators = new Map<Fiber.Fiber<void>, Processes.Process>()

  const gather = Effect.gen(function*() {
    for (const replica of everything) {
      resume(replica)
      replica.network.heal()
    }
    for (let waited = 0; running().length < replicas.length; waited += 500) {
      if (waited > gathering) {
        log.violate("a process begins", `${replicas.length - running().length} of them do not`)
        break
      }
      yield* Effect.sleep(500)
      for (const replica of everything) resume(replica)
    }
    // What was asked before must not come after what is asked in the end.
    for (const [operator, process] of operators) {
      if (!process.crashed) yield* Effect.timeoutOption(Fiber.await(operator), gathering)
    }
  })

  return {
    ...checks,
    current: (place = 0) => replicas[place] ?? running().find(() => true),
    all: running,
    gather,
    begin: Effect.forEach(replicas.keys(), (place) => begin(place), { concurrency: "unbounded", discard: true }),
    restart,
    end: Effect.suspend(() => Effect.forEach(running(), ({ end }) => end, { discard: true })),
    calm: () => {
      present = calm
      witness.calm()
      for (const { process } of running()) process.blindness = undefined
    },
    pause: ({ replica: place, takes }) =>
      Effect.suspend(() => {
        const replica = replicas[place]
        if (replica === undefined) return Effect.void
        everything.add(replica)
        log.tell(replica.process.name, () => "stands still")
        replica.host.stop()
        return Effect.asVoid(later(takes, Effect.sync(() => resume(replica))))
      }),
    suspend: ({ replica: place = 0, takes }) =>
      Effect.suspend(() => {
        const replica = replicas[place]
        if (replica === undefined) return Effect.void
        everything.add(replica)
        log.tell(replica.process.name, () => "is suspended with its machine")
        replica.host.suspend()
        return Effect.asVoid(later(takes, Effect.sync(() => resume(replica))))
      }),
    setClock: ({ by, replica: place = 0 }) =>
      Effect.sync(() => {
        const replica = replicas[place]
        if (replica === undefined) return
        log.tell(replica.process.name, () => `has its wall clock set by ${by} ms`)
        replica.host.setWall(by)
      }),
    setStoreClock: ({ by, takes }) => {
      const set = (millis: number) =>
        Effect.sync(() => {
          log.tell("ledger", () => `has its clock set by ${millis} ms`)
          storeError += millis
        })
      return takes === undefined ? set(by) : Effect.asVoid(Effect.andThen(set(by), later(takes, set(-by))))
    },
    resize: ({ host, process, provisioner }, cap) => {
      const resizing = Effect.ignore(provisioner.resize(cap))
      return Effect.map(Effect.forkDetach(host === undefined ? resizing : host.on(resizing)), (operator) => {
        operators.set(operator, process)
      })
    },
    cut: ({ replica: place, takes, way }) =>
      Effect.suspend(() => {
        const replica = replicas[place]
        if (replica === undefined) return Effect.void
        everything.add(replica)
        replica.network.cut(way)
        return Effect.asVoid(later(takes, Effect.sync(replica.network.heal)))
      }),
    blind: ({ how, replica: place }) =>
      Effect.sync(() => {
        const process = replicas[place]?.process
        if (process === undefined) return
        log.tell(process.name, () => `cannot read ECS any more (${how})`)
        process.blindness = how
        callers.blinded()
      })
  }
})
