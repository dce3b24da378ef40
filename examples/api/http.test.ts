import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, Exit, Fiber, Layer, Schema, Scope } from "effect"
import { HttpServer } from "effect/http"
import { EcsAws, LedgerMemory, Provisioner, Snapshot } from "fleetcap"
import { Emulator, Http } from "fleetcap/emulator"
import { server } from "./server.ts"

const environment = ConfigProvider.layer(ConfigProvider.fromEnv({
  env: {
    PORT: "0",
    FLEETCAP_CLUSTER: "workers",
    FLEETCAP_TASK_DEFINITION: "converter:7",
    FLEETCAP_SUBNETS: "subnet-0a1b2c3d",
    FLEETCAP_CAP: "16"
  }
}))

/** An ECS that lists no task for a minute and a half, on a port of its own. */
const ecs = Http.layer().pipe(
  Layer.provideMerge(Emulator.layer({ lag: { unlisted: "90 seconds" }, latencyOf: { RunTask: "300 millis" } }))
)

const fleet = Layer.unwrap(Effect.map(Http.Server, ({ url }) =>
  Provisioner.layerConfig().pipe(
    Layer.provide([
      EcsAws.layer({ endpoint: url, region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "s" } }),
      LedgerMemory.layer
    ])
  )))

const api = server.pipe(Layer.provide(fleet), Layer.provide(environment))

const urlOf = Effect.map(
  HttpServer.HttpServer,
  ({ address }) => `http://127.0.0.1:${"port" in address ? address.port : 0}`
)

const post = (url: string, name: string) =>
  Effect.tryPromise(async () => {
    const response = await fetch(`${url}/files`, {
      method: "POST",
      headers: { "content-type": "application/json", connection: "close" },
      body: JSON.stringify({ name })
    })
    await response.text()
    return response
  })

it.live("answers 200 uploads at once with 16 workers, and 184 times with when to come back", () =>
  Effect.gen(function*() {
    const url = yield* urlOf
    const names = Array.from({ length: 200 }, (_, n) => `upload-${n}.csv`)
    const responses = yield* Effect.forEach(names, (name) => post(url, name), { concurrency: "unbounded" })

    const started = responses.filter(({ status }) => status === 202)
    const turnedAway = responses.filter(({ status }) => status === 429)
    assert.deepStrictEqual([started.length, turnedAway.length], [16, 184])
    const waits = turnedAway.map(({ headers }) => Number(headers.get("retry-after")))
    assert.isTrue(waits.every((seconds) => seconds >= 1))
    assert.isAbove(new Set(waits).size, 5)

    const emulator = yield* Emulator.Emulator
    assert.strictEqual(yield* emulator.peak(), 16)
    const snapshot = yield* Effect.promise(() => fetch(`${url}/fleet`).then((response) => response.text()))
    assert.strictEqual(Schema.decodeSync(Schema.fromJsonString(Snapshot.Snapshot))(snapshot).occupied, 16)
  }).pipe(Effect.provide(Layer.provideMerge(api, ecs))))

it.live("ends the requests that are being answered when it shuts down, and takes no more", () =>
  Effect.gen(function*() {
    const emulator = yield* Emulator.Emulator
    const scope = yield* Scope.make()
    const url = yield* Effect.provideContext(urlOf, yield* Layer.buildWithScope(api, scope))
    const upload = yield* Effect.forkChild(post(url, "upload.csv"))
    while ((yield* emulator.calls("RunTask")).calls === 0) yield* Effect.sleep("10 millis")

    yield* Scope.close(scope, Exit.void)
    assert.strictEqual((yield* Fiber.join(upload)).status, 202)
    assert.isTrue(Exit.isFailure(yield* Effect.exit(post(url, "late.csv"))))
    assert.strictEqual(yield* emulator.peak(), 1)
  }).pipe(Effect.provide(ecs)))
