/**
 * The shared ledgers in figures: what a burst on four processes is granted, how
 * many decisions a second there are beside a bare one-row `UPDATE` on the same
 * server, and how soon another process is granted a slot that was freed.
 *
 * `npm run bench:ledger`
 */
import { PgClient } from "@effect/sql-pg"
import dynalite from "dynalite"
import { Clock, Console, Context, Effect, Fiber, Layer, Logger, Queue, Redacted } from "effect"
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { TaskArn } from "../src/Ecs.ts"
import { type FleetLedger, Ledger } from "../src/Ledger.ts"
import * as LedgerDynamoDb from "../src/ledger/dynamodb/LedgerDynamoDb.ts"
import * as LedgerPostgres from "../src/ledger/postgres/LedgerPostgres.ts"
import * as Time from "../src/Time.ts"
import * as Holding from "../test/ledger/holding.ts"
import * as PostgresServer from "../test/postgres/PostgresServer.ts"

const processes = 4
const asked = 500
const cap = 100

const credentials = { accessKeyId: "nobody", secretAccessKey: "nothing" }

const layerAt = (place: string) =>
  place.startsWith("postgres")
    ? LedgerPostgres.layerConnect({ url: Redacted.make(place) })
    : LedgerDynamoDb.layer({ endpoint: place, region: "eu-central-1", credentials, table: "fleetcap" })

const attach = Effect.fnUntraced(function*(place: string, fleet: string, holder: string, cap: number) {
  const context = yield* Layer.build(Layer.fresh(Layer.merge(layerAt(place), Logger.layer([]))))
  return yield* Holding.attach(Context.get(context, Ledger), holder, { fleet, cap })
})

const reserve = (ledger: FleetLedger, key: string) =>
  Effect.suspend(() => Holding.reserve(ledger, key, crypto.randomUUID()))

/** One process of a burst: it attaches, waits for the word, asks for all its keys at once, and tells what it was granted. */
const child = (place: string, fleet: string, name: string, keys: string) =>
  Effect.scoped(Effect.gen(function*() {
    const ledger = yield* attach(place, fleet, name, cap)
    const go = once(process, "message")
    process.send?.("ready")
    yield* Effect.promise(() => go)
    const answers = yield* Effect.forEach(
      Array.from({ length: asked }, (_, n) => keys === "same" ? `k${n}` : `${name}-k${n}`),
      (key) => Effect.map(reserve(ledger, key), ({ _tag }) => ({ key, _tag })),
      { concurrency: "unbounded" }
    )
    const granted = answers.filter(({ _tag }) => _tag === "Granted").map(({ key }) => key)
    process.send?.({ granted })
    // What it was granted stays granted until all have been asked.
    yield* Effect.promise(() => once(process, "message"))
  }))

const burst = async (place: string, fleet: string, keys: string) => {
  const children = Array.from(
    { length: processes },
    (_, n) => fork(fileURLToPath(import.meta.url), [place, fleet, `p${n}`, keys])
  )
  await Promise.all(children.map((child) => once(child, "message")))
  const begun = performance.now()
  const told = children.map(async (child): Promise<ReadonlyArray<string>> => {
    const [message] = await once(child, "message")
    return message.granted
  })
  for (const child of children) child.send("go")
  const granted = (await Promise.all(told)).flat()
  const seconds = (performance.now() - begun) / 1000
  const ended = children.map((child) => once(child, "exit"))
  for (const child of children) child.send("end")
  await Promise.all(ended)
  return { granted: granted.length, keys: new Set(granted).size, seconds }
}

const bursts = Effect.fnUntraced(function*(name: string, place: string) {
  for (const keys of ["distinct", "same"]) {
    const rounds = []
    for (let n = 0; n < 5; n++) {
      rounds.push(yield* Effect.promise(() => burst(place, `${name}-${keys}-${n}`, keys)))
    }
    const exact = rounds.filter(({ granted, keys }) => granted === cap && keys === cap).length
    const times = rounds.map(({ seconds }) => `${seconds.toFixed(2)}s`).join(" ")
    yield* Console.log(
      `${name}: ${processes} x ${asked} ${keys} keys, cap ${cap}: exact in ${exact} of 5 rounds (${times})`
    )
    if (exact < rounds.length) yield* Effect.sync(() => process.exitCode = 1)
  }
})

/** How often a second, over two seconds. */
const rate = Effect.fnUntraced(function*<E, R>(askers: number, once: (asker: number) => Effect.Effect<number, E, R>) {
  const end = (yield* Clock.currentTimeMillis) + 2000
  const counts = yield* Effect.forEach(Array.from({ length: askers }, (_, n) => n), (asker) =>
    Effect.gen(function*() {
      let count = 0
      while ((yield* Clock.currentTimeMillis) < end) count += yield* once(asker)
      return count
    }), { concurrency: "unbounded" })
  return counts.reduce((sum, count) => sum + count, 0) / 2
})

