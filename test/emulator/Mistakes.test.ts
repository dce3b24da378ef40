import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Logger } from "effect"
import { Ecs } from "fleetcap"
import { Emulator, World } from "fleetcap/emulator"
import { TestEcs } from "fleetcap/testing"
import { ask } from "./ask.ts"
import { fargate, noSize, onInstances } from "./definitions.ts"

const network = { networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } } }
const publicNetwork = { networkConfiguration: { awsvpcConfiguration: { subnets: ["s"], assignPublicIp: "ENABLED" } } }
const onFargate = { launchType: "FARGATE", ...network }
const override = (rest: object) => ({ overrides: { containerOverrides: [rest] } })
const bySpot = { capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }] }

const notAssociated = "The specified capacity provider strategy cannot contain a capacity provider that is not " +
  "associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity " +
  "provider and try again."
const noTaskRole =
  "The execute command failed because a valid task role is not being used. Specify a valid task role " +
  "in your task definition or as a task override and try again."
const noNetwork = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
const unfitNetwork = "Network Configuration is not valid for the given networkMode of this task definition."
const unsupported = (launchType: string) => `Task definition does not support launch_type ${launchType}.`

/** A task definition, a `RunTask` that does not fit it, and what ECS says. */
const launches: ReadonlyArray<readonly [title: string, definition: object, input: object, message: string]> = [
  [
    "an override of a container that the definition does not have",
    fargate,
    { ...onFargate, ...override({ name: "worker", command: ["x"] }) },
    "Override for container named worker is not a container in the TaskDefinition."
  ],
  [
    "an override without a name",
    fargate,
    { ...onFargate, ...override({ command: ["x"] }) },
    "name cannot be blank."
  ],
  ["no network for awsvpc", fargate, { launchType: "FARGATE" }, noNetwork],
  ["no network for awsvpc on an instance", fargate, { launchType: "EC2" }, noNetwork],
  ["a network for the default mode", onInstances, { launchType: "EC2", ...network }, unfitNetwork],
  ["a network for bridge", { ...onInstances, networkMode: "bridge" }, network, unfitNetwork],
  ["a network for host", { ...onInstances, networkMode: "host" }, network, unfitNetwork],
  ["a network for none", { ...onInstances, networkMode: "none" }, network, unfitNetwork],
  ["Fargate for a definition without its network", onInstances, { launchType: "FARGATE" }, unsupported("FARGATE")],
  [
    "Fargate for a definition without a size",
    { ...onInstances, networkMode: "awsvpc" },
    onFargate,
    unsupported("FARGATE")
  ],
  ["EXTERNAL for awsvpc", fargate, { launchType: "EXTERNAL", ...network }, unsupported("EXTERNAL")],
  ["a provider that the cluster does not have", fargate, { ...bySpot, ...network }, notAssociated],
  ["no launch type for a Fargate task", fargate, network, "No Container Instances were found in your cluster."],
  ["execute command without a task role", fargate, { ...onFargate, enableExecuteCommand: true }, noTaskRole],
  [
    "a public IP on an instance",
    { ...onInstances, networkMode: "awsvpc" },
    { launchType: "EC2", ...publicNetwork },
    "Assign public IP is not supported for this launch type."
  ],
  [
    "a platform version on an instance",
    onInstances,
    { launchType: "EC2", platformVersion: "1.4.0" },
    "The platform version must be null when specifying an EC2 launch type."
  ],
  [
    "a placement strategy on Fargate",
    fargate,
    { ...onFargate, placementStrategy: [{ type: "spread", field: "host" }] },
    "Placement strategies are not supported with FARGATE launch type."
  ],
  [
    "placement constraints on Fargate",
    fargate,
    { ...onFargate, placementConstraints: [{ type: "distinctInstance" }] },
    "Placement constraints are not supported with FARGATE launch type."
  ],
  ["a size that Fargate does not have", fargate, { ...onFargate, overrides: { cpu: "512" } }, noSize(512, 512)]
]

/** What fits, with the definition that it fits. */
const fitting: ReadonlyArray<readonly [title: string, definition: object, input: object]> = [
  ["a Fargate task", fargate, onFargate],
  ["a Fargate task on an instance", fargate, { launchType: "EC2", ...network }],
  ["an override", fargate, { ...onFargate, ...override({ name: "c", command: ["x"] }) }],
  ["an empty override without a name", fargate, { ...onFargate, ...override({}) }],
  ["a task without a launch type, on an instance", onInstances, {}],
  ["bridge", { ...onInstances, networkMode: "bridge" }, { launchType: "EC2" }],
  ["host", { ...onInstances, networkMode: "host" }, { launchType: "EC2" }],
  ["none", { ...onInstances, networkMode: "none" }, { launchType: "EC2" }],
  ["bridge on an external instance", { ...onInstances, networkMode: "bridge" }, { launchType: "EXTERNAL" }],
  ["host on an external instance", { ...onInstances, networkMode: "host" }, { launchType: "EXTERNAL" }],
  ["awsvpc on an instance", { ...onInstances, networkMode: "awsvpc" }, { launchType: "EC2", ...network }],
  ["execute command with a role", { ...fargate, taskRoleArn: "role" }, { ...onFargate, enableExecuteCommand: true }],
  [
    "execute command with a role in the overrides",
    fargate,
    { ...onFargate, enableExecuteCommand: true, overrides: { taskRoleArn: "role" } }
  ],
  ["another size of Fargate", fargate, { ...onFargate, overrides: { cpu: "512", memory: "1024" } }],
  ["a public IP on Fargate", fargate, { launchType: "FARGATE", ...publicNetwork }]
]

