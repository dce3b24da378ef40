/**
 * The plan of a burst: how many workers it asks for, how fast, and how often again.
 */
import type * as Duration from "effect/Duration"

/**
 * What becomes of a request that was told that the fleet is full, or to try again later.
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
 * What a burst asks for.
 *
 * @category models
 */
export interface Plan {
  readonly requests: number
  /** How many requests are made per second. All together where there is no rate. */
  readonly rate: number | undefined
  readonly keyPrefix: string
  readonly persistence: Persistence
  /** After how long requests that have no worker yet are given up, counted from the start. */
  readonly within: Duration.Duration | undefined
}

/**
 * Returns the key of a request, which are numbered from 1.
 *
 * @category getters
 */
export const keyOf = (plan: Plan, index: number): string => `${plan.keyPrefix}${index}`

/**
 * Returns how long after the start a request is made for the first time, in milliseconds.
 *
 * @category getters
 */
export const startOf = (plan: Plan, index: number): number =>
  plan.rate === undefined ? 0 : ((index - 1) / plan.rate) * 1000
