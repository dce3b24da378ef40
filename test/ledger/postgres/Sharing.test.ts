/**
 * Several processes, each with connections of its own, over one ledger in
 * PostgreSQL.
 */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect, Fiber, Layer, Logger, Queue } from "effect"
import { SqlClient } from "effect/sql"
import { TaskArn } from "../../../src/ecs/Ecs.ts"
import { Ledger } from "../../../src/ledger/Ledger.ts"
import * as LedgerPostgres from "../../../src/ledger/postgres/LedgerPostgres.ts"
import { keptDifferences, purgeInterval } from "../../../src/ledger/postgres/Schema.ts"
import * as LedgerState from "../../../src/ledger/rules/LedgerState.ts"
import { freshSchema, layerPool, makeSchema } from "../../postgres/ledger.ts"
import { Time } from "../contract/time.ts"
import { attach, granted, reserve } from "../holding.ts"

/** A process: a ledger over connections of its own. */
const process = Effect.fnUntraced(function*(options: {
  readonly schema: string
  readonly holder: string
  readonly cap: number
}) {
  const context = yield* Layer.build(
    Layer.fresh(
      LedgerPostgres.layer({ schema: options.schema }).pipe(Layer.provide(layerPool()), Layer.merge(Logger.layer([])))
    )
  )
  return yield* attach(Context.get(context, Ledger), options.holder, { cap: options.cap })
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
      const slotTable = yield* first.slotTable
      assert.strictEqual(LedgerState.used(slotTable), 100)
      const held = [...slotTable.slots].map(([, { key }]) =>
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
        const ticket = yield* granted(mine, `k${n}`)
        const freed = yield* Effect.forkChild(
          Effect.andThen(
            Effect.repeat(Queue.take(changes), { until: ({ _tag }) => _tag === "Freed" }),
            Clock.currentTimeMillis
          )
        )
        yield* Effect.sleep("20 millis")
        const begun = yield* Clock.currentTimeMillis
        yield* mine.withdraw(ticket)
        late.push((yield* Fiber.join(freed)) - begun)
      }
      late.sort((a, b) => a - b)
      // The poll alone would take half a second.
      assert.isBelow(late[5] ?? Infinity, 200)
    }))

  it.live("makes a decision anew that was held up on its way", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const { schema, time } = yield* makeSchema
      const clocks = yield* Layer.build(time)
      const ledger = yield* Effect.provide(process({ schema, holder: "a", cap: 2 }), clocks)
      const before = yield* ledger.now
      const isHeldUp = Effect.map(
        sql`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE ${`%${schema}%commit%`}`,
        (found) => found.length > 0
      )
      const reserving = yield* sql.withTransaction(Effect.gen(function*() {
        yield* sql`SELECT 1 FROM ${sql(schema)}.fleet FOR UPDATE`
        const reserving = yield* Effect.forkScoped(granted(ledger, "k"))
        yield* Effect.repeat(isHeldUp, { until: (is) => is })
        yield* Context.get(clocks, Time).advance("5 seconds")
        return reserving
      }))
      const { slotId } = yield* Fiber.join(reserving)
      assert.isAtLeast(LedgerState.find(yield* ledger.slotTable, slotId)?.since ?? 0, before + 5000)
    }).pipe(Effect.provide(layerPool())))

  it.live("keeps its tables small, and lets a process that was far behind catch up", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const schema = yield* freshSchema
      const [mine, yours] = yield* several(schema, 2, 2)
      if (mine === undefined || yours === undefined) return assert.fail()
      yield* yours.slotTable
      for (let n = 0; n < keptDifferences + purgeInterval; n++) {
        yield* mine.withdraw(yield* granted(mine, `k${n}`))
      }
      const task = TaskArn("arn:aws:ecs:eu-central-1:1:task/c/1")
      yield* mine.adopt({ running: [task], stopped: undefined })
      assert.strictEqual(LedgerState.used(yield* yours.slotTable), 1)
      const counts = yield* sql<{ readonly slots: number; readonly differences: number }>`SELECT
        (SELECT count(*)::int FROM ${sql(schema)}.slot) AS slots,
        (SELECT count(*)::int FROM ${sql(schema)}.difference) AS differences`
      assert.strictEqual(counts[0]?.slots, 1)
      assert.isBelow(counts[0]?.differences ?? Infinity, keptDifferences + purgeInterval)
    }).pipe(Effect.provide(layerPool())))
})
