import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { serve } from "./FaultServer.ts"
import { accepted, brief, ecsAt, request, unhurried } from "./fixtures.ts"
import { serveTls } from "./TlsServer.ts"

describe("EcsAws over TLS", () => {
  it.live("sends nothing to a server whose certificate is not trusted, and says what to do", () =>
    Effect.gen(function*() {
      const server = yield* serveTls()
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
      const server = yield* serveTls()
      const ecs = yield* ecsAt(`http://127.0.0.1:${server.port}`)
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Unknown")
    }))
})
