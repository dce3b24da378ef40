/**
 * A task as a replica of ECS shows it, which is not always as it is.
 */
import type { Life, Moment } from "./Lifecycle.ts"
import * as Lifecycle from "./Lifecycle.ts"
import * as Prng from "./Prng.ts"
import type { Range } from "./Prng.ts"
import type { Resolved } from "./Settings.ts"

/**
 * A replica: where it is in every range of lags, from 0 to 1.
 *
 * @category models
 */
export type Replica = number

/**
 * Draws replicas.
 *
 * @category constructors
 */
export const replicas = (prng: Prng.Prng, count: number): ReadonlyArray<Replica> =>
  Array.from({ length: count }, () => Prng.next(prng))

/**
 * Draws the replica that answers a call.
 *
 * @category operations
 */
export const pick = (prng: Prng.Prng, all: ReadonlyArray<Replica>): Replica =>
  (all.length === 1 ? all[0] : all[Math.floor(Prng.next(prng) * all.length)]) ?? 0

const lagOf = (replica: Replica, range: Range): number =>
  range.min === range.max || range.max === Infinity
    ? range.max
    : Math.round(range.min + replica * (range.max - range.min))

/**
 * The list that a replica shows a task in.
 *
 * @category getters
 */
export const listedAs = (
  life: Life,
  lag: Resolved["lag"],
  replica: Replica,
  now: number
): "RUNNING" | "STOPPED" | undefined => {
  if (now < life.createdAt + lagOf(replica, lag.unlisted) || now >= life.forgottenAt) return undefined
  return now < life.stoppingAt + lagOf(replica, lag.lingering) ? "RUNNING" : "STOPPED"
}

/**
 * Returns a task as a replica describes it: `undefined` where it is missing.
 *
 * @category getters
 */
export const describedAs = (
  life: Life,
  lag: Resolved["lag"],
  replica: Replica,
  now: number
): (Moment & { readonly version: number }) | undefined =>
  now < life.createdAt + lagOf(replica, lag.missing) || now >= life.forgottenAt
    ? undefined
    : Lifecycle.at(life, Math.max(life.createdAt, now - lagOf(replica, lag.status)))
