/**
 * The data that a seed decides: a fleet, the requests, and the faults of ECS.
 *
 * A scenario is plain data, so that it can be shrunk, written down, and run
 * again. All that is left to chance while it runs is drawn from its seed.
 *
 * This folder draws the scenarios of seeds, one file for each kind, and runs nothing. It
 * may import `testing`, `emulator/model`, `fleet`, the times and types of `ledger`, and
 * the kinds of blindness of `simulation/system`.
 */
import type { Settings as EcsSettings } from "../../emulator/model/Settings.ts"
import type * as Settings from "../../fleet/Settings.ts"
import type { Cap } from "../../ledger/Change.ts"
import type { Blindness } from "../system/Blindness.ts"

/**
 * Something that happens to the fleet at a time, in milliseconds from the start.
 *
 * - `Ask`: a caller asks for a worker, and may give up after a while
 * - `Resize`: the cap is changed
 * - `Foreign`: another program launches tasks in the same family; where they are copies, each bears the `startedBy` of a task of the fleet that runs
 * - `Stop`: running tasks are stopped from outside
 * - `Release`: an operator asks to free every launch without a verdict; one that is mistaken, every slot
 * - `Restart`: the process ends, and another one begins after a while
 * - `Pause`: a process stands still for a while, and goes on as if nothing had been
 * - `Suspend`: the machine of a process is suspended for a while: its monotonic clock stands still, too
 * - `SetClock`: the wall clock of a process is set
 * - `SetStoreClock`: the clock of the shared ledger is set, and set back after a while, if ever
 * - `Cut`: nothing passes between a process and the shared ledger for a while, one way or both
 * - `Blind`: a process cannot read ECS any more, and others can
 * - `Weather`: ECS behaves differently from here on
 *
 * Where several processes run, `replica` says which of them it happens to, or which
 * a caller is sent to: by its place, in which one process follows another.
 *
 * @category models
 */
export type Event =
  & { readonly at: number }
  & (
    | {
      readonly _tag: "Ask"
      readonly key: string
      /** Whether the caller stands in line, or wants to know at once. */
      readonly waits: boolean
      /** The number of milliseconds after which the caller gives up. */
      readonly givesUpAfter: number | undefined
      readonly replica?: number | undefined
    }
    | { readonly _tag: "Resize"; readonly cap: Cap; readonly replica?: number | undefined }
    | {
      readonly _tag: "Foreign"
      readonly count: number
      readonly lifetime: number
      readonly copies?: boolean | undefined
    }
    | { readonly _tag: "Stop"; readonly count: number }
    | { readonly _tag: "Release"; readonly isMistaken?: boolean | undefined }
    | Restart
    | { readonly _tag: "Pause"; readonly replica: number; readonly takes: number }
    | Cut
    | { readonly _tag: "Suspend"; readonly takes: number; readonly replica?: number | undefined }
    | { readonly _tag: "SetClock"; readonly by: number; readonly replica?: number | undefined }
    | { readonly _tag: "SetStoreClock"; readonly by: number; readonly takes: number | undefined }
    | { readonly _tag: "Blind"; readonly replica: number; readonly how: Blindness }
    | { readonly _tag: "StopWorkers"; readonly key: string; readonly replica?: number | undefined }
    | { readonly _tag: "Weather"; readonly name: string; readonly ecs: EcsSettings }
  )

/**
 * The process ends, and another one begins after a while.
 *
 * **Details**
 *
 * - `close`: it shuts down as it should
 * - `crash`: nothing of it reaches the ledger or ECS from one moment to the next
 * - `lease`: it is believed to be gone, and goes on beside the next one for a while
 *
 * @category models
 */
export interface Restart {
  readonly at: number
  readonly _tag: "Restart"
  readonly how: "close" | "crash" | "lease"
  /** Whether the next process has the same ledger, or one that knows nothing. */
  readonly ledger: "kept" | "lost"
  /** The time until the next process begins, or with `lease`, until the last one ends. */
  readonly takes: number
  readonly replica?: number | undefined
  /** The next process calls ECS in a wrong region at first, and is put right after so many milliseconds. */
  readonly astray?: { readonly region: string; readonly stay: number } | undefined
}

/**
 * A time in which nothing passes between a process and the shared ledger.
 *
 * @category models
 */
export interface Cut {
  readonly at: number
  readonly _tag: "Cut"
  readonly replica: number
  readonly takes: number
  /** The messages that do not pass. */
  readonly way: "requests" | "answers" | "both"
}

/**
 * Several processes at a time share one ledger, which each of them reaches over a
 * network of its own.
 *
 * @category models
 */
export interface Sharing {
  readonly replicas: number
  /** The longest that a message is on its way, in milliseconds. */
  readonly latency: number
  /** The probability that a message is lost. */
  readonly lost: number
  /** The probability that a message is late, and the most milliseconds by which it is. */
  readonly late: number
  readonly lateBy: number
  /** The probability that a request arrives twice. */
  readonly twice: number
  /** The greatest error of the time of a decision in milliseconds, either way, anew at each decision. */
  readonly clockError: number
  /** The greatest error of the wall clock of a process in milliseconds, either way, for as long as the process runs. */
  readonly wallError?: number | undefined
}

/**
 * An operation that a process asks of its ledger.
 *
 * @category models
 */
export type LedgerOperation =
  | "reserve"
  | "pass the gate"
  | "settle"
  | "withdraw"
  | "take over"
  | "trace a launch"
  | "claim the turn to read"
  | "end the turn to read"
  | "adopt"
  | "observe"
  | "release"
  | "stop"
  | "be read"

/**
 * The faults of the ledger.
 *
 * @category models
 */
export interface LedgerFaults {
  /** The probability that an operation fails, having done nothing. */
  readonly away: number
  /** The longest that an operation takes after it was decided, in milliseconds. */
  readonly slow: number
  /** The probability that an operation is slow. */
  readonly slowness: number
  /** The only operation that is slow. All are where there is none. */
  readonly slowAt?: LedgerOperation | undefined
}

/**
 * Returns whether clocks of a scenario are set, or stand still. What may be done
 * until a time may then be over sooner, and what may be done after it come later.
 *
 * @category guards
 */
export const hasWrongClocks = ({ events }: Pick<Scenario, "events">): boolean =>
  events.some(({ _tag }) => _tag === "SetStoreClock" || _tag === "SetClock" || _tag === "Suspend")

/**
 * A whole world to run.
 *
 * @category models
 */
export interface Scenario {
  readonly seed: number
  readonly name: string
  readonly cap: Cap
  readonly exclusiveKeys: boolean
  readonly launchPermits: number
  readonly yieldProbability: number
  /** The fleet's settings that differ from the defaults. */
  readonly settings: Settings.Options
  readonly ecs: EcsSettings
  /** The probability that the repetition of an accepted `RunTask` is answered with a conflict that names the task. */
  readonly conflicts: number
  readonly ledger: LedgerFaults | undefined
  /** Absent where one process runs at a time, over a ledger in memory. */
  readonly sharing?: Sharing | undefined
  /** Whether the only process runs on a machine that may be suspended. Where several run, each of them does. */
  readonly suspendable?: boolean | undefined
  readonly events: ReadonlyArray<Event>
  /** Whether the fleet is paused before the end, to see how soon those in line are served afterwards. */
  readonly pausesAtTheEnd: boolean
  /** Whether ECS breaks the bound on its lag that giving up an unknown launch relies on. */
  readonly breaksLagBound: boolean
  /** Whether ECS answers what cannot be so: then a caller may be told of another's task. */
  readonly contradicts?: boolean | undefined
}
