import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Duration, Effect } from "effect"
import * as Fleet from "../../src/fleet/Fleet.ts"

const load = (env: Record<string, string>, config: Config.Config<Fleet.Fleet> = Fleet.config) =>
  config.parse(ConfigProvider.fromEnv({ env }))

const required = {
  FLEETCAP_CLUSTER: "main",
  FLEETCAP_TASK_DEFINITION: "worker:7",
  FLEETCAP_CAP: "16",
  FLEETCAP_SUBNETS: "subnet-1"
}

describe("Fleet.config", () => {
  it.effect("reads the four variables that a fleet needs", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* load(required),
        yield* Fleet.make({ cluster: "main", taskDefinition: "worker:7", cap: 16, subnets: ["subnet-1"] })
      )
    }))

  it.effect("reads every field and setting", () =>
    Effect.gen(function*() {
      const input: Fleet.Input = {
        id: "mine",
        cluster: "main",
        taskDefinition: "worker:7",
        cap: "unlimited",
        subnets: ["subnet-1", "subnet-2"],
        securityGroups: ["sg-1", "sg-2"],
        assignPublicIp: "ENABLED",
        container: "app",
        environment: { LIST: "a,b" },
        capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
        platformVersion: "LATEST",
        group: "workers",
        tags: { team: "search" },
        propagateTags: "NONE",
        enableECSManagedTags: true,
        enableExecuteCommand: false,
        overrides: { command: ["work"] },
        exclusiveKeys: true,
        settings: { lagBound: "10 minutes", readPageRetries: 5 }
      }
      const fleet = yield* load({
        FLEETCAP_ID: "mine",
        FLEETCAP_CLUSTER: " main ",
        FLEETCAP_TASK_DEFINITION: "worker:7",
        FLEETCAP_CAP: "unlimited",
        FLEETCAP_SUBNETS: "subnet-1, subnet-2",
        FLEETCAP_SECURITY_GROUPS: "sg-1,sg-2",
        FLEETCAP_ASSIGN_PUBLIC_IP: "ENABLED",
        FLEETCAP_CONTAINER: "app",
        FLEETCAP_ENVIRONMENT: "{\"LIST\":\"a,b\"}",
        FLEETCAP_CAPACITY_PROVIDER_STRATEGY: "[{\"capacityProvider\":\"FARGATE_SPOT\",\"weight\":1}]",
        FLEETCAP_PLATFORM_VERSION: "LATEST",
        FLEETCAP_GROUP: "workers",
        FLEETCAP_TAGS: "{\"team\":\"search\"}",
        FLEETCAP_PROPAGATE_TAGS: "NONE",
        FLEETCAP_ENABLE_ECS_MANAGED_TAGS: "true",
        FLEETCAP_ENABLE_EXECUTE_COMMAND: "False",
        FLEETCAP_OVERRIDES: "{\"command\":[\"work\"]}",
        FLEETCAP_EXCLUSIVE_KEYS: "true",
        FLEETCAP_LAG_BOUND: "10 minutes",
        FLEETCAP_READ_PAGE_RETRIES: "5"
      })
      assert.deepStrictEqual(fleet, yield* Fleet.make(input))
      assert.strictEqual(Duration.toMinutes(fleet.settings.lagBound), 10)
      const { launchType } = yield* load({ ...required, FLEETCAP_LAUNCH_TYPE: "EC2" })
      assert.strictEqual(launchType, "EC2")
    }))

  it.effect("uses the same rules, and names the variables", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(load({
        FLEETCAP_CLUSTER: "main",
        FLEETCAP_CAP: "many",
        FLEETCAP_SUBNETS: "[\"subnet-a\",\"subnet-b\"]",
        FLEETCAP_SECURITY_GROUPS: "sg-1,sg-2,sg-3,sg-4,sg-5,sg-6",
        FLEETCAP_ENABLE_ECS_MANAGED_TAGS: "perhaps",
        FLEETCAP_REQUEST_TIMEOUT: "30",
        FLEETCAP_TAGS: "{\"aws:x\":\"1\"}",
        FLEETCAP_ENVIRONMENT: "{ this is secret",
        FLEETCAP_CONTAINER: "app"
      }))
      for (
        const problem of [
          "FLEETCAP_TASK_DEFINITION: is missing",
          "FLEETCAP_CAP: expected a whole number from 0 up or \"unlimited\", got \"many\"",
          "FLEETCAP_SUBNETS[0]: expected the id of a subnet such as \"subnet-0a1b2c3d\", got \"[\\\"subnet-a\\\"\" " +
          "(in a list separated by commas)",
          "FLEETCAP_SECURITY_GROUPS: expected up to 5 security groups, got 6",
          "FLEETCAP_ENABLE_ECS_MANAGED_TAGS: expected boolean, got \"perhaps\"",
          "FLEETCAP_REQUEST_TIMEOUT: expected a duration such as \"30 seconds\", got \"30\"",
          "FLEETCAP_TAGS[\"aws:x\"]: expected a key that does not begin with aws:",
          "FLEETCAP_ENVIRONMENT: expected an object of names and values"
        ]
      ) assert.include(error.message, problem)
      assert.notInclude(error.message, "secret")
    }))

  it.effect("reads the network that a launch needs", () =>
    Effect.gen(function*() {
      const { FLEETCAP_SUBNETS: _, ...described } = required
      const networkOf = (env: Record<string, string>) =>
        Effect.map(load({ ...described, ...env }), ({ securityGroups, subnets }) => ({ subnets, securityGroups }))
      const none = { subnets: undefined, securityGroups: undefined }
      assert.deepStrictEqual(yield* networkOf({ FLEETCAP_LAUNCH_TYPE: "EXTERNAL" }), none)
      assert.deepStrictEqual(yield* networkOf({ FLEETCAP_LAUNCH_TYPE: "EC2", FLEETCAP_SUBNETS: " " }), none)
      const { subnets } = yield* networkOf({ FLEETCAP_LAUNCH_TYPE: "EC2", FLEETCAP_SUBNETS: "subnet-1" })
      assert.deepStrictEqual(subnets, ["subnet-1"])
      const problem = (env: Record<string, string>) =>
        Effect.map(Effect.flip(load({ ...described, ...env })), ({ message }) => message)
      assert.include(yield* problem({}), "FLEETCAP_SUBNETS: expected 1 to 16 subnets for tasks on Fargate, got none")
      assert.include(
        yield* problem({ FLEETCAP_LAUNCH_TYPE: "EXTERNAL", FLEETCAP_SUBNETS: "subnet-1" }),
        "FLEETCAP_SUBNETS: expected none with EXTERNAL"
      )
    }))

  it.effect("names each entry of a list that is no id, also an empty one", () =>
    Effect.gen(function*() {
      for (
        const [subnets, wrong] of [
          ["subnet-1;subnet-2", ["[0]"]],
          ["subnet-1 subnet-2", ["[0]"]],
          ["'subnet-1','subnet-2'", ["[0]", "[1]"]],
          ["subnet-1,,subnet-2", ["[1]"]],
          ["subnet-1,", ["[1]"]],
          [",", ["[0]", "[1]"]]
        ] as const
      ) {
        const { message } = yield* Effect.flip(load({ ...required, FLEETCAP_SUBNETS: subnets }))
        const named = [...message.matchAll(/FLEETCAP_SUBNETS(\[\d\]): expected the id of a subnet/g)]
        assert.deepStrictEqual(named.map(([, index]) => index), [...wrong], subnets)
      }
    }))

  it.effect("does not guess at a cap", () =>
    Effect.gen(function*() {
      for (const cap of ["", " ", "-1", "1.5", "1e3", "0x10", "NaN", "Infinity", "Unlimited", "16 tasks"]) {
        const error = yield* Effect.flip(load({ ...required, FLEETCAP_CAP: cap }))
        assert.include(error.message, "FLEETCAP_CAP: ")
      }
      assert.strictEqual((yield* load({ ...required, FLEETCAP_CAP: "0" })).cap, 0)
    }))

  it.effect("takes an empty variable for none", () =>
    Effect.gen(function*() {
      const fleet = yield* load({ ...required, FLEETCAP_SECURITY_GROUPS: "", FLEETCAP_CONTAINER: " " })
      assert.isUndefined(fleet.securityGroups)
      assert.isUndefined(fleet.container)
    }))

  it.effect("can be read under a name, for programs with several fleets", () =>
    Effect.gen(function*() {
      const env = Object.fromEntries(Object.entries(required).map(([name, value]) => [`REINDEX_${name}`, value]))
      assert.strictEqual((yield* load(env, Config.nested(Fleet.config, "REINDEX"))).id, "main/worker")
    }))
})
