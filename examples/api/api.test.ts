import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { HttpServer } from "effect/http"
import { HttpApiTest } from "effect/http-api"
import { TestClock } from "effect/testing"
import { LedgerMemory, Provisioner } from "fleetcap"
import { describeFailures, simulate } from "fleetcap/simulation"
import { Emulator, Simulation, TestEcs } from "fleetcap/testing"
import { Api } from "./Api.ts"
import { handlers } from "./handlers.ts"

const fleet = Provisioner.layer({
  cluster: "workers",
  taskDefinition: "converter:7",
  subnets: ["subnet-0a1b2c3d"],
  cap: 16
}).pipe(
  Layer.provide(LedgerMemory.layer),
  Layer.provideMerge(TestEcs.layer({ latency: "50 millis", lag: { unlisted: "90 seconds" } }))
)

const api = Layer.mergeAll(handlers, HttpServer.layerServices).pipe(Layer.provideMerge(fleet))

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
