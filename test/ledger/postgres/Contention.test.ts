/**
 * What many writers of one fleet in PostgreSQL do to each other, and what a process
 * does that starts while the database is away.
 */
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Duration, Effect, Fiber, Layer, Logger, Redacted } from "effect"
import { Ledger } from "../../../src/ledger/Ledger.ts"
import * as LedgerPostgres from "../../../src/ledger/postgres/LedgerPostgres.ts"
import * as PostgresStore from "../../../src/ledger/postgres/PostgresStore.ts"
import * as LedgerState from "../../../src/ledger/rules/LedgerState.ts"
import { freshSchema, layerPool, url } from "../../postgres/ledger.ts"
import * as PostgresServer from "../../postgres/PostgresServer.ts"
import * as Holding from "../holding.ts"

const said: Array<string> = []

const recorded = Logger.layer([Logger.make(({ message }) => {
  said.push(String(message))
})])

const quiet = Logger.layer([])

/** A holder with a pool of its own, as a process has it. */
const process = Effect.fnUntraced(function*(schema: string, holder: string, cap: number, maxConnections = 2) {
  const layer = LedgerPostgres.layerConnect({ url: url(), schema, maxConnections })
  const context = yield* Layer.build(Layer.fresh(layer))
  return yield* Holding.attach(Context.get(context, Ledger), holder, { cap })
})

describe("LedgerPostgres, with many writers", () => {
  it.live(
    "queues what they ask at once: none of it is refused, the cap is exact, and two connections are enough",
    () =>
      Effect.gen(function*() {
        said.length = 0
        const schema = yield* freshSchema
        const holders = Array.from({ length: 6 }, (_, n) => `p${n}`)
        // All of them make the schema and attach at once, too.
        const ledgers = yield* Effect.forEach(holders, (holder) => process(schema, holder, 30), {
          concurrency: "unbounded"
        })
        const asked = ledgers.flatMap((ledger, n) =>
          Array.from({ length: 40 }, (_, k) => ({ ledger, key: `${n}-${k}` }))
        )
        const answers = yield* Effect.forEach(asked, ({ key, ledger }) =>
          Effect.tap(
            Holding.reserve(ledger, key),
            (answer) => answer._tag === "Granted" ? ledger.gate(answer.ticket) : Effect.void
          ), { concurrency: "unbounded" })
        assert.strictEqual(answers.filter(({ _tag }) => _tag === "Granted").length, 30)
        assert.deepStrictEqual(said.filter((line) => line.includes("The ledger of fleet")), [])
      }).pipe(Effect.scoped, Effect.provide(recorded)),
    60_000
  )

  const held = Effect.fnUntraced(function*(schema: string) {
    const sql = yield* PgClient.PgClient
    return PostgresStore.make({ sql, schema, bound: Duration.seconds(2), fleet: "c/f" })
  })

  it.live("goes on after a process that stands still in the line, within about a second", () =>
    Effect.gen(function*() {
      const schema = yield* freshSchema
      yield* LedgerPostgres.migrate({ schema })
      const ledger = yield* process(schema, "a", 3)
      const database = yield* held(schema)
      const still = yield* Effect.forkChild(
        Effect.exit(database.inLine(1, (calls) => Effect.andThen(calls.read(0), Effect.never)))
      )
      yield* Effect.sleep("200 millis")
      const begun = yield* Clock.currentTimeMillis
      assert.strictEqual((yield* Holding.reserve(ledger, "k"))._tag, "Granted")
      assert.isBelow((yield* Clock.currentTimeMillis) - begun, 3000)
      yield* Fiber.interrupt(still)
      assert.strictEqual(LedgerState.used(yield* ledger.slotTable), 1)
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(layerPool(), quiet))), 30_000)
})

describe("LedgerPostgres, while a process starts", () => {
  it.live("waits for a database that is away, and says so once", () =>
    Effect.gen(function*() {
      said.length = 0
      const postgres = yield* Effect.acquireRelease(
        Effect.promise(() => PostgresServer.start()),
        (server) => Effect.promise(server.stop)
      )
      yield* Effect.promise(postgres.kill)
      const starting = yield* Effect.forkChild(Effect.scoped(Effect.gen(function*() {
        const layer = LedgerPostgres.layerConnect({ url: Redacted.make(postgres.url) })
        const context = yield* Layer.build(Layer.fresh(layer))
        const ledger = yield* Holding.attach(Context.get(context, Ledger), "a")
        return yield* Holding.reserve(ledger, "k")
      })))
      yield* Effect.sleep("1 second")
      yield* Effect.promise(postgres.start)
      assert.strictEqual((yield* Fiber.join(starting))._tag, "Granted")
      const waited = said.filter((line) => line.includes("is waited for"))
      assert.strictEqual(waited.length, 1)
      assert.include(waited[0], `PostgreSQL at ${new URL(postgres.url).host}/postgres`)
    }).pipe(Effect.scoped, Effect.provide(recorded)), 60_000)

  const told = (place: string) =>
    Effect.gen(function*() {
      const begun = yield* Clock.currentTimeMillis
      const layer = LedgerPostgres.layerConnect({ url: Redacted.make(place), startTimeout: "10 minutes" })
      const { message } = yield* Effect.flip(Effect.scoped(Layer.build(Layer.fresh(layer))))
      return { message, millis: (yield* Clock.currentTimeMillis) - begun }
    })

  it.live(
    "fails at once where no waiting helps, and names the host and not the password",
    () =>
      Effect.gen(function*() {
        const place = new URL(Redacted.value(url()))
        place.password = "pa55word"
        const { host } = place
        place.pathname = "/nowhere"
        const absent = yield* told(place.href)
        assert.include(absent.message, `The ledger rejected the operation: PostgreSQL at ${host}/nowhere: `)
        place.pathname = "/postgres"
        place.username = "nobody_here"
        const unknown = yield* told(place.href)
        assert.include(unknown.message, "role \"nobody_here\" does not exist")
        for (const { message, millis } of [absent, unknown]) {
          assert.notInclude(message, "pa55word")
          assert.isBelow(millis, 50_000)
        }
      }).pipe(Effect.provide(quiet)),
    60_000
  )
})
