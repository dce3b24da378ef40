import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"
import { Control, World } from "fleetcap/emulator"
import { ask, launch } from "./ask.ts"

const second = 1000

const Detail = Schema.Struct({ name: Schema.String, value: Schema.String })
const Container = Schema.Struct({
  healthStatus: Schema.optional(Schema.String),
  imageDigest: Schema.optional(Schema.String),
  managedAgents: Schema.optional(Schema.Array(Schema.Struct({ name: Schema.String, lastStatus: Schema.String }))),
  networkInterfaces: Schema.Array(Schema.Struct({ privateIpv4Address: Schema.String })),
  runtimeId: Schema.optional(Schema.String)
})
const Task = Schema.Struct({
  attachments: Schema.Array(Schema.Struct({ status: Schema.String, details: Schema.Array(Detail) })),
  connectivity: Schema.optional(Schema.String),
  connectivityAt: Schema.optional(Schema.Finite),
  containerInstanceArn: Schema.optional(Schema.String),
  containers: Schema.Array(Container),
  ephemeralStorage: Schema.optional(Schema.JsonObject),
  healthStatus: Schema.optional(Schema.String),
  lastStatus: Schema.String,
  launchType: Schema.String,
  platformVersion: Schema.optional(Schema.String),
  pullStartedAt: Schema.optional(Schema.Finite),
  pullStoppedAt: Schema.optional(Schema.Finite)
})
const decode = Schema.decodeUnknownOption(Schema.Struct({ tasks: Schema.Array(Task) }))

const describeTask = (world: World.World, arn: string, now: number): typeof Task.Type => {
  const { reply } = World.handle(world, { operation: "DescribeTasks", input: { tasks: [arn] } }, now)
  const task = Option.getOrUndefined(decode(reply?.body))?.tasks[0]
  return task ?? assert.fail("the task is not described")
}

const network = { networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } } }
const lifecycle = {
  provisioning: "1 second",
  pending: "1 second",
  activating: "1 second",
  lifetime: "10 seconds",
  deactivating: "1 second",
  deprovisioning: "1 second"
} as const

describe("a task is shown", () => {
  it("with its network, pulls and containers from the state on in which ECS has them", () => {
    const world = World.make({ lifecycle })
    const arn = launch(world, 0, network)
    const seen = [0, 1, 2, 3, 13, 14, 15].map((at) => {
      const task = describeTask(world, arn, at * second)
      const [container] = task.containers
      const [attachment] = task.attachments
      return [
        task.lastStatus,
        attachment?.status,
        attachment?.details.length,
        container?.networkInterfaces.length,
        task.connectivityAt,
        task.pullStartedAt,
        task.pullStoppedAt,
        container?.runtimeId !== undefined && container.imageDigest !== undefined,
        task.healthStatus
      ]
    })
    assert.deepStrictEqual(seen, [
      ["PROVISIONING", "PRECREATED", 1, 0, undefined, undefined, undefined, false, undefined],
      ["PENDING", "ATTACHED", 5, 1, 1, undefined, undefined, false, "UNKNOWN"],
      ["ACTIVATING", "ATTACHED", 5, 1, 1, 2, undefined, false, "UNKNOWN"],
      ["RUNNING", "ATTACHED", 5, 1, 1, 2, 3, true, "UNKNOWN"],
      ["DEACTIVATING", "ATTACHED", 5, 1, 1, 2, 3, true, "UNKNOWN"],
      ["DEPROVISIONING", "DETACHING", 5, 1, 1, 2, 3, true, "UNKNOWN"],
      ["STOPPED", "DELETED", 5, 1, 1, 2, 3, true, "UNKNOWN"]
    ])
  })

  it("without what it never had, if it stopped before it ran", () => {
    const provisioning = World.make({ lifecycle })
    const early = launch(provisioning, 0, network)
    Control.stopTasks(provisioning, {}, second / 2)
    const stopped = describeTask(provisioning, early, second * 2)
    assert.deepStrictEqual([stopped.lastStatus, stopped.connectivity, stopped.pullStartedAt], [
      "STOPPED",
      undefined,
      undefined
    ])
    assert.strictEqual(stopped.attachments[0]?.details.length, 1)
    const failing = World.make({ lifecycle: { ...lifecycle, startFailures: 1 } })
    const failed = describeTask(failing, launch(failing, 0, network), 10 * second)
    assert.deepStrictEqual([failed.lastStatus, failed.pullStartedAt, failed.pullStoppedAt], ["STOPPED", 2, undefined])
    assert.strictEqual(failed.containers[0]?.imageDigest, undefined)
  })

  it("with the members of its launch type, and those alone", () => {
    const world = World.make({})
    const containerDefinitions = [{ name: "c", image: "i:1", memory: 128 }, { name: "d", image: "i:1", memory: 128 }]
    ask(world, "RegisterTaskDefinition", { family: "b", containerDefinitions }, 0)
    const taskDefinition = "b"
    const onInstance = describeTask(world, launch(world, 0, { taskDefinition, launchType: "EC2" }), 0)
    assert.match(onInstance.containerInstanceArn ?? "", /:container-instance\/default\//)
    assert.deepStrictEqual(
      [onInstance.launchType, onInstance.attachments, onInstance.platformVersion, onInstance.ephemeralStorage],
      ["EC2", [], undefined, undefined]
    )
    assert.deepStrictEqual(onInstance.containers.map(({ networkInterfaces }) => networkInterfaces), [[], []])
    const external = describeTask(world, launch(world, 0, { taskDefinition, launchType: "EXTERNAL" }), 0)
    assert.deepStrictEqual(external.containerInstanceArn, onInstance.containerInstanceArn)
    const onFargate = describeTask(world, launch(world, 0, network), 0)
    assert.deepStrictEqual([onFargate.launchType, onFargate.platformVersion, onFargate.containerInstanceArn], [
      "FARGATE",
      "1.4.0",
      undefined
    ])
    // Containers of one image differ in all but the image.
    const [first, second] = onInstance.containers
    assert.strictEqual(first?.imageDigest, second?.imageDigest)
    assert.notStrictEqual(first?.runtimeId, second?.runtimeId)
  })

  it("with the digest that its image is pinned to", () => {
    const world = World.make({})
    const digest = `sha256:${"ab".repeat(32)}`
    const containerDefinitions = [{ name: "c", image: `i@${digest}`, memory: 128 }]
    ask(world, "RegisterTaskDefinition", { family: "b", containerDefinitions }, 0)
    const task = describeTask(world, launch(world, 0, { taskDefinition: "b" }), 0)
    assert.strictEqual(task.containers[0]?.imageDigest, digest)
  })

  it("with an agent for commands, where it was launched with one", () => {
    const world = World.make({})
    const agents = (rest: object) => describeTask(world, launch(world, 0, rest), 0).containers[0]?.managedAgents
    assert.deepStrictEqual(agents({ enableExecuteCommand: true }), [
      { name: "ExecuteCommandAgent", lastStatus: "RUNNING" }
    ])
    assert.strictEqual(agents({}), undefined)
  })

  it("with another address than other tasks, and the same as in another run of the seed", () => {
    const addresses = (seed: number) => {
      const world = World.make({ seed })
      return Array.from(
        { length: 50 },
        () => describeTask(world, launch(world, 0, network), 0).containers[0]?.networkInterfaces[0]?.privateIpv4Address
      )
    }
    assert.strictEqual(new Set(addresses(1)).size, 50)
    assert.deepStrictEqual(addresses(1), addresses(1))
    assert.notDeepEqual(addresses(1), addresses(2))
  })
})
