import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { EcsInProcess, Emulator, type Fault, type Settings } from "fleetcap/emulator"
import { Ecs, type RunTaskRequest } from "../../src/ecs/Ecs.ts"
import * as Simulation from "../../src/testing/Simulation.ts"

const request = (clientToken: string): RunTaskRequest => ({
  cluster: "default",
  taskDefinition: "f:1",
  count: 1,
  clientToken,
  startedBy: clientToken
})

const soon = { sendWithin: Infinity, answerWithin: Duration.hours(1) }

const fleet = { cluster: "default", family: "f", desiredStatus: "RUNNING" } as const

const ecs = (settings?: Settings.Settings) => Layer.provideMerge(EcsInProcess.layer(), Emulator.layer(settings))

describe("Ecs in process", () => {
  it.effect("launches, lists and describes tasks of the emulator", () =>
    Effect.gen(function*() {
      const { describeTasks, listTasks, runTask } = yield* Ecs
      const verdict = yield* runTask(request("a"), soon)
      assert.strictEqual(verdict._tag, "Accepted")
      const { nextToken, taskArns } = yield* listTasks(fleet)
      assert.strictEqual(nextToken, undefined)
      const { missing, tasks } = yield* describeTasks({ cluster: "default", taskArns })
      assert.deepStrictEqual(missing, [])
      assert.deepStrictEqual(tasks.map((task) => [task.taskArn, task.lastStatus, task.startedBy]), [
        [taskArns[0], "RUNNING", "a"]
      ])
    }).pipe(Effect.provide(ecs())))

  it.effect("takes as long as the settings say, on the clock of the program", () =>
    Effect.gen(function*() {
      const { runTask } = yield* Ecs
      const { calls, live } = yield* Emulator.Emulator
      const fiber = yield* Effect.forkChild(runTask(request("a"), soon), { startImmediately: true })
      yield* TestClock.adjust("4 seconds")
      assert.strictEqual(fiber.pollUnsafe(), undefined)
      assert.strictEqual(yield* live(), 1)
      assert.deepStrictEqual(yield* calls("RunTask"), { calls: 1, inFlight: 1, maxInFlight: 1 })
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "Accepted")
      assert.deepStrictEqual(yield* calls("RunTask"), { calls: 1, inFlight: 0, maxInFlight: 1 })
    }).pipe(Effect.provide(ecs({ latency: "5 seconds" }))))

  it.effect("leaves the task of a launch that is interrupted while it waits for the answer", () =>
    Effect.gen(function*() {
      const { runTask } = yield* Ecs
      const { calls, live } = yield* Emulator.Emulator
      const fiber = yield* Effect.forkChild(runTask(request("a"), soon), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* live(), 1)
      assert.strictEqual((yield* calls("RunTask")).inFlight, 0)
    }).pipe(Effect.provide(ecs({ latency: "5 seconds" }))))

  it.effect("lets a launch arrive that is interrupted on its way", () =>
    Effect.gen(function*() {
      const { runTask } = yield* Ecs
      const { live } = yield* Emulator.Emulator
      const fiber = yield* Effect.forkChild(runTask(request("a"), soon), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* live(), 0)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* live(), 1)
    }).pipe(Effect.provide(ecs({ transit: "2 seconds" }))))

  it.effect("judges faults as the wire would show them", () =>
    Effect.gen(function*() {
      const { runTask } = yield* Ecs
      const { script } = yield* Emulator.Emulator
      const verdicts: ReadonlyArray<readonly [Fault.Fault, string]> = [
        [{ _tag: "Throttle" }, "Throttled"],
        [{ _tag: "HiddenThrottle" }, "Throttled"],
        [{ _tag: "Capacity" }, "Declined"],
        [{ _tag: "ServiceError", name: "AccessDeniedException", message: "no" }, "Rejected"],
        [{ _tag: "ServerError", processed: false }, "Unknown"],
        [{ _tag: "ServerError", processed: true, status: 503 }, "Unknown"],
        [{ _tag: "Reset", processed: false }, "Unknown"],
        [{ _tag: "CutBody" }, "Unknown"],
        [{ _tag: "Blank" }, "Unknown"]
      ]
      for (const [fault, tag] of verdicts) {
        yield* script({ fault })
        assert.strictEqual((yield* runTask(request(fault._tag), soon))._tag, tag, fault._tag)
      }
    }).pipe(Effect.provide(ecs())))

  it.effect("gives the task of a token conflict", () =>
    Effect.gen(function*() {
      const { runTask } = yield* Ecs
      const first = yield* runTask(request("a"), soon)
      const conflict = yield* runTask({ ...request("a"), group: "other" }, soon)
      assert.strictEqual(conflict._tag, "Accepted")
      assert.deepStrictEqual(
        [first, conflict].map((verdict) => verdict._tag === "Accepted" ? verdict.taskArn : verdict)
          .every((arn, _, all) => arn === all[0]),
        true
      )
    }).pipe(Effect.provide(ecs())))

  it.effect("fails a read with the reason", () =>
    Effect.gen(function*() {
      const { listTasks } = yield* Ecs
      const { script } = yield* Emulator.Emulator
      yield* script(
        { operation: "ListTasks", fault: { _tag: "Throttle" } },
        { operation: "ListTasks", fault: { _tag: "CutBody" } },
        { operation: "ListTasks", fault: { _tag: "Blank" } }
      )
      const reasons = yield* Effect.forEach([1, 2, 3], () => Effect.flip(listTasks(fleet)))
      assert.deepStrictEqual(reasons.map((error) => error.reason), ["throttled", "unreachable", "unreachable"])
    }).pipe(Effect.provide(ecs())))
})

