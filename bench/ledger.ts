/**
 * The shared ledgers in figures: what a burst on several processes is granted and how
 * many of its requests fail, how long a decision takes in a steady stream, how many
 * decisions a second there are beside a bare one-row `UPDATE` on the same server, and
 * how soon another process is granted a slot that was freed.
 *
 * `npm run bench:ledger`, or one section of it: `npm run bench:ledger contention`
 */
import { PgClient } from "@effect/sql-pg"
import dynalite from "dynalite"
import { Clock, Console, Context, Effect, Fiber, Layer, Queue, Redacted, type Scope } from "effect"
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { TaskArn } from "../src/ecs/Ecs.ts"
import * as LedgerDynamoDb from "../src/ledger/dynamodb/LedgerDynamoDb.ts"
import type { FleetLedger } from "../src/ledger/Ledger.ts"
import * as Time from "../src/Time.ts"
import * as Holding from "../test/ledger/holding.ts"
import * as PostgresServer from "../test/postgres/PostgresServer.ts"
import { attach, credentials, type Task, type Told } from "./replica.ts"

const cap = 100

const reserve = (ledger: FleetLedger, key: string) =>
  Effect.suspend(() => Holding.reserve(ledger, key, crypto.randomUUID()))

type Run = Omit<Task, "name"> & { readonly replicas: number }

/** Runs replicas until each has told what it was answered. One that ends before it has attached is counted, and no more. */
const together = async ({ replicas, ...task }: Run) => {
  const children = Array.from(
    { length: replicas },
    (_, n) =>
      fork(fileURLToPath(new URL("replica.ts", import.meta.url)), [JSON.stringify({ ...task, name: `p${n}` })], {
        silent: true
      })
  )
  const attached = await Promise.all(
    children.map((child) =>
      Promise.race([once(child, "message").then(() => true), once(child, "exit").then(() => false)])
    )
  )
  const started = children.filter((_, n) => attached[n])
  const begun = performance.now()
  const telling = started.map(async (child): Promise<Told> => (await once(child, "message"))[0])
  for (const child of started) child.send("go")
  const told = await Promise.all(telling)
  const seconds = (performance.now() - begun) / 1000
  const ended = started.map((child) => once(child, "exit"))
  for (const child of started) child.send("end")
  await Promise.all(ended)
  return {
    granted: told.flatMap(({ granted }) => granted),
    failed: told.flatMap(({ failed }) => failed),
    took: told.flatMap(({ took }) => took).sort((a, b) => a - b),
    exited: children.length - started.length,
    seconds
  }
}

/** The time, in milliseconds, below which that share of them is. */
const at = (sorted: ReadonlyArray<number>, share: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1)

const quantiles = (sorted: ReadonlyArray<number>): string =>
  `p50 ${at(sorted, 0.5)} ms, p99 ${at(sorted, 0.99)} ms, max ${at(sorted, 1)} ms`

const bursts = Effect.fnUntraced(function*(
  name: string,
  { count = 3, ...run }: Omit<Run, "fleet" | "cap"> & { readonly count?: number }
) {
  const rounds = []
  for (let n = 0; n < count; n++) {
    const fleet = `${name}-${run.replicas}-${run.requests}-${run.sameKeys}-${n}`
    rounds.push(yield* Effect.promise(() => together({ ...run, cap, fleet })))
  }
  const exact = rounds.filter(({ granted }) => granted.length === cap && new Set(granted).size === cap).length
  const failed = rounds.flatMap(({ failed }) => failed)
  const exited = rounds.reduce((sum, { exited }) => sum + exited, 0)
  const took = rounds.flatMap(({ took }) => took).sort((a, b) => a - b)
  yield* Console.log(
    `${name}: ${run.replicas} x ${run.requests} ${run.sameKeys ? "same" : "distinct"} keys at once, cap ${cap}: ` +
      `exact in ${exact} of ${count} rounds (${rounds.map(({ seconds }) => `${seconds.toFixed(2)}s`).join(" ")}), ` +
      `${failed.length} failed, ${exited} replicas did not start, ${quantiles(took)}`
  )
  for (const error of new Set(failed)) yield* Console.log(`  ${error}`)
  if (exact < rounds.length || failed.length > 0 || exited > 0) yield* Effect.sync(() => process.exitCode = 1)
})

/** A steady stream of requests, at random moments, each with the whole life of a launch. */
const steady = Effect.fnUntraced(function*(name: string, place: string, replicas: number, perSecond: number) {
  const run = { replicas, requests: 10 * perSecond / replicas, perSecond: perSecond / replicas }
  const { exited, failed, took } = yield* Effect.promise(() =>
    together({ ...run, place, fleet: `${name}-steady`, cap, sameKeys: false })
  )
  yield* Console.log(
    `${name}: ${perSecond} requests a second over ${replicas} replicas: ${took.length} decisions, ` +
      `${failed.length} requests failed, ${exited} replicas did not start, ${quantiles(took)}`
  )
  if (failed.length > 0 || exited > 0) yield* Effect.sync(() => process.exitCode = 1)
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
  yield* Console.log(
    `postgres: a slot whose task is seen to have stopped is granted on another process after ${quantiles(times)}`
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
  const sections: Record<string, Effect.Effect<void, unknown, Scope.Scope>> = {
    bursts: Effect.gen(function*() {
      for (const sameKeys of [false, true]) {
        yield* bursts("postgres", { place: server.url, replicas: 4, requests: 500, sameKeys })
        yield* bursts("dynamodb", { place: endpoint, replicas: 4, requests: 500, sameKeys })
      }
    }),
    contention: Effect.gen(function*() {
      for (const [replicas, requests] of [[16, 200], [3, 200], [8, 100], [4, 300]] as const) {
        yield* bursts("postgres", { place: server.url, replicas, requests, sameKeys: false })
      }
      yield* bursts("dynamodb", { place: endpoint, replicas: 8, requests: 100, sameKeys: false })
    }),
    steady: Effect.andThen(steady("postgres", server.url, 4, 100), steady("dynamodb", endpoint, 4, 20)),
    decisions: Effect.gen(function*() {
      yield* decisions("postgres, fsync off", server.url)
      yield* decisions("postgres, fsync on", (yield* postgres(true)).url)
    }),
    handOver: handOver(server.url)
  }
  const [only] = process.argv.slice(2)
  for (const [name, section] of Object.entries(sections)) if (only === undefined || only === name) yield* section
  dynamo.closeAllConnections()
  dynamo.close()
}))

await Effect.runPromise(Effect.provide(all, Layer.empty))
