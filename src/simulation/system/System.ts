/**
 * The system of a run, as the events of its scenario and its end reach it.
 */
import type * as Effect from "effect/Effect"
import * as Fleets from "../../fleet/Fleet.ts"
import type { Cap } from "../../ledger/Change.ts"
import type { Event, Restart, Scenario } from "../scenario/Scenario.ts"
import type { Checks } from "./Checks.ts"
import type { RunningProcess } from "./RunningProcess.ts"

/**
 * An event that befalls the machine, the clock or the network of a process, or the store
 * of the ledger.
 *
 * @category models
 */
export type Disturbance = Extract<
  Event,
  { readonly _tag: "Pause" | "Suspend" | "Cut" | "SetClock" | "SetStoreClock" | "Blind" }
>

/**
 * The system of a run.
 *
 * @category models
 */
export interface System extends Checks {
  /** The process that callers reach, if one runs: where there are several, the one at a place, or the next that runs. */
  readonly current: (replica?: number) => RunningProcess | undefined
  /** The processes that run. */
  readonly all: () => ReadonlyArray<RunningProcess>
  readonly begin: Effect.Effect<void>
  /** Ends the current process and begins another. One that crashes is marked so by the caller. */
  readonly restart: (restart: Restart) => Effect.Effect<void>
  /** Lets an operator change the cap by way of a process. */
  readonly resize: (running: RunningProcess, cap: Cap) => Effect.Effect<void>
  /** Disturbs a process, where it can be disturbed so. */
  readonly disturb: (event: Disturbance) => Effect.Effect<void>
  /** Waits until all processes are there, where there are several, and nothing stands still or is cut off. */
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
