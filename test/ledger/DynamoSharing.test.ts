/**
 * Several processes, each with a client of its own, over one table.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Logger, Result } from "effect"
import { parseKey } from "../../src/Key.ts"
import { Ledger } from "../../src/Ledger.ts"
import * as Occupancy from "../../src/rules/Occupancy.ts"
import { SlotId } from "../../src/Slot.ts"
import { layerBehind, open } from "./dynamo.ts"

describe("LedgerDynamoDb, shared by several processes", () => {
  it.live("grants exactly the cap, and a key once, to a burst on all of them", () =>
    Effect.gen(function*() {
      const door = yield* open
      const processes = yield* Effect.forEach(["a", "b", "c", "d"], (holder) =>
        Effect.gen(function*() {
          return yield* Context.get(yield* Layer.build(Layer.fresh(layerBehind(door))), Ledger).attach({
            fleet: "c/f",
            cap: 40,
            exclusiveKeys: false,
            lagBound: 300_000,
            holder,
            line: () => ({ waiting: 0, since: undefined })
          })
        }), { concurrency: "unbounded" })
      // The same keys on two of them each, and others on the other two.
      const answers = yield* Effect.forEach(processes, (ledger, n) =>
        Effect.forEach(
          Array.from({ length: 60 }, (_, k) => k),
          (k) => {
            const id = `${n}-${k}`
            return ledger.reserve({
              slotId: SlotId(id),
              key: Result.getOrThrow(parseKey(`${n % 2}-${k}`)),
              request: { cluster: "c", taskDefinition: "f:1", count: 1, clientToken: id, startedBy: id },
              readSince: Number.NEGATIVE_INFINITY,
              ahead: 0,
              waitingSince: undefined
            })
          },
          { concurrency: "unbounded" }
        ), { concurrency: "unbounded" })
      assert.strictEqual(answers.flat().filter(({ _tag }) => _tag === "Granted").length, 40)
      for (const ledger of processes) {
        const standing = yield* ledger.standing
        assert.strictEqual(Occupancy.used(standing), 40)
        assert.strictEqual(new Set([...standing.slots].map(([, { key }]) => key)).size, 40)
      }
    }).pipe(Effect.provide(Logger.layer([]))))
})
