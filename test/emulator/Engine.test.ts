import { assert, describe, it } from "@effect/vitest"
import { Control, GroundTruth, World } from "fleetcap/emulator"
import { ask, launch, list, one, status } from "./ask.ts"

const second = 1000
const hour = 3600 * second

describe("a task", () => {
  it("goes through the states of Fargate, and is forgotten an hour after it stopped", () => {
    const world = World.make({
      lifecycle: {
        provisioning: "1 second",
        pending: "1 second",
        activating: "1 second",
        lifetime: "10 seconds",
        deactivating: "1 second",
        deprovisioning: "1 second",
        deletedAfter: "30 minutes"
      }
    })
    const arn = launch(world, 0)
    const seen = [0, 1, 2, 3, 12.9, 13, 14, 15].map((at) => status(world, arn, at * second))
    assert.deepStrictEqual(seen, [
      "PROVISIONING",
      "PENDING",
      "ACTIVATING",
      "RUNNING",
      "RUNNING",
      "DEACTIVATING",
      "DEPROVISIONING",
      "STOPPED"
    ])
    assert.strictEqual(status(world, arn, 15 * second + hour / 2), "DELETED")
    assert.strictEqual(status(world, arn, 15 * second + hour - 1), "DELETED")
    assert.strictEqual(status(world, arn, 15 * second + hour), "MISSING")
    assert.deepStrictEqual(list(world, 15 * second + hour, { desiredStatus: "STOPPED" }), [])
  })

  it("has a history, from when until when it was live, for as long as it is not forgotten", () => {
    const world = World.make({ lifecycle: { lifetime: "10 seconds" } })
    const first = launch(world, 0)
    const later = launch(world, 4 * second)
    const lives = (at: number) => GroundTruth.history(world, at).map(({ arn, stoppedAt }) => ({ arn, stoppedAt }))
    assert.deepStrictEqual(lives(12 * second), [
      { arn: first, stoppedAt: 10 * second },
      { arn: later, stoppedAt: undefined }
    ])
    assert.deepStrictEqual(lives(12 * second + hour), [{ arn: later, stoppedAt: 14 * second }])
  })

  it("is accepted as PROVISIONING, and runs at once by default and for ever", () => {
    const world = World.make({})
    const { failures, tasks } = ask(world, "RunTask", one({ startedBy: "me" }), 0)
    assert.strictEqual(tasks?.[0]?.lastStatus, "PROVISIONING")
    assert.strictEqual(tasks?.[0]?.startedBy, "me")
    assert.strictEqual(tasks?.[0]?.group, "family:f")
    assert.deepStrictEqual(failures, [])
    assert.strictEqual(status(world, tasks?.[0]?.taskArn ?? "", 10 * 365 * 24 * hour), "RUNNING")
  })

  it("has a version that rises with every change, and times in seconds", () => {
    const world = World.make({ lifecycle: { pending: "2 seconds", lifetime: "10 seconds" } })
    const arn = launch(world, 1500)
    const describeAt = (now: number) => ask(world, "DescribeTasks", { tasks: [arn] }, now).tasks?.[0]
    assert.deepStrictEqual([1500, 3500, 13500].map((at) => describeAt(at)?.version), [2, 3, 4])
    const { createdAt, startedAt, stoppedAt } = describeAt(20_000) ?? {}
    assert.deepStrictEqual({ createdAt, startedAt, stoppedAt }, { createdAt: 1.5, startedAt: 3.5, stoppedAt: 13.5 })
  })

  it("that is told to stop is live, and out of the running list, until its container has exited", () => {
    const world = World.make({ lifecycle: { stopping: "1 minute", deprovisioning: "5 seconds" } })
    const arn = launch(world, 0)
    const stopped = ask(world, "StopTask", { task: arn, reason: "enough" }, 10 * second).task
    assert.strictEqual(stopped?.desiredStatus, "STOPPED")
    assert.strictEqual(stopped?.stopCode, "UserInitiated")
    assert.deepStrictEqual(list(world, 11 * second), [])
    assert.deepStrictEqual(list(world, 11 * second, { desiredStatus: "STOPPED" }), [arn])
    assert.strictEqual(status(world, arn, 39 * second), "STOPPING")
    assert.strictEqual(status(world, arn, 41 * second), "DEPROVISIONING")
    assert.strictEqual(GroundTruth.live(world, 44 * second), 1)
    assert.strictEqual(status(world, arn, 45 * second), "STOPPED")
    assert.strictEqual(GroundTruth.live(world, 45 * second), 0)
  })

  it("stops no sooner and no later when it is told to again", () => {
    const world = World.make({ lifecycle: { stopping: "20 seconds" } })
    const arn = launch(world, 0)
    ask(world, "StopTask", { task: arn }, 0)
    ask(world, "StopTask", { task: arn }, 10 * second)
    assert.strictEqual(GroundTruth.live(world, 20 * second - 1), 1)
    assert.strictEqual(GroundTruth.live(world, 20 * second), 0)
    assert.strictEqual(ask(world, "StopTask", { task: arn }, 30 * second).task?.lastStatus, "STOPPED")
  })

  it("may stop before it has started", () => {
    const world = World.make({ lifecycle: { pending: "3 seconds", startFailures: 1 } })
    const arn = launch(world, 0)
    assert.strictEqual(status(world, arn, 2 * second), "PENDING")
    const task = ask(world, "DescribeTasks", { tasks: [arn] }, 3 * second).tasks?.[0]
    assert.strictEqual(task?.lastStatus, "STOPPED")
    assert.strictEqual(task?.stopCode, "TaskFailedToStart")
    assert.strictEqual(task?.startedAt, undefined)
  })

  it("lives as long as the seed draws from a range", () => {
    const lifetimes = (seed: number) => {
      const world = World.make({ seed, lifecycle: { lifetime: { min: "10 seconds", max: "20 seconds" } } })
      for (let index = 0; index < 20; index++) launch(world, 0)
      return GroundTruth.steps(world, hour).map((step) => step.at)
    }
    const drawn = lifetimes(7).slice(1)
    assert.isTrue(drawn.every((at) => at >= 10 * second && at <= 20 * second))
    assert.isTrue(new Set(drawn).size > 10)
    assert.deepStrictEqual(lifetimes(7).slice(1), drawn)
    assert.notDeepEqual(lifetimes(8).slice(1), drawn)
  })
})