describe("Emulator", () => {
  it.effect("counts calls and keeps what RunTask was asked", () =>
    Effect.gen(function*() {
      const { runTask } = yield* Ecs
      const { allCalls, launches, reset } = yield* Emulator.Emulator
      yield* Effect.all([runTask(request("a"), soon), runTask(request("b"), soon)], { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* allCalls, { RunTask: { calls: 2, inFlight: 0, maxInFlight: 2 } })
      assert.deepStrictEqual(yield* launches, [{ at: 0, input: request("a") }, { at: 0, input: request("b") }])
      yield* reset
      assert.deepStrictEqual(yield* allCalls, {})
      assert.deepStrictEqual(yield* launches, [])
    }).pipe(Effect.provide(ecs())))

  it.effect("can be changed while it runs", () =>
    Effect.gen(function*() {
      const { listTasks } = yield* Ecs
      const { configure, launchForeign, live, peak, stopTasks } = yield* Emulator.Emulator
      yield* launchForeign({ family: "f", count: 3 })
      yield* configure({ lag: { unlisted: "1 minute" } })
      assert.deepStrictEqual((yield* listTasks(fleet)).taskArns, [])
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* listTasks(fleet)).taskArns.length, 3)
      yield* stopTasks({ count: 2 })
      assert.strictEqual(yield* live({ origin: "foreign" }), 1)
      assert.strictEqual(yield* peak(), 3)
    }).pipe(Effect.provide(ecs())))

  it("runs in a simulation, from start to end in one call", () => {
    const program = Effect.gen(function*() {
      const { listTasks, runTask } = yield* Ecs
      const { calls, peak } = yield* Emulator.Emulator
      yield* Effect.forEach(
        Array.from({ length: 50 }, (_, index) => `t${index}`),
        (token) => runTask(request(token), soon),
        {
          concurrency: 20
        }
      )
      yield* Effect.sleep("30 seconds")
      return { listed: (yield* listTasks(fleet)).taskArns.length, peak: yield* peak(), calls: yield* calls("RunTask") }
    }).pipe(Effect.provide(ecs({
      latency: { min: "10 millis", max: "2 seconds" },
      transit: { min: 0, max: "1 second" },
      lifecycle: { lifetime: "1 minute" },
      lag: { unlisted: { min: 0, max: "20 seconds" }, replicas: 3 }
    })))
    const first = Simulation.run(program, { seed: 3 })
    assert.strictEqual(first._tag, "Completed")
    assert.deepStrictEqual(Simulation.run(program, { seed: 3 }), first)
    if (first._tag !== "Completed" || first.exit._tag !== "Success") return assert.fail("it did not succeed")
    assert.deepStrictEqual(first.exit.value, {
      listed: 50,
      peak: 50,
      calls: { calls: 50, inFlight: 0, maxInFlight: 20 }
    })
  })
})
