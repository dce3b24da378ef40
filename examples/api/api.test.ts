import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger } from "effect"
import { HttpServer } from "effect/http"
import { HttpApiTest } from "effect/http-api"
import { TestClock } from "effect/testing"
import { Ledger, LedgerMemory, Provisioner, ProvisionError } from "fleetcap"
import { describeFailures, simulate } from "fleetcap/simulation"
import { Emulator, Simulation, TestEcs } from "fleetcap/testing"
import { Api } from "./Api.ts"
import { handlers } from "./handlers.ts"

const over = (ledger: Layer.Layer<Ledger.Ledger>) =>
  Layer.mergeAll(handlers, HttpServer.layerServices).pipe(
    Layer.provideMerge(Provisioner.layer({
      cluster: "workers",
      taskDefinition: "converter:7",
      subnets: ["subnet-0a1b2c3d"],
      cap: 16
    })),
    Layer.provide(ledger),
    Layer.provideMerge(TestEcs.layer({ latency: "50 millis", lag: { unlisted: "90 seconds" } }))
  )

const api = over(LedgerMemory.layer)

/** Sends all names at once, and returns the statuses of the responses. */
const convertAll = Effect.fnUntraced(function*(names: ReadonlyArray<string>) {
  const client = yield* HttpApiTest.groups(Api, ["files"])
  const responses = yield* Effect.forEach(
    names,
    (name) => client.files.convert({ payload: { name }, responseMode: "response-only" }),
    { concurrency: "unbounded" }
  )
  return responses.map(({ status }) => status)
})

const names = Array.from({ length: 24 }, (_, n) => `upload-${n}.csv`)

it.effect("starts 16 workers for 24 uploads at once, and tells 8 clients to come back", () =>
  Effect.gen(function*() {
    const burst = yield* Effect.forkChild(convertAll(names))
    yield* TestClock.adjust("1 second")
    const statuses = yield* Fiber.join(burst)
    assert.strictEqual(statuses.filter((status) => status === 202).length, 16)
    assert.strictEqual(statuses.filter((status) => status === 429).length, 8)
    const emulator = yield* Emulator.Emulator
    assert.strictEqual(yield* emulator.peak(), 16)
  }).pipe(Effect.provide(api)))

it.effect("tells a client what is wrong with its name", () =>
  Effect.gen(function*() {
    assert.deepStrictEqual(yield* convertAll(["", "x".repeat(300)]), [400, 400])
  }).pipe(Effect.provide(api)))

const denied = {
  _tag: "ServiceError",
  name: "AccessDeniedException",
  message: "role/secret may not",
  status: 400
} as const

it.effect("tells a client when to come back if ECS has no room, and only the log what ECS denies the server", () => {
  const logged: Array<unknown> = []
  const logger = Logger.make(({ message }) => logged.push(message))
  return Effect.gen(function*() {
    const emulator = yield* Emulator.Emulator
    const client = yield* HttpApiTest.groups(Api, ["files"])
    const convert = Effect.fnUntraced(function*(name: string) {
      const asking = yield* Effect.forkChild(client.files.convert({ payload: { name }, responseMode: "response-only" }))
      yield* TestClock.adjust("1 second")
      return yield* Fiber.join(asking)
    })
    yield* emulator.script({ operation: "RunTask", fault: { _tag: "Capacity" } })
    const full = yield* convert("a.csv")
    assert.strictEqual(full.status, 503)
    assert.isAtLeast(Number(full.headers["retry-after"]), 15)

    yield* emulator.script({ operation: "RunTask", fault: denied })
    const refused = yield* convert("b.csv")
    assert.strictEqual(refused.status, 500)
    assert.notInclude(yield* refused.text, "secret")
    const errors = logged.flat().filter((part) => part instanceof ProvisionError.PermanentError)
    assert.deepStrictEqual(errors.map(({ reason }) => reason), ["access-denied"])
  }).pipe(Effect.provide(Layer.merge(api, Logger.layer([logger]))))
})

it.effect("gives a client of the API the problem as a typed error", () =>
  Effect.gen(function*() {
    const client = yield* HttpApiTest.groups(Api, ["files"])
    const problem = yield* Effect.flip(client.files.convert({ payload: { name: "" } }))
    assert.include(problem, { status: 400, reason: "bad-request" })
  }).pipe(Effect.provide(api)))

/** A ledger that cannot be read. */
const ledgerAway = Layer.effect(
  Ledger.Ledger,
  Effect.map(Ledger.Ledger, ({ attach }) =>
    Ledger.Ledger.of({
      attach: (options) =>
        Effect.map(attach(options), (fleet) => ({
          ...fleet,
          slotTable: new Ledger.LedgerUnavailable({ detail: "no connection" })
        }))
    }))
).pipe(Layer.provide(LedgerMemory.layer))

it.effect("tells a client when to ask for the fleet again while the ledger is away", () =>
  Effect.gen(function*() {
    const client = yield* HttpApiTest.groups(Api, ["files"])
    const { headers, status } = yield* client.files.fleet({ responseMode: "response-only" })
    assert.strictEqual(status, 503)
    assert.isAtLeast(Number(headers["retry-after"]), 1)
  }).pipe(Effect.provide(over(ledgerAway))))

for (let seed = 1; seed <= 10; seed++) {
  it(`never starts a worker too many, however its fibers take turns (seed ${seed})`, () => {
    const burst = Effect.gen(function*() {
      const statuses = yield* convertAll(names)
      const emulator = yield* Emulator.Emulator
      return { started: statuses.filter((status) => status === 202).length, peak: yield* emulator.peak() }
    })
    const ran = Simulation.runOrThrow(Effect.scoped(Effect.provide(burst, api)), { seed })
    assert.deepStrictEqual(ran, { started: 16, peak: 16 })
  })
}

it("keeps its cap in bursts at an ECS that lags, loses answers and fails", () => {
  const summary = simulate({ seeds: 30, scenario: "burst", maxWorkers: 16 })
  assert.strictEqual(summary.failures, 0, describeFailures(summary))
})
