/**
 * The state of an emulated ECS, as plain data that the operations change.
 *
 * This folder holds the state of the emulator and its rules: clusters, tasks and their
 * lives, tokens, rates, faults and lag. All of it is plain data without a clock or I/O. It
 * may import nothing from other folders.
 */
import type * as Schema from "effect/Schema"
import type * as Arn from "./Arn.ts"
import type { TokenRecord } from "./ClientToken.ts"
import * as EventQueue from "./EventQueue.ts"
import type * as Fault from "./Fault.ts"
import type { Life } from "./Lifecycle.ts"
import type { LiveCount } from "./LiveCount.ts"
import type { NotedMistake } from "./Mistake.ts"
import * as Prng from "./Prng.ts"
import type { Buckets } from "./RateLimit.ts"
import type { Reply } from "./Reply.ts"
import * as Settings from "./Settings.ts"
import type { Tags, Task } from "./Task.ts"
import * as Visibility from "./Visibility.ts"

/**
 * A call as it arrives. The input is whatever was sent: nothing is assumed of it.
 *
 * @category models
 */
export interface Call {
  readonly operation: string
  readonly input: unknown
  /** The location that it was sent to, if not the region and the account of the settings. */
  readonly region?: string | undefined
  readonly account?: string | undefined
}

/**
 * A call on its way: when it is processed, when it is answered, and how that ends.
 *
 * @category models
 */
export interface Exchange {
  readonly call: Call
  readonly location: Arn.Location
  readonly fault: Fault.Fault | undefined
  /** Epoch milliseconds; infinite for a call that never is. */
  readonly processedAt: number
  /** Epoch milliseconds; infinite for a call that never is. */
  readonly answeredAt: number
  /** The reply, once the call has been processed or refused. */
  reply: Reply | undefined
}

/**
 * A cluster and its tasks.
 *
 * @category models
 */
export interface Cluster {
  readonly name: string
  readonly arn: string
  readonly location: Arn.Location
  status: "ACTIVE" | "INACTIVE"
  /** Whether no call created it: it exists because it was used. */
  isImplicit: boolean
  /** The parameters that it was created with. */
  registered: Schema.JsonObject
  /** The ARN of the instance that its tasks run on, once one of them runs on an instance. */
  containerInstance: string | undefined
  tags: Tags
  /** Every task that is not forgotten, by id. */
  readonly tasks: Map<string, Task>
  /** The tasks that a list may show as running, by number: those that are to run, and those that linger. */
  readonly running: Map<number, Task>
  /** The tasks that are to stop or have stopped, in that order. */
  ended: Array<Task>
  /** The number of tasks at the front of `ended` that are forgotten. */
  endedForgotten: number
  /** The number of tasks that have been dropped from the front of `ended`. */
  endedDropped: number
  readonly tokens: Map<string, TokenRecord>
  readonly liveCounts: Map<string, LiveCount>
}

/**
 * A revision of a task definition.
 *
 * @category models
 */
export interface Definition {
  readonly family: string
  readonly revision: number
  readonly arn: string
  status: "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS"
  /** Whether no call registered it: it exists because it was used. */
  readonly isImplicit: boolean
  /** When it was registered, in epoch milliseconds. */
  readonly registeredAt: number
  deregisteredAt: number | undefined
  deleteRequestedAt: number | undefined
  /** The parameters that it was registered with. */
  readonly registered: Schema.JsonObject
  tags: Tags
}

/**
 * Something that will happen.
 *
 * @category models
 */
export type Event =
  & EventQueue.Entry
  & (
    | {
      readonly _tag: "Ending" | "Stopped" | "Forgotten"
      readonly cluster: Cluster
      readonly task: Task
      /** The life that it belongs to: a task that is stopped early has another one from then on. */
      readonly life: Life
    }
    | { readonly _tag: "TokenExpired"; readonly cluster: Cluster; readonly token: string }
    | { readonly _tag: "Process"; readonly exchange: Exchange }
  )

/**
 * An emulated ECS.
 *
 * @category models
 */
export interface World {
  settings: Settings.Settings
  resolved: Settings.Resolved
  /** The latest time that it has been told. Its time never goes back. */
  now: number
  readonly clusters: Map<string, Cluster>
  readonly definitions: Map<string, Map<number, Definition>>
  readonly eventQueue: EventQueue.EventQueue<Event>
  readonly buckets: Buckets
  readonly script: Array<Fault.Pending>
  /** What AWS would have refused, by kind: the first mistake of each. */
  readonly mistakes: Map<string, NotedMistake>
  replicas: ReadonlyArray<Visibility.Replica>
  launched: number
  /** The number of tasks that have not stopped. */
  live: number
  /** One generator for each thing that is drawn. */
  readonly random: { readonly tasks: Prng.Prng; readonly reads: Prng.Prng; readonly network: Prng.Prng }
}

/**
 * Creates an ECS in which nothing has happened yet. It throws on settings that do not exist.
 *
 * @category constructors
 */
export const make = (settings: Settings.Settings): World => {
  const resolved = Settings.resolve(settings)
  const { lag, seed } = resolved
  return {
    settings,
    resolved,
    now: 0,
    clusters: new Map(),
    definitions: new Map(),
    eventQueue: EventQueue.make(),
    buckets: new Map(),
    script: [],
    mistakes: new Map(),
    replicas: Visibility.replicas(Prng.make(seed, 0), lag.replicas),
    launched: 0,
    live: 0,
    random: { tasks: Prng.make(seed, 1), reads: Prng.make(seed, 2), network: Prng.make(seed, 3) }
  }
}

/**
 * Changes some settings from now on. It throws on settings that do not exist.
 *
 * @category operations
 */
export const configure = (world: World, changes: Settings.Settings): void => {
  const settings = Settings.merge(world.settings, changes)
  world.resolved = Settings.resolve(settings)
  world.settings = settings
  world.replicas = Visibility.replicas(Prng.make(world.resolved.seed, 0), world.resolved.lag.replicas)
}
