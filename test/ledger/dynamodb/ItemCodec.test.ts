/**
 * How a fleet is written into an item, and how large the item becomes.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, HashMap, HashSet, Random, Result } from "effect"
import * as ItemCodec from "../../../src/ledger/dynamodb/ItemCodec.ts"
import * as Deltas from "../../../src/ledger/shared/Delta.ts"
import { type Aged, ask, busy, description, empty, launch, stop } from "./agedFleet.ts"

const read = (body: Uint8Array) => Deltas.apply(undefined, Result.getOrThrow(ItemCodec.decode(body)))
const pathKey = (id: string) => `uploads/2026-11/customer-${id.slice(0, 2)}/${id.slice(0, 6)}.csv`

describe("the item of a fleet", () => {
  it.effect("is read as it was written, but for what has items of its own or is too old", () =>
    Effect.gen(function*() {
      for (let seed = 0; seed < 12; seed++) {
        yield* Effect.gen(function*() {
          let aged: Aged = { fleet: empty(), gone: [] }
          for (let round = 0; round < 12; round++) {
            const holder = `holder-${yield* Random.nextIntBetween(0, 3)}`
            const launched = yield* launch(aged, holder, pathKey, true)
            aged = stop(launched, holder, launched.tasks.slice(0, yield* Random.nextIntBetween(0, 10)))
            const later = (yield* Random.nextIntBetween(0, 4)) * 4000
            aged = ask(aged, holder, [{ tag: "takeOver", args: [] }], later)
          }
          const kept = Result.getOrThrow(ItemCodec.decode(ItemCodec.encode(aged.fleet, aged.gone)))
          assert.notInclude(JSON.stringify(kept), "f:1")
          const again = read(ItemCodec.encode(aged.fleet, aged.gone))
          const { ledger } = aged.fleet
          assert.deepStrictEqual(again.description, ledger.cap === 100 ? description : again.description)
          assert.deepStrictEqual(
            [...HashMap.values(again.ledger.slots)].sort((a, b) => a.id.localeCompare(b.id)),
            [...HashMap.values(ledger.slots)].sort((a, b) => a.id.localeCompare(b.id))
          )
          assert.deepStrictEqual(
            [...again.ledger.byKey].sort(([a], [b]) => a.localeCompare(b)),
            [...ledger.byKey].sort(([a], [b]) => a.localeCompare(b))
          )
          assert.deepStrictEqual(
            [...again.members].map(([id, { answers, ...member }]) => [id, member, answers.length]),
            [...aged.fleet.members].map(([id, { answers, ...member }]) => [id, member, answers.length])
          )
          assert.deepStrictEqual(again.changes, aged.fleet.changes.slice(-64))
          assert.strictEqual(HashMap.size(again.ledger.requests), 0)
          assert.deepStrictEqual(
            Result.getOrThrow(ItemCodec.decode(ItemCodec.encode(again, aged.gone))).gone,
            aged.gone
          )
        }).pipe(Random.withSeed(`item ${seed}`))
      }
    }))

  it.effect("is 10 KB or so at a cap of 100, and far from the limit at 500", () =>
    Effect.gen(function*() {
      const bytes = (cap: number, keyOf: (id: string) => string) =>
        Effect.map(busy(cap, keyOf), ({ fleet, gone }) => ItemCodec.encode(fleet, gone).length)
      assert.isBelow(yield* bytes(100, pathKey), 12 * 1024)
      assert.isBelow(yield* bytes(500, pathKey), 40 * 1024)
      // The longest keys that there may be.
      const worst = (id: string) =>
        `${id.repeat(8)}`.slice(0, 256).replace(/[0-9]/g, (digit) => `鯨${digit}`).slice(0, 256)
      assert.isBelow(yield* bytes(100, worst), 100 * 1024)
    }).pipe(Random.withSeed("sizes")))

  it.effect("remembers the tasks that have stopped last", () =>
    Effect.gen(function*() {
      const { fleet, gone } = yield* busy(10, pathKey)
      assert.strictEqual(gone.length, ItemCodec.keptGone)
      const all = HashSet.union(fleet.ledger.gone.recent, fleet.ledger.gone.older)
      assert.strictEqual(HashSet.size(all), 200)
      const again = read(ItemCodec.encode(fleet, gone)).ledger.gone
      assert.strictEqual(HashSet.size(HashSet.union(again.recent, again.older)), ItemCodec.keptGone)
    }).pipe(Random.withSeed("gone")))
})
