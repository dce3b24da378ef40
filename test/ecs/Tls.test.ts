import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Https from "node:https"
import { serve } from "./FaultServer.ts"
import { accepted, brief, ecsAt, request, unhurried } from "./fixtures.ts"

/** Of an authority that no machine trusts, for 127.0.0.1. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBRhoXUEbQChQzk37
GM5CxOBEoeKNwkqWKRMtQdwvRTihRANCAAReprLx1FtH3GeylZUYfDCqKDC+Bxld
+mAcflXzAP9K9xTMCs0T4EW3eMveDYVOqx8Bcw4WZ8+saNOYPz+Ijuvi
-----END PRIVATE KEY-----`
const cert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUcbgaekxkl6mThQTZn+4l388AQsgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzIwMDgyMloYDzIxMjYxMTAz
MjAwODIyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAReprLx1FtH3GeylZUYfDCqKDC+Bxld+mAcflXzAP9K9xTMCs0T4EW3
eMveDYVOqx8Bcw4WZ8+saNOYPz+Ijuvio28wbTAdBgNVHQ4EFgQUefT5GvzXN1/R
ET7tCd7QGO3ohpIwHwYDVR0jBBgwFoAUefT5GvzXN1/RET7tCd7QGO3ohpIwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhANneDb0N/bLQbjvjuDWlpzCNLPX/sLEl2PfOqLQfMgESAiBS
RoAaln3tNazBBqaCOWc0HJhFMobMPGKfq6NqRP6XNQ==
-----END CERTIFICATE-----`

/** A server that speaks TLS, and counts what it is asked. */
const serveTls = Effect.gen(function*() {
  let asked = 0
  const server = yield* Effect.acquireRelease(
    Effect.callback<Https.Server>((resume) => {
      const server = Https.createServer({ key, cert }, (_, response) => {
        asked++
        response.end()
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )
  const address = server.address()
  return { port: address !== null && typeof address === "object" ? address.port : 0, asked: () => asked }
})

describe("EcsAws over TLS", () => {
  it.live("sends nothing to a server whose certificate is not trusted, and says what to do", () =>
    Effect.gen(function*() {
      const server = yield* serveTls
      const ecs = yield* ecsAt(`https://127.0.0.1:${server.port}`)
      const verdict = yield* ecs.runTask(request, unhurried)
      assert.strictEqual(brief(verdict), "Rejected invalid")
      assert.include(JSON.stringify(verdict), "NODE_EXTRA_CA_CERTS")
      assert.strictEqual(server.asked(), 0)
    }))

  it.live("sends nothing to a server that speaks plain HTTP, and says what to do", () =>
    Effect.gen(function*() {
      const server = yield* serve(accepted)
      const ecs = yield* ecsAt(server.url.replace("http:", "https:"))
      const verdict = yield* ecs.runTask(request, unhurried)
      assert.strictEqual(brief(verdict), "Rejected invalid")
      assert.include(JSON.stringify(verdict), "http or https")
      assert.strictEqual(server.seen.length, 0)
    }))

  it.live("does not know what a server that speaks TLS makes of plain HTTP", () =>
    Effect.gen(function*() {
      const server = yield* serveTls
      const ecs = yield* ecsAt(`http://127.0.0.1:${server.port}`)
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Unknown")
    }))
})
