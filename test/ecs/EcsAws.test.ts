import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import * as Net from "node:net"
import type { RunTaskRequest } from "../../src/ecs/Ecs.ts"
import type * as EcsAws from "../../src/ecs/EcsAws.ts"
import { type Answer, cut, failure, json, page, reset, silence, stall } from "./FaultServer.ts"
import {
  accepted,
  arn,
  brief,
  credentials,
  ecsAt,
  hurried,
  request,
  secretsOf,
  serveEcs,
  throttled,
  unhurried
} from "./fixtures.ts"

const situations: ReadonlyArray<
  readonly [title: string, answer: Answer, verdict: string, detail: string, more?: EcsAws.Options]
> = [
  ["a reset", reset, "Unknown", "ECONNRESET"],
  ["a connection closed without an answer", ({ socket }) => socket.end(), "Unknown", "socket hang up"],
  ["a body that is cut", cut, "Unknown", "aborted"],
  ["a body that stalls", stall, "Unknown", "inactivity", { silenceTimeout: "100 millis" }],
  ["a server that hangs", silence, "Unknown", "requestTimeout", { silenceTimeout: "100 millis" }],
  ["a body that is not JSON", json(200, "{\"tasks\":"), "Unknown", "JSON"],
  [
    "a body with a bad time",
    json(200, { tasks: [{ taskArn: arn, createdAt: "2026-01-01T00:00:00Z" }] }),
    "Unknown",
    ""
  ],
  ["an empty body", json(200, ""), "Unknown", "neither tasks nor failures"],
  ["an empty object", json(200, {}), "Unknown", "neither tasks nor failures"],
  ["a page with 503", page(503), "Unknown", "SyntaxError"],
  ["a page with 403", page(403), "Unknown", "SyntaxError"],
  ["a page with 429", page(429), "Throttled", "SyntaxError"],
  ["an empty 502", json(502, ""), "Unknown", ""],
  ["a redirect", json(301, "", { location: "http://127.0.0.1:1/" }), "Unknown", ""],
  ["a throttle", throttled, "Throttled", "Rate exceeded"],
  ["a server error", failure(500, "ServerException", "Oops"), "Unknown", "Oops"],
  ["a conflict", failure(400, "ConflictException", "Used", { resourceIds: [arn] }), "Accepted", ""],
  ["a conflict without ARNs", failure(400, "ConflictException", "Used"), "Unknown", "Used"],
  ["a bad parameter", failure(400, "InvalidParameterException", "No."), "Rejected invalid", "No."],
  [
    "an unknown cluster",
    failure(400, "ClusterNotFoundException", "Cluster not found."),
    "Rejected not-found",
    "Cluster"
  ],
  ["a denial", failure(400, "AccessDeniedException", "not authorized"), "Rejected access-denied", "not authorized"],
  [
    "a denial that repeats the session token, bare",
    failure(400, "UnrecognizedClientException", `No token is valid: ${credentials.sessionToken}`),
    "Rejected access-denied",
    "No token is valid: ***"
  ],
  [
    "an error that repeats all credentials without saying so",
    failure(
      500,
      "ServerException",
      `Got ${[credentials.accessKeyId, credentials.secretAccessKey, credentials.sessionToken].join("/")}`
    ),
    "Unknown",
    "Got ***/***/***"
  ],
  ["an error named by a secret", failure(400, `${credentials.secretAccessKey}`, "No."), "Unknown", "No."],
  ["expired credentials", failure(400, "ExpiredTokenException", "is expired"), "Rejected credentials", "is expired"],
  [
    "a name with a namespace",
    failure(400, "com.amazonaws.ecs#ClientException", "No."),
    "Rejected invalid",
    "ClientException"
  ],
  [
    "no room",
    json(200, { tasks: [], failures: [{ arn: null, reason: "Capacity is unavailable at this time." }] }),
    "Declined capacity",
    "Capacity is unavailable"
  ],
  ["a task", accepted, "Accepted", "PROVISIONING"]
]

