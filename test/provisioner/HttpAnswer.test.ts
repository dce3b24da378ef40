/**
 * Answers as a server sends them: as JSON over `HttpApi`, and as responses of any server.
 */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Random, Schema } from "effect"
import { HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder, HttpApiEndpoint, HttpApiGroup, HttpApiTest } from "effect/http-api"
import { Answer, Change, HttpAnswer, Provisioner, ProvisionError, Snapshot } from "fleetcap"
import { TaskArn } from "../../src/ecs/Ecs.ts"
import { Key } from "../../src/ledger/Key.ts"
import { SlotId } from "../../src/ledger/Slot.ts"
import { calls, layer, pass } from "../world.ts"

const taskArn = TaskArn("arn:aws:ecs:us-east-1:123456789012:task/c/0123456789abcdef0123456789abcdef")
const launched: Answer.Answer = { _tag: "Launched", taskArn, slotId: SlotId("s"), joined: false }
const existing: Answer.Answer = { _tag: "Existing", taskArn, slotId: SlotId("s") }
const full: Answer.Answer = { _tag: "AtCapacity", occupied: 16, cap: 16, retryAfter: Duration.millis(800) }
const slotId = SlotId("s")
const key = Key.make("a")
const numbered = { sequence: 1, at: 5, occupied: 1, cap: 1, by: "holder" } as const
const exit = { stopCode: "TaskFailedToStart", containers: [{ name: "main", exitCode: 137 }, { name: "log" }] }
const events: ReadonlyArray<Change.Event> = [
  { _tag: "Reserved", slotId, key, ...numbered },
  { _tag: "Launched", slotId, taskArn, ...numbered },
  { _tag: "Refused", slotId, key, failure: { reason: "capacity", detail: "RESOURCE:FARGATE" }, ...numbered },
  { _tag: "Unknown", slotId, detail: "timed out", ...numbered },
  { _tag: "Adopted", slotId, taskArn, ...numbered },
  { _tag: "Freed", slotId, reason: "stopped", taskArn, exit, ...numbered },
  { _tag: "Freed", slotId, key, reason: "withdrawn", ...numbered },
  { _tag: "Contradicted", slotId, detail: "stopped twice", ...numbered },
  { _tag: "Abandoned", slotId, sequence: 2, at: 6, occupied: 1, cap: 1 },
  { _tag: "StopAsked", slotId, key, stopReason: "cancelled", ...numbered },
  { _tag: "Resized", ...numbered, cap: "unlimited" },
  { _tag: "AtCapacity", key, at: 7, occupied: 1, cap: 1 }
]
const sparse: Snapshot.Snapshot = {
  cap: "unlimited",
  occupied: 2,
  waiting: 0,
  slots: [
    { id: slotId, key, status: "reserved", age: 0, why: "granted, and not sent yet" },
    { id: slotId, status: "adopted", age: 0, taskArn, why: "listed by ECS" }
  ]
}
const throttled = ProvisionError.retryable("throttled", "Rate exceeded")

class Things extends HttpApiGroup.make("things").add(
  HttpApiEndpoint.get("answers", "/answers", { success: Schema.Array(Answer.Answer) }),
  HttpApiEndpoint.get("events", "/events", { success: Schema.Array(Change.Event) }),
  HttpApiEndpoint.get("snapshot", "/snapshot", { success: Snapshot.Snapshot }),
  HttpApiEndpoint.get("sparse", "/sparse", { success: Snapshot.Snapshot }),
  HttpApiEndpoint.get("throttled", "/throttled", { success: Answer.Answer, error: ProvisionError.RetryableError })
) {}
class Api extends HttpApi.make("api").add(Things) {}

const answers = [launched, existing, full]

const handlers = HttpApiBuilder.group(
  Api,
  "things",
  Effect.fnUntraced(function*(handlers) {
    const provisioner = yield* Provisioner.Provisioner
    return handlers.handleAll({
      answers: () => Effect.succeed(answers),
      events: () => Effect.succeed(events),
      snapshot: () => Effect.orDie(provisioner.snapshot),
      sparse: () => Effect.succeed(sparse),
      throttled: () => Effect.fail(throttled)
    })
  })
)

