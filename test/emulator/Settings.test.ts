import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer, Schema } from "effect"
import { Control, Emulator, Http, World } from "fleetcap/emulator"
import { TestEcs } from "fleetcap/testing"
import { send } from "./send.ts"

const faults = "Throttle, HiddenThrottle, Capacity, StartFailure, ServerError, ServiceError, Reset, CutBody, Blank, " +
  "Contradiction, LateAnswer, LateProcessing"

/** Settings that do not exist, as JSON, and the first of the words that refuse them. */
const wrongSettings: ReadonlyArray<readonly [json: string, message: string]> = [
  [
    "{\"faults\":[{\"fault\":{\"_tag\":\"Meteor\"},\"probability\":1}]}",
    `There is no such fault. A fault has a _tag, and the faults are: ${faults}`
  ],
  [
    "{\"faults\":[{\"fault\":{\"_tag\":\"Throttle\"},\"probability\":1,\"operation\":\"RunTasks\"}]}",
    "There is no such operation. The operations are: RunTask, ListTasks, "
  ],
  [
    "{\"faults\":[{\"fault\":{\"_tag\":\"Throttle\"},\"probabillity\":1,\"probability\":1}]}",
    "Unexpected field. The fields of a random fault are: fault, operation, probability"
  ],
  ["{\"lagg\":{}}", "Unexpected field. The fields of the settings are: seed, region, "],
  [
    "{\"lag\":{\"unseen\":1}}",
    "Unexpected field. The fields of lag are: unlisted, lingering, missing, status, replicas"
  ],
  ["{\"lifecycle\":{\"livetime\":1}}", "Unexpected field. The fields of lifecycle are: provisioning, "],
  ["{\"latency\":\"soon\"}", "Expected a time: milliseconds, or a text such as \"30 seconds\""],
  ["{\"latencyOf\":{\"RunTasks\":1}}", "There is no such operation. The operations are: RunTask, "],
  ["{\"strict\":\"yes\"}", "Expected boolean"]
]

/** Scripted faults that do not exist. */
const wrongFaults: ReadonlyArray<readonly [json: string, message: string]> = [
  ["{\"fault\":{\"_tag\":\"Meteor\"}}", `There is no such fault. A fault has a _tag, and the faults are: ${faults}`],
  ["{\"fault\":{\"_tag\":\"Reset\",\"proccessed\":true}}", "Unexpected field. The fields of the fault Reset are: "],
  [
    "{\"fault\":{\"_tag\":\"LateAnswer\",\"by\":1,\"after\":2}}",
    "Unexpected field. The fields of the fault LateAnswer are: "
  ],
  ["{\"fault\":{\"_tag\":\"Contradiction\",\"says\":\"lies\"}}", "Expected \"oldest task\" | \"latest task\" | "],
  [
    "{\"fault\":{\"_tag\":\"Throttle\"},\"operation\":\"RunTasks\"}",
    "There is no such operation. The operations are: "
  ],
  ["{\"fault\":{\"_tag\":\"Throttle\"},\"time\":1}", "Unexpected field. The fields of a scripted fault are: "]
]

const server = Layer.provideMerge(Http.layer(), Emulator.layer())

const decodeAnswer = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({ error: Schema.String })))

/** The words in which HTTP refuses a body, without the place in it. */
const refusedOverHttp = (body: string) =>
  Effect.gen(function*() {
    const { url } = yield* Http.Server
    const headers = { "Content-Type": "application/json" }
    const { status, text } = yield* send(`${url}/_fleetcap/control`, { headers, body })
    assert.strictEqual(status, 400)
    return decodeAnswer(text).error.replace(/\n[^]*/, "")
  })

const thrown = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return String(error)
  }
  return "nothing"
}

describe("settings that do not exist", () => {
  for (const [json, message] of wrongSettings) {
    it.live(`are refused over HTTP and in process with the same words: ${json}`, () =>
      Effect.gen(function*() {
        const refused = yield* refusedOverHttp(`{"settings":${json}}`)
        assert.isTrue(refused.startsWith(message), refused)
        assert.include(thrown(() => World.make(JSON.parse(json))), refused)
        assert.include(thrown(() => World.configure(World.make({}), JSON.parse(json))), refused)
        const layers = [Emulator.layer(JSON.parse(json)), TestEcs.layer(JSON.parse(json))]
        for (const layer of layers) {
          const exit = yield* Effect.exit(Effect.provide(Effect.void, layer))
          assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "built", refused)
        }
      }).pipe(Effect.provide(server)))
  }

  it("are not taken for those that Effect's durations may be", () => {
    const world = World.make({
      capacity: Infinity,
      lag: { unlisted: "Infinity", lingering: { seconds: 3 }, missing: [1, 0], status: { min: 1n, max: "2 seconds" } },
      latencyOf: { RunTask: { min: 0, max: "1 second" } }
    })
    assert.strictEqual(world.resolved.lag.missing.min, 1000)
  })
})

describe("faults that do not exist", () => {
  for (const [json, message] of wrongFaults) {
    it.live(`are refused over HTTP and in process with the same words: ${json}`, () =>
      Effect.gen(function*() {
        const refused = yield* refusedOverHttp(`{"faults":[${json}]}`)
        assert.isTrue(refused.startsWith(message), refused)
        assert.include(thrown(() => Control.script(World.make({}), [JSON.parse(json)])), refused)
        const { script } = yield* Emulator.Emulator
        const exit = yield* Effect.exit(script(JSON.parse(json)))
        assert.include(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "scripted", refused)
      }).pipe(Effect.provide(server)))
  }
})
