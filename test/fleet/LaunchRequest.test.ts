import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"
import { inputOf } from "../../src/ecs/AwsInput.ts"
import type { RunTaskRequest } from "../../src/ecs/Ecs.ts"
import * as Fleet from "../../src/fleet/Fleet.ts"
import { Key, parseKey } from "../../src/ledger/Key.ts"
import { SentRequest } from "../../src/ledger/SentRequest.ts"

const launchId = "8f14e45f-ceea-467f-a9d1-2c6b1e0a7d11"
const key = Result.getOrThrow(parseKey("file-1"))
const valid: Fleet.Input = { cluster: "main", taskDefinition: "worker:7", cap: 16, subnets: ["subnet-1"] }

const request = (
  change: Partial<Fleet.Input>,
  environment?: Readonly<Record<string, string>>
): Result.Result<RunTaskRequest, string> =>
  Fleet.runTaskRequest(Result.getOrThrow(Fleet.decodeUnknown({ ...valid, ...change })), { launchId, key, environment })

const built = (change: Partial<Fleet.Input>, environment?: Readonly<Record<string, string>>) =>
  Result.getOrThrow(request(change, environment))

describe("runTaskRequest", () => {
  it("asks for one task, under the launch's id", () => {
    assert.deepStrictEqual(built({}), {
      cluster: "main",
      taskDefinition: "worker:7",
      count: 1,
      clientToken: launchId,
      startedBy: launchId,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } }
    })
  })

  it("hands on all that the fleet says", () => {
    assert.deepStrictEqual(
      built({
        securityGroups: ["sg-1"],
        assignPublicIp: "ENABLED",
        container: "app",
        environment: { STAGE: "test" },
        capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }, { capacityProvider: "FARGATE" }],
        platformVersion: "1.4.0",
        group: "workers",
        tags: { team: "search", app: "index" },
        propagateTags: "NONE",
        enableECSManagedTags: true,
        enableExecuteCommand: false,
        overrides: {
          cpu: "1024",
          memory: "2048",
          taskRoleArn: "task",
          executionRoleArn: "execution",
          ephemeralStorageGiB: 30,
          command: ["work", "--hard"],
          containerCpu: 512,
          containerMemory: 1024,
          containerMemoryReservation: 256
        }
      }),
      {
        cluster: "main",
        taskDefinition: "worker:7",
        count: 1,
        clientToken: launchId,
        startedBy: launchId,
        capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }, { capacityProvider: "FARGATE" }],
        platformVersion: "1.4.0",
        group: "workers",
        tags: [{ key: "app", value: "index" }, { key: "team", value: "search" }],
        propagateTags: "NONE",
        enableECSManagedTags: true,
        enableExecuteCommand: false,
        networkConfiguration: {
          awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"], assignPublicIp: "ENABLED" }
        },
        overrides: {
          containerOverrides: [{
            name: "app",
            command: ["work", "--hard"],
            environment: [
              { name: Fleet.keyVariable, value: "file-1" },
              { name: "FLEETCAP_LAUNCH", value: launchId },
              { name: "STAGE", value: "test" }
            ],
            cpu: 512,
            memory: 1024,
            memoryReservation: 256
          }],
          cpu: "1024",
          memory: "2048",
          taskRoleArn: "task",
          executionRoleArn: "execution",
          ephemeralStorage: { sizeInGiB: 30 }
        }
      }
    )
  })

  it("names neither launch type nor strategy where the cluster's default decides", () => {
    assert.notProperty(built({ launchType: "CLUSTER_DEFAULT" }), "launchType")
    assert.notProperty(built({ capacityProviderStrategy: [{ capacityProvider: "p" }] }), "launchType")
    assert.strictEqual(built({ launchType: "EC2" }).launchType, "EC2")
  })

  it("has the network of tasks that have an address of their own, and else none", () => {
    const description = { cluster: "main", taskDefinition: "worker:7", cap: 16 }
    const providers = { capacityProviderStrategy: [{ capacityProvider: "instances" }] }
    const placements: ReadonlyArray<Fleet.Placement> = [
      { launchType: "EXTERNAL" },
      { launchType: "EC2" },
      { launchType: "MANAGED_INSTANCES" },
      { launchType: "CLUSTER_DEFAULT" },
      providers
    ]
    for (const placement of placements) {
      const fleet = Fleet.makeUnsafe({ ...description, ...placement })
      const sent = Result.getOrThrow(Fleet.runTaskRequest(fleet, { launchId, key }))
      assert.notProperty(sent, "networkConfiguration")
      const stored = Schema.decodeSync(SentRequest)(Schema.encodeSync(SentRequest)(sent))
      assert.deepStrictEqual(stored, sent)
      assert.isUndefined(inputOf(stored).networkConfiguration)
    }
    for (const launch of [{ launchType: "EC2" }, { launchType: "MANAGED_INSTANCES" }, providers, {}] as const) {
      assert.deepStrictEqual(built({ ...launch, securityGroups: ["sg-1"] }).networkConfiguration, {
        awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] }
      })
    }
  })

  it("is plain JSON, without a field that is empty or absent", () => {
    const plain = built({ securityGroups: [], tags: {}, overrides: {}, group: undefined, container: undefined })
    assert.deepStrictEqual(plain, built({}))
    assert.deepStrictEqual<unknown>(JSON.parse(JSON.stringify(plain)), plain)
  })

  it("is the same bytes, in whatever order a fleet, its tags and environments were written", () => {
    const one = built(
      { container: "app", tags: { a: "1", b: "2" }, environment: { A: "1", Z: "2" } },
      { M: "3", B: "4" }
    )
    const other = Result.getOrThrow(Fleet.runTaskRequest(
      Fleet.makeUnsafe({
        environment: { Z: "2", A: "1" },
        tags: { b: "2", a: "1" },
        subnets: ["subnet-1"],
        container: "app",
        cap: 99,
        taskDefinition: "worker:7",
        cluster: "main"
      }),
      { environment: { B: "4", M: "3" }, key, launchId }
    ))
    assert.strictEqual(JSON.stringify(one), JSON.stringify(other))
  })

  it("lets a launch's variables win over those of its fleet", () => {
    const { overrides } = built({ container: "app", environment: { A: "fleet", B: "fleet" } }, { B: "launch" })
    assert.deepStrictEqual(overrides?.containerOverrides?.[0]?.environment?.slice(0, 2), [
      { name: "A", value: "fleet" },
      { name: "B", value: "launch" }
    ])
  })

  it("fails where a launch has an environment and the fleet names no container", () => {
    assert.deepStrictEqual(
      request({}, { A: "1" }),
      Result.fail("the launch sets an environment, but the fleet names no container for it")
    )
    assert.isTrue(Result.isSuccess(request({}, {})))
  })

  it("fails where a launch sets what fleetcap sets itself, or what is no name", () => {
    for (
      const [name, reason] of [
        ["FLEETCAP_KEY", "the variable \"FLEETCAP_KEY\" is set by fleetcap itself"],
        ["FLEETCAP_LAUNCH", "the variable \"FLEETCAP_LAUNCH\" is set by fleetcap itself"],
        ["", "the variable \"\" is not a valid variable name"],
        ["A=B", "the variable \"A=B\" is not a valid variable name"]
      ] as const
    ) assert.deepStrictEqual(request({ container: "app" }, { [name]: "x" }), Result.fail(reason))
  })

  it("takes overrides of 8192 characters of JSON, and fails with one more", () => {
    const size = (length: number) =>
      Result.map(
        request({ container: "app" }, { A: "x".repeat(length) }),
        ({ overrides }) => JSON.stringify(overrides).length
      )
    const room = Fleet.overridesLimit - Result.getOrThrow(size(0))
    assert.deepStrictEqual(size(room), Result.succeed(8192))
    assert.deepStrictEqual(
      size(room + 1),
      Result.fail("the overrides, with the environment, are 8193 characters of JSON; ECS accepts at most 8192")
    )
  })
})

