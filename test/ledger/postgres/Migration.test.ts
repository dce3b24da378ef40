/**
 * Makes the ledger's schema in PostgreSQL: by many processes, in a session that
 * ends, by a role that may do little.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import * as LedgerPostgres from "../../../src/ledger/postgres/LedgerPostgres.ts"
import * as LedgerState from "../../../src/ledger/rules/LedgerState.ts"
import { attach, freshSchema, layerPool } from "../../postgres/ledger.ts"
import { reserve } from "../holding.ts"

describe("the schema of LedgerPostgres", () => {
  it.live("is made by many processes at once", () =>
    Effect.gen(function*() {
      const schema = yield* freshSchema
      const migrating = Effect.scoped(Effect.provide(LedgerPostgres.migrate({ schema }), Layer.fresh(layerPool())))
      yield* Effect.all(Array.from({ length: 6 }, () => migrating), { concurrency: "unbounded" })
      yield* Effect.provide(
        Effect.scoped(attach("a")),
        LedgerPostgres.layer({ schema, migrate: false }).pipe(Layer.provide(layerPool()))
      )
    }))

  it.live("is made all the same when the session ends in the middle of it", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const schema = yield* freshSchema
      const released = yield* Deferred.make<void>()
      yield* sql`CREATE SCHEMA ${sql(schema)}`
      // Another session makes a table of the same name, and takes it back: until then the migration waits.
      const other = yield* Effect.forkChild(Effect.flip(sql.withTransaction(
        Effect.andThen(
          sql`CREATE TABLE ${sql(`${schema}.fleet`)} (id int)`,
          Effect.andThen(Deferred.await(released), Effect.fail("taken back"))
        )
      )))
      const migrating = yield* Effect.forkChild(
        Effect.provide(LedgerPostgres.migrate({ schema }), Layer.fresh(layerPool({ applicationName: schema })))
      )
      const end = Effect.filterOrFail(
        sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = ${schema} AND wait_event_type = 'Lock' AND query LIKE 'CREATE TABLE%'`,
        (ended) => ended.length === 1
      )
      yield* Effect.retry(end, { times: 100, schedule: Schedule.spaced("100 millis") })
      yield* Deferred.succeed(released, undefined)
      assert.strictEqual(yield* Fiber.join(other), "taken back")
      yield* Fiber.join(migrating)
      yield* Effect.provide(Effect.scoped(attach("a")), LedgerPostgres.layer({ schema, migrate: false }))
    }).pipe(Effect.provide(layerPool({ maxConnections: 3 }))))

  it.live("refuses a schema that it does not know, in words", () =>
    Effect.gen(function*() {
      const schema = yield* freshSchema
      const build = (migrate: boolean) => Effect.scoped(Layer.build(LedgerPostgres.layer({ schema, migrate })))
      const absent = yield* Effect.flip(build(false))
      assert.include(absent.message, "migrate it first")
      yield* build(true)
      const sql = yield* SqlClient.SqlClient
      yield* sql`INSERT INTO ${sql(`${schema}.migrations`)} (migration_id, name) VALUES (2, 'later')`
      for (const migrate of [true, false]) {
        const newer = yield* Effect.flip(build(migrate))
        assert.include(newer.message, "it has version 2, and this release of fleetcap knows 1")
      }
    }).pipe(Effect.provide(layerPool())))

  it.live("is made by a role that has the schema, and may make no other", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const schema = yield* freshSchema
      const role = `${schema}_owner`
      yield* sql.unsafe(`CREATE ROLE ${role} LOGIN`)
      yield* sql.unsafe(`CREATE SCHEMA ${schema} AUTHORIZATION ${role}`)
      yield* Effect.provide(
        Effect.scoped(attach("a")),
        LedgerPostgres.layer({ schema }).pipe(Layer.provide(layerPool({ username: role })))
      )
      yield* sql.unsafe(`DROP OWNED BY ${role}`)
      yield* sql.unsafe(`DROP ROLE ${role}`)
    }).pipe(Effect.provide(layerPool())))

  it.live("needs no more than its documented grants", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const schema = yield* freshSchema
      const role = `${schema}_role`
      yield* LedgerPostgres.migrate({ schema })
      // As in a database where nothing is allowed that was not granted.
      yield* sql.unsafe(`REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} FROM PUBLIC`)
      yield* sql.unsafe(`CREATE ROLE ${role} LOGIN`)
      for (const grant of LedgerPostgres.grants({ schema, role })) yield* sql.unsafe(grant)
      // Whether it is told to migrate or not: it has been done.
      for (const migrate of [false, true]) {
        yield* Effect.gen(function*() {
          const ledger = yield* attach(migrate ? "a" : "b")
          const reserved = yield* reserve(ledger, "k")
          if (reserved._tag !== "Granted") return assert.fail(reserved._tag)
          yield* ledger.withdraw(reserved.ticket)
          assert.strictEqual(LedgerState.used(yield* ledger.slotTable), 0)
        }).pipe(
          Effect.scoped,
          Effect.provide(
            Layer.fresh(LedgerPostgres.layer({ schema, migrate })).pipe(Layer.provide(layerPool({ username: role })))
          )
        )
      }
      yield* sql.unsafe(`DROP OWNED BY ${role}`)
      yield* sql.unsafe(`DROP ROLE ${role}`)
    }).pipe(Effect.provide(layerPool())))
})
