import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { ask, calls, Emulator, fleet, keys, layer, layerWorld, live, pass, peak, received, tally } from "../world.ts"

describe("Provisioner.request", () => {
  it.effect("launches two of five at a cap of 2 though the lists never show anything", () =>
    Effect.gen(function*() {
      const asking = yield* Effect.forkChild(ask(keys(5)))
      yield* pass("1 second")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 2, AtCapacity: 3 })
      assert.strictEqual(yield* calls("RunTask"), 2)
      assert.strictEqual(yield* live, 2)
    }).pipe(Effect.provide(layer({ cap: 2 }, { lag: { unlisted: "Infinity" } }))))

  it.effect("launches nothing into a fleet that is full by what ECS lists, and lists its family once", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      yield* emulator.launchForeign({ cluster: "c", family: "worker", count: 3 })
      yield* emulator.launchForeign({ cluster: "c", family: "other", count: 9 })
      const asking = yield* Effect.forkChild(ask(keys(4)))
      yield* pass("500 millis")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { AtCapacity: 4 })
      assert.strictEqual(yield* calls("RunTask"), 0)
      assert.strictEqual(yield* calls("ListTasks"), 1)
    }).pipe(Effect.provide(layer({ cap: 3, taskDefinition: "worker:7" }))))

  it.effect("counts what is on the second page of a list, and behind empty pages", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      yield* emulator.launchForeign({ cluster: "c", family: "worker", count: 120 })
      const asking = yield* Effect.forkChild(ask(keys(2)))
      yield* pass("5 seconds")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { AtCapacity: 2 })
      assert.strictEqual(yield* calls("RunTask"), 0)
    }).pipe(Effect.provide(layer({ cap: 120 }, { pages: { empty: 0.3, short: 0.3 } }))))

  it.effect("counts foreign tasks that appear while the fleet is half full within 10 seconds", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const first = yield* Effect.forkChild(ask(keys(2)))
      yield* pass("1 second")
      assert.deepStrictEqual(tally(yield* Fiber.join(first)), { Launched: 2 })
      yield* emulator.launchForeign({ cluster: "c", family: "worker", count: 2 })
      yield* TestClock.adjust("10 seconds")
      const second = yield* Effect.forkChild(ask(keys(2, "later")))
      yield* pass("1 second")
      assert.deepStrictEqual(tally(yield* Fiber.join(second)), { AtCapacity: 2 })
      assert.strictEqual(yield* peak, 4)
    }).pipe(Effect.provide(layer({ cap: 4 }))))

  it.effect("says who joined a launch in flight, and launches once for all of them", () =>
    Effect.gen(function*() {
      const asking = yield* Effect.forkChild(ask(["a", "a", "a"]))
      yield* pass("1 second")
      const answers = (yield* Fiber.join(asking)).map(Result.getOrThrow)
      assert.deepStrictEqual(answers.map((answer) => answer._tag === "Launched" && answer.joined), [false, true, true])
      assert.strictEqual(new Set(answers.map((answer) => answer._tag === "Launched" && answer.taskArn)).size, 1)
      assert.strictEqual(yield* calls("RunTask"), 1)
    }).pipe(Effect.provide(layer({ cap: 4 }))))

  it.effect("answers an exclusive key with its task while that lives, and launches anew once it has stopped", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const once = Effect.gen(function*() {
        const asking = yield* Effect.forkChild(ask(["a"]))
        yield* pass("2 seconds")
        return tally(yield* Fiber.join(asking))
      })
      assert.deepStrictEqual(yield* once, { Launched: 1 })
      assert.deepStrictEqual(yield* once, { Existing: 1 })
      yield* emulator.stopTasks()
      assert.deepStrictEqual(yield* once, { Launched: 1 })
      assert.strictEqual(yield* peak, 1)
    }).pipe(Effect.provide(layer({ cap: 4, exclusiveKeys: true }))))

  it.effect("tells the worker its key and launch, and passes the launch's environment", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      const asking = yield* Effect.forkChild(provisioner.request("file-1", { environment: { MODE: "fast" } }))
      yield* pass("1 second")
      const answer = yield* Fiber.join(asking)
      const [request] = yield* received
      assert.deepStrictEqual(request?.overrides?.containerOverrides?.[0]?.environment, [
        { name: "FLEETCAP_KEY", value: "file-1" },
        { name: "FLEETCAP_LAUNCH", value: answer._tag === "Launched" ? answer.slotId : "" },
        { name: "MODE", value: "fast" }
      ])
      assert.strictEqual(request?.startedBy, request?.clientToken)
    }).pipe(Effect.provide(layer({ cap: 1, container: "main" }))))

  it.effect("refuses a key or an environment that cannot be launched, for good, and launches nothing", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      const wrong = [
        provisioner.request(""),
        provisioner.request("a\nb"),
        provisioner.request("x".repeat(257)),
        provisioner.requestWhenFree("a\u0000"),
        provisioner.request("a", { environment: { FLEETCAP_KEY: "b" } }),
        provisioner.request("a", { environment: JSON.parse("{ \"A\": 1 }") }),
        provisioner.requestWhenFree("b", { environment: { BIG: "x".repeat(9000) } })
      ]
      for (const request of wrong) {
        const error = yield* Effect.flip(request)
        assert.strictEqual(error._tag, "PermanentError")
      }
      assert.strictEqual(yield* calls("RunTask"), 0)
      assert.strictEqual((yield* provisioner.snapshot).occupied, 0)
    }).pipe(Effect.provide(layer({ cap: 1, container: "main" }))))

  it.effect("fails as settling after 30 seconds while the launch goes on, and is joined by the same key", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* emulator.script(
        { operation: "RunTask", fault: { _tag: "LateAnswer", by: "40 seconds" } },
        { operation: "RunTask", fault: { _tag: "LateAnswer", by: "5 seconds" } }
      )
      const asking = yield* Effect.forkChild(Effect.flip(provisioner.request("a")))
      yield* pass("31 seconds", "1 second")
      const error = yield* Fiber.join(asking)
      assert.strictEqual(error._tag === "RetryableError" && error.reason, "settling")
      const again = yield* Effect.forkChild(provisioner.request("a"))
      yield* pass("15 seconds", "1 second")
      const answer = yield* Fiber.join(again)
      assert.strictEqual(answer._tag === "Launched" && answer.joined, true)
      assert.strictEqual(yield* peak, 1)
    }).pipe(Effect.provide(layer({ cap: 4 }))))
})

