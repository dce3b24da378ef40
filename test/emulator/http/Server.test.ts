import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Schema } from "effect"
import { Emulator, Http, type Settings } from "fleetcap/emulator"
import { call, type Received, send } from "../send.ts"

const server = (settings?: Settings.Settings) => Layer.provideMerge(Http.layer(), Emulator.layer(settings))

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

const answerOf = ({ status, text }: Received): Readonly<Record<string, unknown>> => ({ status, ...decode(text) })

const one = { taskDefinition: "f:1", count: 1 }

describe("the emulator over HTTP", () => {
  it.live("answers as ECS does: JSON 1.1, a request id, numbers for times, and no date", () =>
    Effect.gen(function*() {
      const { host, url } = yield* Http.Server
      assert.strictEqual(host, "127.0.0.1")
      const { headers, status, text } = yield* call(url, "RunTask", { ...one, startedBy: "me" })
      assert.strictEqual(status, 200)
      assert.strictEqual(headers["content-type"], "application/x-amz-json-1.1")
      assert.match(String(headers["x-amzn-requestid"]), /^[0-9a-f-]{36}$/)
      assert.isUndefined(headers["date"])
      const { failures, tasks } = decode(text)
      assert.deepStrictEqual(failures, [])
      assert.match(JSON.stringify(tasks), /"createdAt":\d+(\.\d+)?[,}]/)
    }).pipe(Effect.provide(server())))

  it.live("takes region and account from the signature, and does not check it", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      const signed = (key: string, region: string) => ({
        Authorization:
          `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/ecs/aws4_request, SignedHeaders=host, Signature=0`
      })
      const arnOf = (headers: Record<string, string>) =>
        Effect.map(call(url, "RunTask", one, headers), ({ text }) => /arn:[^"]*:task\//.exec(text)?.[0])
      assert.strictEqual(yield* arnOf({}), "arn:aws:ecs:us-east-1:123456789012:task/")
      assert.strictEqual(yield* arnOf(signed("AKIA", "eu-west-1")), "arn:aws:ecs:eu-west-1:123456789012:task/")
      assert.strictEqual(
        yield* arnOf(signed("000000000042", "cn-north-1")),
        "arn:aws-cn:ecs:cn-north-1:000000000042:task/"
      )
    }).pipe(Effect.provide(server())))

  it.live("has ECS's errors for what ECS does not know", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      const json = { "Content-Type": "application/x-amz-json-1.1" }
      const target = (operation: string) => ({ ...json, "X-Amz-Target": operation })
      const ours = "AmazonEC2ContainerServiceV20141113"
      const wrong: ReadonlyArray<readonly [Parameters<typeof send>[1], number, string]> = [
        [{ headers: target(`${ours}.Explode`), body: "{}" }, 400, "UnknownOperationException"],
        [{ headers: target("DynamoDB_20120810.ListTables"), body: "{}" }, 400, "UnknownOperationException"],
        [{ headers: json, body: "{}" }, 400, "UnknownOperationException"],
        [{ method: "GET", headers: target(`${ours}.ListTasks`) }, 404, "UnknownOperationException"],
        [{ method: "DELETE", headers: target(`${ours}.ListTasks`) }, 404, "UnknownOperationException"],
        [{ headers: target(`${ours}.ListTasks`), body: "{\"family\":" }, 400, "SerializationException"],
        [{ headers: target(`${ours}.ListTasks`), body: "[]" }, 400, "SerializationException"],
        [{ headers: target(`${ours}.ListTasks`), body: "{\"family\":7}" }, 400, "SerializationException"],
        [{ headers: target(`${ours}.ListTasks`), body: "[".repeat(900_000) }, 400, "SerializationException"],
        [
          { headers: target(`${ours}.RegisterTaskDefinition`), body: `{"x":${"[".repeat(90)}${"]".repeat(90)}}` },
          400,
          "SerializationException"
        ],
        [{ headers: target(`${ours}.ListTasks`), body: "x".repeat(2_000_000) }, 413, "RequestEntityTooLargeException"],
        [{ headers: target(`${ours}.RunTask`), body: "{}" }, 400, "InvalidParameterException"]
      ]
      for (const [request, status, type] of wrong) {
        const received = yield* send(url, request)
        assert.deepStrictEqual([received.status, decode(received.text)["__type"]], [status, type])
      }
      assert.strictEqual((yield* call(url, "ListTasks", "")).status, 200)
    }).pipe(Effect.provide(server())))

  it.live("resets connections, and cuts bodies, on the wire", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      const { live, script } = yield* Emulator.Emulator
      yield* script(
        { fault: { _tag: "Reset", processed: false } },
        { fault: { _tag: "Reset", processed: true } },
        { fault: { _tag: "CutBody" } }
      )
      const lost = (expectLive: number) =>
        Effect.gen(function*() {
          const { code, status } = yield* Effect.flip(call(url, "RunTask", one))
          assert.strictEqual(yield* live(), expectLive)
          return { code, status }
        })
      assert.deepStrictEqual(yield* lost(0), { code: "ECONNRESET", status: undefined })
      assert.deepStrictEqual(yield* lost(1), { code: "ECONNRESET", status: undefined })
      assert.deepStrictEqual(yield* lost(2), { code: "ECONNRESET", status: 200 })
      assert.strictEqual((yield* call(url, "RunTask", one)).status, 200)
    }).pipe(Effect.provide(server())))

  it.live("answers with 5xx, a page of HTML among them", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      const { script } = yield* Emulator.Emulator
      yield* script(
        { fault: { _tag: "ServerError", processed: true } },
        { fault: { _tag: "ServerError", processed: false, status: 503 } }
      )
      const json = yield* call(url, "RunTask", one)
      assert.deepStrictEqual([json.status, decode(json.text)["__type"]], [500, "ServerException"])
      const html = yield* call(url, "RunTask", one)
      assert.strictEqual(html.status, 503)
      assert.match(html.text, /^<html>/)
    }).pipe(Effect.provide(server())))

  it.live("keeps what a client did that went away before the answer", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      const { calls, live } = yield* Emulator.Emulator
      const fiber = yield* Effect.forkChild(call(url, "RunTask", one))
      yield* Effect.repeat(calls("RunTask"), { until: ({ inFlight }) => inFlight === 1 })
      yield* Fiber.interrupt(fiber)
      yield* Effect.repeat(Effect.andThen(Effect.sleep(1), calls("RunTask")), {
        until: ({ inFlight }) => inFlight === 0
      })
      assert.strictEqual(yield* live(), 1)
    }).pipe(Effect.provide(server({ latency: "1 hour" })), Effect.timeout("10 seconds")))

  it.live("says why it cannot listen, and what to do", () =>
    Effect.gen(function*() {
      const { port } = yield* Http.Server
      const error = yield* Effect.flip(Effect.scoped(Http.serve({ port })))
      assert.strictEqual(error._tag, "ListenError")
      assert.match(error.message, /^Cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*choose another port/)
      // A documentation address is of no machine.
      const elsewhere = yield* Effect.flip(Effect.scoped(Http.serve({ host: "192.0.2.1" })))
      assert.match(elsewhere.message, /Choose an address of this machine/)
    }).pipe(Effect.provide(server())))

  it.live("lets its port go with its scope, whatever is under way", () =>
    Effect.gen(function*() {
      const { calls } = yield* Emulator.Emulator
      const waiting = yield* Effect.scoped(Effect.gen(function*() {
        const { url } = yield* Http.serve()
        const fiber = yield* Effect.forkDetach(Effect.flip(call(url, "RunTask", one)))
        yield* Effect.repeat(calls("RunTask"), { until: ({ inFlight }) => inFlight === 1 })
        return fiber
      }))
      assert.strictEqual((yield* Fiber.join(waiting)).code, "ECONNRESET")
    }).pipe(Effect.provide(Emulator.layer({ latency: "1 hour" })), Effect.timeout("10 seconds")))
})

