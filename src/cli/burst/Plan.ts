/**
 * The plan of a burst: how many workers it asks for, how fast, and how often again.
 */
import type * as Duration from "effect/Duration"

/**
 * The way in which a request goes on that was told that the fleet is full, or to try again later.
 *
 * - `Once`: nothing more, it has been answered
 * - `Again`: it is made again after a while
 * - `InLine`: it waits in line from the start, and is made again after an error that may pass
 *
 * @category models
 */
export type Persistence =
  | { readonly _tag: "Once" }
  | { readonly _tag: "Again"; readonly every: Duration.Duration }
  | { readonly _tag: "InLine"; readonly every: Duration.Duration }

/**
 * The requests of a burst.
 *
 * @category models
 */
export interface Plan {
  readonly requests: number
  /** Requests per second. All are made together where there is no rate. */
  readonly rate: number | undefined
  readonly keyPrefix: string
  readonly persistence: Persistence
  /** The time from the start after which requests are given up that have no worker yet. */
  readonly within: Duration.Duration | undefined
}

/**
 * Returns the key of a request, which are numbered from 1.
 *
 * @category getters
 */
export const keyOf = (plan: Plan, index: number): string => `${plan.keyPrefix}${index}`

/**
 * Returns the time from the start at which a request is made first, in milliseconds.
 *
 * @category getters
 */
export const startOf = (plan: Plan, index: number): number =>
  plan.rate === undefined ? 0 : ((index - 1) / plan.rate) * 1000
