/**
 * The store of a fleet in an item, and what it does with what its table answers.
 */
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TaskArn } from "../../../src/ecs/Ecs.ts"
import { CallFailed, ofThrown } from "../../../src/ledger/dynamodb/DynamoError.ts"
import * as DynamoStores from "../../../src/ledger/dynamodb/DynamoStore.ts"
import * as ItemCodec from "../../../src/ledger/dynamodb/ItemCodec.ts"
import type { FleetItem, Table } from "../../../src/ledger/dynamodb/Table.ts"
import { format } from "../../../src/ledger/dynamodb/Table.ts"
import * as Deltas from "../../../src/ledger/shared/Delta.ts"
import type { SharedState } from "../../../src/ledger/shared/SharedState.ts"
import { ask, empty, granted, hex, reserve, start } from "./agedFleet.ts"

describe("DynamoStore", () => {
  const unused = Effect.die("not asked")

  const keep = (table: Partial<Table>, now: () => number | undefined = () => start) =>
    DynamoStores.make({
      table: {
        readFleet: () => unused,
        writeFleet: () => unused,
        readRequest: () => unused,
        writeRequest: () => unused,
        ...table
      },
      time: { sending: () => () => {}, now },
      fleet: "c/f",
      holder: "first",
      timeout: Duration.seconds(4)
    })

  const item = (fleet: SharedState, version: number): FleetItem => ({ version, body: ItemCodec.encode(fleet, []) })

  it.effect("takes what another process wrote from the refusal itself", () =>
    Effect.gen(function*() {
      const theirs = ask({ fleet: empty(), gone: [] }, "other", [reserve("id-1", "k")]).fleet
      const { body } = item(theirs, 1)
      const refused = ofThrown(
        new ConditionalCheckFailedException({
          message: "The conditional request failed",
          $metadata: {},
          Item: { format: { N: String(format) }, version: { N: "1" }, body: { B: body } }
        }),
        "t"
      )
      const database = keep({ writeFleet: () => Effect.fail(refused) })
      const written = yield* database.write(0, Deltas.between(undefined, empty()), false)
      if (written._tag !== "Conflict") return assert.fail(written._tag)
      assert.strictEqual(written.update.version, 1)
      assert.deepStrictEqual(written.update.changed.flatMap(({ slots }) => slots.map(({ slot }) => String(slot.key))), [
        "k"
      ])
    }))

  it.effect("writes nothing that is larger than an item may be", () =>
    Effect.gen(function*() {
      let fleet = empty()
      const running = (yield* Effect.replicateEffect(hex(400), 2500)).map(TaskArn)
      fleet = ask({ fleet, gone: [] }, "first", [{ tag: "adopt", args: [{ running, stopped: undefined }] }]).fleet
      const error = yield* Effect.flip(keep({}).write(0, Deltas.between(undefined, fleet), false))
      assert.match(error.detail, /would have \d+ bytes, and DynamoDB takes 400 KB/)
    }))

  it.effect("looks again before it writes what was decided a while ago, or by a clock that stood still", () =>
    Effect.gen(function*() {
      const now = empty()
      for (const time of [start + 2001, undefined]) {
        let heard: number | undefined = time
        const database = keep({
          readFleet: () =>
            Effect.sync(() => {
              heard = start + 9000
              return undefined
            })
        }, () => heard)
        const written = yield* database.write(0, Deltas.between(undefined, now), false)
        assert.deepStrictEqual(written, {
          _tag: "Conflict",
          update: { version: 0, now: start + 9000, changed: [], whole: false }
        })
      }
    }))

  it.effect("writes the request of a launch before it may be sent, once, and that of no other slot", () =>
    Effect.gen(function*() {
      const calls: Array<string> = []
      let fails = false
      const database = keep({
        writeRequest: (_, id) => Effect.sync(() => calls.push(id)),
        writeFleet: () =>
          Effect.suspend(() => {
            calls.push("fleet")
            return fails ? Effect.fail(new CallFailed({ reason: "unknown", detail: "reset" })) : Effect.void
          })
      })
      const reserved = ask({ fleet: empty(), gone: [] }, "first", [reserve("id-1", "k"), reserve("id-2", "l")])
      assert.strictEqual(
        (yield* database.write(0, Deltas.between(undefined, reserved.fleet), false))._tag,
        "Written"
      )
      assert.deepStrictEqual(calls, ["fleet"])
      const [ticket] = granted(reserved.answers)
      if (ticket === undefined) return assert.fail("nothing is granted")
      const { fleet } = ask(reserved, "first", [{ tag: "gate", args: [ticket] }])
      const delta = Deltas.between(reserved.fleet, fleet)
      fails = true
      yield* Effect.flip(database.write(1, delta, false))
      fails = false
      assert.strictEqual((yield* database.write(1, delta, false))._tag, "Written")
      assert.deepStrictEqual(calls, ["fleet", ticket.slotId, "fleet", "fleet"])
    }))
})
