/**
 * The ledger in PostgreSQL: one cap for any number of processes, through crashes.
 *
 * Give it to all replicas of an API server, over the database that they have. A
 * launch is in the database before its `RunTask` is sent, with all that another
 * replica needs to settle it; a replica that is killed, or stopped for longer than
 * its lease, costs neither a task too many nor a slot. While the database is away
 * nothing is launched, and requests fail as retryable within seconds.
 *
 * **Details**
 *
 * What is decided is decided by the rules that the ledger in memory has, and is
 * written by compare-and-set under the fleet's row: one round trip for all that a
 * process asks at the same time. A process that was not first enters a line, an
 * advisory lock in a transaction of five round trips, and writes when its turn comes:
 * contention is queued and not refused. Time is the server's, checked against the
 * clocks of the processes. A word (`NOTIFY`)
 * tells other replicas of a freed slot in milliseconds, and a poll within a second.
 *
 * **Gotchas**
 *
 * - It needs at least two connections of the pool: one listens, and one may wait
 *   in a fleet's line, for twice the `callTimeout` at most. For several busy fleets
 *   give it one more for each.
 * - Do not multiplex the pool's connections: a session whose peer is gone is then
 *   not replaced. Over PgBouncer, pool sessions and not transactions.
 * - A failover to an asynchronous standby, and `synchronous_commit = off`, lose
 *   what was acknowledged, and with it launches: neither is safe.
 * - The server's clock may be set. The step is logged, and does not count as time
 *   that has passed, as far as the processes that are attached have seen. A time in
 *   which none was attached is certain only where the wall clocks of the last and of
 *   the next one agree with the server's to within a minute.
 * - The cap is that of the fleet: see `LedgerMismatch` for how it is changed.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type { MigrationError } from "effect/sql/Migrator"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { Ledger, type LedgerUnavailable } from "../Ledger.ts"
import * as CompareAndSet from "../shared/CompareAndSet.ts"
import { defaultLease } from "../shared/Lease.ts"
import * as SharedLedgers from "../shared/SharedLedger.ts"
import * as Startings from "../shared/Starting.ts"
import type { SchemaMismatch } from "./Migration.ts"
import * as Migrations from "./Migration.ts"
import * as Notifications from "./Notifications.ts"
import * as Passwords from "./Password.ts"
import * as Failures from "./PostgresError.ts"
import * as PostgresStores from "./PostgresStore.ts"
import * as Servers from "./Server.ts"

/**
 * The options of a ledger in PostgreSQL.
 *
 * @category options
 */
export interface Options {
  /** The schema that the ledger has to itself. The default is `fleetcap`. */
  readonly schema?: string | undefined
  /**
   * Whether to make the schema and to bring it up to date when the layer is built.
   * The default is `true`. Where the role may not, run {@link migrate} with one that may.
   */
  readonly migrate?: boolean | undefined
  /** The time limit of one call to the database, past which it counts as unanswered. The default is 2 seconds. */
  readonly callTimeout?: Duration.Input | undefined
  /**
   * The time after which the others take a process that is not heard of to be gone: what
   * it had not sent is freed then, and what it had is settled by another. The default is
   * 10 seconds, the least is 1 second.
   *
   * Shorter, a launch of a process that is killed waits less for another to go on
   * with it, and a pause of a process that lives sooner costs it what it had not
   * sent. Neither costs a task too many. Processes may have different leases.
   */
  readonly lease?: Duration.Input | undefined
  /**
   * The time to wait for a database that is away or busy while this process starts: when
   * the layer is built, and when a fleet is attached. The default is 30 seconds. A
   * mistake, such as a wrong password, fails at once.
   */
  readonly startTimeout?: Duration.Input | undefined
}

export { SchemaMismatch } from "./Migration.ts"

const defaultSchema = "fleetcap"

/** In a shorter one, a pause for the garbage collector is long. */
const shortestLease = 1000

/**
 * Makes the ledger's schema, or brings it up to date. Several processes may do so
 * at once.
 *
 * @category running
 */
export const migrate = (
  options?: Pick<Options, "schema">
): Effect.Effect<void, SqlError | MigrationError | SchemaMismatch, SqlClient> =>
  Migrations.migrate(options?.schema ?? defaultSchema)

/**
 * Returns what a role has to be granted that uses the ledger and does not migrate
 * it, as statements for an administrator.
 *
 * @category constructors
 */
export const grants = (
  options: { readonly role: string; readonly schema?: string | undefined }
): ReadonlyArray<string> => Migrations.grantsOf(options.schema ?? defaultSchema, options.role)

