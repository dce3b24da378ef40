import {
  CreateClusterCommand,
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  ListServicesCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTasksCommand,
  PutClusterCapacityProvidersCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand
} from "@aws-sdk/client-ecs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { attempt, connect, errorOf, server } from "./sdk.ts"

const arnOf = (rest: string) => `arn:aws:ecs:eu-west-1:123456789012:${rest}`
const containerDefinitions = [{ name: "c", image: "i:1", memory: 128 }]
const fargate: Omit<RegisterTaskDefinitionCommandInput, "family"> = {
  containerDefinitions,
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512"
}
const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"] } }

describe("the operations that tools call first, through the AWS SDK", () => {
  it.live("associate capacity providers with a cluster, by which its tasks then run", () =>
    Effect.gen(function*() {
      const client = yield* connect
      yield* attempt(() => client.send(new CreateClusterCommand({ clusterName: "c" })))
      yield* attempt(() =>
        client.send(
          new RegisterTaskDefinitionCommand({ family: "w", ...fargate })
        )
      )
      const input = { cluster: "c", taskDefinition: "w", networkConfiguration }
      const bySpot = new RunTaskCommand({ ...input, capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT" }] })
      assert.match(String(yield* errorOf(() => client.send(bySpot))), /not associated with the cluster/)
      const spot = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }]
      const put = yield* attempt(() =>
        client.send(
          new PutClusterCapacityProvidersCommand({
            cluster: "c",
            capacityProviders: ["FARGATE_SPOT", "instances"],
            defaultCapacityProviderStrategy: spot
          })
        )
      )
      assert.deepStrictEqual(put.cluster?.capacityProviders, ["FARGATE_SPOT", "instances"])
      const { clusters } = yield* attempt(() => client.send(new DescribeClustersCommand({ clusters: ["c"] })))
      assert.deepStrictEqual(clusters?.[0]?.defaultCapacityProviderStrategy, spot)
      const { tasks } = yield* attempt(() => client.send(new RunTaskCommand(input)))
      assert.deepStrictEqual([tasks?.[0]?.capacityProviderName, tasks?.[0]?.launchType], ["FARGATE_SPOT", "FARGATE"])
      const unfit = new PutClusterCapacityProvidersCommand({
        cluster: "c",
        capacityProviders: ["FARGATE"],
        defaultCapacityProviderStrategy: spot
      })
      assert.match(String(yield* errorOf(() => client.send(unfit))), /not associated with the cluster/)

      const all = yield* attempt(() => client.send(new DescribeCapacityProvidersCommand({})))
      assert.deepStrictEqual(all.capacityProviders?.map(({ name, status }) => [name, status]), [
        ["FARGATE", "ACTIVE"],
        ["FARGATE_SPOT", "ACTIVE"],
        ["instances", "ACTIVE"]
      ])
      const some = yield* attempt(() =>
        client.send(new DescribeCapacityProvidersCommand({ capacityProviders: ["FARGATE", "others"] }))
      )
      assert.deepStrictEqual(some.capacityProviders?.map(({ capacityProviderArn }) => capacityProviderArn), [
        arnOf("capacity-provider/FARGATE")
      ])
      assert.deepStrictEqual(some.failures, [{ arn: arnOf("capacity-provider/others"), reason: "MISSING" }])
    }).pipe(Effect.provide(server({ strict: true }))))

  it.live("list families, and delete task definitions that are inactive", () =>
    Effect.gen(function*() {
      const client = yield* connect
      const families = (status?: "ACTIVE" | "INACTIVE" | "ALL", familyPrefix?: string) =>
        Effect.map(
          attempt(() => client.send(new ListTaskDefinitionFamiliesCommand({ status, familyPrefix }))),
          (page) => page.families
        )
      for (const family of ["web", "worker", "gone"]) {
        yield* attempt(() => client.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions })))
      }
      yield* attempt(() => client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: "gone:1" })))
      assert.deepStrictEqual(yield* families(), ["gone", "web", "worker"])
      assert.deepStrictEqual(yield* families("ALL", "w"), ["web", "worker"])
      assert.deepStrictEqual(yield* families("ACTIVE"), ["web", "worker"])
      assert.deepStrictEqual(yield* families("INACTIVE"), ["gone"])

      const names = ["gone:1", "web:1", "web:2", "web"]
      const deleted = yield* attempt(() => client.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: names })))
      assert.deepStrictEqual(
        deleted.taskDefinitions?.map(({ status, taskDefinitionArn }) => [taskDefinitionArn, status]),
        [
          [arnOf("task-definition/gone:1"), "DELETE_IN_PROGRESS"]
        ]
      )
      assert.isTrue(deleted.taskDefinitions?.[0]?.deleteRequestedAt instanceof Date)
      assert.deepStrictEqual(deleted.failures, [
        {
          arn: "web:1",
          reason: "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
        },
        {
          arn: "web:2",
          reason:
            "The specified task definition does not exist. Specify a valid account, family, revision and try again."
        },
        {
          arn: "web",
          reason: "The specified task definition identifier is invalid. Specify a valid name or ARN and try again."
        }
      ])
      const described = yield* attempt(() =>
        client.send(new DescribeTaskDefinitionCommand({ taskDefinition: "gone:1" }))
      )
      assert.strictEqual(described.taskDefinition?.status, "DELETE_IN_PROGRESS")
      const refused = yield* errorOf(() => client.send(new RunTaskCommand({ taskDefinition: "gone:1" })))
      assert.match(String(refused), /TaskDefinition is inactive/)
    }).pipe(Effect.provide(server())))

  it.live("find no services", () =>
    Effect.gen(function*() {
      const client = yield* connect
      const { serviceArns } = yield* attempt(() => client.send(new ListServicesCommand({})))
      assert.deepStrictEqual(serviceArns, [])
      const described = yield* attempt(() => client.send(new DescribeServicesCommand({ services: ["s"] })))
      assert.deepStrictEqual(described.services, [])
      assert.deepStrictEqual(described.failures, [{ arn: arnOf("service/default/s"), reason: "MISSING" }])
      const empty = yield* errorOf(() => client.send(new DescribeServicesCommand({ services: [] })))
      assert.match(String(empty), /Services cannot be empty/)
      const nowhere = yield* errorOf(() => client.send(new ListServicesCommand({ cluster: "nowhere" })))
      assert.match(String(nowhere), /ClusterNotFoundException/)
    }).pipe(Effect.provide(server({ strict: true }))))

  it.live("find an instance once a task runs on one, and its tasks", () =>
    Effect.gen(function*() {
      const client = yield* connect
      const list = Effect.map(
        attempt(() => client.send(new ListContainerInstancesCommand({}))),
        (page) => page.containerInstanceArns
      )
      yield* attempt(() =>
        client.send(
          new RegisterTaskDefinitionCommand({ family: "w", ...fargate })
        )
      )
      yield* attempt(() =>
        client.send(new RunTaskCommand({ taskDefinition: "w", launchType: "FARGATE", networkConfiguration }))
      )
      assert.deepStrictEqual(yield* list, [])
      yield* attempt(() => client.send(new RegisterTaskDefinitionCommand({ family: "b", containerDefinitions })))
      const { tasks } = yield* attempt(() =>
        client.send(new RunTaskCommand({ taskDefinition: "b", launchType: "EC2" }))
      )
      const [task] = tasks ?? []
      const arn = task?.containerInstanceArn ?? "none"
      assert.match(arn, /^arn:aws:ecs:eu-west-1:123456789012:container-instance\/default\/[0-9a-f]{32}$/)
      assert.deepStrictEqual(yield* list, [arn])
      const described = yield* attempt(() =>
        client.send(new DescribeContainerInstancesCommand({ containerInstances: [arn, "nothing"] }))
      )
      assert.deepStrictEqual(
        described.containerInstances?.map(({ agentConnected, containerInstanceArn, runningTasksCount, status }) => ({
          agentConnected,
          containerInstanceArn,
          runningTasksCount,
          status
        })),
        [{ agentConnected: true, containerInstanceArn: arn, runningTasksCount: 1, status: "ACTIVE" }]
      )
      assert.deepStrictEqual(described.failures, [
        { arn: arnOf("container-instance/default/nothing"), reason: "MISSING" }
      ])
      const onIt = yield* attempt(() => client.send(new ListTasksCommand({ containerInstance: arn })))
      assert.deepStrictEqual(onIt.taskArns, [task?.taskArn])
      const { clusters } = yield* attempt(() => client.send(new DescribeClustersCommand({})))
      assert.strictEqual(clusters?.[0]?.registeredContainerInstancesCount, 1)
    }).pipe(Effect.provide(server({ strict: true }))))

  it.live("describe a running Fargate task with its network, its image and its health", () =>
    Effect.gen(function*() {
      const client = yield* connect
      yield* attempt(() =>
        client.send(
          new RegisterTaskDefinitionCommand({
            family: "w",
            ...fargate,
            containerDefinitions: [{ name: "c", image: "i:1", healthCheck: { command: ["CMD", "true"] } }]
          })
        )
      )
      const ran = yield* attempt(() =>
        client.send(new RunTaskCommand({ taskDefinition: "w", launchType: "FARGATE", networkConfiguration }))
      )
      const arn = ran.tasks?.[0]?.taskArn ?? "none"
      const { tasks } = yield* attempt(() => client.send(new DescribeTasksCommand({ tasks: [arn] })))
      const [task] = tasks ?? []
      const details = new Map(task?.attachments?.[0]?.details?.map(({ name, value }) => [name, value]))
      assert.deepStrictEqual([...details.keys()], [
        "subnetId",
        "networkInterfaceId",
        "macAddress",
        "privateDnsName",
        "privateIPv4Address"
      ])
      assert.match(details.get("networkInterfaceId") ?? "", /^eni-[0-9a-f]{17}$/)
      assert.match(details.get("macAddress") ?? "", /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
      const address = details.get("privateIPv4Address") ?? ""
      assert.match(address, /^10(\.\d{1,3}){3}$/)
      assert.strictEqual(
        details.get("privateDnsName"),
        `ip-${address.replaceAll(".", "-")}.eu-west-1.compute.internal`
      )
      assert.deepStrictEqual(task?.containers?.[0]?.networkInterfaces, [
        { attachmentId: task?.attachments?.[0]?.id, privateIpv4Address: address }
      ])
      assert.match(task?.containers?.[0]?.imageDigest ?? "", /^sha256:[0-9a-f]{64}$/)
      assert.match(task?.containers?.[0]?.runtimeId ?? "", /^[0-9a-f]{32}-\d+$/)
      assert.deepStrictEqual([task?.connectivity, task?.healthStatus], ["CONNECTED", "HEALTHY"])
      assert.isTrue(task?.pullStoppedAt instanceof Date)
    }).pipe(Effect.provide(server({ strict: true }))))
})