describe("the truth", () => {
  it("knows the peak exactly, though no caller looked while it lasted", () => {
    const world = World.make({ lifecycle: { lifetime: "10 seconds" } })
    for (let index = 0; index < 5; index++) launch(world, index * second)
    for (let index = 0; index < 3; index++) launch(world, hour + index * 20 * second)
    assert.strictEqual(GroundTruth.peak(world, 2 * hour), 5)
    assert.strictEqual(GroundTruth.live(world, 2 * hour), 0)
  })

  it("counts a task that stops at the very time another is launched only once", () => {
    const world = World.make({ lifecycle: { lifetime: "10 seconds" } })
    launch(world, 0)
    launch(world, 10 * second)
    assert.strictEqual(GroundTruth.peak(world, hour), 1)
  })

  it("tells own tasks from those of others, and adds them up over time", () => {
    const world = World.make({ lifecycle: { lifetime: "10 seconds" } })
    launch(world, 0)
    Control.launchForeign(world, { family: "f", count: 2, lifetime: "1 minute" }, 5 * second)
    launch(world, 20 * second)
    launch(world, 21 * second, { taskDefinition: "g:1" })
    const now = 25 * second
    assert.strictEqual(GroundTruth.live(world, now, { family: "f" }), 3)
    assert.strictEqual(GroundTruth.live(world, now, { family: "f", origin: "own" }), 1)
    assert.strictEqual(GroundTruth.peak(world, now, { family: "f", origin: "own" }), 1)
    assert.strictEqual(GroundTruth.peak(world, now, { family: "f" }), 3)
    assert.strictEqual(GroundTruth.peak(world, now, { cluster: "default" }), 4)
    assert.strictEqual(GroundTruth.peak(world, now, { cluster: "other" }), 0)
    assert.deepStrictEqual(GroundTruth.steps(world, now, { family: "f" }), [
      { at: 0, live: 1 },
      { at: 5 * second, live: 3 },
      { at: 10 * second, live: 2 },
      { at: 20 * second, live: 3 }
    ])
    assert.deepStrictEqual(GroundTruth.tasks(world, now, { origin: "foreign" }).map((task) => task.createdAt), [
      5 * second,
      5 * second
    ])
  })

  it("follows tasks that are made to stop, the oldest first", () => {
    const world = World.make({})
    const first = launch(world, 0)
    launch(world, second)
    assert.deepStrictEqual(Control.stopTasks(world, { family: "f", count: 1 }, 2 * second), [first])
    assert.strictEqual(GroundTruth.live(world, 2 * second), 1)
    assert.strictEqual(Control.stopTasks(world, {}, 3 * second).length, 1)
    assert.strictEqual(GroundTruth.live(world, 3 * second), 0)
  })
})

