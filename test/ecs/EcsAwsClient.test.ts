import { ECSClient } from "@aws-sdk/client-ecs"
import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Effect, Layer, Metric } from "effect"
import { TaskArn } from "../../src/ecs/Ecs.ts"
import * as EcsAws from "../../src/ecs/EcsAws.ts"
import { failure, json, reset, serve, silence } from "./FaultServer.ts"
import {
  accepted,
  arn,
  brief,
  build,
  credentials,
  ecsAt,
  hurried,
  request,
  serveEcs,
  throttled,
  unhurried
} from "./fixtures.ts"

describe("EcsAws", () => {
  describe("listTasks", () => {
    const query = { cluster: "default", family: "worker", desiredStatus: "RUNNING" } as const

    it.live("reads one page", () =>
      Effect.gen(function*() {
        const { ecs, server } = yield* serveEcs([
          json(200, { taskArns: [], nextToken: "next" }),
          json(200, { taskArns: [arn], nextToken: null })
        ])
        assert.deepStrictEqual(yield* ecs.listTasks(query), { taskArns: [], nextToken: "next" })
        assert.deepStrictEqual(yield* ecs.listTasks({ ...query, nextToken: "next" }), {
          taskArns: [arn],
          nextToken: undefined
        })
        assert.deepStrictEqual(server.seen.map(({ body }) => JSON.parse(body)), [
          { ...query, maxResults: 100 },
          { ...query, maxResults: 100, nextToken: "next" }
        ])
      }))

    it.live("fails without retrying", () =>
      Effect.gen(function*() {
        const { ecs, server } = yield* serveEcs([throttled, failure(500, "ServerException", "Oops"), json(200, {})])
        const reasons: Array<string> = []
        for (let i = 0; i < 3; i++) reasons.push((yield* Effect.flip(ecs.listTasks(query))).reason)
        assert.deepStrictEqual(reasons, ["throttled", "unavailable", "unreachable"])
        assert.strictEqual(server.seen.length, 3)
      }))
  })

  describe("describeTasks", () => {
    const other = TaskArn(`${arn}0`)

    it.live("tells tasks from those that are missing, and how they ended from those that run", () =>
      Effect.gen(function*() {
        const running = { taskArn: arn, lastStatus: "RUNNING", desiredStatus: "STOPPED", startedBy: "me" }
        const stopped = { taskArn: arn, lastStatus: "STOPPED", desiredStatus: "STOPPED", startedBy: "me" }
        const end = {
          stopCode: "EssentialContainerExited",
          stoppedReason: "Essential container in task exited",
          startedAt: 1737649786.65,
          containers: [{ name: "worker", exitCode: 137, reason: "OutOfMemoryError: Container killed" }]
        }
        const { ecs, server } = yield* serveEcs([
          json(200, {
            tasks: [{ ...running, version: 3 }, { ...stopped, ...end }],
            failures: [{ arn: other, reason: "MISSING" }]
          })
        ])
        assert.deepStrictEqual(yield* ecs.describeTasks({ cluster: "default", taskArns: [arn, other] }), {
          tasks: [{ ...running, exit: undefined }, {
            ...stopped,
            exit: {
              stopCode: "EssentialContainerExited",
              reason: "Essential container in task exited",
              startedAt: 1737649786650,
              containers: [{ name: "worker", exitCode: 137, reason: "OutOfMemoryError: Container killed" }]
            }
          }],
          missing: [other]
        })
        assert.deepStrictEqual(JSON.parse(server.seen[0]?.body ?? ""), { cluster: "default", tasks: [arn, other] })
      }))

    it.live("fails for an empty answer", () =>
      Effect.gen(function*() {
        const { ecs } = yield* serveEcs([json(200, "")])
        const error = yield* Effect.flip(ecs.describeTasks({ cluster: "default", taskArns: [arn] }))
        assert.strictEqual(error.message, "DescribeTasks: unreachable: The answer is empty")
      }))
  })

  describe("layerClient", () => {
    const clientAt = (endpoint: string) =>
      Effect.acquireRelease(
        Effect.sync(() => new ECSClient({ region: "us-east-1", credentials, endpoint, maxAttempts: 5 })),
        (client) => Effect.sync(() => client.destroy())
      )

    it.live("knows the region that the client resolves, and nothing where it resolves none", () =>
      Effect.gen(function*() {
        const known = yield* build(EcsAws.layerClient(yield* clientAt("http://127.0.0.1:9")))
        assert.strictEqual((yield* known.location).region, "us-east-1")
        const region = () => Promise.reject<string>(new Error("Region is missing"))
        const lost = yield* build(EcsAws.layerClient(new ECSClient({ credentials, region })))
        assert.strictEqual((yield* lost.location).region, undefined)
      }))

    it.live("makes one request per call, though the client would retry", () =>
      Effect.gen(function*() {
        const server = yield* serve(failure(500, "ServerException", "Oops"), throttled, reset, accepted)
        const ecs = yield* build(EcsAws.layerClient(yield* clientAt(server.url)))
        const verdicts: Array<string> = []
        for (let i = 0; i < 4; i++) verdicts.push(brief(yield* ecs.runTask(request, unhurried)))
        assert.deepStrictEqual(verdicts, ["Unknown", "Throttled", "Unknown", "Accepted"])
        assert.strictEqual(server.seen.length, 4)
      }))

    it.live("leaves the client as it was", () =>
      Effect.gen(function*() {
        const server = yield* serve(accepted)
        const client = yield* clientAt(server.url)
        const before = client.middlewareStack.identify()
        const ecs = yield* Effect.scoped(build(EcsAws.layerClient(client)))
        yield* ecs.runTask(request, unhurried)
        assert.deepStrictEqual(client.middlewareStack.identify(), before)
        assert.strictEqual(server.seen.length, 1)
      }))

    it.live("bounds calls of a client that has no timeouts", () =>
      Effect.gen(function*() {
        const server = yield* serve(silence)
        const ecs = yield* build(EcsAws.layerClient(yield* clientAt(server.url)))
        assert.strictEqual(brief(yield* ecs.runTask(request, hurried)), "Unknown")
      }))

    it.live("knows that a client without a region launched nothing", () =>
      Effect.gen(function*() {
        const client = new ECSClient({
          credentials,
          region: () => Promise.reject<string>(new Error("Region is missing"))
        })
        const ecs = yield* build(EcsAws.layerClient(client))
        assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Rejected invalid")
      }))
  })

  describe("layer", () => {
    const environment = (values: Record<string, string>) =>
      Effect.acquireRelease(
        Effect.sync(() => Object.assign(process.env, values)),
        () =>
          Effect.sync(() => {
            for (const name of Object.keys(values)) delete process.env[name]
          })
      )

    it.live("takes what it is not told from the environment, and its options from the configuration", () =>
      Effect.gen(function*() {
        const [first, second] = yield* Effect.all([serve(accepted), serve(accepted)])
        yield* environment({
          AWS_ENDPOINT_URL_ECS: first.url,
          AWS_REGION: "us-west-2",
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey
        })
        const plain = yield* build(EcsAws.layer())
        assert.strictEqual(brief(yield* plain.runTask(request, unhurried)), "Accepted")
        assert.include(first.seen[0]?.headers.authorization, "/us-west-2/ecs/")

        const configured = yield* build(Layer.orDie(EcsAws.layerConfig({
          endpoint: Config.String("ECS_URL"),
          region: Config.String("ECS_REGION"),
          silenceTimeout: Config.Duration("ECS_TIMEOUT")
        }))).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({
          ECS_URL: second.url,
          ECS_REGION: "eu-west-1",
          ECS_TIMEOUT: "5 seconds"
        }))))
        assert.strictEqual(brief(yield* configured.runTask(request, unhurried)), "Accepted")
        assert.include(second.seen[0]?.headers.authorization, "/eu-west-1/ecs/")
      }))

    it.live("has 20 launch permits unless told otherwise", () =>
      Effect.gen(function*() {
        const [some, few] = yield* Effect.all([build(EcsAws.layer()), build(EcsAws.layer({ launchPermits: 3 }))])
        for (const [{ launchPermits }, permits] of [[some, 20], [few, 3]] as const) {
          const launches = Array.from({ length: permits + 1 }, () => launchPermits.withPermit("c/f", Effect.never))
          yield* Effect.forkChild(Effect.all(launches, { concurrency: "unbounded" }), { startImmediately: true })
          yield* Effect.yieldNow
          assert.strictEqual(launchPermits.held(), permits)
        }
      }))
  })

  it.live("counts requests as they are sent", () =>
    Effect.gen(function*() {
      const { ecs, server } = yield* serveEcs([
        accepted,
        failure(500, "ServerException", "Oops"),
        json(200, { taskArns: [] })
      ])
      yield* ecs.runTask(request, unhurried)
      yield* ecs.runTask(request, unhurried)
      yield* ecs.listTasks({ cluster: "default", family: "worker", desiredStatus: "STOPPED" })
      const noCredentials = yield* ecsAt(server.url, { credentials: () => Promise.reject(new Error("No.")) })
      yield* noCredentials.runTask(request, unhurried)
      const counts = yield* Effect.forEach(
        ["RunTask", "ListTasks", "DescribeTasks", "StopTask"] as const,
        (operation) => Effect.map(Metric.value(EcsAws.requests(operation)), ({ count }) => count)
      )
      assert.deepStrictEqual(counts, [2, 1, 0, 0])
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map())))
})
