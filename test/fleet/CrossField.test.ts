import { assert, describe, it } from "@effect/vitest"
import { problemsOf } from "./problemsOf.ts"

describe("the network of a fleet", () => {
  const cases: ReadonlyArray<readonly [change: Readonly<Record<string, unknown>>, problems: string]> = [
    [{}, "subnets: expected 1 to 16 subnets for tasks on Fargate, got none"],
    [{ launchType: "FARGATE", subnets: [] }, "subnets: expected 1 to 16 subnets for tasks on Fargate, got none"],
    [
      { capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }], securityGroups: ["sg-1"] },
      "subnets: expected 1 to 16 subnets for tasks on Fargate, got none"
    ],
    [{ launchType: "EXTERNAL" }, "none"],
    [{ launchType: "EXTERNAL", subnets: [], securityGroups: [] }, "none"],
    [
      { launchType: "EXTERNAL", subnets: ["subnet-1"], securityGroups: ["sg-1"], assignPublicIp: "DISABLED" },
      ["subnets", "securityGroups", "assignPublicIp"]
        .map((field) => `${field}: expected none with EXTERNAL: its tasks use the network of their instance`).join("\n")
    ],
    ...["EC2", "MANAGED_INSTANCES", "CLUSTER_DEFAULT"].map((launchType) => [{ launchType }, "none"] as const),
    ...["EC2", "MANAGED_INSTANCES", "CLUSTER_DEFAULT"].map((launchType) =>
      [{ launchType, subnets: ["subnet-1"], securityGroups: ["sg-1"] }, "none"] as const
    ),
    [{ capacityProviderStrategy: [{ capacityProvider: "instances" }] }, "none"],
    [
      { launchType: "EC2", subnets: [] },
      "subnets: expected 1 to 16 subnets, or no such field if the task definition is not awsvpc, got none"
    ],
    [
      { launchType: "EC2", securityGroups: ["sg-1"], assignPublicIp: "DISABLED" },
      "securityGroups: needs subnets: the fleet names none\nassignPublicIp: needs subnets: the fleet names none"
    ],
    [
      { launchType: "EC2", subnets: ["subnet-1"], assignPublicIp: "ENABLED" },
      "assignPublicIp: expected with Fargate only, got it with EC2"
    ],
    [{ launchType: "EC2", subnets: ["subnet-1"], assignPublicIp: "DISABLED" }, "none"]
  ]

  for (const [change, found] of cases) {
    it(`has ${found === "none" ? "no problem" : "a network that does not fit"} with ${JSON.stringify(change)}`, () => {
      assert.strictEqual(problemsOf({ cluster: "main", taskDefinition: "worker:7", cap: 16, ...change }), found)
    })
  }
})