const runs = (strict: boolean, definition: object, input: object) => {
  const world = World.make({ strict })
  ask(world, "CreateCluster", {}, 0)
  assert.strictEqual(ask(world, "RegisterTaskDefinition", definition, 0).status, 200)
  return { world, ...ask(world, "RunTask", { taskDefinition: "f", ...input }, 0) }
}

describe("RunTask, beside the task definition", () => {
  for (const [title, definition, input, message] of launches) {
    it(`is refused where the emulator is strict, and only noted where it is not: ${title}`, () => {
      const strict = runs(true, definition, input)
      assert.deepStrictEqual([strict.__type, strict.message], ["InvalidParameterException", message])
      assert.strictEqual(strict.world.launched, 0)
      const { status, world } = runs(false, definition, input)
      assert.strictEqual(status, 200)
      assert.include([...world.mistakes.values()].map((mistake) => mistake.message), message)
    })
  }

  for (const [title, definition, input] of fitting) {
    it(`is accepted, with nothing to note, where it fits: ${title}`, () => {
      assert.strictEqual(runs(true, definition, input).message, undefined)
      assert.deepStrictEqual([...runs(false, definition, input).world.mistakes.values()], [])
    })
  }

  it("may use the providers of its cluster, and those that the cluster takes by default", () => {
    const world = World.make({ strict: true })
    ask(world, "CreateCluster", { clusterName: "c", capacityProviders: ["FARGATE_SPOT"] }, 0)
    ask(world, "CreateCluster", {
      clusterName: "d",
      capacityProviders: ["FARGATE"],
      defaultCapacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }]
    }, 0)
    ask(world, "RegisterTaskDefinition", fargate, 0)
    assert.strictEqual(
      ask(world, "RunTask", { cluster: "c", taskDefinition: "f", ...bySpot, ...network }, 0).status,
      200
    )
    assert.strictEqual(ask(world, "RunTask", { cluster: "d", taskDefinition: "f", ...network }, 0).status, 200)
  })

  it("is not held to a definition or a cluster that exists only because it was used", () => {
    const world = World.make({})
    const input = { taskDefinition: "g", ...bySpot, ...network, ...override({ name: "x", command: ["y"] }) }
    assert.strictEqual(ask(world, "RunTask", { ...input, enableExecuteCommand: true }, 0).status, 200)
    assert.strictEqual(ask(world, "RunTask", { taskDefinition: "g", launchType: "EXTERNAL" }, 0).status, 200)
    assert.strictEqual(world.mistakes.size, 0)
  })
})

describe("a strict emulator in process", () => {
  it.effect("rejects a launch that does not fit, as AWS would", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const { runTask } = yield* Ecs.Ecs
      yield* emulator.call({ operation: "RegisterTaskDefinition", input: fargate })
      const launch = { cluster: "default", taskDefinition: "f:1", count: 1, clientToken: "t", startedBy: "t" } as const
      const network = { awsvpcConfiguration: { subnets: ["subnet-1"] } }
      const verdict = (name: string) =>
        runTask({
          ...launch,
          launchType: "FARGATE",
          networkConfiguration: network,
          overrides: { containerOverrides: [{ name, environment: [] }] }
        }, { sendWithin: Infinity, answerWithin: Duration.minutes(1) })
      const rejected = yield* verdict("worker")
      assert.strictEqual(rejected._tag, "Rejected")
      assert.include(JSON.stringify(rejected), "worker is not a container in the TaskDefinition.")
      assert.strictEqual((yield* verdict("c"))._tag, "Accepted")
    }).pipe(Effect.provide(TestEcs.layer({ strict: true }))))
})

describe("an emulator that is not strict", () => {
  it.effect("warns of each kind of mistake once, however often it is made and the world begins anew", () => {
    const warnings: Array<string> = []
    const logger = Logger.make<unknown, void>(({ message }) => {
      warnings.push(String(message))
    })
    return Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      const call = (operation: string, input: object) => emulator.call({ operation, input })
      const launch = (name: string) =>
        call("RunTask", { taskDefinition: "f", ...onFargate, ...override({ name, command: ["x"] }) })
      yield* call("RegisterTaskDefinition", fargate)
      yield* launch("a")
      yield* launch("b")
      assert.deepStrictEqual((yield* emulator.mistakes).map(({ kind, operation }) => [kind, operation]), [
        ["override of an unknown container", "RunTask"]
      ])
      yield* emulator.reset
      assert.deepStrictEqual(yield* emulator.mistakes, [])
      yield* call("RegisterTaskDefinition", fargate)
      yield* launch("a")
      yield* call("RegisterTaskDefinition", { ...fargate, pidMode: "host" })
      assert.strictEqual(warnings.length, 2)
      assert.include(warnings[0], "Override for container named a is not a container in the TaskDefinition.")
      assert.include(warnings[1], "do not support pidMode 'host'")
    }).pipe(Effect.provide(Layer.provideMerge(Emulator.layer(), Logger.layer([logger]))))
  })
})
