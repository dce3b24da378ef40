/**
 * Settings of an emulated ECS: how long tasks live, how late lists are, how slow
 * and how unreliable the calls are.
 *
 * The defaults are those of a perfect ECS: everything at once, nothing late,
 * nothing lost. All of it is plain data, so that it can be sent as JSON.
 */
import * as Duration from "effect/Duration"
import type { Fault } from "./Fault.ts"
import { checkSettings } from "./InvalidSettings.ts"
import type { Range } from "./Prng.ts"

export { InvalidSettings } from "./InvalidSettings.ts"

/**
 * A time that is always the same, or one drawn from a range each time.
 *
 * @category settings
 */
export type Span = Duration.Input | { readonly min: Duration.Input; readonly max: Duration.Input }

/**
 * The time that tasks stay in each state of their lives.
 *
 * **Details**
 *
 * It is drawn when a task is launched: a change does not touch tasks that exist.
 * A task skips the states that take no time.
 *
 * @category settings
 */
export interface LifecycleSettings {
  /** The default is 0. */
  readonly provisioning?: Span | undefined
  /** The default is 0. */
  readonly pending?: Span | undefined
  /** The default is 0. */
  readonly activating?: Span | undefined
  /** The time that the task is `RUNNING` before it exits by itself. The default is `"Infinity"`: it never does. */
  readonly lifetime?: Span | undefined
  /** The time that deregistration takes before a running task is stopped. The default is 0. */
  readonly deactivating?: Span | undefined
  /** The time from `SIGTERM` until the container exits, at most `stopTimeout`. The default is 0. */
  readonly stopping?: Span | undefined
  /** The default is 30 seconds, that of Fargate. */
  readonly stopTimeout?: Duration.Input | undefined
  /** The default is 0. */
  readonly deprovisioning?: Span | undefined
  /** The time after its stop from which on a task is shown as `DELETED`. By default it never is. */
  readonly deletedAfter?: Duration.Input | undefined
  /** The time after its stop at which a task is forgotten: `MISSING`, and in no list. The default is 1 hour. */
  readonly retention?: Duration.Input | undefined
  /** The probability that a task stops before it runs, from 0 to 1. The default is 0. */
  readonly startFailures?: number | undefined
}

/**
 * The lag of the reads behind the truth.
 *
 * **Details**
 *
 * A read is answered by one of `replicas`, drawn for each call. Where a span is a
 * range, every replica has its own fixed position in it, so that two reads in a row
 * may go back in time.
 *
 * @category settings
 */
export interface LagSettings {
  /** The time after its launch for which a task is in no list. The default is 0; `"Infinity"` hides all for good. */
  readonly unlisted?: Span | undefined
  /** The time for which a task that stops is still listed as one that runs. The default is 0. */
  readonly lingering?: Span | undefined
  /** The time after its launch for which a task is `MISSING` when described. The default is 0. */
  readonly missing?: Span | undefined
  /** The age of the status that a description shows. The default is 0. */
  readonly status?: Span | undefined
  /** The number of replicas. The default is 1, at a position of the range that the seed draws. */
  readonly replicas?: number | undefined
}

/**
 * The pages of lists.
 *
 * @category settings
 */
export interface PageSettings {
  /** The probability that a page is cut short although there is more, from 0 to 1. The default is 0. */
  readonly short?: number | undefined
  /** The probability that a page is empty although there is more, from 0 to 1. The default is 0. */
  readonly empty?: number | undefined
}

/**
 * A fault that happens by chance.
 *
 * @category settings
 */
export interface RandomFault {
  readonly fault: Fault
  /** The operation whose calls it happens to. Any call by default. */
  readonly operation?: string | undefined
  /** The probability that it happens to a call, from 0 to 1. */
  readonly probability: number
}

/**
 * The behavior of an emulated ECS.
 *
 * @example
 * ```ts
 * import { Settings } from "fleetcap/emulator"
 * import assert from "node:assert/strict"
 *
 * const late: Settings.Settings = {
 *   seed: 7,
 *   lag: { unlisted: { min: "2 seconds", max: "5 seconds" } },
 *   lifecycle: { lifetime: "10 seconds" }
 * }
 * assert.deepEqual(Settings.resolve(late).lag.unlisted, { min: 2000, max: 5000 })
 * ```
 *
 * @category settings
 */