describe("Provisioner.request when ECS fails", () => {
  const failing = (operation: string, name: string, message: string, status = 400) => ({
    faults: [{ operation, probability: 1, fault: { _tag: "ServiceError", name, message, status } as const }]
  })
  const errorOf = Effect.gen(function*() {
    const provisioner = yield* Provisioner
    const asking = yield* Effect.forkChild(Effect.flip(provisioner.request("a")))
    yield* pass("29 seconds", "500 millis")
    const error = yield* Fiber.join(asking)
    const { occupied } = yield* provisioner.snapshot
    return `${error._tag} ${error.reason}, ${yield* calls("RunTask")} sent, ${occupied} held`
  })

  it.effect("launches nothing while the lists cannot be read, and says that it may pass", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* errorOf, "RetryableError unavailable, 0 sent, 0 held")
    }).pipe(Effect.provide(layer({ cap: 4 }, failing("ListTasks", "ServerException", "oops", 500)))))

  it.effect("says that it will not pass when the lists may not be read", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* errorOf, "PermanentError access-denied, 0 sent, 0 held")
    }).pipe(Effect.provide(layer({ cap: 4 }, failing("ListTasks", "AccessDeniedException", "no")))))

  for (
    const [name, message, expected] of [
      ["InvalidParameterException", "bad subnet", "PermanentError invalid"],
      ["AccessDeniedException", "not authorized", "PermanentError access-denied"],
      ["ClusterNotFoundException", "Cluster not found.", "PermanentError not-found"]
    ] as const
  ) {
    it.effect(`gives the slot back and says that it will not pass: ${name}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* errorOf, `${expected}, 1 sent, 0 held`)
      }).pipe(Effect.provide(layer({ cap: 4 }, failing("RunTask", name, message)))))
  }

  it.effect("gives the slot back and says that it may pass when there is no capacity", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* errorOf, "RetryableError capacity, 1 sent, 0 held")
    }).pipe(Effect.provide(layer({ cap: 4 }, {
      faults: [{ operation: "RunTask", probability: 1, fault: { _tag: "Capacity" } }]
    }))))

  it.effect("sends a throttled launch again, in the same slot, with the same token", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      yield* emulator.script(
        { operation: "RunTask", fault: { _tag: "Throttle" } },
        { operation: "RunTask", fault: { _tag: "HiddenThrottle" } }
      )
      const asking = yield* Effect.forkChild(ask(["a"]))
      yield* pass("10 seconds")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 1 })
      assert.strictEqual(new Set((yield* received).map((request) => request.clientToken)).size, 1)
      assert.strictEqual(yield* calls("RunTask"), 3)
    }).pipe(Effect.provide(layer({ cap: 1 }))))

  it.effect("grants a refused launch's slot to the next request at once", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      yield* emulator.script({ operation: "RunTask", fault: { _tag: "Capacity" } })
      for (const expected of [{ RetryableError: 1 }, { Launched: 1 }]) {
        const asking = yield* Effect.forkChild(ask(["a"]))
        yield* pass("200 millis")
        assert.deepStrictEqual(tally(yield* Fiber.join(asking)), expected)
      }
      assert.strictEqual(new Set((yield* received).map((request) => request.clientToken)).size, 2)
    }).pipe(Effect.provide(layer({ cap: 1 }))))
})

describe("Provisioner.layer", () => {
  it.effect("fails when it is built, naming the field and the reason, for what cannot be a fleet", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.scoped(
        Effect.flatMap(Provisioner, Effect.succeed).pipe(
          Effect.provide(Provisioners.layer(fleet({ cap: -1, subnets: [] })))
        )
      ))
      assert.strictEqual(error._tag, "FleetError")
      assert.match(error.message, /cap: .*subnets: /)
    }).pipe(Effect.provide(layerWorld())))

  it.effect("launches without a network where tasks use that of their instance", () =>
    Effect.gen(function*() {
      const layer = Provisioners.layer({ cluster: "c", taskDefinition: "worker:7", cap: 1, launchType: "EXTERNAL" })
      const asking = yield* Effect.forkChild(Effect.provide(ask(["a"]), layer))
      yield* pass("200 millis")
      assert.deepStrictEqual(tally(yield* Fiber.join(asking)), { Launched: 1 })
      const [sent] = yield* received
      assert.strictEqual(sent?.launchType, "EXTERNAL")
      assert.notProperty(sent, "networkConfiguration")
    }).pipe(Effect.provide(layerWorld())))

  it.effect("grants nothing during the hold at start-up, and says how long it lasts", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner
      yield* TestClock.adjust("2 seconds")
      const waiting = yield* Effect.forkChild(provisioner.requestWhenFree("w"))
      const error = yield* Effect.flip(provisioner.request("a"))
      assert.deepStrictEqual(error._tag === "RetryableError" && [error.reason, Duration.toMillis(error.retryAfter)], [
        "starting",
        8000
      ])
      yield* pass("9 seconds")
      assert.strictEqual((yield* Fiber.join(waiting))._tag, "Launched")
    }).pipe(Effect.provide(layer({ cap: 2, settings: { startupHold: "10 seconds" } }))))
})
