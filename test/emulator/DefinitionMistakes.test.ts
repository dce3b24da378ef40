import { assert, describe, it } from "@effect/vitest"
import { World } from "fleetcap/emulator"
import { ask } from "./ask.ts"
import { container, fargate, noSize, onInstances } from "./definitions.ts"

const withContainer = (rest: object) => ({ ...fargate, containerDefinitions: [{ ...container, ...rest }] })

/** A task definition that ECS does not register, and what it says. */
const definitions: ReadonlyArray<readonly [definition: object, message: string]> = [
  [{ ...fargate, networkMode: "bridge" }, "Fargate only supports network mode ‘awsvpc’."],
  [{ ...fargate, networkMode: null }, "Fargate only supports network mode ‘awsvpc’."],
  [{ ...fargate, cpu: null }, "Fargate requires that 'cpu' be defined at the task level."],
  [{ ...fargate, memory: null }, "Fargate requires that 'memory' be defined at the task level."],
  [{ ...fargate, memory: "1536" }, noSize(256, 1536)],
  [{ ...fargate, cpu: "300" }, noSize(300, 512)],
  [{ ...fargate, cpu: "8 vCPU", memory: "18 GB" }, noSize(8192, 18_432)],
  [{ ...fargate, cpu: "a lot" }, "Invalid 'cpu' setting for task."],
  [
    { ...fargate, pidMode: "host" },
    "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'."
  ],
  [{ ...fargate, ipcMode: "host" }, "Tasks using the Fargate launch type do not support ipcMode."],
  [
    { ...fargate, volumes: [{ name: "v", host: { sourcePath: "/data" } }] },
    "Fargate compatible task definitions do not support sourcePath"
  ],
  [
    withContainer({ privileged: true }),
    "Fargate requires that the 'privileged' setting be 'false' at the container level."
  ],
  [
    withContainer({ stopTimeout: 121 }),
    "Tasks using the Fargate launch type must have a container stop timeout of less than 120 seconds."
  ],
  [
    withContainer({ logConfiguration: { logDriver: "awslogs" } }),
    "Fargate requires task definition to have execution role ARN to support log driver awslogs."
  ],
  [
    withContainer({ image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/w:1" }),
    "Fargate requires task definition to have execution role ARN to support ECR images."
  ],
  [
    withContainer({ portMappings: [{ containerPort: 80, hostPort: 8080 }] }),
    "When networkMode=awsvpc, the host ports and container ports in port mappings must match."
  ],
  [
    { ...onInstances, containerDefinitions: [{ name: "c", image: "i:1" }] },
    "Invalid setting for container 'c'. At least one of 'memory' or 'memoryReservation' must be specified."
  ]
]

describe("RegisterTaskDefinition", () => {
  for (const [definition, message] of definitions) {
    it(`is refused where the emulator is strict, and only noted where it is not: ${message}`, () => {
      const strict = ask(World.make({ strict: true }), "RegisterTaskDefinition", definition, 0)
      assert.deepStrictEqual([strict.__type, strict.message], ["ClientException", message])
      const world = World.make({})
      assert.strictEqual(ask(world, "RegisterTaskDefinition", definition, 0).status, 200)
      assert.deepStrictEqual([...world.mistakes.values()].map((mistake) => mistake.message), [message])
    })
  }

  it("takes every size that Fargate has, in units or in words", () => {
    const sizes = [["256", "2048"], [".25 vCPU", "0.5 GB"], ["1 vCPU", "8GB"], ["4096", "30720"], ["16384", "122880"]]
    for (const [cpu, memory] of sizes) {
      const { message } = ask(World.make({ strict: true }), "RegisterTaskDefinition", { ...fargate, cpu, memory }, 0)
      assert.strictEqual(message, undefined, `${cpu} ${memory}`)
    }
  })

  it("says what the definition can run on, whatever it requires", () => {
    const compatibilities = (definition: object) => {
      const call = { operation: "RegisterTaskDefinition", input: definition }
      return /"compatibilities":\[([^\]]*)\]/.exec(JSON.stringify(World.handle(World.make({}), call, 0).reply))?.[1]
        ?.replaceAll("\"", "")
    }
    assert.deepStrictEqual(
      [
        fargate,
        { ...fargate, requiresCompatibilities: ["EC2"] },
        { ...fargate, cpu: null },
        { ...fargate, pidMode: "host", requiresCompatibilities: ["EC2"] },
        onInstances,
        { ...onInstances, networkMode: "host" }
      ].map(compatibilities),
      [
        "EC2,MANAGED_INSTANCES,FARGATE",
        "EC2,MANAGED_INSTANCES,FARGATE",
        "EC2,MANAGED_INSTANCES",
        "EC2,MANAGED_INSTANCES",
        "EXTERNAL,EC2",
        "EXTERNAL,EC2"
      ]
    )
  })
})
