/**
 * The calls to the database: what is sent, what comes back, and the bound within
 * which each of them ends.
 */
import type { PgClient } from "@effect/sql-pg/PgClient"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Details from "../../Detail.ts"
import { LedgerUnavailable } from "../../Ledger.ts"
import { Difference } from "../Difference.ts"
import type { Kept, Written } from "../Keeper.ts"
import type { Refused } from "../SharedLedger.ts"
import * as Failures from "./Failure.ts"
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
 * The calls, in one schema.
 *
 * @category models
 */
export interface Database {
  readonly read: (fleet: string, since: number) => Effect.Effect<Kept, LedgerUnavailable | Refused>
  readonly commit: (
    fleet: string,
    version: number,
    difference: Difference,
    isNews: boolean
  ) => Effect.Effect<Written, LedgerUnavailable | Refused>
}

const keptFields = {
  version: Schema.Finite,
  now: Schema.Finite,
  changed: Schema.Array(Difference),
  whole: Schema.Boolean
}

const decodeKept = Schema.decodeUnknownEffect(Schema.toCodecJson(Schema.Struct(keptFields)))

const decodeWritten = Schema.decodeUnknownEffect(Schema.toCodecJson(Schema.Union([
  Schema.Struct({ written: Schema.Literal(true), now: Schema.Finite }),
  Schema.Struct({ written: Schema.Literal(false), kept: Schema.Struct(keptFields) })
])))

const encodeDifference = Schema.encodeSync(Schema.toCodecJson(Difference))

/**
 * PostgreSQL takes neither NUL nor half of a surrogate pair in its JSON, and the
 * words of an error, say, may have either. Keys have none of them.
 */
const storable = (_: string, value: unknown): unknown =>
  typeof value === "string" ? value.replace(/[\0\p{Surrogate}]/gu, "\uFFFD") : value

/**
 * Makes the calls.
 *
 * @category constructors
 */
export const make = (sql: PgClient, schema: string, bound: Duration.Duration): Database => {
  const server = Servers.of(sql.config)
  const call = <A>(
    statement: Effect.Effect<ReadonlyArray<{ readonly answer: unknown }>, SqlError>,
    decode: (answer: unknown) => Effect.Effect<A, Schema.SchemaError>
  ): Effect.Effect<A, LedgerUnavailable | Refused> =>
    within(Effect.mapError(apart(sql, statement), (error) => Failures.ofCall(error, server)), bound).pipe(
      Effect.flatMap(([row]) =>
        Effect.mapError(
          decode(row?.answer),
          (error) =>
            new LedgerUnavailable({
              detail: Details.of(`the database has something that is no ledger: ${error.message}`, server.secrets)
            })
        )
      )
    )

  return {
    read: (fleet, since) =>
      call(
        sql<{ answer: unknown }>`SELECT ${sql(schema)}.read(${fleet}, ${since}::bigint) AS answer`.withoutTransform,
        decodeKept
      ),
    commit: (fleet, version, difference, isNews) =>
      Effect.suspend(() => {
        const json = JSON.stringify(encodeDifference(difference), storable)
        return Effect.map(
          call(
            sql<
              { answer: unknown }
            >`SELECT ${sql(schema)}.commit(${fleet}, ${version}::bigint, ${json}::text::jsonb, ${isNews}) AS answer`
              .withoutTransform,
            decodeWritten
          ),
          (answer): Written =>
            answer.written ? { _tag: "Written", now: answer.now } : { _tag: "Conflict", kept: answer.kept }
        )
      })
  }
}