describe("truth and control over HTTP", () => {
  const get = (url: string, path: string) => Effect.map(send(`${url}/_fleetcap/${path}`, { method: "GET" }), answerOf)
  const post = (url: string, body: unknown) =>
    Effect.map(
      send(`${url}/_fleetcap/control`, {
        headers: { "Content-Type": "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body)
      }),
      answerOf
    )

  it.live("tell how many are live, and the peak, and how often ECS was called", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      yield* call(url, "RunTask", one)
      yield* post(url, { launch: { family: "f", count: 3 } })
      yield* post(url, { stop: { family: "f", origin: "foreign", count: 2 } })
      const { calls, live, peak, running, status, steps } = yield* get(url, "truth?family=f")
      assert.deepStrictEqual({ calls, live, peak, running, status }, {
        calls: { RunTask: { calls: 1, inFlight: 0, maxInFlight: 1 } },
        live: 2,
        peak: 4,
        running: 2,
        status: 200
      })
      assert.isArray(steps)
      assert.strictEqual((yield* get(url, "truth?origin=own"))["live"], 1)
      assert.match(JSON.stringify((yield* get(url, "tasks?cluster=default"))["tasks"]), /"origin":"foreign"/)
      assert.match(JSON.stringify((yield* get(url, "launches"))["launches"]), /"taskDefinition":"f:1"/)
      assert.deepStrictEqual((yield* get(url, "mistakes"))["mistakes"], [])
      yield* call(url, "RegisterTaskDefinition", { family: "g", containerDefinitions: [{ name: "c", image: "i" }] })
      assert.match(JSON.stringify((yield* get(url, "mistakes"))["mistakes"]), /"kind":"container memory"/)
    }).pipe(Effect.provide(server())))

  it.live("change settings, script faults and begin anew", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      yield* call(url, "RunTask", one)
      yield* post(url, { settings: { lag: { unlisted: "90 seconds" }, latency: 0 } })
      assert.strictEqual((yield* call(url, "ListTasks", {})).text, "{\"taskArns\":[]}")
      yield* post(url, { faults: [{ operation: "ListTasks", fault: { _tag: "Throttle" } }] })
      assert.strictEqual((yield* call(url, "ListTasks", {})).status, 400)
      assert.strictEqual((yield* post(url, { reset: true }))["status"], 200)
      const { calls, live } = yield* get(url, "truth")
      assert.deepStrictEqual({ calls, live }, { calls: {}, live: 0 })
    }).pipe(Effect.provide(server())))

  it.live("refuse what they do not understand, and say why", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      const bodies = [
        { settings: { lagg: {} } },
        { settings: { latency: "soon" } },
        { faults: [{ fault: { _tag: "Meteor" } }] },
        { faults: [{ fault: { _tag: "ServiceError", name: "X", message: "", status: 99 } }] },
        { launch: {} },
        "{",
        "[]"
      ]
      for (const body of bodies) {
        const answer = yield* post(url, body)
        assert.strictEqual(answer["status"], 400, JSON.stringify(body))
        assert.isString(answer["error"])
      }
      assert.strictEqual((yield* get(url, "truth?famly=f"))["status"], 400)
      assert.strictEqual((yield* get(url, "nothing"))["status"], 404)
      assert.strictEqual((yield* get(url, "control"))["status"], 404)
    }).pipe(Effect.provide(server())))
})