/**
 * Provides the ledger over a client that the application has.
 *
 * @category layers
 */
export const layer = (
  options?: Options
): Layer.Layer<Ledger, LedgerUnavailable | MigrationError | SchemaMismatch, PgClient.PgClient | SqlClient> =>
  Layer.effect(
    Ledger,
    Effect.gen(function*() {
      const sql = yield* PgClient.PgClient
      const schema = options?.schema ?? defaultSchema
      const bound = Duration.fromInputUnsafe(options?.callTimeout ?? "2 seconds")
      const lease = Duration.toMillis(Duration.fromInputUnsafe(options?.lease ?? defaultLease))
      if (!(lease >= shortestLease && lease < Infinity)) {
        return yield* Effect.die(new RangeError(`lease: expected at least 1 second, got ${lease} ms`))
      }
      const server = Servers.of(sql.config)
      const timeout = Duration.fromInputUnsafe(options?.startTimeout ?? Startings.defaultTimeout)
      const start = { place: Servers.place(server), timeout }
      const ready = Effect.provideService(
        (options?.migrate ?? true) ? Migrations.migrate(schema) : Migrations.check(schema),
        SqlClient,
        sql
      )
      const checked = PostgresStores.within(PostgresStores.apart(sql, ready), Duration.max(timeout, bound))
      yield* Startings.waiting(
        Effect.mapError(
          checked,
          (error) => error._tag === "SqlError" ? Failures.unavailable(error, server) : error
        ),
        start
      )
      const notifications = yield* Notifications.make(sql, schema)
      return Ledger.of({
        attach: Effect.fnUntraced(function*(attachOptions) {
          const { fleet } = attachOptions
          const database = { ...PostgresStores.make({ sql, schema, bound, fleet }), word: notifications.next(fleet) }
          const attached = yield* Startings.waiting(CompareAndSet.attach(database, attachOptions, lease), start)
          return yield* SharedLedgers.make(attached, attachOptions)
        })
      })
    })
  )

/**
 * The options of a ledger that has connections of its own.
 *
 * @category options
 */
export interface ConnectOptions extends Options {
  /**
   * `postgres://user@host:port/database`. Its password is best left to `PGPASSWORD` or
   * to a password file (`PGPASSFILE`, or `.pgpass`), which are read as PostgreSQL's own
   * clients read them, once, when the layer is built. One in the URL comes first.
   */
  readonly url: Redacted.Redacted
  /** The number of connections at most. The default is 4. */
  readonly maxConnections?: number | undefined
}

/**
 * Provides the ledger with connections of its own, set up as it needs them.
 *
 * @example
 * ```ts
 * import { Layer, Redacted } from "effect"
 * import { EcsAws, Provisioner } from "fleetcap"
 * import { LedgerPostgres } from "fleetcap/postgres"
 * import assert from "node:assert/strict"
 *
 * const fleet = Provisioner.layer({
 *   cluster: "workers",
 *   taskDefinition: "converter:7",
 *   subnets: ["subnet-0a1b2c3d"],
 *   cap: 16
 * }).pipe(
 *   Layer.provide(LedgerPostgres.layerConnect({ url: Redacted.make("postgres://app@db/app") })),
 *   Layer.provide(EcsAws.layer())
 * )
 *
 * assert.ok(Layer.isLayer(fleet))
 * ```
 *
 * @category layers
 */
export const layerConnect = (
  { maxConnections, url, ...options }: ConnectOptions
): Layer.Layer<Ledger, LedgerUnavailable | MigrationError | SchemaMismatch> => {
  const server = Servers.of({ url })
  const pool = Layer.unwrap(Effect.map(Passwords.find(server), (password) =>
    PgClient.layer({
      url,
      password,
      applicationName: "fleetcap",
      maxConnections: maxConnections ?? 4,
      connectTimeout: "5 seconds",
      startupParameters: {
        // What a session that is cut off leaves undone must not hold up the others.
        statement_timeout: "5000",
        lock_timeout: "2000",
        idle_in_transaction_session_timeout: "5000",
        default_transaction_isolation: "read committed"
      }
    })))
  const connected: Layer.Layer<Ledger, LedgerUnavailable | MigrationError | SchemaMismatch | SqlError> = Layer.provide(
    layer(options),
    pool
  )
  return Layer.catchTag(
    connected,
    "SqlError",
    (error) => Layer.effect(Ledger, Effect.fail(Failures.unavailable(error, server)))
  )
}
