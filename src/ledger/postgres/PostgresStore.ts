/**
 * The calls to the database: what is sent, what comes back, and the bound within
 * which each of them ends.
 */
import type { PgClient } from "@effect/sql-pg/PgClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { BeginTransaction, type SqlClient } from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import * as Details from "../../Detail.ts"
import { LedgerUnavailable } from "../Ledger.ts"
import { Delta } from "../shared/Delta.ts"
import type { Refused } from "../shared/SharedLedger.ts"
import type { Calls, VersionedStore, Written } from "../shared/VersionedStore.ts"
import * as Failures from "./PostgresError.ts"
import * as Servers from "./Server.ts"

/**
 * Ends an effect within a bound, whatever becomes of the session that it uses.
 *
 * **Details**
 *
 * A peer that is gone without a word leaves a query without an answer, and
 * interrupting the query waits for the peer as well. What is left behind is
 * interrupted on its own, so that the pool gets its connection back some time.
 *
 * @category combinators
 */
export const within = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  bound: Duration.Duration
): Effect.Effect<A, E | LedgerUnavailable, R> =>
  Effect.flatMap(Effect.forkDetach(effect), (fiber) => {
    const leave = Effect.asVoid(Effect.forkDetach(Fiber.interrupt(fiber)))
    return Effect.onInterrupt(
      Effect.timeoutOrElse(Fiber.join(fiber), {
        duration: bound,
        orElse: () =>
          Effect.andThen(
            leave,
            new LedgerUnavailable({ detail: `the database did not answer in ${Duration.format(bound)}` })
          )
      }),
      () => leave
    )
  })

/**
 * Runs an effect apart from a transaction that its caller has open: what is decided
 * has to stay decided, whatever becomes of that.
 *
 * @category combinators
 */
