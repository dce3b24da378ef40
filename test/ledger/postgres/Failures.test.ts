/**
 * What the ledger in PostgreSQL does when its database is away, or is not as it
 * must be.
 */
import type { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Logger, Queue, Redacted, Result, Schedule } from "effect"
import { SqlClient } from "effect/sql"
import { SqlError, UnknownError } from "effect/sql/SqlError"
import { createServer, type Server, type Socket } from "node:net"
import * as LedgerPostgres from "../../../src/ledger/postgres/LedgerPostgres.ts"
import * as Failures from "../../../src/ledger/postgres/PostgresError.ts"
import * as Servers from "../../../src/ledger/postgres/Server.ts"
import * as LedgerState from "../../../src/ledger/rules/LedgerState.ts"
import { SlotId } from "../../../src/ledger/Slot.ts"
import { attach, freshSchema, layerPool, url } from "../../postgres/ledger.ts"
import * as PostgresServer from "../../postgres/PostgresServer.ts"
import * as Proxy from "../../postgres/proxy.ts"
import { reserve } from "../holding.ts"

const quiet = Logger.layer([])

/** A server of the test's own, that can be ended. */
const server = Effect.acquireRelease(
  Effect.promise(() => PostgresServer.start()),
  (server) => Effect.promise(server.stop)
)

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const begun = yield* Clock.currentTimeMillis
    const result = yield* Effect.result(effect)
    return { result, seconds: ((yield* Clock.currentTimeMillis) - begun) / 1000 }
  })

const within10Seconds = { times: 100, schedule: Schedule.spaced("100 millis") }

const layerFresh = (pool: Partial<PgClient.PgPoolConfig>, options?: LedgerPostgres.Options) =>
  Layer.unwrap(Effect.map(freshSchema, (schema) => LedgerPostgres.layer({ schema, ...options }))).pipe(
    Layer.provideMerge(layerPool(pool)),
    Layer.merge(quiet)
  )