describe("answers, snapshots, changes and errors", () => {
  it.effect("go through an HttpApi, there and back", () =>
    Effect.gen(function*() {
      const provisioner = yield* Provisioner.Provisioner
      yield* Effect.forkChild(provisioner.request("a"))
      yield* pass("2 seconds")
      assert.strictEqual(yield* calls("RunTask"), 1)
      const client = yield* Effect.provide(
        HttpApiTest.groups(Api, ["things"]),
        Layer.merge(handlers, HttpServer.layerServices)
      )
      assert.deepStrictEqual(yield* client.things.answers(), answers)
      assert.deepStrictEqual(yield* client.things.events(), events)
      const snapshot = yield* client.things.snapshot()
      assert.lengthOf(snapshot.slots, 1)
      assert.deepStrictEqual(snapshot, yield* provisioner.snapshot)
      assert.deepStrictEqual(yield* client.things.sparse(), sparse)
      assert.deepStrictEqual(yield* Effect.flip(client.things.throttled()), throttled)
    }).pipe(Effect.provide(layer({ cap: 2 }))))

  it("are plain JSON, with durations in milliseconds", () => {
    assert.deepStrictEqual(Schema.encodeSync(Answer.Answer)(full), {
      _tag: "AtCapacity",
      occupied: 16,
      cap: 16,
      retryAfter: 800
    })
    const json = Schema.encodeSync(Schema.Array(Change.Event))(events)
    assert.deepStrictEqual(JSON.parse(JSON.stringify(json)), json)
    assert.deepStrictEqual(Schema.encodeSync(ProvisionError.RetryableError)(throttled), {
      _tag: "RetryableError",
      reason: "throttled",
      detail: "Rate exceeded",
      retryAfter: 2000
    })
  })
})

describe("HttpAnswer.make", () => {
  const secret = "User arn:aws:iam::1:user/x is not authorized"
  const table: ReadonlyArray<readonly [Answer.Answer | ProvisionError.ProvisionError, number, string]> = [
    [launched, 202, "arn:aws:ecs"],
    [existing, 202, "arn:aws:ecs"],
    [full, 429, "16 of 16 workers are running"],
    [ProvisionError.retryable("capacity", secret), 503, "capacity"],
    [ProvisionError.closing, 503, "closing"],
    [ProvisionError.badRequest("a key is 1 to 256 characters"), 400, "a key is 1 to 256 characters"],
    [new ProvisionError.PermanentError({ reason: "access-denied", detail: secret }), 500, "cannot be started"],
    [new ProvisionError.PermanentError({ reason: "not-found", detail: secret }), 500, "cannot be started"]
  ]
  for (const [answer, status, words] of table) {
    it.effect(`answers ${answer._tag}${"reason" in answer ? ` ${answer.reason}` : ""} with ${status}`, () =>
      Effect.gen(function*() {
        const { body, headers, status: actual } = yield* HttpAnswer.make(answer)
        assert.strictEqual(actual, status)
        assert.include(JSON.stringify(body), words)
        assert.notInclude(JSON.stringify(body), secret)
        const isProblem = status !== 202
        assert.strictEqual(headers["content-type"], `application/${isProblem ? "problem+" : ""}json`)
        if (isProblem) assert.isTrue(Schema.is(HttpAnswer.Problem)(body))
        assert.strictEqual(headers["retry-after"] !== undefined, status === 429 || status === 503)
      }))
  }

  const waits = (retryAfter: Duration.Input, clients: number) =>
    Effect.map(
      Effect.replicateEffect(
        HttpAnswer.make({ ...full, retryAfter: Duration.fromInputUnsafe(retryAfter) }),
        clients
      ),
      (answers) => answers.map(({ headers }) => Number(headers["retry-after"]))
    ).pipe(Random.withSeed("seed"))

  it.effect("spreads clients that are turned away together, however short their wait", () =>
    Effect.gen(function*() {
      const seconds = yield* waits("800 millis", 184)
      assert.isTrue(seconds.every((wait) => Number.isInteger(wait) && wait >= 1 && wait <= 11))
      for (let second = 1; second <= 11; second++) {
        const back = seconds.filter((wait) => wait === second).length
        assert.isAbove(back, 0)
        assert.isBelow(back, 40)
      }
    }))

  it.effect("tells no client to come back at once, nor before the time that it was told", () =>
    Effect.gen(function*() {
      assert.strictEqual(Math.min(...yield* waits(0, 184)), 1)
      assert.strictEqual(Math.min(...yield* waits("1200 millis", 184)), 2)
    }))

  it.effect("spreads them over as long again as they are told to wait", () =>
    Effect.gen(function*() {
      const seconds = yield* waits("2 minutes", 500)
      assert.isAtLeast(Math.min(...seconds), 120)
      assert.isAtMost(Math.max(...seconds), 240)
      assert.isAbove(Math.max(...seconds) - Math.min(...seconds), 100)
    }))
})
