/**
 * Bounds how many `RunTask` a process has under way, fairly among its fleets.
 *
 * AWS's limits are per account and region, so that all fleets of a process share
 * one bound. A fleet that is alone may use all of it. One whose calls get no answer
 * holds what it has for as long as an attempt may take: so that it keeps no other
 * fleet from launching, each may always have a quarter of the bound under way,
 * also when the others have used it up.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"

/**
 * The launch permits of a process.
 *
 * @category models
 */
export interface LaunchPermits {
  /**
   * Waits for a permit, and holds it while an effect runs.
   *
   * **Details**
   *
   * Where the caller cannot be interrupted, `restore` lets the wait be. However it
   * ends, and at whatever moment it is interrupted, the permit is given back.
   */
  readonly withPermit: <A, E, R>(
    fleet: string,
    use: Effect.Effect<A, E, R>,
    restore?: (wait: Effect.Effect<void>) => Effect.Effect<void>
  ) => Effect.Effect<A, E, R>
  /** Returns how many are held. */
  readonly held: () => number
}

/** One that holds a permit, or waits for it. */
interface Place {
  readonly fleet: Fleet
  readonly granted: Deferred.Deferred<void>
}

/** The permits that one fleet holds, and its launches that wait for one. */
interface Fleet {
  readonly id: string
  held: number
  /** In the order in which they came. */
  readonly waiting: Set<Place>
}

/**
 * Makes the launch permits of a process.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { LaunchPermits } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const permits = LaunchPermits.make(20)
 * const launch = permits.withPermit("workers/converter", Effect.sync(() => permits.held()))
 *
 * assert.equal(Effect.runSync(launch), 1)
 * assert.equal(permits.held(), 0)
 * ```
 *
 * @category constructors
 */
export const make = (permits: number): LaunchPermits => {
  const share = Math.ceil(permits / 4)
  /** The fleets that hold a permit or wait for one. */
  const fleets = new Map<string, Fleet>()
  let held = 0

  /** The fleet that holds the fewest of those that wait and may have one more. */
  const next = (): Fleet | undefined => {
    let found: Fleet | undefined
    for (const fleet of fleets.values()) {
      const mayHave = fleet.waiting.size > 0 && (held < permits || fleet.held < share)
      if (mayHave && (found === undefined || fleet.held < found.held)) found = fleet
    }
    return found
  }

  const serve = (): void => {
    for (let fleet = next(); fleet !== undefined; fleet = next()) {
      const [place] = fleet.waiting
      if (place === undefined) return
      fleet.waiting.delete(place)
      fleet.held++
      held++
      Deferred.doneUnsafe(place.granted, Effect.void)
    }
  }

  const enter = (id: string): Place => {
    const fleet = fleets.get(id) ?? { id, held: 0, waiting: new Set() }
    fleets.set(id, fleet)
    const place: Place = { fleet, granted: Deferred.makeUnsafe() }
    fleet.waiting.add(place)
    serve()
    return place
  }

  /** A launch that no longer waits holds a permit, though it may not have heard so. */
  const leave = (place: Place): void => {
    const { fleet } = place
    if (!fleet.waiting.delete(place)) {
      fleet.held--
      held--
    }
    if (fleet.held === 0 && fleet.waiting.size === 0) fleets.delete(fleet.id)
    serve()
  }

  return {
    withPermit: (fleet, use, restore = identity) =>
      Effect.acquireUseRelease(
        Effect.sync(() => enter(fleet)),
        ({ granted }) => Effect.andThen(restore(Deferred.await(granted)), use),
        (place) => Effect.sync(() => leave(place))
      ),
    held: () => held
  }
}