const between = (min: number, max: number) => Schema.Int.check(Schema.isBetween({ minimum: min, maximum: max }))
const pattern = (regExp: RegExp) => Schema.String.check(Schema.isPattern(regExp))
const list = <S extends Schema.Top>(item: S, min: number, max: number) =>
  Schema.Array(item).check(Schema.isMinLength(min), Schema.isMaxLength(max))

/** Descriptions that keep the rules, with and without everything that is optional. */
const Description = Schema.Struct({
  cluster: pattern(/^[\w-]{1,255}$/),
  taskDefinition: pattern(/^[\w-]{1,200}(:[1-9][0-9]{0,4})?$/),
  cap: Schema.Union([between(0, 10_000), Schema.Literal("unlimited")]),
  subnets: list(pattern(/^subnet-[0-9a-f]{17}$/), 1, 16).check(Schema.isUnique()),
  securityGroups: Schema.optional(list(pattern(/^sg-[0-9a-f]{17}$/), 0, 5).check(Schema.isUnique())),
  assignPublicIp: Schema.optional(Schema.Literals(["ENABLED", "DISABLED"])),
  container: Schema.String.check(Schema.isPattern(/^[\w-]{1,255}$/)),
  environment: Schema.optional(
    Schema.Record(pattern(/^[A-Z_]{1,8}[0-9]{0,2}$/), Schema.String.check(Schema.isMaxLength(200)))
  ),
  capacityProviderStrategy: Schema.optional(
    list(Schema.Struct({ capacityProvider: pattern(/^P[A-Z_]{1,20}$/), weight: between(1, 1000) }), 1, 20)
  ),
  group: Schema.optional(pattern(/^[a-z:]{1,255}$/)),
  tags: Schema.optional(
    Schema.Record(pattern(/^[A-Z0-9+=._:/@ -]{1,128}$/), pattern(/^[A-Za-z0-9+=._:/@ -]{0,256}$/))
  ),
  overrides: Schema.optional(Schema.Struct({
    command: Schema.optional(list(Schema.String, 1, 10)),
    ephemeralStorageGiB: Schema.optional(between(20, 200))
  }))
})

