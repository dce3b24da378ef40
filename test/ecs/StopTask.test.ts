import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { failure, json } from "./FaultServer.ts"
import { arn, serveEcs } from "./fixtures.ts"

const stop = { cluster: "default", taskArn: arn, reason: "the job was cancelled" }

describe("EcsAws.stopTask", () => {
  it.live("names the task, its cluster and the reason, in one request", () =>
    Effect.gen(function*() {
      const { ecs, server } = yield* serveEcs([json(200, { task: { taskArn: arn, desiredStatus: "STOPPED" } })])
      yield* ecs.stopTask(stop)
      assert.deepStrictEqual(server.seen.map(({ operation }) => operation), ["StopTask"])
      assert.deepStrictEqual(JSON.parse(server.seen[0]?.body ?? ""), {
        cluster: "default",
        task: arn,
        reason: "the job was cancelled"
      })
    }))

  it.live("takes a task that ECS does not know any more for one that needs no stopping", () =>
    Effect.gen(function*() {
      const { ecs } = yield* serveEcs([
        failure(400, "InvalidParameterException", "The referenced task was not found.")
      ])
      yield* ecs.stopTask(stop)
    }))

  it.live("fails once, with the reason, where ECS denies or fails it", () =>
    Effect.gen(function*() {
      const { ecs, server } = yield* serveEcs([
        failure(400, "AccessDeniedException", "not authorized to perform: ecs:StopTask"),
        failure(500, "ServerException", "Oops")
      ])
      const denied = yield* Effect.flip(ecs.stopTask(stop))
      assert.strictEqual(denied.reason, "access-denied")
      assert.include(denied.message, "StopTask: access-denied: AccessDeniedException: not authorized")
      assert.strictEqual((yield* Effect.flip(ecs.stopTask(stop))).reason, "unavailable")
      assert.strictEqual(server.seen.length, 2)
    }))
})
