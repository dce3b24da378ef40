import { assert, describe, it } from "@effect/vitest"
import { Control, GroundTruth, World } from "fleetcap/emulator"
import { ask, launch, list, one } from "./ask.ts"

const second = 1000
const hour = 3600 * second

describe("a client token", () => {
  it("that is sent again launches nothing, and is answered as before", () => {
    const world = World.make({})
    const arn = launch(world, 0, { clientToken: "t" })
    const again = ask(world, "RunTask", one({ clientToken: "t" }), 40 * 60 * second)
    assert.deepStrictEqual(again.tasks?.map((task) => [task.taskArn, task.lastStatus]), [[arn, "RUNNING"]])
    assert.strictEqual(GroundTruth.peak(world, hour), 1)
  })

  it("shows no more than the status of a task that has stopped", () => {
    const world = World.make({ lifecycle: { lifetime: "1 second" } })
    const taskArn = launch(world, 0, { clientToken: "t" })
    const { reply } = World.handle(world, { operation: "RunTask", input: one({ clientToken: "t" }) }, 10 * second)
    assert.deepStrictEqual(reply?.body, {
      tasks: [{ taskArn, lastStatus: "STOPPED", desiredStatus: "STOPPED" }],
      failures: []
    })
  })

  it("with other parameters is a conflict that names the task", () => {
    const world = World.make({})
    const arn = launch(world, 0, { clientToken: "t" })
    const { __type, resourceIds, status } = ask(world, "RunTask", one({ clientToken: "t", startedBy: "x" }), second)
    assert.deepStrictEqual({ __type, resourceIds, status }, {
      __type: "ConflictException",
      resourceIds: [arn],
      status: 400
    })
  })

  it("does not mind the order of the parameters", () => {
    const world = World.make({})
    const arn = launch(world, 0, { clientToken: "t", startedBy: "x" })
    const again = ask(world, "RunTask", { startedBy: "x", clientToken: "t", count: 1, taskDefinition: "f:1" }, 0)
    assert.strictEqual(again.tasks?.[0]?.taskArn, arn)
  })

  it("launches again an hour after its task has stopped", () => {
    const world = World.make({ lifecycle: { lifetime: "5 minutes" } })
    const first = launch(world, 0, { clientToken: "t" })
    assert.strictEqual(launch(world, hour + 300 * second - 1, { clientToken: "t" }), first)
    const second_ = launch(world, hour + 300 * second, { clientToken: "t" })
    assert.notStrictEqual(second_, first)
    assert.strictEqual(launch(world, hour + 310 * second, { clientToken: "t" }), second_)
  })

  it("launches again after a day, though its task still runs", () => {
    const world = World.make({})
    const first = launch(world, 0, { clientToken: "t" })
    assert.strictEqual(launch(world, 24 * hour - 1, { clientToken: "t" }), first)
    assert.notStrictEqual(launch(world, 24 * hour, { clientToken: "t" }), first)
    assert.strictEqual(GroundTruth.live(world, 24 * hour), 2)
  })

  it("belongs to a cluster", () => {
    const world = World.make({})
    launch(world, 0, { clientToken: "t" })
    launch(world, 0, { clientToken: "t", cluster: "other" })
    assert.strictEqual(GroundTruth.live(world, 0), 2)
  })

  it("repeats a failure, without its reason once that is old", () => {
    const world = World.make({ capacity: 1, lifecycle: { lifetime: "3 hours" } })
    const both = { taskDefinition: "f", count: 2, clientToken: "t" }
    const reasons = (now: number) => ask(world, "RunTask", both, now).failures?.map((failure) => failure.reason)
    assert.match(reasons(0)?.[0] ?? "", /limit on the number of vCPUs/)
    World.configure(world, { capacity: 10 })
    assert.match(reasons(hour)?.[0] ?? "", /limit on the number of vCPUs/)
    assert.deepStrictEqual(reasons(2 * hour), [undefined])
    assert.strictEqual(GroundTruth.live(world, 2 * hour), 1)
  })

  it("is not bound by a call that was refused", () => {
    const world = World.make({})
    assert.strictEqual(ask(world, "RunTask", one({ clientToken: "t", count: 11 }), 0).status, 400)
    assert.strictEqual(ask(world, "RunTask", one({ clientToken: "t" }), 0).status, 200)
  })
})

