/**
 * Replicas that are ended, stopped and started again, and their database.
 */
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, FiberSet, Layer, Option, Redacted, Schedule, Scope } from "effect"
import type * as PostgresServer from "../postgres/PostgresServer.ts"
import type { Fault } from "./Faults.ts"
import type * as Message from "./Message.ts"
import * as ReplicaProcess from "./ReplicaProcess.ts"

/** How many rows the ledger has in its tables. */
export interface Rows {
  readonly slot: number
  readonly gone: number
  readonly member: number
  readonly difference: number
}

export interface Fleet {
  /** Makes a fault happen; what lasts goes on beside. `false` says that it could not happen just now. */
  readonly suffer: (fault: Fault) => Effect.Effect<boolean>
  /** Waits until all that were stopped go on, those that leave have left, and the server is there. */
  readonly recover: Effect.Effect<void>
  /** Ends all requests: no replica makes another. */
  readonly rest: Effect.Effect<void>
  /** Asks every replica for a task, and says how many do not answer any more. */
  readonly deaf: Effect.Effect<number>
  readonly rows: Effect.Effect<Rows>
  readonly started: () => number
  /** The number of replicas that have ended by themselves. */
  readonly died: () => number
}

interface Place {
  replica: ReplicaProcess.ReplicaProcess | undefined
  /** Whether it has attached to the ledger, and was not stopped since. */
  isWorking: boolean
}

/** How long one that is told to leave may take. */
const leaveTimeout = "10 seconds"

/** The time that a working replica may take to answer, once no other asks. */
const answerTimeout = "15 seconds"

export type Orders = Omit<Message.Orders, "name" | "database" | "skew" | "hold">

/** The clocks of some are right, and of some wrong by an hour. */
const skews = [0, 3_600_000, 0, -3_600_000]

/** Starts replicas on a server, and waits until they work. They end with the scope. */
export const start = Effect.fnUntraced(function*(
  server: PostgresServer.PostgresServer,
  count: number,
  orders: Orders
): Effect.fn.Return<Fleet, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const aside = yield* FiberSet.make()
  const runAside = yield* FiberSet.runtime(aside)()
  const expected = new Set<ReplicaProcess.ReplicaProcess>()
  let started = 0
  let died = 0
  let isAway = false

  const occupy = (place: Place): Effect.Effect<void> =>
    Effect.suspend(() => {
      const number = started++
      place.isWorking = false
      return Effect.flatMap(
        ReplicaProcess.start({
          ...orders,
          name: `replica-${number}`,
          seed: orders.seed * 10_000 + number,
          database: server.url,
          skew: skews[number % skews.length] ?? 0
        }),
        (replica) => {
          place.replica = replica
          return Effect.all([
            Effect.forkIn(awaitReady(place, replica), scope),
            Effect.forkIn(awaitEnd(place, replica), scope)
          ])
        }
      )
    }).pipe(Scope.provide(scope), Effect.asVoid)

  const awaitReady = (place: Place, replica: ReplicaProcess.ReplicaProcess) =>
    Effect.map(replica.ready, () => {
      if (place.replica === replica) place.isWorking = true
    })

  /** One that ends by itself is started again, as it would be anywhere. */
  const awaitEnd = (place: Place, replica: ReplicaProcess.ReplicaProcess): Effect.Effect<void> =>
    Effect.flatMap(replica.ended, () => {
      if (expected.delete(replica)) return Effect.void
      died++
      return occupy(place)
    })

  const places = Array.from({ length: count }, (): Place => ({ replica: undefined, isWorking: false }))
  yield* Effect.forEach(places, occupy, { discard: true })
  yield* Effect.forEach(places, ({ replica }) => replica?.ready ?? Effect.void, { discard: true })

  const client = Context.get(
    yield* Effect.orDie(Layer.build(PgClient.layer({
      url: Redacted.make(server.url),
      applicationName: "chaos",
      maxConnections: 2
    }))),
    PgClient.PgClient
  )

  /** A session of our own may be gone since the last crash: the next one is not. */
  const cut = (every: number) =>
    Effect.match(
      Effect.retry(
        client`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'fleetcap' AND pid % ${every} = 0`,
        { times: 2 }
      ),
      { onFailure: () => false, onSuccess: (ended) => ended.length > 0 }
    )

  const crash = (millis: number) =>
    Effect.sync(() => {
      isAway = true
      runAside(Effect.andThen(
        Effect.promise(server.kill),
        Effect.andThen(
          Effect.delay(Effect.promise(server.start), millis),
          Effect.sync(() => {
            isAway = false
          })
        )
      ))
      return true
    })

  const suffer = (fault: Fault): Effect.Effect<boolean> => {
    switch (fault._tag) {
      case "Cut":
        return Effect.suspend(() => isAway ? Effect.succeed(false) : cut(fault.every))
      case "Crash":
        return Effect.suspend(() => isAway ? Effect.succeed(false) : crash(fault.millis))
      default:
        return harm(fault)
    }
  }

  const harm = (fault: Exclude<Fault, { readonly _tag: "Cut" | "Crash" }>) =>
    Effect.gen(function*() {
      // From the one that is meant on, the first that is at work: of the others nothing is learned.
      const place = places.map((_, index) => places[(fault.replica + index) % count]).find((place) => place?.isWorking)
      const replica = place?.replica
      if (place === undefined || replica === undefined) return false
      place.isWorking = false
      if (fault._tag === "Stop") {
        yield* replica.stop
        runAside(Effect.delay(Effect.andThen(replica.resume, awaitReady(place, replica)), fault.millis))
        return true
      }
      expected.add(replica)
      if (fault._tag === "Kill") yield* replica.kill
      else runAside(Effect.timeoutOrElse(replica.leave, { duration: leaveTimeout, orElse: () => replica.kill }))
      yield* occupy(place)
      return true
    })

  const rows = Effect.retry(
    Effect.flatMap(
      client<Rows>`SELECT
        (SELECT count(*)::int FROM ${client(orders.schema)}.slot) AS slot,
        (SELECT count(*)::int FROM ${client(orders.schema)}.gone) AS gone,
        (SELECT count(*)::int FROM ${client(orders.schema)}.member) AS member,
        (SELECT count(*)::int FROM ${client(orders.schema)}.difference) AS difference`,
      ([found]) => found === undefined ? Effect.die("no row") : Effect.succeed(found)
    ),
    Schedule.spaced("200 millis")
  )

  return {
    suffer,
    recover: FiberSet.awaitEmpty(aside),
    rest: Effect.forEach(
      places,
      ({ replica }) => replica?.rest ?? Effect.void,
      { concurrency: "unbounded", discard: true }
    ),
    deaf: Effect.map(
      Effect.forEach(places, ({ replica }, index) =>
        replica === undefined
          ? Effect.succeedNone
          : Effect.timeoutOption(
            Effect.andThen(replica.tell({ _tag: "Ask", key: `last-${index}` }), replica.next("Answered")),
            answerTimeout
          ), { concurrency: "unbounded" }),
      (answers) => answers.filter(Option.isNone).length
    ),
    rows: Effect.orDie(rows),
    started: () => started,
    died: () => died
  }
})
