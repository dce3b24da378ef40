import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Result } from "effect"
import * as Fleet from "../../src/fleet/Fleet.ts"
import * as Settings from "../../src/fleet/Settings.ts"

const valid: Fleet.Input = { cluster: "main", taskDefinition: "worker:7", cap: 16, subnets: ["subnet-1"] }

/** The problems of a description that differs from a valid one, one in a line. */
const problems = (change: Readonly<Record<string, unknown>>) => problemsOf({ ...valid, ...change })

const problemsOf = (input: unknown) =>
  Result.match(Fleet.decodeUnknown(input), {
    onSuccess: () => "none",
    onFailure: (error) => error.problems.map(({ field, reason }) => `${field}: ${reason}`).join("\n")
  })

const numbered = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

describe("Fleet", () => {
  it.effect("is made from four fields, with defaults for the rest", () =>
    Effect.gen(function*() {
      const fleet = yield* Fleet.make(valid)
      assert.deepStrictEqual(fleet, {
        cluster: "main",
        taskDefinition: "worker:7",
        cap: 16,
        subnets: ["subnet-1"],
        id: "main/worker",
        family: "worker",
        launchType: "FARGATE",
        exclusiveKeys: false,
        settings: Settings.defaults
      })
    }))

  it.effect("keeps what its user wrote", () =>
    Effect.gen(function*() {
      const input: Fleet.Input = {
        id: "reindexing",
        cluster: "main",
        taskDefinition: "worker",
        cap: "unlimited",
        subnets: numbered(16, "subnet-"),
        securityGroups: numbered(5, "sg-"),
        assignPublicIp: "DISABLED",
        container: "app",
        environment: { STAGE: "test" },
        capacityProviderStrategy: [
          { capacityProvider: "FARGATE", base: 1, weight: 0 },
          { capacityProvider: "FARGATE_SPOT", weight: 3, base: 0 }
        ],
        platformVersion: "1.4.0",
        group: "reindexing",
        tags: { team: "search" },
        propagateTags: "TASK_DEFINITION",
        enableECSManagedTags: true,
        enableExecuteCommand: false,
        overrides: {
          cpu: ".5 vCPU",
          memory: "2048",
          taskRoleArn: "arn:aws:iam::123456789012:role/worker",
          executionRoleArn: "execution",
          ephemeralStorageGiB: 21,
          command: ["work"],
          containerCpu: 256,
          containerMemory: 512,
          containerMemoryReservation: 256
        },
        exclusiveKeys: true,
        settings: { lagBound: "10 minutes", startupHold: 0, changesCapacity: 1 }
      }
      assert.deepStrictEqual<unknown>(yield* Fleet.make(input), {
        ...input,
        family: "worker",
        launchType: "FARGATE",
        settings: { ...Settings.defaults, lagBound: Duration.minutes(10), changesCapacity: 1 }
      })
    }))

  it("takes a field that is undefined for one that is absent", () => {
    assert.strictEqual(problems({ securityGroups: undefined, settings: undefined, launchType: undefined }), "none")
    assert.strictEqual(problems({ container: undefined, environment: {}, overrides: { command: undefined } }), "none")
  })

  it("takes a cap of 0, which launches nothing", () => {
    assert.strictEqual(Fleet.makeUnsafe({ ...valid, cap: 0 }).cap, 0)
  })

  it("finds the family, without the revision, in every form of a task definition", () => {
    for (
      const taskDefinition of [
        "worker",
        "worker:12",
        "arn:aws:ecs:eu-west-1:123456789012:task-definition/worker:12",
        "arn:aws:ecs:eu-west-1:123456789012:task-definition/worker",
        "arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/worker:1",
        "arn:aws-us-gov:ecs:us-gov-west-1:123456789012:task-definition/worker:1"
      ]
    ) assert.strictEqual(Fleet.makeUnsafe({ ...valid, taskDefinition }).family, "worker", taskDefinition)
  })

  it("has an id of the cluster's name and the family, unless it is given one", () => {
    const cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/main"
    assert.strictEqual(Fleet.makeUnsafe({ ...valid, cluster }).id, "main/worker")
    assert.strictEqual(Fleet.makeUnsafe({ ...valid, cluster }).cluster, cluster)
    assert.strictEqual(Fleet.makeUnsafe({ ...valid, id: "mine" }).id, "mine")
  })

  it("is made outside of an Effect as well, which then throws", () => {
    assert.strictEqual(Fleet.makeUnsafe(valid).id, "main/worker")
    assert.throws(() => Fleet.makeUnsafe({ ...valid, subnets: [] }), Fleet.FleetError, /subnets/)
  })

  it("is described to the compiler with the network that its launch needs", () => {
    const described = { cluster: "main", taskDefinition: "worker:7", cap: 16 }
    const network = { subnets: ["subnet-1"] }
    const fargate: Fleet.Input = { ...described, ...network }
    const external: Fleet.Input = { ...described, launchType: "EXTERNAL" }
    const bridge: Fleet.Input = { ...described, launchType: "EC2" }
    const awsvpc: Fleet.Input = { ...bridge, ...network }
    for (const input of [fargate, external, bridge, awsvpc]) assert.isTrue(Result.isSuccess(Fleet.decodeUnknown(input)))
    // @ts-expect-error
    const nowhere: Fleet.Input = described
    // @ts-expect-error
    const placed: Fleet.Input = { ...external, ...network }
    for (const input of [nowhere, placed]) assert.isTrue(Result.isFailure(Fleet.decodeUnknown(input)))
  })

  it.effect("says everything that is wrong at once", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Fleet.make({
        ...valid,
        cluster: "",
        cap: -1,
        subnets: [],
        environment: { STAGE: "test" }
      }))
      assert.strictEqual(
        error.message,
        "invalid fleet: cluster: expected the name or ARN of a cluster, got \"\"; " +
          "cap: expected a whole number from 0 up or \"unlimited\", got -1; " +
          "subnets: expected 1 to 16 subnets for tasks on Fargate, got none; " +
          "environment: needs a container: the fleet names none"
      )
      assert.strictEqual(error._tag, "FleetError")
    }))
})