describe("RunTask", () => {
  it("launches up to ten tasks, and has a failure for each that found no room", () => {
    const world = World.make({ capacity: 6 })
    const { failures, tasks } = ask(world, "RunTask", one({ count: 10 }), 0)
    assert.strictEqual(tasks?.length, 6)
    assert.strictEqual(failures?.length, 4)
  })

  it("refuses what ECS refuses, in its words", () => {
    const world = World.make({})
    const awsvpc = (network: object) => one({ networkConfiguration: { awsvpcConfiguration: network } })
    const refused: ReadonlyArray<readonly [object, RegExp]> = [
      [{}, /TaskDefinition/],
      [one({ count: 11 }), /at most 10/],
      [one({ count: 0 }), /at least 1/],
      [one({ startedBy: "x".repeat(129) }), /^startedBy longer than 128\.$/],
      [one({ startedBy: "a b" }), /startedBy/],
      [one({ clientToken: "x".repeat(65) }), /clientToken/],
      [one({ launchType: "FARGATE", capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }] }), /both/],
      [awsvpc({ subnets: [] }), /subnets/],
      [awsvpc({ subnets: Array.from({ length: 17 }, String) }), /at most 16/],
      [awsvpc({ subnets: ["s"], securityGroups: Array.from({ length: 6 }, String) }), /at most 5/],
      [one({ propagateTags: "SERVICE" }), /SERVICE/],
      [one({ tags: [{ key: "aws:x", value: "" }] }), /aws:/],
      [
        one({ overrides: { containerOverrides: [{ name: "c", command: ["x".repeat(8192)] }] } }),
        /^Container Overrides length must be at most 8192$/
      ]
    ]
    for (const [input, message] of refused) {
      const answer = ask(world, "RunTask", input, 0)
      assert.strictEqual(answer.__type, "InvalidParameterException")
      assert.match(answer.message ?? "", message)
    }
    assert.strictEqual(GroundTruth.peak(world, 0), 0)
  })

  it("wants clusters and task definitions to exist where the world is strict", () => {
    const world = World.make({ strict: true })
    const { __type, message } = ask(world, "RunTask", one({ cluster: "nowhere" }), 0)
    assert.deepStrictEqual([__type, message], ["ClusterNotFoundException", "Cluster not found."])
    assert.strictEqual(ask(world, "RunTask", one(), 0).message, "TaskDefinition not found.")
  })

  it("is slowed down by the rates of an account, where they are enforced", () => {
    const world = World.make({ rates: true })
    const burst = Array.from({ length: 30 }, () => ask(world, "RunTask", one(), 0))
    assert.strictEqual(burst.filter((answer) => answer.__type === "ThrottlingException").length, 10)
    assert.strictEqual(ask(world, "RunTask", one(), 50).status, 200)
    assert.strictEqual(ask(world, "RunTask", one(), 50).message, "Rate exceeded")
  })

  it("is not slowed down by the rates of Fargate, where its tasks run elsewhere", () => {
    const world = World.make({ rates: true })
    const burst = Array.from({ length: 110 }, () => ask(world, "RunTask", one({ launchType: "EC2" }), 0))
    assert.strictEqual(burst.filter((answer) => answer.__type === "ThrottlingException").length, 10)
  })
})

