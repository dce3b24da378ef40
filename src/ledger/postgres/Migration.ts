/**
 * Whether the schema is there, and is the one that this release works with; and
 * how it is made.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Migrator from "effect/sql/Migrator"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import * as Schemas from "./Schema.ts"

/**
 * The schema is not one that this release can work with.
 *
 * @category errors
 */
export class SchemaMismatch extends Schema.TaggedError<SchemaMismatch>()("SchemaMismatch", {
  schema: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `The schema ${this.schema} cannot be used: ${this.detail}`
  }
}

/**
 * Makes the schema, or brings it up to date. Of a role that may only use it,
 * nothing more is asked where that has been done.
 *
 * @category running
 */
export const migrate = Effect.fnUntraced(function*(
  schema: string
): Effect.fn.Return<void, SqlError | Migrator.MigrationError | SchemaMismatch, SqlClient> {
  yield* checkName(schema)
  if (((yield* versionOf(schema)) ?? 0) < Schemas.schemaVersion) {
    const sql = yield* SqlClient
    yield* Effect.retry(Schemas.create(sql, schema), { times: 5 })
    yield* Effect.retry(
      typed(runMigrations({
        loader: Effect.succeed(Schemas.migrations(sql, schema)),
        table: `${schema}.migrations`
      })),
      // Another process makes the same at the same time, and what it has made is there the next time; or the session
      // has ended in the middle, and nothing was made.
      { times: 5, while: (error) => error._tag === "SqlError" || error.kind === "Locked" || error.kind === "Failed" }
    )
  }
  yield* check(schema)
})

/** A transaction whose session has ended cannot be rolled back either, and then its error comes as a defect. */
const typed = <A, R>(
  effect: Effect.Effect<A, SqlError | Migrator.MigrationError, R>
): Effect.Effect<A, SqlError | Migrator.MigrationError, R> =>
  Effect.catchCause(effect, (cause) => {
    const defects = cause.reasons.filter(Cause.isDieReason).map(({ defect }) => defect)
    const defect = defects.find((defect) => defect instanceof Migrator.MigrationError || isSqlError(defect))
    return defect === undefined ? Effect.failCause(cause) : Effect.fail(defect)
  })

const runMigrations = Migrator.make({})

/**
 * Checks that the schema is one that this release can work with.
 *
 * @category running
 */
export const check = Effect.fnUntraced(function*(
  schema: string
): Effect.fn.Return<void, SqlError | SchemaMismatch, SqlClient> {
  yield* checkName(schema)
  const refuse = (detail: string) => new SchemaMismatch({ schema, detail })
  const sql = yield* SqlClient
  const [server] = yield* sql<
    { encoding: string }
  >`SELECT current_setting('server_encoding') AS encoding`.withoutTransform
  if (server?.encoding !== "UTF8") {
    return yield* refuse(`its database is encoded in ${server?.encoding}, which does not have every key: use UTF8`)
  }
  const version = yield* versionOf(schema)
  if (version === undefined) return yield* refuse("there is no ledger in it; migrate it first")
  if (version > Schemas.schemaVersion) {
    return yield* refuse(
      `it has version ${version}, and this release of fleetcap knows ${Schemas.schemaVersion}: use a newer one`
    )
  }
  if (version < Schemas.schemaVersion) {
    return yield* refuse(
      `it has version ${version}, and this release of fleetcap needs ${Schemas.schemaVersion}: migrate it first`
    )
  }
})

/** The version of the schema, if there is a ledger in it. */
const versionOf = Effect.fnUntraced(
  function*(schema: string): Effect.fn.Return<number | undefined, SqlError, SqlClient> {
    const sql = yield* SqlClient
    const [found] = yield* sql<
      { present: boolean }
    >`SELECT to_regclass(${`"${schema}"."migrations"`}) IS NOT NULL AS present`.withoutTransform
    if (found?.present !== true) return undefined
    const [latest] = yield* sql<
      { version: number | null }
    >`SELECT max(migration_id) AS version FROM ${sql(`${schema}.migrations`)}`.withoutTransform
    return latest?.version ?? undefined
  }
)

/** The name is that of the channel of its words, too, and PostgreSQL cuts off what is longer than 63 bytes. */
const checkName = (schema: string): Effect.Effect<void, SchemaMismatch> => {
  const isFit = schema.length > 0 && !/["$.\0\p{Surrogate}]/u.test(schema) &&
    new TextEncoder().encode(schema).length <= 63
  return isFit
    ? Effect.void
    : Effect.fail(
      new SchemaMismatch({ schema, detail: "its name has to be 1 to 63 bytes long, without double quote, $ or dot" })
    )
}

/**
 * Returns what a role has to be granted that uses the ledger and does not migrate
 * it, as statements for an administrator.
 *
 * @category constructors
 */
export const grantsOf = (name: string, roleName: string): ReadonlyArray<string> => {
  const schema = Schemas.quoted(name)
  const role = Schemas.quoted(roleName)
  return [
    `GRANT USAGE ON SCHEMA ${schema} TO ${role}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ${
      ["fleet", "slot", "gone", "member", "difference"].map((table) => `${schema}.${table}`).join(", ")
    } TO ${role}`,
    `GRANT SELECT ON ${schema}.migrations TO ${role}`,
    `GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${schema} TO ${role}`
  ]
}
