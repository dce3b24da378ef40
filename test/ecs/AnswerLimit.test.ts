/**
 * Answers without an end, of ECS and of DynamoDB.
 */
import { GetItemCommand } from "@aws-sdk/client-dynamodb"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect } from "effect"
import * as Client from "../../src/ledger/dynamodb/Client.ts"
import * as ServerTimes from "../../src/ledger/dynamodb/ServerTime.ts"
import { endless, serve } from "./FaultServer.ts"
import { brief, credentials, request, serveEcs, unhurried } from "./fixtures.ts"

/** A server that does not end its answers, and how much it has written. */
const makeAnswer = (status: number) => {
  let written = 0
  return {
    answer: endless(status, (bytes) => {
      written += bytes
    }),
    written: () => written
  }
}

/** What is beyond the bound was on its way. */
const most = 32 * 1024 * 1024

describe("an answer without an end", { concurrent: false }, () => {
  for (const status of [200, 400, 500]) {
    it.live(`is no verdict on a launch, with status ${status}, and is cut off`, () =>
      Effect.gen(function*() {
        const { answer, written } = makeAnswer(status)
        const { ecs, server } = yield* serveEcs([answer])
        const verdict = yield* ecs.runTask(request, unhurried)
        assert.strictEqual(brief(verdict), "Unknown")
        assert.include(JSON.stringify(verdict), "more than 16 MB")
        yield* Deferred.await(server.closed)
        assert.isAtMost(written(), most)
        assert.strictEqual(server.seen.length, 1)
      }))
  }

  it.live("is a read that failed, says so, and is cut off", () =>
    Effect.gen(function*() {
      const { answer, written } = makeAnswer(200)
      const { ecs, server } = yield* serveEcs([answer])
      const error = yield* Effect.flip(ecs.listTasks({ cluster: "c", family: "f", desiredStatus: "RUNNING" }))
      assert.strictEqual(error.reason, "unreachable")
      assert.match(error.detail, /more than 16 MB .* endpoint/)
      yield* Deferred.await(server.closed)
      assert.isAtMost(written(), most)
    }))

  it.live("is no answer of the ledger's table either", () =>
    Effect.gen(function*() {
      const { answer, written } = makeAnswer(200)
      const server = yield* serve(answer)
      const client = yield* Client.makeClient({ region: "us-east-1", endpoint: server.url, credentials })
      const way = {
        client,
        table: "fleetcap",
        timeout: Duration.seconds(30),
        time: ServerTimes.make(yield* Clock.Clock, "local")
      }
      const command = new GetItemCommand({ TableName: "fleetcap", Key: { pk: { S: "p" }, sk: { S: "s" } } })
      const error = yield* Effect.flip(Client.call(way, command))
      assert.strictEqual(error.reason, "unknown")
      assert.include(error.detail, "more than 16 MB")
      yield* Deferred.await(server.closed)
      assert.isAtMost(written(), most)
    }))
})
