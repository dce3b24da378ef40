/**
 * A database in memory that keeps one fleet, behind a link on which requests and
 * answers are lost, and writes arrive late, or after their sender gave up. Its
 * line keeps no writer from another, and what is written in it may be rolled back
 * after it was said to be written.
 */
import { Clock, Duration, Effect, Fiber, Random, Schema } from "effect"
import { LedgerUnavailable } from "../../../src/ledger/Ledger.ts"
import type { OperationAnswer } from "../../../src/ledger/Operation.ts"
import { apply, between, Delta } from "../../../src/ledger/shared/Delta.ts"
import type { SharedState } from "../../../src/ledger/shared/SharedState.ts"
import * as VersionedStores from "../../../src/ledger/shared/VersionedStore.ts"

const codec = Schema.fromJsonString(Schema.toCodecJson(Delta))

/** As it comes out of a database. */
const stored = (delta: Delta): Delta => Schema.decodeSync(codec)(Schema.encodeSync(codec)(delta))

const unavailable = new LedgerUnavailable({ detail: "lost on the way" })

export const make = Effect.gen(function*() {
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  const log: Array<Delta> = []
  /** What the batches were answered that have been written, by holder and number. */
  const written = new Map<string, ReadonlyArray<OperationAnswer | undefined>>()
  let version = 0
  let fleet: SharedState | undefined

  const since = (from: number): VersionedStores.Update => {
    const whole = from === 0 || version - from >= 20
    const all = fleet === undefined ? [] : [stored(between(undefined, fleet))]
    return { version, now: now(), changed: whole ? all : log.slice(from).map(stored), whole }
  }

  const write = (holder: string, from: number, delta: Delta): VersionedStores.Written => {
    if (from !== version || now() - delta.head.decidedAt.store > VersionedStores.decisionValidity) {
      return { _tag: "Conflict", update: since(from) }
    }
    version++
    log.push(delta)
    fleet = apply(fleet, stored(delta))
    const member = fleet.members.get(holder)
    if (member !== undefined) written.set(`${holder} ${member.number}`, member.answers)
    return { _tag: "Written", now: now() }
  }

  const link = Effect.fnUntraced(function*<A>(call: () => A) {
    const fate = yield* Random.nextIntBetween(0, 19)
    const delay = yield* Random.nextIntBetween(0, fate < 3 ? 6000 : 20)
    if (fate === 3) return yield* unavailable
    const arriving = yield* Effect.forkDetach(Effect.delay(Effect.sync(call), Duration.millis(delay)))
    if (fate < 6 && fate > 3) return yield* Effect.andThen(Effect.sleep("30 millis"), unavailable)
    return yield* Effect.timeoutOrElse(Fiber.join(arriving), { duration: "2 seconds", orElse: () => unavailable })
  })

  /** A transaction: it writes when it is committed, and only if no other process has meanwhile. */
  const inLine = (holder: string): VersionedStores.VersionedStore["inLine"] => (_, decision) =>
    Effect.gen(function*() {
      let commit = () => true
      const answer = yield* decision({
        read: (from) => link(() => since(from)),
        write: (from, delta) =>
          link((): VersionedStores.Written => {
            if (from !== version) return { _tag: "Conflict", update: since(from) }
            commit = () => write(holder, from, delta)._tag === "Written"
            return { _tag: "Written", now: now() }
          })
      })
      return (yield* link(() => commit())) ? answer : yield* unavailable
    })

  return {
    written,
    fleet: () => fleet,
    connect: (holder: string): VersionedStores.VersionedStore => ({
      read: (from) => link(() => since(from)),
      write: (from, delta) => link(() => write(holder, from, delta)),
      inLine: inLine(holder),
      word: Effect.never
    })
  }
})
