/**
 * Replicas of an API server, each with a provisioner and connections of its own,
 * over one ECS and one ledger in PostgreSQL.
 */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Logger, Stream } from "effect"
import { Ecs } from "../../../src/ecs/Ecs.ts"
import type { Settings } from "../../../src/emulator/model/Settings.ts"
import * as LedgerPostgres from "../../../src/ledger/postgres/LedgerPostgres.ts"
import { Provisioner } from "../../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../../src/provisioner/Provisioner.ts"
import * as TestEcs from "../../../src/testing/TestEcs.ts"
import { freshSchema, layerPool } from "../../postgres/ledger.ts"
import { Emulator, fleet, type FleetOptions, peak } from "../../world.ts"

const world: Settings = {
  seed: 1,
  latency: "10 millis",
  lag: { unlisted: "500 millis", lingering: "100 millis", missing: "100 millis" },
  lifecycle: { pending: "50 millis", lifetime: "700 millis" }
}

const replicas = Effect.fnUntraced(function*(options: FleetOptions) {
  const schema = yield* freshSchema
  const ecs = yield* Ecs
  const open = Effect.gen(function*() {
    const context = yield* Layer.build(Layer.fresh(
      Provisioners.layer(fleet(options)).pipe(
        Layer.provide([Layer.succeed(Ecs, ecs), LedgerPostgres.layer({ schema })]),
        Layer.provide(layerPool()),
        Layer.provide(Logger.layer([]))
      )
    ))
    return Context.get(context, Provisioner)
  })
  return { a: yield* open, b: yield* open }
})

describe("replicas over one ledger in PostgreSQL", () => {
  // An ordinary key is free once its task is known, and the slower of the two would launch another.
  it.live("launch one worker for an exclusive key that both are asked for, and give both its ARN", () =>
    Effect.gen(function*() {
      const { a, b } = yield* replicas({ cap: 2, exclusiveKeys: true })
      const answers = yield* Effect.forEach([a, b, b, a], (replica) => replica.request("same"), {
        concurrency: "unbounded"
      })
      const { tasks } = yield* Emulator
      const launched = yield* tasks()
      assert.strictEqual(launched.length, 1)
      for (const answer of answers) {
        assert.strictEqual(answer._tag === "AtCapacity" ? answer._tag : answer.taskArn, launched[0]?.arn)
      }
      const first = answers.filter((answer) => answer._tag === "Launched" && !answer.joined)
      assert.isAtMost(first.length, 1)
    }).pipe(Effect.provide(TestEcs.layer({ ...world, lifecycle: { pending: "50 millis" } }))))

  it.live("serve who waits in the order in which they came, on whichever of them, and within a second of a freed slot", () =>
    Effect.gen(function*() {
      const { a, b } = yield* replicas({ cap: 1 })
      const untilAllAreServed = Stream.takeUntil(
        b.changes,
        (change) => change._tag === "Launched" && change.key === "k5"
      )
      const happening = yield* Effect.forkChild(Stream.runCollect(untilAllAreServed), { startImmediately: true })
      const served: Array<string> = []
      const waiting = []
      for (const [n, replica] of [a, b, a, b, b, a].entries()) {
        waiting.push(
          yield* Effect.forkChild(
            Effect.andThen(replica.requestWhenFree(`k${n}`), Effect.sync(() => served.push(`k${n}`))),
            { startImmediately: true }
          )
        )
        yield* Effect.sleep("50 millis")
      }
      yield* Fiber.joinAll(waiting)
      assert.deepStrictEqual(served, ["k0", "k1", "k2", "k3", "k4", "k5"])
      assert.strictEqual(yield* peak, 1)
      const changes = yield* Fiber.join(happening)
      const late = changes.flatMap(({ _tag, at }, index) => {
        const next = changes.slice(index).find(({ _tag }) => _tag === "Reserved")
        return _tag === "Freed" && next !== undefined ? [next.at - at] : []
      })
      assert.strictEqual(late.length, 5)
      for (const millis of late) assert.isBelow(millis, 1000)
    }).pipe(Effect.provide(TestEcs.layer(world))))
})
