/**
 * A situation in which policies are compared: an ECS, and the requests for workers.
 */
import type * as Duration from "effect/Duration"
import type { Settings } from "../emulator/model/Settings.ts"

/**
 * Requests for workers, each with a key of its own.
 *
 * @category models
 */
export interface Wave {
  readonly requests: number
  /** The time at which the first of them is made. The default is at once. */
  readonly at?: Duration.Input | undefined
  /** The time between two of them. The default is none: all together. */
  readonly every?: Duration.Input | undefined
}

/**
 * The requests for workers, over time.
 *
 * **Details**
 *
 * A request that failed is always made again after a second.
 *
 * @category models
 */
export interface Demand {
  readonly waves: ReadonlyArray<Wave>
  /** The wait after which a request is made again that was told that the fleet is full. By default it is not. */
  readonly askAgain?: Duration.Input | undefined
  /** Whether a caller that got a worker asks for the next one at once. The default is no. */
  readonly endless?: boolean | undefined
  /** The time at which the process that decides is replaced by another. The ledger survives. */
  readonly restartAt?: Duration.Input | undefined
  /** The time for which it is watched. */
  readonly duration: Duration.Input
}

/**
 * A situation in which policies are compared.
 *
 * @category models
 */
export interface Situation {
  readonly name: string
  /** A description of a line. */
  readonly title: string
  /** The reason why it is hard, in a sentence. */
  readonly trap: string
  readonly cap: number
  readonly seed: number
  readonly ecs: Settings
  readonly demand: Demand
  /**
   * The measure beside the most tasks at once: the time until all had been decided, or
   * the share of the cap that was used.
   */
  readonly measure: "time" | "share"
}

/**
 * The time that an answer of ECS takes by default.
 *
 * @category configuration
 */
export const latencies: Settings["latencyOf"] = { RunTask: 50, ListTasks: 40, DescribeTasks: 40 }
