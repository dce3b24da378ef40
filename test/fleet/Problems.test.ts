import { assert, describe, it } from "@effect/vitest"
import { problems, problemsOf } from "./problemsOf.ts"

const numbered = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

const record = (count: number, prefix: string) =>
  Object.fromEntries(numbered(count, prefix).map((name) => [name, "value"]))

describe("a description that cannot be a fleet", () => {
  const key129 = "k".repeat(129)
  const cases: ReadonlyArray<
    readonly [what: string, change: Readonly<Record<string, unknown>>, problem: string | RegExp]
  > = [
    ["an empty cluster", { cluster: "" }, "cluster: expected the name or ARN of a cluster, got \"\""],
    ["no cluster", { cluster: undefined }, "cluster: expected string, got undefined"],
    ["a cluster with a blank", { cluster: "my cluster" }, /^cluster: expected the name or ARN/],
    ["the ARN of something else", { cluster: "arn:aws:ecs:eu-west-1:123456789012:service/main" }, /^cluster: expected/],
    [
      "an empty task definition",
      { taskDefinition: "" },
      /^taskDefinition: expected family, family:revision or the ARN/
    ],
    ["a revision of 0", { taskDefinition: "worker:0" }, /^taskDefinition: .*, got "worker:0"$/],
    ["a revision in words", { taskDefinition: "worker:latest" }, /^taskDefinition: .*, got "worker:latest"$/],
    ["an empty id", { id: "" }, "id: expected an id of 1 to 512 characters, none a control character, got \"\""],
    ["a negative cap", { cap: -1 }, "cap: expected a whole number from 0 up or \"unlimited\", got -1"],
    ["a fractional cap", { cap: 1.5 }, "cap: expected a whole number from 0 up or \"unlimited\", got 1.5"],
    ["a cap that is no number", { cap: NaN }, "cap: expected a whole number from 0 up or \"unlimited\", got NaN"],
    ["an infinite cap", { cap: Infinity }, "cap: expected a whole number from 0 up or \"unlimited\", got Infinity"],
    ["a cap in text", { cap: "16" }, "cap: expected a whole number from 0 up or \"unlimited\", got \"16\""],
    ["no cap", { cap: undefined }, "cap: expected a whole number from 0 up or \"unlimited\", got undefined"],
    ["no subnet", { subnets: [] }, "subnets: expected 1 to 16 subnets for tasks on Fargate, got none"],
    ["a text for subnets", { subnets: "subnet-1" }, "subnets: expected array, got \"subnet-1\""],
    ["17 subnets", { subnets: numbered(17, "subnet-") }, "subnets: expected 1 to 16 subnets, got 17"],
    [
      "an empty subnet",
      { subnets: ["subnet-1", ""] },
      "subnets[1]: expected the id of a subnet such as \"subnet-0a1b2c3d\", got \"\""
    ],
    [
      "6 security groups",
      { securityGroups: numbered(6, "sg-") },
      "securityGroups: expected up to 5 security groups, got 6"
    ],
    [
      "an empty security group",
      { securityGroups: [""] },
      "securityGroups[0]: expected the id of a security group such as \"sg-0a1b2c3d\", got \"\""
    ],
    [
      "a subnet twice",
      { subnets: ["subnet-1", "subnet-2", "subnet-1"] },
      "subnets[2]: expected each subnet once, got subnet-1 again"
    ],
    [
      "a security group twice",
      { securityGroups: ["sg-1", "sg-1"] },
      "securityGroups[1]: expected each security group once, got sg-1 again"
    ],
    [
      "a bad assignPublicIp",
      { assignPublicIp: "YES" },
      "assignPublicIp: expected \"ENABLED\" | \"DISABLED\", got \"YES\""
    ],
    ["a flag for assignPublicIp", { assignPublicIp: true }, /^assignPublicIp: expected .*, got true$/],
    ["an empty container", { container: "" }, "container: expected the name of a container, got \"\""],
    ["a container with a slash", { container: "a/b" }, "container: expected the name of a container, got \"a/b\""],
    [
      "an environment without a container",
      { environment: { A: "1" } },
      "environment: needs a container: the fleet names none"
    ],
    [
      "the key in the environment",
      { container: "app", environment: { FLEETCAP_KEY: "1" } },
      "environment.FLEETCAP_KEY: is set by fleetcap itself"
    ],
    [
      "the launch in the environment",
      { container: "app", environment: { FLEETCAP_LAUNCH: "1" } },
      "environment.FLEETCAP_LAUNCH: is set by fleetcap itself"
    ],
    [
      "a variable without a name",
      { container: "app", environment: { "": "1" } },
      "environment[\"\"]: is not a valid variable name"
    ],
    [
      "a variable with an equals sign",
      { container: "app", environment: { "A=B": "1" } },
      "environment[\"A=B\"]: is not a valid variable name"
    ],
    [
      "a variable that is no text",
      { container: "app", environment: { PIN: 1234 } },
      "environment.PIN: expected a string"
    ],
    [
      "an environment that is no object",
      { container: "app", environment: "A=1" },
      "environment: expected an object of names and values"
    ],
    ["an unknown launch type", { launchType: "LAMBDA" }, /^launchType: expected .*"FARGATE".*, got "LAMBDA"$/],
    [
      "launch type and strategy",
      { launchType: "FARGATE", capacityProviderStrategy: [{ capacityProvider: "FARGATE" }] },
      "capacityProviderStrategy: expected this or launchType, got both"
    ],
    [
      "an empty strategy",
      { capacityProviderStrategy: [] },
      "capacityProviderStrategy: expected 1 to 20 capacity providers, got 0"
    ],
    ["a strategy of 21", {
      capacityProviderStrategy: numbered(21, "p").map((capacityProvider) => ({ capacityProvider, weight: 1 }))
    }, "capacityProviderStrategy: expected 1 to 20 capacity providers, got 21"],
    [
      "a provider without a name",
      { capacityProviderStrategy: [{ capacityProvider: "" }] },
      /^capacityProviderStrategy\[0\].capacityProvider: expected the name/
    ],
    [
      "a weight above 1000",
      { capacityProviderStrategy: [{ capacityProvider: "p", weight: 1001 }] },
      "capacityProviderStrategy[0].weight: expected a whole number from 0 to 1000, got 1001"
    ],
    [
      "a negative base",
      { capacityProviderStrategy: [{ capacityProvider: "p", base: -1 }] },
      "capacityProviderStrategy[0].base: expected a whole number from 0 to 100000, got -1"
    ],
    ["two bases", {
      capacityProviderStrategy: numbered(2, "p").map((capacityProvider) => ({ capacityProvider, weight: 1, base: 1 }))
    }, "capacityProviderStrategy: expected a base for one capacity provider only"],
    ["no weight at all", {
      capacityProviderStrategy: [{ capacityProvider: "p" }, { capacityProvider: "q", weight: 0 }]
    }, "capacityProviderStrategy: expected a weight above 0 for one capacity provider at least"],
    [
      "a misspelt weight",
      { capacityProviderStrategy: [{ capacityProvider: "p", wieght: 1 }] },
      "capacityProviderStrategy[0].wieght: is not a known field"
    ],
    [
      "Fargate among other capacity providers",
      {
        capacityProviderStrategy: [
          { capacityProvider: "FARGATE", weight: 1 },
          { capacityProvider: "instances", weight: 1 }
        ]
      },
      "capacityProviderStrategy: expected capacity providers of Fargate only, or none of them"
    ],
    [
      "a Fargate platform on other capacity providers",
      { platformVersion: "1.4.0", capacityProviderStrategy: [{ capacityProvider: "instances" }] },
      "platformVersion: expected with Fargate only, got it with other capacity providers"
    ],
    [
      "an odd platform version",
      { platformVersion: "newest" },
      "platformVersion: expected LATEST or a version such as \"1.4.0\", got \"newest\""
    ],
    [
      "a Fargate platform elsewhere",
      { platformVersion: "1.4.0", launchType: "EC2" },
      "platformVersion: expected with Fargate only, got it with EC2"
    ],
    [
      "an empty group",
      { group: "" },
      "group: expected a group of 1 to 255 characters, none a control character, got \"\""
    ],
    ["a long group", { group: "g".repeat(256) }, /^group: expected a group of 1 to 255 characters/],
    ["51 tags", { tags: record(51, "tag") }, "tags: expected up to 50 tags, got 51"],
    ["an empty tag", { tags: { "": "x" } }, "tags[\"\"]: expected a key of 1 to 128 characters, got 0"],
    ["a long tag", { tags: { [key129]: "x" } }, `tags.${key129}: expected a key of 1 to 128 characters, got 129`],
    [
      "a long tag value",
      { tags: { team: "x".repeat(257) } },
      "tags.team: expected a value of up to 256 characters, got 257"
    ],
    ["a tag of AWS", { tags: { "AWS:team": "x" } }, "tags[\"AWS:team\"]: expected a key that does not begin with aws:"],
    [
      "a tag value of AWS",
      { tags: { team: "aws:x" } },
      "tags.team: expected a value that does not begin with aws:"
    ],
    [
      "a tag with a bracket",
      { tags: { "a(b)": "x" } },
      "tags[\"a(b)\"]: expected a key of letters, digits, blanks and _.:/=+-@, got \"a(b)\""
    ],
    [
      "a tag value of two lines",
      { tags: { team: "a\nb" } },
      "tags.team: expected a value of letters, digits, blanks and _.:/=+-@, got \"a\\nb\""
    ],
    [
      "tags of a service",
      { propagateTags: "SERVICE" },
      "propagateTags: expected \"TASK_DEFINITION\" | \"NONE\", got \"SERVICE\""
    ],
    ["a flag in text", { enableExecuteCommand: "yes" }, "enableExecuteCommand: expected boolean, got \"yes\""],
    ["another flag in text", { enableECSManagedTags: 1 }, "enableECSManagedTags: expected boolean, got 1"],
    ["exclusive keys in text", { exclusiveKeys: "no" }, "exclusiveKeys: expected boolean, got \"no\""],
    ["an odd CPU", { overrides: { cpu: "fast" } }, /^overrides.cpu: expected CPU units or vCPU/],
    ["an odd memory", { overrides: { memory: "-1" } }, /^overrides.memory: expected MiB or GB/],
    ["an empty role", { overrides: { taskRoleArn: "" } }, /^overrides.taskRoleArn: expected the name or ARN of a role/],
    [
      "an empty execution role",
      { overrides: { executionRoleArn: "" } },
      /^overrides.executionRoleArn: expected the name or ARN of a role/
    ],
    [
      "a disk below 20 GiB",
      { overrides: { ephemeralStorageGiB: 19 } },
      "overrides.ephemeralStorageGiB: expected a whole number from 20 to 200, got 19"
    ],
    [
      "an empty command",
      { container: "app", overrides: { command: [] } },
      "overrides.command: expected a list of one string or more, got []"
    ],
    [
      "a command without a container",
      { overrides: { command: ["work"] } },
      "overrides.command: needs a container: the fleet names none"
    ],
    [
      "a container's memory without a container",
      { overrides: { containerMemory: 5 } },
      "overrides.containerMemory: needs a container: the fleet names none"
    ],
    [
      "a container without CPU",
      { container: "app", overrides: { containerCpu: 0 } },
      "overrides.containerCpu: expected a whole number above 0, got 0"
    ],
    [
      "overrides that no request can hold",
      { container: "app", environment: { A: "x".repeat(8192) } },
      /^overrides: .* characters of JSON; ECS accepts at most 8192$/
    ],
    ["a client token", { clientToken: "mine" }, "clientToken: is not a known field"],
    ["startedBy", { startedBy: "me" }, "startedBy: is not a known field"],
    ["a misspelt field", { capp: 3 }, "capp: is not a known field"],
    [
      "a time of zero",
      { settings: { readingInterval: 0 } },
      "settings.readingInterval: expected a finite duration of at least 1ms, got 0"
    ],
    [
      "a time in odd words",
      { settings: { lagBound: "soon" } },
      "settings.lagBound: expected a duration such as \"30 seconds\", got \"soon\""
    ],
    ["a misspelt setting", { settings: { lagbound: 1 } }, "settings.lagbound: is not a known field"]
  ]

  for (const [what, change, problem] of cases) {
    it(`has ${what}`, () => {
      if (typeof problem === "string") assert.strictEqual(problems(change), problem)
      else assert.match(problems(change), problem)
    })
  }

  it("lacks a field", () => {
    assert.strictEqual(
      problemsOf({ taskDefinition: "worker", cap: 1 }),
      "cluster: is missing\nsubnets: expected 1 to 16 subnets for tasks on Fargate, got none"
    )
  })

  it("is no object", () => {
    for (const input of [null, undefined, 5, "fleet"]) assert.match(problemsOf(input), /^fleet: expected object, got/)
  })
})