describe("LedgerPostgres, while its database is away", () => {
  it.live("fails closed within seconds, and goes on by itself with all that it knew", () =>
    Effect.gen(function*() {
      const postgres = yield* server
      yield* Effect.gen(function*() {
        const ledger = yield* attach("a")
        assert.strictEqual((yield* reserve(ledger, "before"))._tag, "Granted")
        yield* Effect.promise(postgres.kill)
        const { result, seconds } = yield* timed(reserve(ledger, "during"))
        assert.strictEqual(Result.isFailure(result) && result.failure._tag, "LedgerUnavailable")
        assert.isBelow(seconds, 15)
        yield* Effect.promise(postgres.start)
        const after = yield* Effect.retry(reserve(ledger, "after"), { times: 5 })
        assert.strictEqual(after._tag, "Granted")
        // What was asked while it was away, and given up, holds nothing.
        const slotTable = yield* ledger.slotTable
        assert.isUndefined(LedgerState.find(slotTable, SlotId("id-during")))
        assert.isDefined(LedgerState.find(slotTable, SlotId("id-before")))
      }).pipe(
        Effect.scoped,
        Effect.provide(Layer.mergeAll(LedgerPostgres.layerConnect({ url: Redacted.make(postgres.url) }), quiet))
      )
    }))

  it.live("is not stuck with sessions whose peer takes everything and answers nothing", () =>
    Effect.gen(function*() {
      const schema = yield* freshSchema
      const proxy = yield* Effect.acquireRelease(
        Effect.promise(() => Proxy.start(Redacted.value(url()))),
        (proxy) => Effect.sync(proxy.close)
      )
      yield* Effect.gen(function*() {
        // Before the pool is closed, which would wait for the sessions that are silent.
        yield* Effect.addFinalizer(() => Effect.sync(proxy.close))
        const ledger = yield* attach("a")
        assert.strictEqual((yield* reserve(ledger, "before"))._tag, "Granted")
        proxy.silence()
        const { result, seconds } = yield* timed(reserve(ledger, "during"))
        assert.isTrue(Result.isFailure(result))
        assert.isBelow(seconds, 15)
        proxy.restore()
        assert.strictEqual((yield* Effect.retry(reserve(ledger, "after"), { times: 6 }))._tag, "Granted")
      }).pipe(
        Effect.scoped,
        Effect.provide(Layer.mergeAll(
          LedgerPostgres.layerConnect({ url: Redacted.make(proxy.url), schema, callTimeout: "500 millis" }),
          quiet
        ))
      )
    }), 90_000)

  it.live("says so when the application has taken all connections, and goes on when it gives them back", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const ledger = yield* attach("a")
      const hog = yield* Effect.forkChild(
        Effect.all([1, 2].map(() => sql.withTransaction(sql`SELECT pg_sleep(7)`)), { concurrency: "unbounded" })
      )
      yield* Effect.sleep("300 millis")
      const { result, seconds } = yield* timed(reserve(ledger, "during"))
      assert.isTrue(Result.isFailure(result))
      assert.isBelow(seconds, 15)
      yield* Fiber.join(hog)
      assert.strictEqual((yield* Effect.retry(reserve(ledger, "after"), { times: 5 }))._tag, "Granted")
    }).pipe(Effect.scoped, Effect.provide(layerFresh({ maxConnections: 3 }))))

  it.live("hears of a freed slot again after its listening session was ended", () =>
    Effect.gen(function*() {
      const sql = yield* SqlClient.SqlClient
      const [mine, yours] = [yield* attach("a"), yield* attach("b")]
      const listening = Effect.flatMap(
        sql`SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND application_name = 'hears'`,
        (rows) => rows.length === 1 ? Effect.void : Effect.fail("no session listens")
      )
      yield* Effect.retry(listening, within10Seconds)
      yield* sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE query LIKE 'LISTEN%' AND application_name = 'hears'`
      yield* Effect.retry(listening, within10Seconds)
      const changes = yield* yours.subscribe(10)
      const reserved = yield* reserve(mine, "k")
      if (reserved._tag !== "Granted") return assert.fail(reserved._tag)
      yield* mine.withdraw(reserved.ticket)
      const heard = yield* Effect.timeout(Effect.replicateEffect(Queue.take(changes), 2), "10 seconds")
      assert.deepStrictEqual(heard.map((change) => change._tag), ["Reserved", "Freed"])
    }).pipe(Effect.scoped, Effect.provide(layerFresh({ applicationName: "hears" }))))
})

describe("LedgerPostgres, where its database is not as it must be", () => {
  it.live("says what it expected, and where, of what is no PostgreSQL", () =>
    Effect.gen(function*() {
      const answers = (answer: (socket: Socket) => void) =>
        Effect.acquireRelease(
          Effect.callback<Server>((resume) => {
            const server = createServer((socket) => {
              socket.on("error", () => {})
              answer(socket)
            })
            server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
          }),
          (server) => Effect.sync(() => server.close())
        ).pipe(Effect.map((server) => {
          const address = server.address()
          return typeof address === "object" && address !== null ? address.port : 0
        }))
      // As MySQL greets: a packet's length and number, the protocol's version, the server's, and a salt.
      const mysql = Buffer.concat([Buffer.from([0x4a, 0, 0, 0, 10]), Buffer.from("8.0.36\0"), Buffer.alloc(67, 0x21)])
      const http = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"
      const others: ReadonlyArray<readonly [port: number, what: string]> = [
        [
          yield* answers((socket) => socket.once("data", () => socket.end(http))),
          "and what answers there is something else"
        ],
        [yield* answers((socket) => socket.write(mysql)), "and what answers there is something else"],
        [yield* answers((socket) => socket.once("data", () => socket.end())), ": Connection closed unexpectedly"],
        [9, ": connect ECONNREFUSED 127.0.0.1:9"]
      ]
      for (const [port, what] of others) {
        for (const query of ["", "?sslmode=require"]) {
          const url = Redacted.make(`postgres://u:pa55word@127.0.0.1:${port}/d${query}`)
          const error = yield* Effect.flip(
            Effect.scoped(
              Layer.build(LedgerPostgres.layerConnect({ url, callTimeout: "20 seconds", startTimeout: "1 millis" }))
            )
          )
          assert.match(
            error.message,
            new RegExp(`: PostgreSQL at 127\\.0\\.0\\.1:${port}/d: expected PostgreSQL at 127\\.0\\.0\\.1:${port}`)
          )
          assert.include(error.message, what)
        }
      }
    }))

  it("repeats no password that a server repeats", () => {
    const server = Servers.of({ url: Redacted.make("postgres://u:pa55%20word@127.0.0.1:1/d") })
    const said = (message: string) =>
      new SqlError({ reason: new UnknownError({ cause: new Error(message), operation: "execute" }) })
    for (const password of ["pa55 word", "pa55%20word"]) {
      const error = said(`no: ${password}`)
      assert.strictEqual(Failures.inWords(error, server).message, "no: ***")
      assert.strictEqual(Failures.ofCall(error, server).message, "The ledger could not be asked: no: ***")
    }
    assert.isBelow(String(Failures.ofCall(said("x".repeat(10_000)), server)).length, 600)
  })

  it.live("decides nothing under an isolation level that would not see what others decide", () =>
    Effect.gen(function*() {
      const schema = yield* freshSchema
      const under = (level: string) =>
        LedgerPostgres.layer({ schema }).pipe(
          Layer.provide(layerPool({ startupParameters: { default_transaction_isolation: level } })),
          Layer.merge(quiet)
        )
      const error = yield* Effect.flip(Effect.provide(Effect.scoped(attach("a")), under("repeatable read")))
      assert.include(error.message, "READ COMMITTED")
      yield* Effect.provide(Effect.scoped(attach("a")), under("read committed"))
    }))
})
