/**
 * A provisioner whose process has no credentials for a while, over the AWS SDK and HTTP.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import * as EcsAws from "../../src/ecs/EcsAws.ts"
import { Emulator, layer as layerEmulator } from "../../src/emulator/Emulator.ts"
import * as Http from "../../src/emulator/http/Server.ts"
import * as LedgerMemory from "../../src/ledger/LedgerMemory.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { fleet } from "../world.ts"

describe("a provisioner without credentials", () => {
  it.live("keeps those who wait in line, and serves them once there are some", () =>
    Effect.gen(function*() {
      let areThere = false
      let asked = 0
      const credentials = () => {
        asked++
        return areThere
          ? Promise.resolve({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a-secret-access-key" })
          : Promise.reject(new Error("Could not load credentials from any providers"))
      }
      const { url } = yield* Http.Server
      const emulator = yield* Emulator
      const ecs = EcsAws.layer({ endpoint: url, region: "us-east-1", credentials })
      const settings = { readPageRetries: 0, readingInterval: "50 millis" } as const
      yield* Effect.gen(function*() {
        const provisioner = yield* Provisioner
        const inLine = yield* Effect.forkChild(provisioner.requestWhenFree("a"))
        const error = yield* Effect.flip(provisioner.request("b"))
        assert.strictEqual(`${error._tag} ${error.reason}`, "RetryableError credentials")
        assert.isAbove(asked, 0)
        areThere = true
        assert.strictEqual((yield* Fiber.join(inLine))._tag, "Launched")
        assert.strictEqual(yield* emulator.peak(), 1)
      }).pipe(
        Effect.provide(
          Provisioners.layer(fleet({ cap: 4, settings })).pipe(Layer.provide([ecs, LedgerMemory.layer]))
        )
      )
    }).pipe(Effect.provide(Http.layer().pipe(Layer.provideMerge(layerEmulator())))))
})