describe("a fault", () => {
  const after = (fault: Parameters<typeof Control.script>[1][number]["fault"], operation = "RunTask") => {
    const world = World.make({ latency: "100 millis" })
    Control.script(world, [{ operation, fault }])
    return { world, ...ask(world, "RunTask", one({ clientToken: "t" }), 0) }
  }

  it("that refuses leaves nothing behind, and happens once", () => {
    for (
      const [fault, status, name] of [
        [{ _tag: "Throttle" }, 400, "ThrottlingException"],
        [{ _tag: "HiddenThrottle" }, 400, "InvalidParameterException"],
        [{ _tag: "ServerError", processed: false }, 500, "ServerException"],
        [{ _tag: "ServerError", processed: false, status: 503 }, 503, undefined],
        [{ _tag: "ServiceError", name: "BlockedException", message: "no" }, 400, "BlockedException"]
      ] as const
    ) {
      const { __type, status: seen, world } = after(fault)
      assert.deepStrictEqual([seen, __type], [status, name])
      assert.strictEqual(GroundTruth.live(world, second), 0)
      assert.strictEqual(ask(world, "RunTask", one({ clientToken: "t" }), second).status, 200)
    }
  })

  it("of capacity is a failure in the answer, for all tasks or some", () => {
    const { failures, status, world } = after({ _tag: "Capacity" })
    assert.strictEqual(status, 200)
    assert.match(failures?.[0]?.reason ?? "", /^Capacity is unavailable at this time/)
    Control.script(world, [{ fault: { _tag: "Capacity", launched: 2, reason: "RESOURCE:CPU" } }])
    const partial = ask(world, "RunTask", one({ count: 3 }), second)
    assert.strictEqual(partial.tasks?.length, 2)
    assert.deepStrictEqual(partial.failures, [{ reason: "RESOURCE:CPU" }])
  })

  it("after the call was processed leaves the task, and the token repeats it", () => {
    for (
      const [fault, ending] of [
        [{ _tag: "ServerError", processed: true }, "Replied"],
        [{ _tag: "Reset", processed: true }, "Reset"],
        [{ _tag: "CutBody" }, "Cut"],
        [{ _tag: "Blank" }, "Replied"]
      ] as const
    ) {
      const { ending: seen, tasks, world } = after(fault)
      assert.strictEqual(seen, ending)
      if (ending !== "Cut") assert.strictEqual(tasks, undefined)
      assert.strictEqual(GroundTruth.live(world, second), 1)
      assert.deepStrictEqual(list(world, second), [launch(world, second, { clientToken: "t" })])
    }
  })

  it("of the connection before the call was processed leaves nothing", () => {
    const { ending, world } = after({ _tag: "Reset", processed: false })
    assert.strictEqual(ending, "Reset")
    assert.strictEqual(GroundTruth.peak(world, hour), 0)
  })

  it("may make the answer late", () => {
    const world = World.make({ latency: "100 millis" })
    Control.script(world, [{ fault: { _tag: "LateAnswer", by: "1 minute" } }])
    const exchange = World.handle(world, { operation: "RunTask", input: one() }, 0)
    assert.strictEqual(exchange.answeredAt, 60_100)
    assert.strictEqual(GroundTruth.live(world, 0), 1)
  })

  it("may make a call arrive late, though its caller waits no more", () => {
    const world = World.make({ latency: "100 millis" })
    Control.script(world, [{ fault: { _tag: "LateProcessing", by: "1 minute" } }])
    const exchange = World.handle(world, { operation: "RunTask", input: one() }, 0)
    assert.deepStrictEqual([exchange.processedAt, exchange.answeredAt], [60_000, 60_100])
    assert.strictEqual(GroundTruth.live(world, 59_999), 0)
    assert.strictEqual(GroundTruth.live(world, 60_000), 1)
    assert.deepStrictEqual(GroundTruth.steps(world, hour), [{ at: 60_000, live: 1 }])
  })

  it("may let the task fail to start", () => {
    const { tasks, world } = after({ _tag: "StartFailure" })
    assert.strictEqual(tasks?.length, 1)
    assert.strictEqual(GroundTruth.live(world, second), 0)
  })

  it("waits for its operation, lets calls pass before, and happens as often as it is told to", () => {
    const world = World.make({})
    Control.script(world, [{ operation: "RunTask", fault: { _tag: "Throttle" }, after: 1, times: 2 }])
    assert.strictEqual(ask(world, "ListTasks", {}, 0).status, 200)
    assert.deepStrictEqual([1, 2, 3, 4].map((now) => ask(world, "RunTask", one(), now).status), [200, 400, 400, 200])
  })

  it("happens by chance as often as it is told to", () => {
    const world = World.make({ faults: [{ fault: { _tag: "Throttle" }, operation: "ListTasks", probability: 0.25 }] })
    const answers = Array.from({ length: 400 }, () => ask(world, "ListTasks", {}, 0).status)
    const share = answers.filter((status) => status === 400).length / answers.length
    assert.isTrue(share > 0.18 && share < 0.32, `${share}`)
    assert.strictEqual(ask(world, "RunTask", one(), 0).status, 200)
  })
})
