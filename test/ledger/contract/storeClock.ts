/**
 * What a shared ledger does when the clock of its store is set, or wrong for a while.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { FleetLedger, Ledger } from "../../../src/ledger/Ledger.ts"
import { advance, attach, granted, launched, read, reserve, send, unknown, used } from "./asking.ts"
import type { Time } from "./time.ts"

/** The clock of the store, in the hands of a test. */
export class StoreTime extends Context.Service<StoreTime, {
  /** Sets it, by milliseconds, and no other clock. */
  readonly set: (by: number) => Effect.Effect<void>
}>()("test/StoreTime") {}

const hour = 3_600_000
const set = (by: number) => Effect.flatMap(StoreTime, (time) => time.set(by))

/** Reads ECS, which shows no task at all. */
const readNothing = Effect.fnUntraced(function*(ledger: FleetLedger) {
  yield* ledger.slotTable
  const claim = yield* ledger.readTurn.claim((yield* ledger.now) + hour)
  if (claim._tag !== "Yours") return assert.fail(claim._tag)
  yield* read(ledger, { begunAt: claim.begunAt, running: [], stopped: [] })
  yield* ledger.readTurn.end(0, "read")
})

/** Grants a slot on a reading that is as recent as requests need it. */
const readAndGrant = Effect.fnUntraced(function*(ledger: FleetLedger, key: string) {
  // What a holder takes the time to be goes with what it has heard.
  yield* ledger.slotTable
  const readSince = yield* ledger.now
  // A clock that says whole seconds stands still for one at most.
  yield* advance("2 seconds")
  yield* readNothing(ledger)
  assert.strictEqual((yield* reserve(ledger, key, { readSince }))._tag, "Granted")
})

export const storeClock = <E>(
  name: string,
  layer: Layer.Layer<Ledger | Time | StoreTime, E>,
  run: typeof it.effect | typeof it.live = it.effect
): void => {
  const test = <E2>(sentence: string, effect: Effect.Effect<void, E2, Ledger | Time | StoreTime>) =>
    run(sentence, () => Effect.provide(effect, Layer.fresh(layer)))

  describe(`${name}: the clock of the store`, () => {
    for (const [words, by] of [["ahead", hour], ["back", -hour]] as const) {
      test(
        `frees nothing and grants no slot too many while it is an hour ${words}, and goes on afterwards`,
        Effect.scoped(Effect.gen(function*() {
          const ledger = yield* attach({ cap: 3 })
          const other = yield* attach({ cap: 3, holder: "b" })
          for (const key of ["a", "b"]) yield* send(ledger, yield* granted(ledger, key), unknown)
          for (let n = 0; n < 3; n++) {
            yield* set(by)
            yield* readNothing(ledger)
            yield* readNothing(other)
            yield* advance("1 second")
            yield* set(-by)
            yield* readNothing(other)
            assert.strictEqual(yield* used(ledger), 2)
          }
          yield* readAndGrant(other, "c")
        }))
      )
      test(
        `goes on at once, and by the time that has passed, where it was set an hour ${words} for good`,
        Effect.scoped(Effect.gen(function*() {
          const ledger = yield* attach({ cap: 3 })
          yield* launched(ledger, "a", 1)
          const before = yield* ledger.now
          yield* set(by)
          yield* readAndGrant(ledger, "b")
          yield* advance("30 seconds")
          yield* ledger.slotTable
          const passed = (yield* ledger.now) - before
          assert.isAtLeast(passed, 30_000)
          assert.isAtMost(passed, 60_000)
        }))
      )
    }

    test(
      "frees nothing because a holder attaches while it is wrong",
      Effect.scoped(Effect.gen(function*() {
        const ledger = yield* attach({ cap: 3 })
        for (const key of ["a", "b"]) yield* send(ledger, yield* granted(ledger, key), unknown)
        yield* set(2 * hour)
        for (const holder of ["b", "c", "d"]) {
          const newcomer = yield* attach({ cap: 3, holder })
          yield* readNothing(newcomer)
          yield* readNothing(newcomer)
        }
        yield* set(-2 * hour)
        yield* readNothing(ledger)
        assert.strictEqual(yield* used(ledger), 2)
        yield* readAndGrant(ledger, "c")
      }))
    )
  })
}
