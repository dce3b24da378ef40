/**
 * One process of those that `ledger.ts` measures: it attaches, says so, waits for the
 * word, and tells what its requests were answered and how long each decision took.
 */
import { Clock, Context, Duration, Effect, Layer, Logger, Random, Redacted } from "effect"
import { once } from "node:events"
import { TaskArn } from "../src/ecs/Ecs.ts"
import * as LedgerDynamoDb from "../src/ledger/dynamodb/LedgerDynamoDb.ts"
import { Ledger, type LedgerUnavailable } from "../src/ledger/Ledger.ts"
import * as LedgerPostgres from "../src/ledger/postgres/LedgerPostgres.ts"
import * as Holding from "../test/ledger/holding.ts"

/** What a replica is told to do. */
export interface Task {
  readonly place: string
  readonly fleet: string
  readonly name: string
  readonly cap: number
  readonly requests: number
  /** Whether all replicas ask for the same keys. */
  readonly sameKeys: boolean
  /** How many of the requests come in a second, at random. All at once unless given. */
  readonly perSecond?: number | undefined
}

/** What a replica tells. */
export interface Told {
  readonly granted: ReadonlyArray<string>
  readonly failed: ReadonlyArray<string>
  /** How long each decision took, in milliseconds. */
  readonly took: ReadonlyArray<number>
}

export const credentials = { accessKeyId: "nobody", secretAccessKey: "nothing" }

const layerAt = (place: string) =>
  place.startsWith("postgres")
    ? LedgerPostgres.layerConnect({ url: Redacted.make(place) })
    : LedgerDynamoDb.layer({ endpoint: place, region: "eu-central-1", credentials, table: "fleetcap" })

export const attach = Effect.fnUntraced(function*(place: string, fleet: string, holder: string, cap: number) {
  const context = yield* Layer.build(Layer.fresh(Layer.merge(layerAt(place), Logger.layer([]))))
  return yield* Holding.attach(Context.get(context, Ledger), holder, { fleet, cap })
})

const replica = ({ cap, fleet, name, perSecond, place, requests, sameKeys }: Task) =>
  Effect.scoped(Effect.gen(function*() {
    const ledger = yield* attach(place, fleet, name, cap)
    const go = once(process, "message")
    process.send?.("ready")
    yield* Effect.promise(() => go)
    const granted: Array<string> = []
    const failed: Array<string> = []
    const took: Array<number> = []
    const clock = yield* Clock.Clock
    const millis = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
    const timed = <A>(decision: Effect.Effect<A, LedgerUnavailable>) =>
      Effect.suspend(() => {
        const begun = millis()
        return Effect.ensuring(decision, Effect.sync(() => took.push(millis() - begun)))
      })
    const request = Effect.fnUntraced(function*(n: number) {
      const key = sameKeys ? `k${n}` : `${name}-k${n}`
      const answer = yield* timed(Holding.reserve(ledger, key, crypto.randomUUID()))
      if (answer._tag !== "Granted") return
      granted.push(key)
      yield* timed(ledger.gate(answer.ticket))
      yield* timed(ledger.settle(
        answer.ticket,
        perSecond === undefined
          ? { _tag: "Accepted", taskArn: TaskArn(`arn:aws:ecs:eu-central-1:1:task/c/${answer.ticket.slotId}`) }
          // In a steady stream it makes room for the next.
          : { _tag: "Declined", failure: { reason: "capacity", detail: "no room" } }
      ))
    })
    yield* Effect.forEach(
      Array.from({ length: requests }, (_, n) => n),
      (n) =>
        Effect.gen(function*() {
          if (perSecond !== undefined) {
            yield* Effect.sleep(Duration.millis((yield* Random.next) * 1000 * requests / perSecond))
          }
          yield* Effect.catch(request(n), ({ detail }) => Effect.sync(() => failed.push(detail)))
        }),
      { concurrency: "unbounded" }
    )
    process.send?.({ granted, failed, took } satisfies Told)
    // What it was granted stays granted until all have been asked.
    yield* Effect.promise(() => once(process, "message"))
  }))

const [task] = process.argv.slice(2)
if (task !== undefined && process.send !== undefined) {
  await Effect.runPromise(replica(JSON.parse(task))).finally(() => process.connected && process.disconnect())
}