export const apart = <A, E>(sql: SqlClient, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.updateContext(effect, (context: Context.Context<never>) => Context.omit(sql.transactionService)(context))

/**
 * The calls about a fleet, and its line of writers.
 *
 * @category models
 */
export type PostgresStore = Omit<VersionedStore, "word">

const updateFields = {
  version: Schema.Finite,
  now: Schema.Finite,
  changed: Schema.Array(Delta),
  whole: Schema.Boolean
}

const decodeUpdate = Schema.decodeUnknownEffect(Schema.toCodecJson(Schema.Struct(updateFields)))

const decodeWritten = Schema.decodeUnknownEffect(Schema.toCodecJson(Schema.Union([
  Schema.Struct({ written: Schema.Literal(true), now: Schema.Finite }),
  Schema.Struct({ written: Schema.Literal(false), update: Schema.Struct(updateFields) })
])))

const encodeDelta = Schema.encodeSync(Schema.toCodecJson(Delta))

/**
 * PostgreSQL takes neither NUL nor half of a surrogate pair in its JSON, and the
 * words of an error, say, may have either. Keys have none of them.
 */
const storable = (_: string, value: unknown): unknown =>
  typeof value === "string" ? value.replace(/[\0\p{Surrogate}]/gu, "\uFFFD") : value

/**
 * The time that the first in the line may take between its statements, in
 * milliseconds. The session of a process that was stopped ends then, and the next goes
 * on.
 */
const idleInLine = 1000

/** The time that a write waits beside the line for one that has the fleet's row, in milliseconds. */
const rowWait = 100

/** Runs a call: apart and bounded, or as part of a transaction that is. */
type Run = <A>(statement: Effect.Effect<A, SqlError>) => Effect.Effect<A, SqlError | LedgerUnavailable>

/**
 * Makes the calls about a fleet.
 *
 * @category constructors
 */
export const make = (
  { bound, fleet, schema, sql }: {
    readonly sql: PgClient
    readonly schema: string
    readonly bound: Duration.Duration
    readonly fleet: string
  }
): PostgresStore => {
  const server = Servers.of(sql.config)
  const alone: Run = (statement) => within(apart(sql, statement), bound)
  const calls = callsOf({ sql, schema, fleet, server, select: sql.literal("SELECT"), lockTimeout: rowWait, run: alone })
  const enter = enterLine(sql, schema, fleet, bound)
  const callsInLine = callsOf({
    sql,
    schema,
    fleet,
    server,
    select: enter,
    lockTimeout: Duration.toMillis(bound),
    run: (statement) => statement
  })
  return {
    read: calls.read,
    // Behind a writer that has the row it would come second: it looks, and enters the line in place of waiting beside it.
    write: (version, delta, isNews) =>
      Effect.catchIf(
        calls.write(version, delta, isNews),
        (error) => error._tag === "LedgerUnavailable" && error.reason === "busy",
        () => Effect.map(calls.read(version), (update): Written => ({ _tag: "Conflict", update }))
      ),
    inLine: (_, decision) =>
      Effect.mapError(
        within(apart(sql, transaction(sql, decision(callsInLine))), Duration.times(bound, 2)),
        (error) => isSqlError(error) ? Failures.ofCall(error, server) : error
      )
  }
}

/**
 * Begins a statement that waits its turn, and keeps it until the transaction ends.
 *
 * The advisory lock makes the writers that were not first queue in the order in
 * which they come, and the row's lock keeps one that has just come from overtaking
 * the first of them. Both only spare work: what is written is guarded by its version.
 */
const enterLine = (sql: SqlClient, schema: string, fleet: string, bound: Duration.Duration): Fragment =>
  sql`SELECT set_config('lock_timeout', ${`${Duration.toMillis(bound)}ms`}, true),
    set_config('idle_in_transaction_session_timeout', ${`${idleInLine}ms`}, true),
    pg_advisory_xact_lock(hashtextextended(${`fleetcap ${schema} ${fleet}`}, 0)),
    (SELECT version FROM ${sql(schema)}.fleet WHERE id = ${fleet} FOR UPDATE),`

/** Runs a transaction that sees what others have committed, as the ledger needs it, whatever the default is. */
const transaction = <A, E>(sql: SqlClient, effect: Effect.Effect<A, E>): Effect.Effect<A, E | SqlError> =>
  Effect.catchCause(
    Effect.provideService(sql.withTransaction(effect), BeginTransaction, "BEGIN ISOLATION LEVEL READ COMMITTED"),
    (cause) => {
      // One whose session has ended cannot be rolled back either, and then its error comes as a defect.
      const defect = cause.reasons.filter(Cause.isDieReason).map(({ defect }) => defect).find(isSqlError)
      return defect === undefined ? Effect.failCause(cause) : Effect.fail(defect)
    }
  )

const callsOf = (
  { fleet, lockTimeout, run, schema, select, server, sql }: {
    readonly sql: SqlClient
    readonly schema: string
    readonly fleet: string
    readonly server: Servers.Server
    readonly select: Fragment
    readonly lockTimeout: number
    readonly run: Run
  }
): Calls => {
  const call = <A>(
    statement: Effect.Effect<ReadonlyArray<{ readonly answer: unknown }>, SqlError>,
    decode: (answer: unknown) => Effect.Effect<A, Schema.SchemaError>
  ): Effect.Effect<A, LedgerUnavailable | Refused> =>
    Effect.catchIf(run(statement), isSqlError, (error) => Effect.fail(Failures.ofCall(error, server))).pipe(
      Effect.flatMap(([row]) =>
        Effect.mapError(
          decode(row?.answer),
          (error) =>
            new LedgerUnavailable({
              reason: "rejected",
              detail: Details.of(`the database has something that is no ledger: ${error.message}`, server.secrets)
            })
        )
      )
    )

  return {
    read: (since) =>
      call(
        sql<{ answer: unknown }>`${select} ${sql(schema)}.read(${fleet}, ${since}::bigint) AS answer`.withoutTransform,
        decodeUpdate
      ),
    write: (version, delta, isNews) =>
      Effect.suspend(() => {
        const json = JSON.stringify(encodeDelta(delta), storable)
        return Effect.map(
          call(
            sql<
              { answer: unknown }
            >`SELECT set_config('lock_timeout', ${`${lockTimeout}ms`}, true),
              ${sql(schema)}.commit(${fleet}, ${version}::bigint, ${json}::text::jsonb, ${isNews}) AS answer`
              .withoutTransform,
            decodeWritten
          ),
          (answer): Written =>
            answer.written ? { _tag: "Written", now: answer.now } : { _tag: "Conflict", update: answer.update }
        )
      })
  }
}
