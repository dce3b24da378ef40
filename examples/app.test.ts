import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { LedgerMemory, Provisioner } from "fleetcap"
import { Emulator, TestEcs } from "fleetcap/testing"
import { convert } from "./app.ts"

const fleet = Provisioner.layer({
  cluster: "workers",
  taskDefinition: "converter:7",
  subnets: ["subnet-0a1b2c3d"],
  cap: 16
}).pipe(
  Layer.provide(LedgerMemory.layer),
  Layer.provideMerge(TestEcs.layer({ latency: "50 millis", lag: { unlisted: "90 seconds" } }))
)

it.effect("24 uploads at once start 16 workers, though ECS lists none of them for 90 seconds", () =>
  Effect.gen(function*() {
    const files = Array.from({ length: 24 }, (_, n) => `upload-${n}.csv`)
    const burst = yield* Effect.forkChild(Effect.forEach(files, convert, { concurrency: "unbounded" }))
    yield* TestClock.adjust("1 second")
    const answers = yield* Fiber.join(burst)
    assert.strictEqual(answers.filter((answer) => answer.endsWith("queued")).length, 8)

    const ecs = yield* Emulator.Emulator
    assert.strictEqual(yield* ecs.peak(), 16)
  }).pipe(Effect.provide(fleet)))
