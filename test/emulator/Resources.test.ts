import { assert, describe, it } from "@effect/vitest"
import { World } from "fleetcap/emulator"
import { ask, launch, list, one } from "./ask.ts"

const container = { name: "c", image: "i:1", memory: 128 }
const family = { family: "f", containerDefinitions: [container] }

/** The body of an answer, or its error. */
const body = (world: World.World, operation: string, input: unknown, now = 0) =>
  World.handle(world, { operation, input }, now).reply?.body

describe("clusters", () => {
  it("have to be created in a strict world, but for the default one", () => {
    const world = World.make({ strict: true })
    assert.strictEqual(ask(world, "ListTasks", {}, 0).status, 200)
    assert.strictEqual(ask(world, "ListTasks", { cluster: "c" }, 0).__type, "ClusterNotFoundException")
    assert.strictEqual(ask(world, "CreateCluster", { clusterName: "c" }, 0).status, 200)
    assert.strictEqual(ask(world, "CreateCluster", { clusterName: "c" }, 0).status, 200)
    assert.strictEqual(ask(world, "ListTasks", { cluster: "c" }, 0).status, 200)
    assert.deepStrictEqual(body(world, "ListClusters", {}), {
      clusterArns: [
        "arn:aws:ecs:us-east-1:123456789012:cluster/default",
        "arn:aws:ecs:us-east-1:123456789012:cluster/c"
      ]
    })
  })

  it("are described with their counts, and missing where they are not known", () => {
    const world = World.make({ lifecycle: { pending: "10 seconds" } })
    launch(world, 0)
    launch(world, 9000)
    const described = JSON.stringify(body(world, "DescribeClusters", { clusters: ["default", "c"] }, 10_000))
    assert.match(described, /"runningTasksCount":1,"pendingTasksCount":1/)
    assert.match(
      described,
      /"failures":\[\{"arn":"arn:aws:ecs:us-east-1:123456789012:cluster\/c","reason":"MISSING"\}\]/
    )
  })

  it("cannot be deleted while a task is live, nor used when they are deleted", () => {
    const world = World.make({ lifecycle: { lifetime: "10 seconds" } })
    const remove = (now: number) => ask(world, "DeleteCluster", { cluster: "c" }, now)
    assert.strictEqual(remove(0).__type, "ClusterNotFoundException")
    launch(world, 0, { cluster: "c" })
    assert.strictEqual(remove(9999).__type, "ClusterContainsTasksException")
    assert.strictEqual(remove(10_000).status, 200)
    const refused = ask(world, "RunTask", one({ cluster: "c" }), 10_000)
    assert.deepStrictEqual([refused.__type, refused.message], [
      "ClusterNotFoundException",
      "The referenced cluster was inactive."
    ])
    ask(world, "CreateCluster", { clusterName: "c" }, 10_000)
    assert.deepStrictEqual(list(world, 20_000, { cluster: "c" }), [])
    assert.strictEqual(ask(world, "RunTask", one({ cluster: "c" }), 20_000).status, 200)
  })

  it("may be named by ARN, that of another region too, save in a strict world", () => {
    const cluster = "arn:aws:ecs:eu-west-1:000000000042:cluster/c"
    const arn = launch(World.make({}), 0, { cluster })
    assert.match(arn, /^arn:aws:ecs:eu-west-1:000000000042:task\/c\//)
    assert.strictEqual(
      ask(World.make({ strict: true }), "ListTasks", { cluster }, 0).__type,
      "ClusterNotFoundException"
    )
  })
})

describe("task definitions", () => {
  it("have revisions, of which the latest active one is run unless another is named", () => {
    const world = World.make({ strict: true })
    const definitionOf = (taskDefinition: string) => JSON.stringify(body(world, "RunTask", { taskDefinition }))
    for (let revision = 0; revision < 3; revision++) body(world, "RegisterTaskDefinition", family)
    assert.match(definitionOf("f"), /task-definition\/f:3"/)
    body(world, "DeregisterTaskDefinition", { taskDefinition: "f:3" })
    assert.match(definitionOf("f"), /task-definition\/f:2"/)
    assert.match(definitionOf("f:1"), /task-definition\/f:1"/)
    assert.strictEqual(ask(world, "RunTask", { taskDefinition: "f:3" }, 0).message, "TaskDefinition is inactive")
    assert.strictEqual(ask(world, "RunTask", { taskDefinition: "f:4" }, 0).message, "TaskDefinition not found.")
    assert.deepStrictEqual(body(world, "ListTaskDefinitions", { familyPrefix: "f", sort: "DESC", maxResults: 1 }), {
      taskDefinitionArns: ["arn:aws:ecs:us-east-1:123456789012:task-definition/f:2"],
      nextToken: "1"
    })
    assert.deepStrictEqual(body(world, "ListTaskDefinitions", { status: "INACTIVE" }), {
      taskDefinitionArns: ["arn:aws:ecs:us-east-1:123456789012:task-definition/f:3"]
    })
  })

  it("are described as they were registered, with the defaults of ECS", () => {
    const world = World.make({})
    body(world, "RegisterTaskDefinition", { ...family, cpu: "512", requiresCompatibilities: ["FARGATE"] }, 1500)
    const described = JSON.stringify(body(world, "DescribeTaskDefinition", { taskDefinition: "f" }))
    for (const part of ["\"cpu\":\"512\"", "\"essential\":true", "\"revision\":1", "\"registeredAt\":1.5"]) {
      assert.include(described, part)
    }
    const unknown = ask(world, "DescribeTaskDefinition", { taskDefinition: "g" }, 0)
    assert.deepStrictEqual([unknown.__type, unknown.message], [
      "ClientException",
      "Unable to describe task definition."
    ])
  })

  it("are refused where they make no sense", () => {
    const world = World.make({})
    const inputs = [
      {},
      { ...family, family: "a b" },
      { family: "f", containerDefinitions: [] },
      { family: "f", containerDefinitions: [{ name: "c" }] },
      { family: "f", containerDefinitions: [{ image: "i" }] },
      { ...family, volumes: ["x".repeat(70_000)] }
    ]
    for (const input of inputs) {
      assert.strictEqual(ask(world, "RegisterTaskDefinition", input, 0).__type, "ClientException")
    }
  })
})

describe("tags", () => {
  it("can be added to tasks, clusters and task definitions, and taken away", () => {
    const world = World.make({})
    const resources = [
      launch(world, 0),
      "arn:aws:ecs:us-east-1:123456789012:cluster/default",
      "arn:aws:ecs:us-east-1:123456789012:task-definition/f:1"
    ]
    for (const resourceArn of resources) {
      const tags = [{ key: "a", value: "1" }, { key: "b", value: "2" }]
      assert.deepStrictEqual(body(world, "TagResource", { resourceArn, tags }), {})
      assert.deepStrictEqual(body(world, "TagResource", { resourceArn, tags: [{ key: "a", value: "3" }] }), {})
      assert.deepStrictEqual(body(world, "UntagResource", { resourceArn, tagKeys: ["b"] }), {})
      assert.deepStrictEqual(body(world, "ListTagsForResource", { resourceArn }), { tags: [{ key: "a", value: "3" }] })
    }
  })

  it("of a launch are shown when asked for, and gone once the task is stopped", () => {
    const world = World.make({ lifecycle: { stopping: "10 seconds" } })
    const arn = launch(world, 0, { tags: [{ key: "a", value: "1" }] })
    const shown = (include: ReadonlyArray<string>) =>
      JSON.stringify(body(world, "DescribeTasks", { tasks: [arn], include }))
    assert.include(shown(["TAGS"]), "\"tags\":[{\"key\":\"a\",\"value\":\"1\"}]")
    assert.include(shown([]), "\"tags\":[]")
    ask(world, "StopTask", { task: arn }, 0)
    assert.include(shown(["TAGS"]), "\"tags\":[]")
  })

  it("of what does not exist are an error", () => {
    const world = World.make({})
    const typeOf = (resourceArn: string) => ask(world, "ListTagsForResource", { resourceArn }, 0).__type
    const arn = (rest: string) => `arn:aws:ecs:us-east-1:123456789012:${rest}`
    assert.deepStrictEqual(
      ["nonsense", arn("cluster/c"), arn("task/default/0"), arn("task-definition/f:1"), arn("service/s")].map(typeOf),
      [
        "InvalidParameterException",
        "ClusterNotFoundException",
        "InvalidParameterException",
        "ClientException",
        "InvalidParameterException"
      ]
    )
  })
})
