/**
 * The word that a fleet has changed, from PostgreSQL's `NOTIFY`, for all fleets of
 * a process over one session.
 *
 * The session may end at any time, and does not say so where its peer is gone:
 * words are a hint. A waiting holder looks now and then without.
 */
import type { PgClient } from "@effect/sql-pg/PgClient"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"

/**
 * The words about fleets.
 *
 * @category models
 */
export interface Notifications {
  /** Waits for the next word about a fleet, and says which version the fleet has. */
  readonly next: (fleet: string) => Effect.Effect<number>
}

/**
 * Begins to listen. It ends with the scope.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  sql: PgClient,
  channel: string
): Effect.fn.Return<Notifications, never, Scope.Scope> {
  const awaited = new Map<string, Deferred.Deferred<number>>()

  const tell = (fleet: string, version: number): void => {
    const word = awaited.get(fleet)
    if (word === undefined) return
    awaited.delete(fleet)
    Deferred.doneUnsafe(word, Effect.succeed(version))
  }

  const listen = Effect.scoped(Effect.gen(function*() {
    const notifications = yield* sql.listen(channel)
    // What was announced while no connection listened is not repeated: every holder looks once.
    for (const fleet of awaited.keys()) tell(fleet, Number.POSITIVE_INFINITY)
    return yield* Effect.forever(Effect.map(Queue.take(notifications), ({ payload }) => {
      const [version = "", ...fleet] = payload.split(" ")
      tell(fleet.join(" "), Number(version))
    }))
  }))

  yield* Effect.forkScoped(Effect.forever(Effect.ignore(Effect.retry(listen, listenSchedule))))

  return {
    next: (fleet) =>
      Effect.suspend(() => {
        const word = awaited.get(fleet) ?? Deferred.makeUnsafe<number>()
        awaited.set(fleet, word)
        return Deferred.await(word)
      })
  }
})

const listenSchedule = Schedule.min([
  Schedule.jittered(Schedule.exponential("100 millis")),
  Schedule.spaced("2 seconds")
])
