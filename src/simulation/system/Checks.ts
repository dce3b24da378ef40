/**
 * The world of a run, and the checks of what happens in it.
 *
 * The checks look at what really runs, on the wire and in the emulated ECS, and compare
 * the ledger with it.
 *
 * This folder runs the real fleetcap of a scenario: one process or many, with a
 * network, clocks and a shared store that fail. It may import `simulation`, `testing`,
 * `emulator`, `provisioner`, `fleet`, `ledger`, `ecs` and `Time.ts`.
 */
import type * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Fleets from "../../fleet/Fleet.ts"
import * as SeededLaunchId from "../../testing/SeededLaunchId.ts"
import * as SeededRandom from "../../testing/SeededRandom.ts"
import * as CallerCheck from "../checks/CallerCheck.ts"
import * as CapHistory from "../checks/CapHistory.ts"
import * as LaunchCheck from "../checks/LaunchCheck.ts"
import * as LedgerCheck from "../checks/LedgerCheck.ts"
import * as ReadCheck from "../checks/ReadCheck.ts"
import * as RefusalCheck from "../checks/RefusalCheck.ts"
import type { RunLog } from "../checks/RunLog.ts"
import * as StopCheck from "../checks/StopCheck.ts"
import type { Scenario } from "../scenario/Scenario.ts"
import * as SimulatedEcs from "./SimulatedEcs.ts"

/**
 * The world of a run, and what watches it.
 *
 * @category models
 */
export interface Checks {
  readonly log: RunLog
  readonly ecs: SimulatedEcs.SimulatedEcs
  readonly ledgerCheck: LedgerCheck.LedgerCheck
  readonly launches: LaunchCheck.LaunchCheck
  readonly readCheck: ReadCheck.ReadCheck
  readonly callers: CallerCheck.CallerCheck
  readonly refusalCheck: RefusalCheck.RefusalCheck
  readonly stopCheck: StopCheck.StopCheck
  readonly capHistory: CapHistory.CapHistory
  readonly fleet: Fleets.Fleet
  /** When the run began, in epoch milliseconds. */
  readonly startTime: number
  readonly launchId: Effect.Effect<string>
}

/** The time that a request may go on after its caller left. */
const asking = 5 * 60_000

const millis = Duration.toMillis

/** The time for which the machines of a run are suspended, in milliseconds. */
const asleepIn = ({ events }: Scenario): number =>
  events.reduce((sum, event) => event._tag === "Suspend" ? sum + event.takes : sum, 0)

/**
 * Makes the world of a scenario, in which nothing has happened yet.
 *
 * @category constructors
 */
export const make = (options: {
  readonly scenario: Scenario
  readonly fleet: Fleets.Fleet
  readonly log: RunLog
  readonly clock: Clock.Clock
  /** Whether the process that holds slots under a name has gone. */
  readonly hasEnded: (holder: string) => boolean
}): Checks => {
  const { log, clock, fleet, hasEnded, scenario } = options
  const startTime = clock.currentTimeMillisUnsafe()
  const clockError = scenario.sharing?.clockError ?? 0
  const capHistory = CapHistory.make()
  const ledgerCheck: LedgerCheck.LedgerCheck = LedgerCheck.make({
    log,
    launches: () => launches,
    world: () => ecs.world,
    configuredAt: () => ecs.configuredAt(),
    startTime,
    hasEnded,
    clockError,
    asleep: asleepIn(scenario),
    breaksLagBound: scenario.breaksLagBound,
    contradicts: scenario.contradicts ?? false
  })
  const launches: LaunchCheck.LaunchCheck = LaunchCheck.make({
    log,
    capHistory,
    exclusiveKeys: scenario.exclusiveKeys,
    startTime,
    counted: ledgerCheck.counted,
    breaksLagBound: scenario.breaksLagBound
  })
  const readCheck = ReadCheck.make({
    log,
    readingInterval: millis(fleet.settings.readingInterval),
    readingMaxAge: millis(fleet.settings.readingMaxAge),
    backgroundReadingInterval: millis(fleet.settings.backgroundReadingInterval),
    // Who stands in line for a launch that was held back does not ask itself, but has it read.
    isWanted: (generation) => callers.areAsking(asking) || ledgerCheck.isSettling(generation),
    attemptTimeout: millis(fleet.settings.attemptTimeout),
    shutdownTimeout: millis(fleet.settings.shutdownTimeout),
    isShared: scenario.sharing !== undefined,
    clockError
  })
  const callers: CallerCheck.CallerCheck = CallerCheck.make({
    log,
    launches,
    readCheck,
    startTime,
    requestTimeout: millis(fleet.settings.requestTimeout),
    asleep: asleepIn(scenario),
    ledgerIsSlow: scenario.ledger !== undefined || scenario.sharing !== undefined,
    contradicts: scenario.contradicts ?? false,
    exclusiveKeys: scenario.exclusiveKeys
  })
  const stopCheck = StopCheck.make({ log, launches })
  const ecs: SimulatedEcs.SimulatedEcs = SimulatedEcs.make({
    settings: scenario.ecs,
    conflicts: scenario.conflicts,
    log,
    launches,
    readCheck,
    stopCheck,
    clock
  })
  return {
    log,
    ecs,
    ledgerCheck,
    launches,
    readCheck,
    callers,
    refusalCheck: RefusalCheck.make({ log, launches }),
    stopCheck,
    capHistory,
    fleet,
    startTime,
    launchId: SeededLaunchId.make(SeededRandom.make(scenario.seed, 4).nextBelowUnsafe)
  }
}
