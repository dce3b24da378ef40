/**
 * A situation in which policies are compared: an ECS, and who asks for workers when.
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
  /** When the first of them is made. The default is at once. */
  readonly at?: Duration.Input | undefined
  /** How long after another they are made. The default is all together. */
  readonly every?: Duration.Input | undefined
}

/**
 * Who asks for workers, and when.
 *
 * **Details**
 *
 * A request that failed is always made again after a second.
 *
 * @category models
 */
export interface Demand {
  readonly waves: ReadonlyArray<Wave>
  /** After how long a request that was told that the fleet is full is made again. By default it is not. */
  readonly askAgain?: Duration.Input | undefined
  /** Whether a caller that got a worker asks for the next one at once. The default is no. */
  readonly endless?: boolean | undefined
  /** When the process that decides is replaced by another. The ledger survives. */
  readonly restartAt?: Duration.Input | undefined
  /** How long it is watched. */
  readonly duration: Duration.Input
}

/**
 * A situation in which policies are compared.
 *
 * @category models
 */
export interface Situation {
  readonly name: string
  /** What it is, in a line. */
  readonly title: string
  /** Why it is hard, in a sentence. */
  readonly trap: string
  readonly cap: number
  readonly seed: number
  readonly ecs: Settings
  readonly demand: Demand
  /**
   * What is looked at beside the most tasks at once: when all had been decided, or
   * the share of the cap that was used.
   */
  readonly measure: "time" | "share"
}

/**
 * What ECS does where nothing else is said: an answer takes this long.
 *
 * @category configuration
 */
export const latencies: Settings["latencyOf"] = { RunTask: 50, ListTasks: 40, DescribeTasks: 40 }
