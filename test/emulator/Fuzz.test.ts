import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Emulator, Http } from "fleetcap/emulator"
import { connect } from "node:net"
import * as Prng from "../../src/emulator/model/Prng.ts"
import { operations } from "../../src/emulator/operations/index.ts"
import { call, send } from "./send.ts"

const fields = [
  "cluster clusters clusterName taskDefinition count clientToken startedBy task tasks family tags tagKeys include",
  "overrides containerOverrides networkConfiguration awsvpcConfiguration subnets capacityProviderStrategy launchType",
  "nextToken maxResults desiredStatus resourceArn containerDefinitions familyPrefix status __proto__ constructor",
  "capacityProviders defaultCapacityProviderStrategy capacityProvider services containerInstances taskDefinitions",
  "networkMode requiresCompatibilities cpu memory name image portMappings hostPort logConfiguration volumes host"
].join(" ").split(" ")

const words = "default f:1 f:0 f:99999999999 arn: arn:aws:ecs:us-east-1:1:cluster/ RUNNING PENDING RUNNING-9 __proto__"
const texts = [
  "",
  "\u0000",
  "\ud800",
  "x".repeat(300),
  "../../etc/passwd",
  "arn:aws:ecs:us-east-1:123456789012:task/default/0",
  "arn:aws:ecs:us-east-1:123456789012:task-definition/f:1"
].concat(words.split(" "))

const pick = <A>(prng: Prng.Prng, all: ReadonlyArray<A>, fallback: A): A =>
  all[Prng.within(prng, { min: 0, max: all.length - 1 })] ?? fallback

const value = (prng: Prng.Prng, depth: number): unknown => {
  const kind = Prng.within(prng, { min: 0, max: depth > 4 ? 4 : 7 })
  const size = Prng.within(prng, { min: 0, max: 4 })
  if (kind === 0) return null
  if (kind === 1) return Prng.chance(prng, 0.5)
  if (kind === 2) return pick(prng, [0, 1, -1, 10, 101, 1.5, 1e300, -1e9], 0)
  if (kind <= 4) return pick(prng, texts, "")
  if (kind === 5) return Array.from({ length: size }, () => value(prng, depth + 1))
  return Object.fromEntries(Array.from({ length: size }, () => [pick(prng, fields, ""), value(prng, depth + 1)]))
}

const bytes = (prng: Prng.Prng, most: number): Uint8Array =>
  Uint8Array.from({ length: Prng.within(prng, { min: 0, max: most }) }, () => Prng.within(prng, { min: 0, max: 255 }))

/** Writes bytes to a socket, and lets go of it when the server does or a moment has passed. */
const poke = (port: number, data: Uint8Array) =>
  Effect.callback<void>((resume) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(data))
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.void))
    socket.resume()
    return Effect.sync(() => socket.destroy())
  }).pipe(Effect.timeoutOption("50 millis"))

const server = Layer.provideMerge(Http.layer(), Emulator.layer())

describe("whatever is sent", () => {
  it.live("is answered with 200 or an error of ECS, and does not stop the server", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      const prng = Prng.make(1, 0)
      const names = [...operations.keys(), "constructor", "toString", "RunTaskk"]
      const requests = Array.from({ length: 600 }, () => {
        const whole = JSON.stringify(value(prng, 0)) ?? ""
        const body = Prng.chance(prng, 0.8) ? whole : whole.slice(0, Prng.within(prng, { min: 0, max: whole.length }))
        return {
          operation: pick(prng, names, ""),
          body: Prng.chance(prng, 0.5) ? `{"taskDefinition":"f","x":${body}}` : body
        }
      })
      yield* Effect.forEach(requests, ({ body, operation }) =>
        Effect.map(call(url, operation, body), ({ status, text }) => {
          assert.isTrue(status === 200 || status === 400 || status === 404, `${operation} ${body}: ${status} ${text}`)
        }), { concurrency: 10 })
      assert.strictEqual((yield* call(url, "ListTasks", {})).status, 200)
    }).pipe(Effect.provide(server)), 20_000)

  it.live("may be bytes that are no JSON, to any path, with any header", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      const prng = Prng.make(2, 0)
      const requests = Array.from({ length: 200 }, () => ({
        method: pick(prng, ["GET", "POST", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS"], "GET"),
        path: pick(prng, ["/", "/_fleetcap/truth", "/_fleetcap/control", "//", "/%", "/_fleetcap/", "/?%ff"], "/"),
        headers: {
          "X-Amz-Target": pick(prng, ["", "x".repeat(5000), "AmazonEC2ContainerServiceV20141113.RunTask"], ""),
          Authorization: pick(prng, ["", "Basic x", "Credential=////ecs/aws4_request"], ""),
          "Content-Type": pick(prng, ["text/plain", "application/cbor", "application/x-amz-json-1.1"], "")
        },
        body: bytes(prng, 2000)
      }))
      yield* Effect.forEach(requests, ({ path, ...request }) =>
        Effect.map(send(`${url}${path}`, request), ({ status }) => {
          assert.isTrue(status >= 200 && status < 500, `${request.method} ${path}: ${status}`)
        }), { concurrency: 10 })
      assert.strictEqual((yield* call(url, "ListTasks", {})).status, 200)
    }).pipe(Effect.provide(server)), 20_000)

  it.live("may not even be HTTP, or stop in the middle", () =>
    Effect.gen(function*() {
      const { port, url } = yield* Http.Server
      const prng = Prng.make(3, 0)
      const head = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonEC2ContainerServiceV20141113.RunTask\r\n"
      const starts = ["", head, `${head}Content-Length: 100\r\n\r\n`, `${head}Transfer-Encoding: chunked\r\n\r\n5\r\n`]
      const pokes = Array.from({ length: 100 }, () =>
        Buffer.concat([Buffer.from(pick(prng, starts, "")), bytes(prng, 200)]))
      yield* Effect.forEach(pokes, (data) =>
        poke(port, data), { concurrency: 20 })
      assert.strictEqual((yield* call(url, "ListTasks", {})).status, 200)
    }).pipe(Effect.provide(server)), 20_000)
})
