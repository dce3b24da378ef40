/**
 * Several processes, each with connections of its own, over one ledger in
 * PostgreSQL.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect, Fiber, Layer, Logger, Queue, Result } from "effect"
import { SqlClient } from "effect/sql"
import { TaskArn } from "../../src/Ecs.ts"
import { parseKey } from "../../src/Key.ts"
import { type FleetLedger, Ledger } from "../../src/Ledger.ts"
import * as LedgerPostgres from "../../src/ledger/postgres/LedgerPostgres.ts"
import { keptDifferences } from "../../src/ledger/postgres/Schema.ts"
import * as Occupancy from "../../src/rules/Occupancy.ts"
import { SlotId } from "../../src/Slot.ts"
import { freshSchema, layerPool } from "../postgres/ledger.ts"

/** A process: a ledger over connections that nobody else has. */
const process = Effect.fnUntraced(function*(options: {
  readonly schema: string
  readonly holder: string
  readonly cap: number
  readonly exclusiveKeys?: boolean
}) {
  const context = yield* Layer.build(
    Layer.fresh(
      LedgerPostgres.layer({ schema: options.schema }).pipe(Layer.provide(layerPool()), Layer.merge(Logger.layer([])))
    )
  )
  return yield* Context.get(context, Ledger).attach({
    fleet: "c/f",
    cap: options.cap,
    exclusiveKeys: options.exclusiveKeys ?? false,
    lagBound: 300_000,
    holder: options.holder,
    line: () => ({ waiting: 0, since: undefined })
  })
})

const reserve = (ledger: FleetLedger, key: string, id = key) =>
  ledger.reserve({
    slotId: SlotId(`id-${id}`),
    key: Result.getOrThrow(parseKey(key)),
    request: { cluster: "c", taskDefinition: "f:1", count: 1, clientToken: `id-${id}`, startedBy: `id-${id}` },
    readSince: Number.NEGATIVE_INFINITY,
    ahead: 0,
    waitingSince: undefined
  })

const several = (schema: string, count: number, cap: number) =>
  Effect.forEach(Array.from({ length: count }, (_, n) => `p${n}`), (holder) => process({ schema, holder, cap }), {
    concurrency: "unbounded"
  })

const tally = (answers: ReadonlyArray<{ readonly _tag: string }>, tag: string): number =>
  answers.filter(({ _tag }) => _tag === tag).length

describe("LedgerPostgres, shared by several processes", () => {
  it.live("grants exactly the cap, and a key once, to a burst on all of them", () =>
    Effect.gen(function*() {
      const schema = yield* freshSchema
      const processes = yield* several(schema, 4, 100)
      const keys = Array.from({ length: 150 }, (_, n) => `k${n}`)
      // The same keys on two of them each, and others on the other two.
      const answers = yield* Effect.forEach(processes, (ledger, n) =>
        Effect.forEach(keys, (key) =>
          reserve(ledger, `${n % 2}-${key}`, `${n}-${key}`), { concurrency: "unbounded" }), {
        concurrency: "unbounded"
      })
      assert.strictEqual(tally(answers.flat(), "Granted"), 100)
      const [first] = processes
      if (first === undefined) {
        return assert.fail()
      }
      const standing = yield* first.standing
      assert.strictEqual(Occupancy.used(standing), 100)
      const held = [...standing.slots].map(([, { key }]) =>
        key
      )
      assert.strictEqual(new Set(held).size, 100)
    }))

  it.live("tells a freed slot to another process at once", () =>
    Effect.gen(function*() {
      const schema = yield* freshSchema
      const [mine, yours] = yield* several(schema, 2, 1)
      if (mine === undefined || yours === undefined) return assert.fail()
      yield* Effect.sleep("200 millis")
      const changes = yield* yours.subscribe(10)
      const late: Array<number> = []
      for (let n = 0; n < 10; n++) {
        const reserved = yield* reserve(mine, `k${n}`)
        if (reserved._tag !== "Granted") return assert.fail(reserved._tag)
        const freed = yield* Effect.forkChild(
          Effect.andThen(
            Effect.repeat(Queue.take(changes), { until: ({ _tag }) => _tag === "Freed" }),
            Clock.currentTimeMillis
          )
        )
        yield* Effect.sleep("20 millis")
        const begun = yield* Clock.currentTimeMillis
        yield* mine.withdraw(reserved.ticket)
        late.push((yield* Fiber.join(freed)) - begun)
      }
      late.sort((a, b) => a - b)
      // The poll alone would take half a second.
      assert.isBelow(late[5] ?? Infinity, 200)
    }))

  it.live("keeps its tables small, and lets a process that was far behind catch up", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const schema = yield* freshSchema
      const [mine, yours] = yield* several(schema, 2, 2)
      if (mine === undefined || yours === undefined) return assert.fail()
      yield* yours.standing
      for (let n = 0; n < keptDifferences; n++) {
        const reserved = yield* reserve(mine, `k${n}`)
        if (reserved._tag !== "Granted") return assert.fail(reserved._tag)
        yield* mine.withdraw(reserved.ticket)
      }
      const task = TaskArn("arn:aws:ecs:eu-central-1:1:task/c/1")
      yield* mine.adopt({ running: [task], stopped: undefined })
      assert.strictEqual(Occupancy.used(yield* yours.standing), 1)
      const counts = yield* sql<{ readonly slots: number; readonly differences: number }>`SELECT
        (SELECT count(*)::int FROM ${sql(schema)}.slot) AS slots,
        (SELECT count(*)::int FROM ${sql(schema)}.difference) AS differences`
      assert.deepStrictEqual(counts, [{ slots: 1, differences: keptDifferences }])
    }).pipe(Effect.provide(layerPool())))
})
