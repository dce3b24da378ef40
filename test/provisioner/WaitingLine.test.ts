import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result } from "effect"
import { parseKey } from "../../src/ledger/Key.ts"
import type { Arrival } from "../../src/provisioner/Caller.ts"
import * as FlightState from "../../src/provisioner/FlightState.ts"
import * as ProvisionError from "../../src/provisioner/ProvisionError.ts"
import * as WaitingLine from "../../src/provisioner/WaitingLine.ts"

const key = (text: string) => Result.getOrThrow(parseKey(text))

const stand = (line: WaitingLine.WaitingLine, name: string, arrival = WaitingLine.arrive(line, 0)) =>
  Effect.forkChild(Effect.result(WaitingLine.stand(line, key(name), { arrival, environment: {} })), {
    startImmediately: true
  })

const serveHead = (line: WaitingLine.WaitingLine, { arrival, key }: WaitingLine.Place): void =>
  WaitingLine.serve(line, key, Effect.succeed(FlightState.make({ key, arrival, environment: undefined })))

const keysInOrder = (line: WaitingLine.WaitingLine): ReadonlyArray<string> => {
  const order: Array<string> = []
  for (let place = WaitingLine.head(line); place !== undefined; place = WaitingLine.head(line)) {
    order.push(place.key)
    serveHead(line, place)
  }
  return order
}

describe("WaitingLine", () => {
  it.effect("serves keys in the order in which they came, also one that comes back", () =>
    Effect.gen(function*() {
      const line = WaitingLine.make()
      const first: Arrival = WaitingLine.arrive(line, 0)
      const second: Arrival = WaitingLine.arrive(line, 0)
      for (const name of ["c", "d"]) yield* stand(line, name)
      yield* stand(line, "b", second)
      yield* stand(line, "d", first)
      assert.deepStrictEqual(keysInOrder(line), ["d", "b", "c"])
    }))

  it.effect("fails all callers in line at the end, and all who come after", () =>
    Effect.gen(function*() {
      const line = WaitingLine.make()
      const before = yield* stand(line, "a")
      WaitingLine.dismiss(line, ProvisionError.closing)
      const after = yield* stand(line, "b")
      for (const fiber of [before, after]) {
        assert.deepStrictEqual(yield* Fiber.join(fiber), Result.fail(ProvisionError.closing))
      }
      assert.strictEqual(line.places.size, 0)
    }))

  it.effect("counts those ahead: none for the head, all for a newcomer", () =>
    Effect.gen(function*() {
      const line = WaitingLine.make()
      yield* stand(line, "a")
      yield* stand(line, "b")
      assert.deepStrictEqual([WaitingLine.ahead(line, key("a")), WaitingLine.ahead(line, key("new"))], [0, 2])
    }))

  it.effect("keeps the place of a key that lost its slot only as long as a caller asks for it", () =>
    Effect.gen(function*() {
      const line = WaitingLine.make()
      const arrival = WaitingLine.arrive(line, 0)
      const asking = yield* Effect.forkChild(WaitingLine.whileAsking(line, key("a"), Effect.never), {
        startImmediately: true
      })
      WaitingLine.expect(line, key("a"), arrival)
      assert.strictEqual(WaitingLine.ahead(line, key("new")), 1)
      yield* Fiber.interrupt(asking)
      assert.strictEqual(WaitingLine.ahead(line, key("new")), 0)
      WaitingLine.expect(line, key("a"), arrival)
      assert.strictEqual(WaitingLine.ahead(line, key("new")), 0)
    }))
})
