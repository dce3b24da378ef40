import {
  ConflictException,
  CreateClusterCommand,
  DeleteClusterCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSServiceException,
  InvalidParameterException,
  ListClustersCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  paginateListTaskDefinitions,
  paginateListTasks,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
  UntagResourceCommand,
  waitUntilTasksRunning,
  waitUntilTasksStopped
} from "@aws-sdk/client-ecs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Emulator } from "fleetcap/emulator"
import { attempt, connect, errorOf, server } from "./sdk.ts"

const all = <A, B>(pages: AsyncIterable<A>, items: (page: A) => ReadonlyArray<B> | undefined) =>
  Effect.promise(async () => {
    const found: Array<B> = []
    for await (const page of pages) found.push(...items(page) ?? [])
    return found
  })

const container = { name: "c", image: "i:1" }

describe("the AWS SDK for JavaScript", () => {
  it.live("runs, lists, describes, tags and stops tasks of a cluster and a task definition that it made", () =>
    Effect.gen(function*() {
      const client = yield* connect
      yield* attempt(() => client.send(new CreateClusterCommand({ clusterName: "c" })))
      const { taskDefinition } = yield* attempt(() =>
        client.send(
          new RegisterTaskDefinitionCommand({
            family: "w",
            networkMode: "awsvpc",
            requiresCompatibilities: ["FARGATE"],
            cpu: "256",
            memory: "512",
            containerDefinitions: [container]
          })
        )
      )
      assert.strictEqual(taskDefinition?.revision, 1)
      assert.isTrue(taskDefinition?.registeredAt instanceof Date)
      const run = new RunTaskCommand({
        cluster: "c",
        taskDefinition: "w",
        launchType: "FARGATE",
        startedBy: "me",
        clientToken: "token",
        networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
        overrides: { containerOverrides: [{ name: "c", environment: [{ name: "A", value: "b" }] }] }
      })
      const { failures, tasks = [] } = yield* attempt(() => client.send(run))
      assert.deepStrictEqual(failures, [])
      const [task] = tasks
      const taskArn = task?.taskArn ?? ""
      assert.match(taskArn, /^arn:aws:ecs:eu-west-1:123456789012:task\/c\/[0-9a-f]{32}$/)
      assert.strictEqual(task?.lastStatus, "PROVISIONING")
      assert.isBelow(Math.abs((task?.createdAt?.getTime() ?? 0) - new Date().getTime()), 60_000)
      assert.deepStrictEqual(task?.overrides?.containerOverrides?.[0]?.environment, [{ name: "A", value: "b" }])
      const listed = yield* attempt(() => client.send(new ListTasksCommand({ cluster: "c", family: "w" })))
      assert.deepStrictEqual(listed.taskArns, [taskArn])

      yield* attempt(() =>
        client.send(new TagResourceCommand({ resourceArn: taskArn, tags: [{ key: "k", value: "v" }] }))
      )
      const tagged = yield* attempt(() => client.send(new ListTagsForResourceCommand({ resourceArn: taskArn })))
      assert.deepStrictEqual(tagged.tags, [{ key: "k", value: "v" }])
      yield* attempt(() => client.send(new UntagResourceCommand({ resourceArn: taskArn, tagKeys: ["k"] })))

      const clusters = yield* attempt(() => client.send(new DescribeClustersCommand({ clusters: ["c", "d"] })))
      assert.strictEqual(clusters.clusters?.[0]?.runningTasksCount, 1)
      assert.strictEqual(clusters.failures?.[0]?.reason, "MISSING")
      const stopped = yield* attempt(() =>
        client.send(new StopTaskCommand({ cluster: "c", task: taskArn, reason: "enough" }))
      )
      assert.strictEqual(stopped.task?.stoppedReason, "enough")
      const described = yield* attempt(() => client.send(new DescribeTasksCommand({ cluster: "c", tasks: [taskArn] })))
      assert.strictEqual(described.tasks?.[0]?.lastStatus, "STOPPED")

      const definition = yield* attempt(() => client.send(new DescribeTaskDefinitionCommand({ taskDefinition: "w" })))
      assert.strictEqual(definition.taskDefinition?.containerDefinitions?.[0]?.essential, true)
      yield* attempt(() => client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: "w:1" })))
      yield* attempt(() => client.send(new DeleteClusterCommand({ cluster: "c" })))
      const left = yield* attempt(() => client.send(new ListClustersCommand({})))
      assert.deepStrictEqual(left.clusterArns, ["arn:aws:ecs:eu-west-1:123456789012:cluster/default"])
    }).pipe(Effect.provide(server({ strict: true }))))

  it.live("follows pages, short and empty ones too", () =>
    Effect.gen(function*() {
      const client = yield* connect
      for (let index = 0; index < 13; index++) {
        yield* attempt(() => client.send(new RunTaskCommand({ taskDefinition: `f:${index + 1}`, count: 10 })))
      }
      const arns = yield* all(paginateListTasks({ client, pageSize: 50 }, { family: "f" }), (page) => page.taskArns)
      assert.strictEqual(new Set(arns).size, 130)
      const definitions = yield* all(
        paginateListTaskDefinitions({ client, pageSize: 5 }, { familyPrefix: "f", sort: "DESC" }),
        (page) => page.taskDefinitionArns
      )
      assert.strictEqual(definitions.length, 13)
      assert.match(definitions[0] ?? "", /\/f:13$/)
    }).pipe(Effect.provide(server({ pages: { short: 0.3, empty: 0.3 } }))))

  it.live("waits until tasks run and until they have stopped", () =>
    Effect.gen(function*() {
      const client = yield* connect
      const { tasks = [] } = yield* attempt(() => client.send(new RunTaskCommand({ taskDefinition: "f" })))
      const arns = tasks.flatMap((task) => task.taskArn ?? [])
      const waiter = { client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }
      const running = yield* attempt(() => waitUntilTasksRunning(waiter, { tasks: arns }))
      assert.strictEqual(running.state, "SUCCESS")
      yield* attempt(() => client.send(new StopTaskCommand({ task: arns[0] })))
      const stopped = yield* attempt(() => waitUntilTasksStopped(waiter, { tasks: arns }))
      assert.strictEqual(stopped.state, "SUCCESS")
    }).pipe(Effect.provide(server())))

  it.live("raises its own classes and names for the errors", () =>
    Effect.gen(function*() {
      const client = yield* connect
      const { script } = yield* Emulator.Emulator
      const input = { taskDefinition: "f", clientToken: "t" }
      const { tasks } = yield* attempt(() => client.send(new RunTaskCommand(input)))
      const conflict = yield* errorOf(() => client.send(new RunTaskCommand({ ...input, group: "g" })))
      assert.isTrue(conflict instanceof ConflictException)
      if (conflict instanceof ConflictException) assert.deepStrictEqual(conflict.resourceIds, [tasks?.[0]?.taskArn])
      const invalid = yield* errorOf(() => client.send(new DescribeTasksCommand({ tasks: [] })))
      assert.isTrue(invalid instanceof InvalidParameterException)
      if (invalid instanceof Error) assert.strictEqual(invalid.message, "Tasks cannot be empty.")
      yield* script(
        { fault: { _tag: "Throttle" } },
        { fault: { _tag: "ServerError", processed: true } },
        { fault: { _tag: "ServerError", processed: true, status: 503 } },
        { fault: { _tag: "Reset", processed: true } },
        { fault: { _tag: "CutBody" } }
      )
      const raised = yield* Effect.forEach(
        [1, 2, 3, 4, 5],
        () =>
          Effect.map(
            errorOf(() => client.send(new RunTaskCommand({ taskDefinition: "f" }))),
            (error) => [error instanceof Error ? error.name : "no error", error instanceof ECSServiceException]
          )
      )
      assert.deepStrictEqual(raised, [
        ["ThrottlingException", true],
        ["ServerException", true],
        ["SyntaxError", false],
        ["TimeoutError", false],
        ["Error", false]
      ])
    }).pipe(Effect.provide(server())))
})
