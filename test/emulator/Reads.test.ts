import { assert, describe, it } from "@effect/vitest"
import { Control, GroundTruth, World } from "fleetcap/emulator"
import { ask, launch, list, one, status } from "./ask.ts"

const second = 1000

describe("a list that lags", () => {
  it("does not show a new task for a while", () => {
    const world = World.make({ lag: { unlisted: "90 seconds" } })
    const arn = launch(world, 0)
    assert.deepStrictEqual(list(world, 89 * second), [])
    assert.deepStrictEqual(list(world, 90 * second), [arn])
  })

  it("shows a task as running for a while after it stopped, and only then as stopped", () => {
    const world = World.make({ lag: { lingering: "30 seconds" }, lifecycle: { lifetime: "10 seconds" } })
    const arn = launch(world, 0)
    assert.strictEqual(GroundTruth.live(world, 20 * second), 0)
    assert.deepStrictEqual(list(world, 39 * second), [arn])
    assert.deepStrictEqual(list(world, 39 * second, { desiredStatus: "STOPPED" }), [])
    assert.deepStrictEqual(list(world, 40 * second), [])
    assert.deepStrictEqual(list(world, 40 * second, { desiredStatus: "STOPPED" }), [arn])
  })

  it("may never show anything", () => {
    const world = World.make({ lag: { unlisted: "Infinity" } })
    launch(world, 0)
    assert.deepStrictEqual(list(world, 1e9), [])
  })

  it("goes back in time when replicas differ", () => {
    const world = World.make({ lag: { unlisted: { min: 0, max: "60 seconds" }, replicas: 5 } })
    const arn = launch(world, 0)
    const seen = Array.from({ length: 40 }, () => list(world, 30 * second).includes(arn))
    assert.isTrue(seen.some((present, index) => !present && seen[index - 1] === true))
    assert.isTrue(Array.from({ length: 40 }, () => list(world, 60 * second)).every((arns) => arns.includes(arn)))
  })

  it("can be made to lag while it runs", () => {
    const world = World.make({})
    const arn = launch(world, 0)
    assert.deepStrictEqual(list(world, second), [arn])
    World.configure(world, { lag: { unlisted: "10 seconds" } })
    assert.deepStrictEqual(list(world, second), [])
    assert.deepStrictEqual(list(world, 10 * second), [arn])
  })
})

describe("a list", () => {
  it("has pages of 100, and the last one has no token", () => {
    const world = World.make({})
    for (let index = 0; index < 25; index++) ask(world, "RunTask", one({ count: 10 }), index)
    const first = ask(world, "ListTasks", { family: "f" }, second)
    assert.strictEqual(first.taskArns?.length, 100)
    const second_ = ask(world, "ListTasks", { family: "f", nextToken: first.nextToken, maxResults: 50 }, second)
    assert.strictEqual(second_.taskArns?.length, 50)
    const last = ask(world, "ListTasks", { family: "f", nextToken: second_.nextToken }, second)
    assert.strictEqual(last.taskArns?.length, 100)
    assert.strictEqual(last.nextToken, undefined)
    assert.strictEqual(new Set(list(world, second)).size, 250)
  })

  it("may have short and empty pages, and is complete all the same", () => {
    const world = World.make({ pages: { short: 0.5, empty: 0.3 } })
    const arns = Array.from({ length: 150 }, () => launch(world, 0))
    assert.deepStrictEqual(list(world, second), arns)
    const pages = Array.from({ length: 30 }, () => ask(world, "ListTasks", { family: "f" }, second))
    assert.isTrue(pages.some((page) => page.taskArns?.length === 0 && page.nextToken !== undefined))
    assert.isTrue(pages.some((page) => (page.taskArns?.length ?? 0) > 0 && (page.taskArns?.length ?? 0) < 100))
  })

  it("gives no token twice, though a page is empty: clients take that for a list without an end", () => {
    const world = World.make({ pages: { short: 0.5, empty: 0.5 } })
    for (let index = 0; index < 400; index++) launch(world, 0)
    const tokens: Array<string> = []
    for (let nextToken: string | undefined, more = true; more;) {
      nextToken = ask(world, "ListTasks", { family: "f", nextToken }, second).nextToken
      if (nextToken !== undefined) tokens.push(nextToken)
      more = nextToken !== undefined
    }
    assert.isAbove(tokens.length, 2)
    assert.strictEqual(new Set(tokens).size, tokens.length)
  })

  it("of stopped tasks has pages too, and loses those that are forgotten", () => {
    const world = World.make({ lifecycle: { lifetime: "1 second" } })
    const old = Array.from({ length: 130 }, () => launch(world, 0))
    const young = Array.from({ length: 130 }, () => launch(world, 1800 * second))
    const stopped = { desiredStatus: "STOPPED" }
    assert.deepStrictEqual(list(world, 1900 * second, stopped), [...old, ...young])
    assert.deepStrictEqual(list(world, 3700 * second, stopped), young)
    assert.deepStrictEqual(list(world, 9000 * second, stopped), [])
  })

  it("goes by family, without a revision, by startedBy, or by cluster", () => {
    const world = World.make({})
    const arn = launch(world, 0, { startedBy: "a" })
    launch(world, 0, { taskDefinition: "g", startedBy: "b" })
    launch(world, 0, { cluster: "elsewhere" })
    assert.deepStrictEqual(list(world, 0), [arn])
    assert.deepStrictEqual(list(world, 0, { family: "f:1" }), [])
    assert.deepStrictEqual(list(world, 0, { family: undefined, startedBy: "a", desiredStatus: "RUNNING" }), [arn])
    assert.strictEqual(list(world, 0, { family: undefined }).length, 2)
    assert.deepStrictEqual(list(world, 0, { desiredStatus: "PENDING" }), [])
  })

  it("does not take startedBy together with family, nor sizes and tokens that are none", () => {
    const world = World.make({})
    const { __type, message } = ask(world, "ListTasks", { family: "f", startedBy: "a" }, 0)
    assert.deepStrictEqual({ __type, message }, {
      __type: "InvalidParameterException",
      message: "cannot specify startedBy with other arguments"
    })
    for (const input of [{ maxResults: 0 }, { maxResults: 101 }, { nextToken: "x" }, { desiredStatus: "ASLEEP" }]) {
      assert.strictEqual(ask(world, "ListTasks", input, 0).__type, "InvalidParameterException")
    }
  })
})

