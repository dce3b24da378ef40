import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { Emulator, Http } from "fleetcap/emulator"
import { readFileSync } from "node:fs"
import { send } from "./send.ts"

/** Requests as real clients sent them, with the shapes of the replies that they understood. */
const Recording = Schema.Array(Schema.Struct({
  client: Schema.String,
  exchanges: Schema.Array(Schema.Struct({
    headers: Schema.Record(Schema.String, Schema.String),
    /** `{taskArn}` stands for the task that was launched before. */
    body: Schema.String,
    status: Schema.Int,
    reply: Schema.Json
  }))
}))

const recordings = Schema.decodeSync(Schema.fromJsonString(Recording))(
  readFileSync(new URL("./recorded.json", import.meta.url), "utf8")
)

const shapeOf = (value: Schema.Json): Schema.Json => {
  if (value === null) return "null"
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== "object") return typeof value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
}

const parse = Schema.decodeSync(Schema.fromJsonString(Schema.Json))

describe("requests as recorded", () => {
  for (const { client, exchanges } of recordings) {
    it.live(`of the ${client} get the answers that it understood`, () =>
      Effect.gen(function*() {
        const { url } = yield* Http.Server
        const { tasks } = yield* Emulator.Emulator
        for (const { body, headers, reply, status } of exchanges) {
          const taskArn = (yield* tasks())[0]?.arn ?? "none"
          const received = yield* send(url, { headers, body: body.replaceAll("{taskArn}", taskArn) })
          assert.strictEqual(received.status, status, headers["x-amz-target"])
          assert.deepStrictEqual(shapeOf(parse(received.text)), reply, headers["x-amz-target"])
        }
      }).pipe(Effect.provide(Layer.provideMerge(
        Http.layer(),
        Emulator.layer({ lifecycle: { stopping: "1 second" } })
      ))))
  }
})
