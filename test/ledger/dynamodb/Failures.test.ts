/**
 * What the ledger in DynamoDB does when its calls fail, and what it finds is not
 * as it must be.
 */
import { PutItemCommand } from "@aws-sdk/client-dynamodb"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Logger, Scope } from "effect"
import { LedgerDynamoDb } from "fleetcap/dynamodb"
import { TaskArn } from "../../../src/ecs/Ecs.ts"
import { type FleetLedger, Ledger, type LedgerMismatch, type LedgerUnavailable } from "../../../src/ledger/Ledger.ts"
import * as LedgerState from "../../../src/ledger/rules/LedgerState.ts"
import * as Time from "../../../src/Time.ts"
import { failure, serve } from "../../ecs/FaultServer.ts"
import { credentials, secretsOf } from "../../ecs/fixtures.ts"
import * as Holding from "../holding.ts"
import type { Call, Door, Fate } from "./dynamo.ts"
import { clientOptions, layerBehind, open, openTo } from "./dynamo.ts"

/** A process behind a door. */
const attach = Effect.fnUntraced(function*(
  door: Door,
  holder: string,
  options?: Partial<LedgerDynamoDb.Options>
) {
  const process = yield* Layer.build(Layer.fresh(layerBehind(door, options)))
  return yield* Effect.provide(Holding.attach(Context.get(process, Ledger), holder, { cap: 3 }), process)
})

const request = (key: string) => ({
  cluster: "c",
  taskDefinition: "f:1",
  count: 1,
  clientToken: `id-${key}`,
  startedBy: `id-${key}`,
  tags: [{ key: "z", value: "ü" }, { key: "a", value: "1" }],
  platformVersion: "LATEST"
} as const)

const reserve = (ledger: FleetLedger, key: string) =>
  ledger.reserve({ ...Holding.reservation(key), request: request(key) })

/** A launch that has been sent, and not settled. */
const sent = Effect.fnUntraced(function*(ledger: FleetLedger, key: string) {
  const reserved = yield* reserve(ledger, key)
  if (reserved._tag !== "Granted") return assert.fail(reserved._tag)
  assert.strictEqual((yield* ledger.gate(reserved.ticket))._tag, "Pass")
})

const isOfFleet = ({ body, operation }: Call) => operation === "PutItem" && body.includes("\"S\":\"fleet\"")

/** Mistreats the next writes of the fleet. */
const mistreat = (door: Door, fate: Fate, times: number): void => {
  let left = times
  door.fate = (call) => isOfFleet(call) && left-- > 0 ? fate : "done"
}

const put = Effect.fnUntraced(function*(door: Door, fields: { readonly format: number; readonly body: string }) {
  const client = yield* LedgerDynamoDb.makeClient(clientOptions(door))
  const body = new TextEncoder().encode(fields.body)
  const Item = {
    pk: { S: "c/f" },
    sk: { S: "fleet" },
    format: { N: String(fields.format) },
    version: { N: "7" },
    body: { B: body }
  }
  yield* Effect.promise(() => client.send(new PutItemCommand({ TableName: door.table, Item })))
})

/** What a holder is told that may not attach. */
const refusal = <R>(attaching: Effect.Effect<unknown, LedgerUnavailable | LedgerMismatch, R>) =>
  Effect.match(attaching, { onSuccess: () => "attached", onFailure: ({ message }) => message })

const live = (sentence: string, effect: Effect.Effect<void, LedgerUnavailable | LedgerMismatch, Scope.Scope>) =>
  it.live(sentence, () => Effect.provide(effect, Logger.layer([])))