describe("a description", () => {
  it("misses a new task for a while", () => {
    const world = World.make({ lag: { missing: "5 seconds" } })
    const arn = launch(world, 0)
    assert.strictEqual(status(world, arn, 4 * second), "MISSING")
    assert.strictEqual(status(world, arn, 5 * second), "RUNNING")
  })

  it("may show the status of some time ago", () => {
    const world = World.make({ lag: { status: "10 seconds" }, lifecycle: { lifetime: "20 seconds" } })
    const arn = launch(world, 0)
    assert.strictEqual(status(world, arn, 29 * second), "RUNNING")
    assert.strictEqual(status(world, arn, 30 * second), "STOPPED")
  })

  it("takes ids and ARNs, and calls what it does not find missing", () => {
    const world = World.make({})
    const arn = launch(world, 0)
    const id = arn.slice(arn.lastIndexOf("/") + 1)
    const other = arn.replace("task/default", "task/other")
    const { failures, tasks } = ask(world, "DescribeTasks", { tasks: [id, other, "nothing"] }, 0)
    assert.deepStrictEqual(tasks?.map((task) => task.taskArn), [arn])
    assert.deepStrictEqual(failures, [
      { arn: other, reason: "MISSING" },
      { arn: "arn:aws:ecs:us-east-1:123456789012:task/default/nothing", reason: "MISSING" }
    ])
  })

  it("is of 1 to 100 tasks", () => {
    const world = World.make({})
    const messageOf = (tasks: ReadonlyArray<string>) => ask(world, "DescribeTasks", { tasks }, 0).message
    assert.strictEqual(messageOf([]), "Tasks cannot be empty.")
    assert.strictEqual(messageOf(Array.from({ length: 101 }, String)), "taskIds can have at most 100 items.")
    assert.strictEqual(messageOf(["x".repeat(37)]), "taskId longer than 36.")
  })
})

describe("StopTask", () => {
  it("does not find a task that is unknown or forgotten", () => {
    const world = World.make({ lifecycle: { lifetime: "1 second" } })
    const arn = launch(world, 0)
    assert.strictEqual(ask(world, "StopTask", { task: "what" }, 0).message, "Task Identifier is invalid")
    assert.strictEqual(
      ask(world, "StopTask", { task: arn }, 3601 * second).message,
      "The referenced task was not found."
    )
  })

  it("finds a task that the reads do not show yet", () => {
    const world = World.make({ lag: { missing: "1 minute", unlisted: "1 minute" } })
    const arn = launch(world, 0)
    assert.strictEqual(ask(world, "StopTask", { task: arn }, second).task?.desiredStatus, "STOPPED")
    assert.deepStrictEqual(Control.stopTasks(world, {}, second), [])
  })
})