describe("the same seed and the same calls", () => {
  const settings = {
    lifecycle: { pending: { min: 0, max: "3 seconds" }, lifetime: { min: "5 seconds", max: "50 seconds" } },
    lag: { unlisted: { min: 0, max: "20 seconds" }, lingering: { min: 0, max: "20 seconds" }, replicas: 3 },
    pages: { short: 0.3, empty: 0.3 },
    latency: { min: 0, max: "1 second" },
    faults: [{ fault: { _tag: "Throttle" }, probability: 0.2 }, {
      fault: { _tag: "Reset", processed: true },
      probability: 0.2
    }]
  } as const
  const transcript = (seed: number): string => {
    const world = World.make({ ...settings, seed })
    const answers: Array<unknown> = []
    for (let round = 0; round < 60; round++) {
      const now = round * second
      answers.push(ask(world, "RunTask", one({ count: 1 + round % 3, clientToken: `t${round % 40}` }), now))
      answers.push(list(world, now), GroundTruth.tasks(world, now))
    }
    return JSON.stringify(answers)
  }

  it("give the same answers, byte for byte", () => {
    assert.strictEqual(transcript(1), transcript(1))
  })

  it("with another seed do not", () => {
    assert.notStrictEqual(transcript(1), transcript(2))
  })
})

describe("a world", () => {
  it("does not slow down with the tasks that it has seen", () => {
    const world = World.make({ lifecycle: { lifetime: "60 seconds" } })
    const started = performance.now()
    // 1,000 live at any time, for ten minutes of theirs.
    for (let index = 0; index < 10_000; index++) {
      launch(world, index * 60, { clientToken: `token-${index}` })
      if (index % 100 === 0) list(world, index * 60)
    }
    assert.strictEqual(GroundTruth.peak(world, 0), 1000)
    assert.isBelow(performance.now() - started, 5000)
  })

  it("answers a call that it does not know with an error of ECS", () => {
    const { __type, status } = ask(World.make({}), "DeleteEverything", {}, 0)
    assert.deepStrictEqual({ __type, status }, { __type: "UnknownOperationException", status: 400 })
  })

  it("takes input of any shape", () => {
    const world = World.make({})
    const inputs = [undefined, null, 1, "x", [], { taskDefinition: 1 }, { taskDefinition: "f", count: "1" }, {
      taskDefinition: "f",
      overrides: { containerOverrides: [[]] }
    }]
    for (const operation of ["RunTask", "ListTasks", "DescribeTasks", "StopTask"]) {
      for (const input of inputs) {
        const { status } = ask(world, operation, input, 0)
        assert.isTrue(status === 200 || status === 400, `${operation} of ${JSON.stringify(input)}`)
      }
    }
    assert.strictEqual(ask(world, "RunTask", { taskDefinition: "f", count: "1" }, 0).__type, "SerializationException")
  })

  it("keeps regions and accounts apart", () => {
    const world = World.make({})
    const call = (operation: string, region: string) =>
      World.handle(world, { operation, input: { taskDefinition: "f" }, region }, 0).reply?.body
    assert.include(JSON.stringify(call("RunTask", "eu-west-1")), "arn:aws:ecs:eu-west-1:123456789012:task/default/")
    assert.deepStrictEqual(call("ListTasks", "us-west-2"), { taskArns: [] })
  })
})
