/**
 * Ledgers in PostgreSQL for tests: each has a schema of its own, and a time that
 * can be moved on.
 */
import { PgClient } from "@effect/sql-pg"
import { Clock, Duration, Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { inject } from "vitest"
import { Ledger } from "../../src/ledger/Ledger.ts"
import { migrate } from "../../src/ledger/postgres/LedgerPostgres.ts"
import { StoreTime } from "../ledger/contract/storeClock.ts"
import { shifted, Time } from "../ledger/contract/time.ts"
import * as Holding from "../ledger/holding.ts"

export const url = (): Redacted.Redacted => Redacted.make(inject("databaseUrl"))

/** A pool of connections to the server, as a process has one. */
export const layerPool = (config?: Partial<PgClient.PgPoolConfig>) =>
  PgClient.layer({ url: url(), maxConnections: 3, ...config })

/** Attaches a holder to the ledger that is provided. */
export const attach = (holder: string) => Effect.flatMap(Ledger, (ledger) => Holding.attach(ledger, holder))

/** The name of a schema that no other test has. It is dropped with the scope, if it was made. */
export const freshSchema = Effect.acquireRelease(
  Effect.sync(() => `test_${crypto.randomUUID().replaceAll("-", "_")}`),
  (schema) =>
    Effect.flatMap(SqlClient.SqlClient, (sql) => sql`DROP SCHEMA IF EXISTS ${sql(schema)} CASCADE`).pipe(
      Effect.provide(Layer.fresh(layerPool())),
      Effect.orDie
    )
)

/** Makes a schema whose clock can be moved on, and drops it with the scope. */
export const makeSchema = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  const schema = yield* freshSchema
  yield* migrate({ schema })
  yield* sql`CREATE TABLE ${sql(schema)}.passed (millis double precision NOT NULL)`
  yield* sql`INSERT INTO ${sql(schema)}.passed VALUES (0)`
  yield* sql.unsafe(`CREATE OR REPLACE FUNCTION "${schema}".clock() RETURNS double precision LANGUAGE sql VOLATILE AS
    $$ SELECT extract(epoch FROM clock_timestamp())::double precision * 1000 + (SELECT millis FROM "${schema}".passed) $$`)
  const clock = yield* Clock.Clock
  let passed = 0
  const set = (by: number) => Effect.asVoid(Effect.orDie(sql`UPDATE ${sql(schema)}.passed SET millis = millis + ${by}`))
  const advance = (duration: Duration.Input) =>
    Effect.map(set(Duration.toMillis(duration)), () => {
      passed += Duration.toMillis(duration)
    })
  return {
    schema,
    // The process sees as much time pass as the database does.
    time: Layer.mergeAll(
      Layer.succeed(Time, { advance }),
      Layer.succeed(StoreTime, { set }),
      Layer.succeed(Clock.Clock, shifted(clock, () => passed))
    )
  }
})