export interface Settings {
  /** Decides everything that is drawn. The default is 1. A change takes effect with a reset. */
  readonly seed?: number | undefined
  /** The region of calls that do not name one. The default is `us-east-1`. */
  readonly region?: string | undefined
  /** The account of calls that do not name one. The default is `123456789012`. */
  readonly account?: string | undefined
  /**
   * Whether the emulator refuses what AWS refuses although it could do without: clusters and
   * task definitions that were not created before they are used, a `RunTask` that does not
   * fit the registered task definition, and a task definition that does not fit Fargate.
   *
   * By default it refuses none of this, so that any client can be pointed at it at once. What
   * is not known is created when it is first used, and of each kind of mistake against what
   * was registered the first one is logged as a warning (see `mistakes` of `Emulator`).
   */
  readonly strict?: boolean | undefined
  readonly lifecycle?: LifecycleSettings | undefined
  readonly lag?: LagSettings | undefined
  readonly pages?: PageSettings | undefined
  /** The time from the processing of a call to its answer. The default is 0. */
  readonly latency?: Span | undefined
  /** The latency of single operations, by name, where it is not that of all. */
  readonly latencyOf?: { readonly [operation: string]: Span } | undefined
  /** The time from sending a call to its processing, which happens also if its caller has gone. The default is 0. */
  readonly transit?: Span | undefined
  /** The most tasks that may be live at once, as a quota of the account. No limit by default. */
  readonly capacity?: number | undefined
  /** Whether the request rates that AWS documents for an account are enforced. The default is no. */
  readonly rates?: boolean | undefined
  /** Faults that happen by chance. Of those that apply to a call, the first that is drawn happens. */
  readonly faults?: ReadonlyArray<RandomFault> | undefined
}

/**
 * Settings with every default filled in, and times in milliseconds.
 *
 * @category models
 */
export interface Resolved {
  readonly seed: number
  readonly region: string
  readonly account: string
  readonly strict: boolean
  readonly lifecycle: {
    readonly provisioning: Range
    readonly pending: Range
    readonly activating: Range
    readonly lifetime: Range
    readonly deactivating: Range
    readonly stopping: Range
    readonly stopTimeout: number
    readonly deprovisioning: Range
    readonly deletedAfter: number
    readonly retention: number
    readonly startFailures: number
  }
  readonly lag: {
    readonly unlisted: Range
    readonly lingering: Range
    readonly missing: Range
    readonly status: Range
    readonly replicas: number
  }
  readonly pages: { readonly short: number; readonly empty: number }
  readonly latency: Range
  readonly latencyOf: ReadonlyMap<string, Range>
  readonly transit: Range
  readonly capacity: number
  readonly rates: boolean
  readonly faults: ReadonlyArray<RandomFault>
}

const millis = (input: Duration.Input): number => Math.max(0, Math.round(Duration.toMillis(input)))

const isRange = (span: Span): span is { readonly min: Duration.Input; readonly max: Duration.Input } =>
  typeof span === "object" && "min" in span && "max" in span

const range = (span: Span | undefined, fallback: Duration.Input = 0): Range => {
  if (span !== undefined && isRange(span)) {
    const min = millis(span.min)
    return { min, max: Math.max(min, millis(span.max)) }
  }
  const fixed = millis(span ?? fallback)
  return { min: fixed, max: fixed }
}

/**
 * Fills in the defaults. It throws an `InvalidSettings` on settings that do not exist, and
 * says which there are.
 *
 * @category constructors
 */
export const resolve = (settings: Settings): Resolved => {
  checkSettings(settings)
  const { lag = {}, lifecycle = {}, pages = {} } = settings
  return {
    seed: settings.seed ?? 1,
    region: settings.region ?? "us-east-1",
    account: settings.account ?? "123456789012",
    strict: settings.strict ?? false,
    lifecycle: {
      provisioning: range(lifecycle.provisioning),
      pending: range(lifecycle.pending),
      activating: range(lifecycle.activating),
      lifetime: range(lifecycle.lifetime, "Infinity"),
      deactivating: range(lifecycle.deactivating),
      stopping: range(lifecycle.stopping),
      stopTimeout: millis(lifecycle.stopTimeout ?? "30 seconds"),
      deprovisioning: range(lifecycle.deprovisioning),
      deletedAfter: millis(lifecycle.deletedAfter ?? "Infinity"),
      retention: millis(lifecycle.retention ?? "1 hour"),
      startFailures: lifecycle.startFailures ?? 0
    },
    lag: {
      unlisted: range(lag.unlisted),
      lingering: range(lag.lingering),
      missing: range(lag.missing),
      status: range(lag.status),
      replicas: Math.max(1, lag.replicas ?? 1)
    },
    pages: { short: pages.short ?? 0, empty: pages.empty ?? 0 },
    latency: range(settings.latency),
    latencyOf: new Map(Object.entries(settings.latencyOf ?? {}).map(([name, span]) => [name, range(span)] as const)),
    transit: range(settings.transit),
    capacity: settings.capacity ?? Infinity,
    rates: settings.rates ?? false,
    faults: settings.faults ?? []
  }
}

/**
 * Changes some settings and leaves the others as they are.
 *
 * @category constructors
 */
export const merge = (settings: Settings, changes: Settings): Settings => ({
  ...settings,
  ...changes,
  lifecycle: { ...settings.lifecycle, ...changes.lifecycle },
  lag: { ...settings.lag, ...changes.lag },
  pages: { ...settings.pages, ...changes.pages },
  latencyOf: { ...settings.latencyOf, ...changes.latencyOf }
})
