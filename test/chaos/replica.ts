/**
 * One replica, as a process: a provisioner over the ledger in PostgreSQL and ECS
 * over HTTP, nothing of them replaced, with clients that ask out of a small set of
 * keys for ever.
 *
 * It runs the sources that it is told to, which may be broken on purpose.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as EcsAws from "../../src/ecs/EcsAws.ts"
import type * as Ledgers from "../../src/ledger/Ledger.ts"
import type * as LedgerPostgres from "../../src/ledger/postgres/LedgerPostgres.ts"
import type * as Provisioners from "../../src/provisioner/Provisioner.ts"
import * as Message from "./Message.ts"

const orders = Schema.decodeSync(Schema.fromJsonString(Message.Orders))(process.argv[2] ?? "")

const load = <A>(path: string): Promise<A> => import(new URL(path, orders.source).href)

const [ecs, ledgers, postgres, provisioners] = await Promise.all([
  load<typeof EcsAws>("ecs/EcsAws.ts"),
  load<typeof Ledgers>("ledger/Ledger.ts"),
  load<typeof LedgerPostgres>("ledger/postgres/LedgerPostgres.ts"),
  load<typeof Provisioners>("provisioner/Provisioner.ts")
])

const decodeMessage = Schema.decodeUnknownSync(Message.ToReplica)

const tell = (message: Message.FromReplica) => Effect.sync(() => process.send?.(message))

const go = Latch.makeUnsafe(false)
const asked = Effect.runSync(Queue.unbounded<string>())
const resting = Latch.makeUnsafe(false)

process.on("message", (received) => {
  const message = decodeMessage(received)
  if (message._tag === "Ask") Queue.offerUnsafe(asked, message.key)
  else if (message._tag === "Go") go.openUnsafe()
  else resting.openUnsafe()
})
// Without a parent it would never end.
process.on("disconnect", () => process.exit(1))

/** Waits where it was told to, for as long as it is not told to go on. */
const holdBefore = (step: "gate" | "settle") => {
  let count = 0
  return Effect.suspend(() => {
    if (orders.hold?.before !== step || orders.hold.nth !== ++count) return Effect.void
    return Effect.andThen(tell({ _tag: "Held" }), go.await)
  })
}

const beforeGate = holdBefore("gate")
const beforeSettle = holdBefore("settle")

const ledger = Layer.effect(
  ledgers.Ledger,
  Effect.map(ledgers.Ledger, (inner) => ({
    attach: (options) =>
      Effect.map(inner.attach(options), (fleet) => ({
        ...fleet,
        gate: (ticket) => Effect.andThen(beforeGate, fleet.gate(ticket)),
        settle: (ticket, verdict) => Effect.andThen(beforeSettle, fleet.settle(ticket, verdict))
      }))
  }))
).pipe(Layer.provide(postgres.layerConnect({
  url: Redacted.make(orders.database),
  schema: orders.schema,
  lease: orders.lease,
  callTimeout: "1 second"
})))

const fleet = provisioners.layer({
  cluster: "chaos",
  taskDefinition: "worker:1",
  container: "worker",
  subnets: ["subnet-1"],
  cap: orders.cap,
  exclusiveKeys: true,
  // Sooner than in production, so that much happens in little time.
  settings: {
    requestTimeout: "10 seconds",
    readingInterval: "500 millis",
    backgroundReadingInterval: "1 second",
    replayBackoffBase: "100 millis",
    replayBackoffMax: "1 second",
    shutdownTimeout: "1 second"
  }
}).pipe(Layer.provide([
  ledger,
  ecs.layer({
    endpoint: orders.endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "nobody", secretAccessKey: "nothing" }
  })
]))

const between = (min: number, max: number) => Effect.flatMap(Random.nextBetween(min, max), Effect.sleep)

/** Half of those who ask do not wait, and half of those who wait give up before they are served. */
const client = Effect.gen(function*() {
  const { request, requestWhenFree } = yield* provisioners.Provisioner
  return yield* Effect.forever(Effect.gen(function*() {
    const key = `key-${yield* Random.nextIntBetween(1, orders.keys)}`
    const waits = yield* Random.nextBoolean
    const patience = yield* Random.nextBetween(100, 3000)
    yield* waits
      ? Effect.exit(Effect.timeoutOption(requestWhenFree(key), patience))
      : Effect.exit(request(key))
    yield* between(20, 300)
  }))
})

const answers = Effect.gen(function*() {
  const { requestWhenFree } = yield* provisioners.Provisioner
  return yield* Effect.forever(Effect.flatMap(Queue.take(asked), (key) =>
    Effect.forkChild(
      Effect.flatMap(
        Effect.match(requestWhenFree(key), {
          onFailure: (error) => `${error._tag}: ${error.message}`,
          onSuccess: (answer) => `${answer._tag} ${answer.taskArn}`
        }),
        (answer) => tell({ _tag: "Answered", key, answer })
      )
    )))
})

const run = Effect.gen(function*() {
  yield* Effect.forkChild(answers)
  const clients = yield* Effect.forkChild(
    Effect.forEach(Array.from({ length: orders.clients }), () => client, { concurrency: "unbounded", discard: true })
  )
  yield* tell({ _tag: "Ready" })
  yield* resting.await
  yield* Fiber.interrupt(clients)
  yield* tell({ _tag: "Resting" })
  return yield* Effect.never
})

/** A clock that was set wrong. Time passes on it as it does anywhere. */
const skewed = (clock: Clock.Clock): Clock.Clock => {
  const currentTimeMillisUnsafe = () => clock.currentTimeMillisUnsafe() + orders.skew
  const currentTimeNanosUnsafe = () => clock.currentTimeNanosUnsafe() + BigInt(orders.skew) * 1_000_000n
  return {
    currentTimeMillisUnsafe,
    currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
    currentTimeNanosUnsafe,
    currentTimeNanos: Effect.sync(currentTimeNanosUnsafe),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  }
}

const main = Effect.runFork(
  // The database may be away when a process starts: it is tried again until it is there.
  Effect.retry(Effect.provide(run, fleet), Schedule.spaced("200 millis")).pipe(
    Effect.provide(Logger.layer([])),
    Effect.updateService(Clock.Clock, skewed),
    Random.withSeed(orders.seed)
  )
)
let isLeaving = false
process.on("SIGTERM", () => {
  isLeaving = true
  main.interruptUnsafe()
})
main.addObserver((exit) => {
  // It is not to end by itself, in whatever way.
  if (!isLeaving) process.stderr.write(`${orders.name}: ${Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "ended"}\n`)
  process.exit(isLeaving ? 0 : 1)
})
