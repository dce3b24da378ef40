/** What the tests of the AWS layer have in common: a request, credentials, and the layer against a faulty server. */
import { Context, Duration, Effect, Layer } from "effect"
import { type CallLimits, Ecs, type RunTaskRequest, TaskArn, type Verdict } from "../../src/ecs/Ecs.ts"
import * as EcsAws from "../../src/ecs/EcsAws.ts"
import { type Answer, failure, json, serve } from "./FaultServer.ts"

export const arn = TaskArn("arn:aws:ecs:us-east-1:123456789012:task/default/0123456789abcdef0123456789abcdef")

export const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "a-secret-access-key",
  sessionToken: "a-session-token"
}

/** The limits of a call that has time. */
export const unhurried: CallLimits = { sendWithin: Infinity, answerWithin: Duration.seconds(30) }

/** The limits of a call that has 300 ms for its answer. */
export const hurried: CallLimits = { sendWithin: Infinity, answerWithin: Duration.millis(300) }

/** Every field there is, so that none is forgotten on the way to the wire. */
export const request: Required<RunTaskRequest> = {
  cluster: "default",
  taskDefinition: "worker:7",
  count: 1,
  clientToken: "0b0e7e9a-6a43-4c57-8f6c-4f5d1d0f3b11",
  startedBy: "0b0e7e9a-6a43-4c57-8f6c-4f5d1d0f3b11",
  launchType: "FARGATE",
  capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }],
  platformVersion: "1.4.0",
  group: "workers",
  tags: [{ key: "team", value: "data" }],
  propagateTags: "TASK_DEFINITION",
  enableECSManagedTags: true,
  enableExecuteCommand: false,
  networkConfiguration: {
    awsvpcConfiguration: { subnets: ["subnet-1", "subnet-2"], securityGroups: ["sg-1"], assignPublicIp: "DISABLED" }
  },
  overrides: {
    containerOverrides: [{
      name: "worker",
      command: ["run", "--key", "é\"\n"],
      environment: [{ name: "KEY", value: "1" }],
      cpu: 256,
      memory: 512,
      memoryReservation: 128
    }],
    cpu: "256",
    memory: "512",
    taskRoleArn: "arn:aws:iam::123456789012:role/task",
    executionRoleArn: "arn:aws:iam::123456789012:role/execution",
    ephemeralStorage: { sizeInGiB: 21 }
  }
}

/** What is secret of credentials. The SDK notes in them, too, where they come from. */
export const secretsOf = (
  { accessKeyId, secretAccessKey, sessionToken }: typeof credentials
): ReadonlyArray<string> => [accessKeyId, secretAccessKey, sessionToken]

export const options: EcsAws.Options = { region: "us-east-1", credentials }

export const build = (layer: Layer.Layer<Ecs>) => Effect.map(Layer.build(layer), Context.get(Ecs))

export const ecsAt = (endpoint: string, more: EcsAws.Options = {}) =>
  build(EcsAws.layer({ ...options, endpoint, ...more }))

export const serveEcs = Effect.fnUntraced(function*(answers: ReadonlyArray<Answer>, more: EcsAws.Options = {}) {
  const server = yield* serve(...answers)
  return { server, ecs: yield* ecsAt(server.url, more) }
})

/** A verdict in short: its tag, and the reason of a refusal. */
export const brief = (verdict: Verdict): string =>
  verdict._tag === "Declined" || verdict._tag === "Rejected"
    ? `${verdict._tag} ${verdict.failure.reason}`
    : verdict._tag

export const accepted = json(200, {
  tasks: [{ taskArn: arn, lastStatus: "PROVISIONING", createdAt: 1737649786.65 }],
  failures: []
})
export const throttled = failure(400, "ThrottlingException", "Rate exceeded")
