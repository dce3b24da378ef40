/**
 * A ledger that several simulated processes share: the real decisions and the real
 * way to them, kept in memory, with a link to each holder that may fail.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Ledger } from "../Ledger.ts"
import { LedgerMismatch, LedgerUnavailable } from "../Ledger.ts"
import * as SharedFleets from "../ledger/SharedFleet.ts"
import * as SharedLedgers from "../ledger/SharedLedger.ts"

/**
 * What stands between a holder and where its fleet is kept. It may carry a call
 * late, twice or never, and lose the answer.
 *
 * @category models
 */
export type Link = <A>(call: Effect.Effect<A, LedgerUnavailable>) => Effect.Effect<A, LedgerUnavailable>

/**
 * Where fleets are kept.
 *
 * @category models
 */
export interface SharedStore {
  /** The ledger as a process has it that is linked so. */
  readonly connect: (link: Link) => Ledger["Service"]
  /** What is kept of a fleet. */
  readonly fleet: (id: string) => SharedFleets.SharedFleet | undefined
}

/**
 * A link that nothing is wrong with.
 *
 * @category constructors
 */
export const soundLink: Link = (call) => call

/**
 * Makes a place for fleets.
 *
 * @category constructors
 */
export const make: Effect.Effect<SharedStore> = Effect.map(Clock.Clock, (clock) => {
  const fleets = new Map<string, SharedFleets.SharedFleet>()
  const now = (): number => clock.currentTimeMillisUnsafe()
  let word = Deferred.makeUnsafe<void>()

  const keep = (id: string, fleet: SharedFleets.SharedFleet): void => {
    const before = fleets.get(id)
    fleets.set(id, fleet)
    if (before?.occupancy === fleet.occupancy) return
    Deferred.doneUnsafe(word, Effect.void)
    word = Deferred.makeUnsafe()
  }

  const store = (id: string, holder: string, link: Link): SharedLedgers.Store => ({
    decide: (batch) =>
      link(Effect.suspend(() => {
        const fleet = fleets.get(id)
        const step = fleet === undefined ? undefined : SharedFleets.decide(fleet, holder, batch, now())
        if (step === undefined) return Effect.fail(new LedgerUnavailable({ detail: "superseded" }))
        keep(id, step.fleet)
        return Effect.succeed(step.decided)
      })),
    word: Effect.suspend(() => Deferred.await(word)),
    leave: link(Effect.sync(() => {
      const fleet = fleets.get(id)
      if (fleet !== undefined) keep(id, SharedFleets.leave(fleet, holder, now()))
    }))
  })

  return {
    connect: (link) => ({
      attach: Effect.fnUntraced(function*(options) {
        const { fleet: id, holder } = options
        const entered = yield* link(Effect.sync(() => {
          const fleet = SharedFleets.attach(fleets.get(id), holder, options, now())
          if (typeof fleet !== "string") keep(id, fleet)
          return fleet
        }))
        if (typeof entered === "string") return yield* new LedgerMismatch({ fleet: id, detail: entered })
        const { sequence, turn } = entered.occupancy
        return yield* SharedLedgers.make(
          { store: store(id, holder, link), sequence, turn, now: now(), lease: SharedFleets.defaultLease },
          options
        )
      })
    }),
    fleet: (id) => fleets.get(id)
  }
})
