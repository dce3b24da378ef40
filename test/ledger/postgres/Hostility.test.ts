/**
 * The ledger in PostgreSQL with what does not fit its database, and used as it
 * should not be.
 */
import type { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { verdictOfError } from "../../../src/ecs/EcsErrors.ts"
import * as LedgerPostgres from "../../../src/ledger/postgres/LedgerPostgres.ts"
import * as LedgerState from "../../../src/ledger/rules/LedgerState.ts"
import { attach, freshSchema, layerPool, url } from "../../postgres/ledger.ts"
import * as Holding from "../holding.ts"

const quiet = Logger.layer([])

const layerOf = (options: LedgerPostgres.Options, pool?: Partial<PgClient.PgPoolConfig>) =>
  Layer.fresh(LedgerPostgres.layer(options)).pipe(Layer.provide(layerPool(pool)), Layer.merge(quiet))

/** The error of building the ledger and attaching. */
const told = (options: LedgerPostgres.Options, pool?: Partial<PgClient.PgPoolConfig>) =>
  Effect.scoped(attach("a")).pipe(
    Effect.provide(layerOf(options, pool)),
    Effect.match({ onFailure: ({ message }) => message, onSuccess: () => "attached" })
  )

describe("LedgerPostgres, given what its database does not take", () => {
  for (
    const [what, message] of [
      ["a NUL", "Unexpected token '\0'"],
      ["half of a character", `${"x".repeat(499)}😀 is not valid`],
      ["a lone surrogate", "before \ud83d after"]
    ] as const
  ) {
    it.live(`records a verdict whose words have ${what}`, () =>
      Effect.gen(function*() {
        const schema = yield* freshSchema
        yield* Effect.gen(function*() {
          const ledger = yield* attach("a")
          const ticket = yield* Holding.granted(ledger, "k")
          yield* ledger.gate(ticket)
          const verdict = verdictOfError({ name: "SyntaxError", message, attempts: 1 })
          assert.strictEqual((yield* ledger.settle(ticket, verdict))._tag, "Resend")
        }).pipe(Effect.scoped, Effect.provide(layerOf({ schema })))
      }))
  }

  it.live("refuses only that, and answers whatever is asked at the same time", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const schema = yield* freshSchema
      yield* LedgerPostgres.migrate({ schema })
      yield* sql.unsafe(`CREATE FUNCTION "${schema}".refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no %', NEW.key USING ERRCODE = '22023'; END $$`)
      yield* sql.unsafe(`CREATE TRIGGER refuse BEFORE INSERT ON "${schema}".slot
        FOR EACH ROW WHEN (NEW.key = 'poison') EXECUTE FUNCTION "${schema}".refuse()`)
      yield* Effect.gen(function*() {
        const ledger = yield* attach("a")
        const ask = (key: string) =>
          Effect.match(Holding.reserve(ledger, key), {
            onFailure: ({ detail }) => detail,
            onSuccess: ({ _tag }) => _tag
          })
        const answers = yield* Effect.forEach(["one", "poison", "two"], ask, { concurrency: "unbounded" })
        assert.deepStrictEqual(answers, ["Granted", "no poison", "Granted"])
        assert.strictEqual(LedgerState.used(yield* ledger.slotTable), 2)
      }).pipe(Effect.scoped, Effect.provide(layerOf({ schema })))
    }).pipe(Effect.provide(layerPool())))

  it.live("goes on after what cannot even be written down", () =>
    Effect.gen(function*() {
      const schema = yield* freshSchema
      yield* Effect.gen(function*() {
        const ledger = yield* attach("a")
        assert.include((yield* Effect.flip(ledger.resize(Number.NaN))).detail, "broke down")
        yield* ledger.resize(3)
        assert.strictEqual((yield* ledger.slotTable).cap, 3)
      }).pipe(Effect.scoped, Effect.provide(layerOf({ schema })))
    }))

  it.live("goes on with a fleet that was removed, once it is there anew", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const schema = yield* freshSchema
      yield* Effect.gen(function*() {
        const old = yield* attach("a")
        for (const table of ["fleet", "slot", "gone", "member", "difference"]) {
          yield* sql`DELETE FROM ${sql(`${schema}.${table}`)}`
        }
        const { message } = yield* Effect.flip(Holding.reserve(old, "before"))
        assert.include(message, "rejected the operation: no answer in time: it does not have the fleet any more")
        yield* attach("b")
        assert.strictEqual((yield* Holding.reserve(old, "after"))._tag, "Granted")
      }).pipe(Effect.scoped, Effect.provide(layerOf({ schema })))
    }).pipe(Effect.provide(layerPool())))
})

describe("LedgerPostgres, used otherwise than it should be", () => {
  it.live("keeps what it decided in a transaction of the application that is rolled back", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const schema = yield* freshSchema
      const layer = Layer.fresh(LedgerPostgres.layer({ schema }))
      const launching = Effect.gen(function*() {
        const ledger = yield* attach("a")
        assert.strictEqual((yield* ledger.gate(yield* Holding.granted(ledger, "k")))._tag, "Pass")
        return yield* Effect.fail("rolled back")
      })
      const rolledBack = sql.withTransaction(launching.pipe(Effect.scoped, Effect.provide(layer)))
      assert.strictEqual(yield* Effect.flip(rolledBack), "rolled back")
      const used = Effect.flatMap(attach("b"), (ledger) => Effect.map(ledger.slotTable, LedgerState.used))
      assert.strictEqual(yield* used.pipe(Effect.scoped, Effect.provide(layer)), 1)
    }).pipe(Effect.provide(Layer.merge(layerPool({ maxConnections: 5 }), quiet))))

  for (const schema of ["a.b", "we\"ird", "dollar$$x", "", "x".repeat(64), "日本".repeat(11)]) {
    it.live(`says of a schema named ${JSON.stringify(schema)} what a name has to be`, () =>
      Effect.map(told({ schema }), (message) => assert.include(message, "1 to 63 bytes")))
  }

  for (const schema of ["a-b", "Fleet Cap", "it's", "日本".repeat(10)]) {
    it.live(`is kept in a schema named ${JSON.stringify(schema)}`, () =>
      Effect.gen(function*() {
        const sql = yield* SqlClient.SqlClient
        yield* Effect.addFinalizer(() => Effect.orDie(sql`DROP SCHEMA ${sql(schema)} CASCADE`))
        yield* Effect.gen(function*() {
          const ledger = yield* attach("a")
          yield* ledger.withdraw(yield* Holding.granted(ledger, "k"))
        }).pipe(Effect.scoped, Effect.provide(layerOf({ schema })))
      }).pipe(Effect.scoped, Effect.provide(layerPool())))
  }

  it.live("refuses a database that cannot keep every key", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const database = yield* Effect.sync(() => `latin_${crypto.randomUUID().replaceAll("-", "_")}`)
      yield* sql.unsafe(`CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`)
      const there = new URL(Redacted.value(url()))
      there.pathname = `/${database}`
      assert.include(yield* told({}, { url: Redacted.make(there.href) }), "is encoded in LATIN1")
      yield* sql.unsafe(`DROP DATABASE ${database} WITH (FORCE)`)
    }).pipe(Effect.provide(layerPool())))
})