describe("LedgerDynamoDb, whose calls fail", () => {
  live(
    "decides once what it wrote without hearing that it did",
    Effect.gen(function*() {
      const door = yield* open
      const ledger = yield* attach(door, "a")
      mistreat(door, "answer lost", 1)
      assert.strictEqual((yield* reserve(ledger, "k"))._tag, "Granted")
      const slotTable = yield* ledger.slotTable
      assert.deepStrictEqual([LedgerState.used(slotTable), slotTable.sequence], [1, 1])
    })
  )

  live(
    "asks again when it is throttled, and then says so",
    Effect.gen(function*() {
      const door = yield* open
      const ledger = yield* attach(door, "a")
      mistreat(door, "throttled", 2)
      assert.strictEqual((yield* reserve(ledger, "k"))._tag, "Granted")
      door.fate = () => "throttled"
      const late = yield* openTo(door.table)
      late.fate = () => "throttled"
      const told = yield* refusal(attach(late, "b", { startTimeout: "1 second" }))
      assert.include(told, "The ledger is busy: table ")
      assert.include(told, `${new URL(late.endpoint).host}: DynamoDB throttles table`)
    })
  )

  live(
    "hands on what was sent, byte for byte, to a process that takes over in the moment of the loss",
    Effect.gen(function*() {
      const door = yield* open
      const other = yield* openTo(door.table)
      const lost = yield* attach(door, "a")
      const next = yield* attach(other, "b")
      yield* sent(lost, "k")
      door.fate = () => "denied"
      yield* Effect.sleep("100 millis")
      // By now the other one has not been heard of for longer than its lease.
      other.ahead += 11_000
      const [taken] = yield* next.takeOver
      assert.strictEqual(JSON.stringify(taken?.request), JSON.stringify(request("k")))
    })
  )

  live(
    "remembers what was taken over without hearing that it was",
    Effect.gen(function*() {
      const door = yield* open
      const scope = yield* Scope.make()
      yield* Effect.flatMap(attach(door, "a"), (lost) => sent(lost, "k")).pipe(Scope.provide(scope))
      const next = yield* attach(door, "b")
      yield* Scope.close(scope, Exit.void)
      mistreat(door, "answer lost", 1)
      const taken = yield* next.takeOver
      assert.deepStrictEqual(taken.map(({ request }) => request), [request("k")])
      assert.deepStrictEqual(yield* next.takeOver, [])
    })
  )

  live(
    "takes the next state from what it is told of a conflict, and decides on that",
    Effect.gen(function*() {
      const door = yield* open
      const mine = yield* attach(door, "a")
      const yours = yield* attach(door, "b")
      for (const key of ["1", "2", "3"]) {
        // Neither has heard of what the other wrote just now.
        const answers = yield* Effect.all([reserve(mine, key), reserve(yours, key)], { concurrency: 2 })
        assert.deepStrictEqual(answers.map(({ _tag }) => _tag).sort(), ["Granted", "Shared"])
      }
      assert.strictEqual((yield* reserve(mine, "4"))._tag, "Full")
      assert.strictEqual((yield* reserve(yours, "5"))._tag, "Full")
    })
  )

  live(
    "reads while it has nothing to say, and writes only to keep its lease",
    Effect.gen(function*() {
      const door = yield* open
      yield* attach(door, "a")
      door.calls.length = 0
      yield* Effect.sleep("3400 millis")
      const operations = door.calls.map(({ operation }) => operation)
      assert.isAtMost(operations.filter((operation) => operation === "PutItem").length, 1)
      assert.isAtLeast(operations.filter((operation) => operation === "GetItem").length, 1)
      assert.isAtMost(operations.length, 4)
    })
  )
})

describe("LedgerDynamoDb, where something is missing", () => {
  live(
    "waits for a DynamoDB that gives no answer while a process starts",
    Effect.gen(function*() {
      const door = yield* open
      let left = 3
      door.fate = () => left-- > 0 ? "answer lost" : "done"
      yield* attach(door, "a")
      assert.isAtMost(left, 0)
    })
  )

  live(
    "says what to do about a table that is not there, or is not allowed",
    Effect.gen(function*() {
      const door = yield* open
      assert.include(yield* refusal(attach(door, "a", { table: "nowhere" })), "LedgerDynamoDb.createTable")
      door.fate = () => "denied"
      assert.include(yield* refusal(attach(door, "a")), "dynamodb:GetItem and dynamodb:PutItem")
    })
  )

  live(
    "repeats nothing of the credentials that an answer repeats, bare, and bounds what it repeats",
    Effect.gen(function*() {
      const said = `No token is valid: ${secretsOf(credentials).join("/")} ${"x".repeat(10_000)}`
      const { url } = yield* serve(failure(400, "UnrecognizedClientException", said))
      const client = yield* LedgerDynamoDb.makeClient({ endpoint: url, region: "eu-central-1", credentials })
      const ledger = yield* LedgerDynamoDb.make(client, { table: "t" })
      const told = [
        yield* refusal(Holding.attach(ledger, "a", { cap: 3 })),
        yield* refusal(LedgerDynamoDb.createTable(client, "t"))
      ]
      for (const text of told) {
        assert.include(text, "No token is valid: ***/***/*** xxx")
        assert.isBelow(text.length, 700)
      }
    })
  )

  live(
    "refuses what another version has written, and what no version has",
    Effect.gen(function*() {
      const door = yield* open
      yield* put(door, { format: 2, body: "{}" })
      assert.include(yield* refusal(attach(door, "a")), "has format 2, and this version of fleetcap knows format 1")
      yield* put(door, { format: 1, body: "{}" })
      assert.include(yield* refusal(attach(door, "a")), "fleet c/f cannot be read")
    })
  )

  live(
    "takes no other time than DynamoDB's, unless it is told to",
    Effect.gen(function*() {
      const door = yield* open
      door.fate = () => "without date"
      assert.include(yield* refusal(attach(door, "a")), "clock: \"local\"")
      const ledger = yield* attach(door, "a", { clock: "local" })
      assert.strictEqual((yield* reserve(ledger, "k"))._tag, "Granted")
    })
  )

  live(
    "grants nothing more once its item has grown too large, and goes on with what there is",
    Effect.gen(function*() {
      const door = yield* open
      const ledger = yield* attach(door, "a")
      const tasks = Array.from(
        { length: 5000 },
        () => TaskArn(`arn:aws:ecs:eu-central-1:1:task/${crypto.randomUUID()}/${crypto.randomUUID()}`)
      )
      yield* ledger.adopt({ running: tasks, stopped: undefined })
      yield* ledger.resize(10_000)
      assert.deepStrictEqual(yield* reserve(ledger, "k"), { _tag: "Full", occupied: 5000, cap: 5000 })
      const stopped = tasks.slice(1).map((taskArn) => ({ taskArn, lastStatus: "STOPPED" }))
      const begunAt = Time.of(yield* ledger.now)
      yield* ledger.observe({ begunAt, running: [], stopped: undefined, tasks: stopped, missing: [] })
      assert.strictEqual((yield* reserve(ledger, "k"))._tag, "Granted")
    })
  )
})
