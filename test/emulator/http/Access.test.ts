/**
 * Who may use an emulator over HTTP: AWS clients and curl, and no page that a browser of this machine has open.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { Emulator, Http } from "fleetcap/emulator"
import { refusal } from "../../../src/emulator/http/Access.ts"
import { call, send } from "../send.ts"

const server = (options?: Http.Options) => Layer.provideMerge(Http.layer(options), Emulator.layer())

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

/** What a browser sends for a page without asking the server first, and what it sends where it has no type. */
const sentUnasked: ReadonlyArray<Readonly<Record<string, string>>> = [
  {},
  { "Content-Type": "" },
  { "Content-Type": "text/plain" },
  { "Content-Type": "text/plain;charset=UTF-8; x=application/json" },
  { "Content-Type": "application/x-www-form-urlencoded" },
  { "Content-Type": "multipart/form-data; boundary=application/json" },
  { "Content-Type": "application/jsonp" }
]

const runTask = { "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.RunTask" }
const json = { "Content-Type": "application/json" }
const task = { taskDefinition: "f:1", count: 1 }

describe("the emulator, and pages in a browser", () => {
  it.live("takes no command of a content type that a page may send without asking", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      const { live } = yield* Emulator.Emulator
      yield* call(url, "RunTask", task)
      for (const headers of sentUnasked) {
        const control = yield* send(`${url}/_fleetcap/control`, { headers, body: "{\"reset\":true}" })
        assert.strictEqual(control.status, 415, JSON.stringify(headers))
        assert.match(String(decode(control.text)["error"]), /content type .*application\/json/)
        const ecs = yield* send(url, { headers: { ...headers, ...runTask }, body: JSON.stringify(task) })
        assert.strictEqual(ecs.status, 415, JSON.stringify(headers))
      }
      assert.strictEqual(yield* live(), 1)
    }).pipe(Effect.provide(server())))

  it.live("answers no page of another origin, whatever it sends and asks for", () =>
    Effect.gen(function*() {
      const { port, url } = yield* Http.Server
      const { live } = yield* Emulator.Emulator
      const origins = ["https://evil.example", "null", `http://localhost:${port + 1}`, `https://127.0.0.1:${port}`, ""]
      for (const Origin of origins) {
        const control = yield* send(`${url}/_fleetcap/control`, {
          headers: { ...json, Origin },
          body: JSON.stringify({ launch: { family: "f" } })
        })
        assert.strictEqual(control.status, 403, Origin)
        assert.match(String(decode(control.text)["error"]), /origin/i)
        for (const path of ["truth", "tasks", "launches"]) {
          const { status } = yield* send(`${url}/_fleetcap/${path}`, { method: "GET", headers: { Origin } })
          assert.strictEqual(status, 403, `${Origin} ${path}`)
        }
        const ecs = yield* call(url, "RunTask", task, { Origin })
        assert.deepStrictEqual([ecs.status, decode(ecs.text)["__type"]], [403, "AccessDeniedException"])
        assert.isUndefined(ecs.headers["access-control-allow-origin"])
      }
      assert.strictEqual(yield* live(), 0)
      const own = yield* send(`${url}/_fleetcap/truth`, { method: "GET", headers: { Origin: url } })
      assert.strictEqual(own.status, 200)
    }).pipe(Effect.provide(server())))

  it.live("answers to no name but this machine's, so that a name bound anew to it reads and launches nothing", () =>
    Effect.gen(function*() {
      const { port, url } = yield* Http.Server
      const { live } = yield* Emulator.Emulator
      const hosts = [
        "evil.example",
        `evil.example:${port}`,
        `localhost.evil.example:${port}`,
        `127.0.0.1.evil.example:${port}`,
        `localhost@evil.example:${port}`,
        `evil.example:${port}@localhost`,
        `10.0.0.1:${port}`,
        `0.0.0.0:${port}`,
        "localhost evil.example"
      ]
      for (const Host of hosts) {
        const truth = yield* send(`${url}/_fleetcap/truth`, { method: "GET", headers: { Host } })
        assert.strictEqual(truth.status, 403, Host)
        assert.include(String(decode(truth.text)["error"]), "--host")
        assert.strictEqual((yield* call(url, "RunTask", task, { Host })).status, 403, Host)
        // That page would be of the same origin as the name that it was loaded from.
        const Origin = `http://${Host}`
        const control = yield* send(`${url}/_fleetcap/control`, {
          headers: { ...json, Host, Origin },
          body: JSON.stringify({ launch: { family: "f" } })
        })
        assert.strictEqual(control.status, 403, Host)
      }
      assert.strictEqual(yield* live(), 0)
    }).pipe(Effect.provide(server())))

  it.live("answers to every name of loopback, and to JSON with parameters", () =>
    Effect.gen(function*() {
      const { port, url } = yield* Http.Server
      for (
        const Host of ["localhost", `LOCALHOST:${port}`, `localhost.:${port}`, "127.0.0.1", "127.9.9.9:1", "[::1]:1"]
      ) {
        assert.strictEqual((yield* call(url, "RunTask", task, { Host })).status, 200, Host)
        const truth = yield* send(`${url}/_fleetcap/truth`, { method: "GET", headers: { Host } })
        assert.strictEqual(truth.status, 200, Host)
      }
      for (const type of ["application/json", "application/json; charset=utf-8", "Application/JSON"]) {
        const reset = yield* send(`${url}/_fleetcap/control`, {
          headers: { "Content-Type": type },
          body: "{\"reset\":true}"
        })
        assert.strictEqual(reset.status, 200, type)
        const listed = yield* call(url, "ListTasks", {}, { "Content-Type": type })
        assert.strictEqual(listed.status, 200, type)
      }
    }).pipe(Effect.provide(server())))

  it.live("says whether only this machine can reach it", () =>
    Effect.gen(function*() {
      assert.isTrue((yield* Http.Server).isLocal)
      assert.isTrue((yield* Http.serve({ host: "localhost" })).isLocal)
      assert.isFalse((yield* Http.serve({ host: "0.0.0.0" })).isLocal)
    }).pipe(Effect.provide(server())))

  const reaches = (bound: string, host: string | undefined) =>
    refusal({ method: "GET", headers: host === undefined ? {} : { host } }, bound) === undefined

  it("answers to the name that it was asked to listen on", () => {
    assert.isTrue(reaches("ecs.internal", "ecs.internal:8000"))
    assert.isTrue(reaches("ECS.internal", "ecs.INTERNAL"))
    assert.isTrue(reaches("fe80::1", "[fe80::1]:8000"))
    assert.isFalse(reaches("ecs.internal", "evil.example:8000"))
    assert.isFalse(reaches("192.168.1.5", "192.168.1.6:8000"))
    assert.isFalse(reaches("127.0.0.1", undefined))
  })

  it("answers to any address where it listens on all of them, for no page can make an address its name", () => {
    for (const bound of ["0.0.0.0", "::"]) {
      assert.isTrue(reaches(bound, "192.168.1.5:8000"))
      assert.isTrue(reaches(bound, "[fd00::5]:8000"))
      assert.isTrue(reaches(bound, "localhost:8000"))
      assert.isFalse(reaches(bound, "evil.example:8000"))
    }
  })
})