const decisions = Effect.fnUntraced(function*(server: string, url: string) {
  const ledger = yield* attach(url, "decisions", "bench", 10_000)
  const connected = yield* Layer.build(PgClient.layer({ url: Redacted.make(url), maxConnections: 16 }))
  const sql = Context.get(connected, PgClient.PgClient)
  yield* sql`CREATE TABLE IF NOT EXISTS bare (n bigint NOT NULL)`
  yield* sql`INSERT INTO bare VALUES (0)`
  for (const askers of [1, 4, 16, 256]) {
    const bare = yield* rate(askers, () => Effect.as(sql`UPDATE bare SET n = n + 1`, 1))
    const ours = yield* rate(
      askers,
      (asker) =>
        Effect.flatMap(
          reserve(ledger, `k${asker}`),
          (answer) => answer._tag === "Granted" ? Effect.as(ledger.withdraw(answer.ticket), 2) : Effect.succeed(1)
        )
    )
    yield* Console.log(
      `${server}: ${String(askers).padStart(3)} askers: ${ours.toFixed(0)} decisions a second, ` +
        `${bare.toFixed(0)} bare updates, ratio ${(ours / bare).toFixed(2)}`
    )
  }
})

/** A task that runs. */
const running = Effect.fnUntraced(function*(ledger: FleetLedger, n: number) {
  const ticket = yield* Holding.granted(ledger, `mine-${n}`, crypto.randomUUID())
  const taskArn = TaskArn(`arn:aws:ecs:eu-central-1:1:task/c/${n}`)
  yield* ledger.gate(ticket)
  yield* ledger.settle(ticket, { _tag: "Accepted", taskArn, lastStatus: undefined })
  return taskArn
})

/** From when one process tells the ledger that a task has stopped until another one is granted its slot. */
const handOver = Effect.fnUntraced(function*(url: string) {
  const [mine, yours] = [yield* attach(url, "hand-over", "a", 1), yield* attach(url, "hand-over", "b", 1)]
  const changes = yield* yours.subscribe(100)
  const times: Array<number> = []
  for (let n = 0; n < 200; n++) {
    const task = yield* running(mine, n)
    const waiting = yield* Effect.forkChild(
      Effect.andThen(
        Effect.repeat(Queue.take(changes), { until: ({ _tag }) => _tag === "Freed" }),
        reserve(yours, `yours-${n}`)
      )
    )
    const begun = performance.now()
    yield* mine.observe({
      begunAt: Time.of(yield* mine.now),
      running: undefined,
      stopped: undefined,
      tasks: [{ taskArn: task, lastStatus: "STOPPED" }],
      missing: []
    })
    const granted = yield* Fiber.join(waiting)
    times.push(performance.now() - begun)
    if (granted._tag !== "Granted") return yield* Effect.die(granted._tag)
    yield* yours.withdraw(granted.ticket)
    yield* Effect.repeat(Queue.take(changes), { until: ({ _tag }) => _tag === "Freed" })
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN).toFixed(1)
  yield* Console.log(
    `postgres: a slot whose task is seen to have stopped is granted on another process after ${at(0.5)} ms (median), ${
      at(0.99)
    } ms (99 %), ${at(1)} ms (most)`
  )
})

const postgres = (durable: boolean) =>
  Effect.acquireRelease(
    Effect.promise(() => PostgresServer.start({ durable })),
    (server) => Effect.promise(server.stop)
  )

const all = Effect.scoped(Effect.gen(function*() {
  const server = yield* postgres(false)
  const dynamo = dynalite({ createTableMs: 0 })
  const port = yield* Effect.callback<number>((resume) => {
    dynamo.listen(0, "127.0.0.1", () => {
      const address = dynamo.address()
      resume(Effect.succeed(address !== null && typeof address === "object" ? address.port : 0))
    })
  })
  const endpoint = `http://127.0.0.1:${port}`
  const client = yield* LedgerDynamoDb.makeClient({ endpoint, region: "eu-central-1", credentials })
  yield* LedgerDynamoDb.createTable(client, "fleetcap")
  yield* bursts("postgres", server.url)
  yield* bursts("dynamodb", endpoint)
  yield* decisions("postgres, fsync off", server.url)
  yield* decisions("postgres, fsync on", (yield* postgres(true)).url)
  yield* handOver(server.url)
  dynamo.closeAllConnections()
  dynamo.close()
}))

const [place, fleet, name, keys] = process.argv.slice(2)
const run = place === undefined || fleet === undefined || name === undefined || keys === undefined
  ? all
  : child(place, fleet, name, keys)
await Effect.runPromise(Effect.provide(run, Layer.empty)).finally(() => process.connected && process.disconnect())
