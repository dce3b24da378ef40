/**
 * Several processes, each with a client of its own, over one table.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Logger } from "effect"
import { Ledger } from "../../../src/ledger/Ledger.ts"
import * as LedgerState from "../../../src/ledger/rules/LedgerState.ts"
import { attach, reserve } from "../holding.ts"
import { layerBehind, open } from "./dynamo.ts"

describe("LedgerDynamoDb, shared by several processes", () => {
  it.live("grants exactly the cap, and a key once, to a burst on all of them", () =>
    Effect.gen(function*() {
      const door = yield* open
      const processes = yield* Effect.forEach(["a", "b", "c", "d"], (holder) =>
        Effect.gen(function*() {
          const ledger = Context.get(yield* Layer.build(Layer.fresh(layerBehind(door))), Ledger)
          return yield* attach(ledger, holder, { cap: 40 })
        }), { concurrency: "unbounded" })
      // The same keys on two of them each, and others on the other two.
      const answers = yield* Effect.forEach(processes, (ledger, n) =>
        Effect.forEach(
          Array.from({ length: 60 }, (_, k) => k),
          (k) => reserve(ledger, `${n % 2}-${k}`, `${n}-${k}`),
          { concurrency: "unbounded" }
        ), { concurrency: "unbounded" })
      assert.strictEqual(answers.flat().filter(({ _tag }) => _tag === "Granted").length, 40)
      for (const ledger of processes) {
        const slotTable = yield* ledger.slotTable
        assert.strictEqual(LedgerState.used(slotTable), 40)
        assert.strictEqual(new Set([...slotTable.slots].map(([, { key }]) => key)).size, 40)
      }
    }).pipe(Effect.provide(Logger.layer([]))))
})