describe("EcsAws.runTask", () => {
  for (const [title, answer, expected, detail, more] of situations) {
    it.live(`reads ${title} as ${expected}, after one request`, () =>
      Effect.gen(function*() {
        const { ecs, server } = yield* serveEcs([answer], more)
        const verdict = yield* ecs.runTask(request, unhurried)
        assert.strictEqual(brief(verdict), expected)
        const text = JSON.stringify(verdict)
        assert.include(text, detail)
        for (const secret of secretsOf(credentials)) assert.notInclude(text, secret)
        assert.strictEqual(server.seen.length, 1)
      }))
  }

  for (const [title, answer] of [["a body that stalls", stall], ["a server that hangs", silence]] as const) {
    it.live(`ends with ${title} when the whole call has taken too long`, () =>
      Effect.gen(function*() {
        const { ecs, server } = yield* serveEcs([answer])
        const verdict = yield* ecs.runTask(request, hurried)
        assert.strictEqual(brief(verdict), "Unknown")
        assert.include(JSON.stringify(verdict), "took longer than 300ms")
        assert.strictEqual(server.seen.length, 1)
      }))
  }

  it.live("knows that a refused connection launched nothing", () =>
    Effect.gen(function*() {
      const ecs = yield* ecsAt("http://127.0.0.1:1")
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Rejected unreachable")
    }))

  it.live("knows that a refused connection to several addresses launched nothing", () =>
    Effect.gen(function*() {
      const ecs = yield* ecsAt("http://localhost:1")
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Rejected unreachable")
    }))

  it.live("knows that an unknown host launched nothing", () =>
    Effect.gen(function*() {
      const ecs = yield* ecsAt("http://localhost.invalid", { connectionTimeout: "2 seconds" })
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Rejected unreachable")
    }))

  it.live("knows that a call without a connection launched nothing", () =>
    Effect.gen(function*() {
      const { ecs, server } = yield* serveEcs([silence], { maxSockets: 1, connectionTimeout: "100 millis" })
      yield* Effect.forkChild(ecs.runTask(request, unhurried))
      yield* Deferred.await(server.arrived)
      const verdict = yield* ecs.runTask(request, unhurried)
      assert.strictEqual(brief(verdict), "Rejected unreachable")
      assert.include(JSON.stringify(verdict), "did not establish a connection")
      assert.strictEqual(server.seen.length, 1)
    }))

  it.live("does not know what a reset in the middle of the request has done", () =>
    Effect.gen(function*() {
      const server = yield* Effect.acquireRelease(
        Effect.callback<Net.Server>((resume) => {
          const server = Net.createServer((socket) => {
            socket.on("error", () => {})
            socket.once("data", () => socket.resetAndDestroy())
          })
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close())
      )
      const address = server.address()
      const port = address !== null && typeof address === "object" ? address.port : 0
      const ecs = yield* ecsAt(`http://127.0.0.1:${port}`)
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Unknown")
    }))

  it.live("closes the connection when it is interrupted", () =>
    Effect.gen(function*() {
      const { ecs, server } = yield* serveEcs([silence])
      const fiber = yield* Effect.forkChild(ecs.runTask(request, unhurried))
      yield* Deferred.await(server.arrived)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(server.closed)
    }))

  it.live("closes the connection when it is interrupted in the middle of an answer", () =>
    Effect.gen(function*() {
      const { ecs, server } = yield* serveEcs([stall])
      const fiber = yield* Effect.forkChild(ecs.runTask(request, unhurried))
      yield* Deferred.await(server.arrived)
      yield* Effect.sleep("50 millis")
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(server.closed)
    }))

  it.live("sends every field, and the same bytes each time, in whatever order they come", () =>
    Effect.gen(function*() {
      const { ecs, server } = yield* serveEcs([accepted])
      yield* ecs.runTask(request, unhurried)
      yield* ecs.runTask(request, unhurried)
      yield* ecs.runTask({ ...Object.fromEntries(Object.entries(request).toReversed()), ...request }, unhurried)
      const reversed: RunTaskRequest = { ...request, overrides: { cpu: "256", ...request.overrides } }
      yield* ecs.runTask(reversed, unhurried)
      const [first, ...others] = server.seen.map(({ body }) => body)
      assert.deepStrictEqual(JSON.parse(first ?? ""), request)
      for (const body of others) assert.strictEqual(body, first)
      assert.strictEqual(others.length, 3)
    }))

  it.live("leaves out what a request does not have", () =>
    Effect.gen(function*() {
      const { ecs, server } = yield* serveEcs([accepted])
      const { clientToken, cluster, count, startedBy, taskDefinition } = request
      const bare: RunTaskRequest = { clientToken, cluster, count, startedBy, taskDefinition }
      yield* ecs.runTask(bare, unhurried)
      assert.deepStrictEqual(JSON.parse(server.seen[0]?.body ?? ""), bare)
    }))

  it.live("signs with the clock of ECS after ECS has refused its own", () =>
    Effect.gen(function*() {
      const ahead = new Date(Date.now() + 20 * 60_000)
      const skewed = json(400, {
        __type: "InvalidSignatureException",
        message: "Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z"
      }, { date: ahead.toUTCString() })
      const { ecs, server } = yield* serveEcs([skewed, accepted])
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Rejected unavailable")
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Accepted")
      const [before, after] = server.seen.map(({ headers }) => String(headers["x-amz-date"]).slice(0, 13))
      assert.notStrictEqual(before, after)
      assert.strictEqual(after, ahead.toISOString().replaceAll(/[-:]/g, "").slice(0, 13))
    }))
})