/** What ECS documents of a `RunTask`, read off a request as it is sent. */
const assertWithinLimits = (sent: RunTaskRequest) => {
  const { awsvpcConfiguration } = sent.networkConfiguration ?? assert.fail("no network")
  assert.isTrue(awsvpcConfiguration.subnets.length >= 1 && awsvpcConfiguration.subnets.length <= 16)
  assert.isAtMost(awsvpcConfiguration.securityGroups?.length ?? 0, 5)
  assert.match(sent.clientToken, /^[!-~]{1,64}$/)
  assert.match(sent.startedBy, /^[\w/-]{1,36}$/)
  assert.strictEqual(sent.count, 1)
  assert.isFalse(sent.launchType !== undefined && sent.capacityProviderStrategy !== undefined)
  const providers = sent.capacityProviderStrategy ?? []
  assert.isAtMost(providers.length, 20)
  assert.isTrue(providers.length < 2 || providers.some(({ weight = 0 }) => weight > 0))
  const tags = sent.tags ?? []
  assert.isAtMost(tags.length, 50)
  assert.strictEqual(new Set(tags.map(({ key }) => key)).size, tags.length)
  for (const { key, value } of tags) {
    assert.isTrue(key.length >= 1 && key.length <= 128 && !key.toLowerCase().startsWith("aws:") && value.length <= 256)
  }
  assert.isAtMost(JSON.stringify(sent.overrides ?? {}).length, 8192)
  for (const { environment = [] } of sent.overrides?.containerOverrides ?? []) {
    assert.strictEqual(new Set(environment.map(({ name }) => name)).size, environment.length)
  }
}

describe("any fleet that keeps the rules", () => {
  it.effect.prop(
    "yields requests that keep to what ECS documents, or says that they are too long",
    {
      description: Description,
      key: Key,
      environment: Schema.Record(pattern(/^[a-z]{1,8}$/), Schema.String.check(Schema.isMaxLength(1000)))
    },
    ({ description, key, environment }) =>
      Effect.gen(function*() {
        const fleet = Fleet.decodeUnknown(description)
        if (Result.isFailure(fleet)) {
          assert.deepStrictEqual(fleet.failure.problems.map(({ field }) => field), ["overrides"])
          return
        }
        const first = Fleet.runTaskRequest(fleet.success, { launchId, key, environment })
        const again = Fleet.runTaskRequest(fleet.success, { launchId, key, environment })
        assert.strictEqual(JSON.stringify(first), JSON.stringify(again))
        if (Result.isFailure(first)) assert.match(first.failure, /^the overrides, with the environment, are \d+ char/)
        else assertWithinLimits(first.success)
      }),
    { arbitrary: { runs: 300 } }
  )
})
