import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Result } from "effect"
import { parseKey } from "../../src/ledger/Key.ts"
import * as WaitingLine from "../../src/provisioner/WaitingLine.ts"

const key = (text: string) => Result.getOrThrow(parseKey(text))

const make = Effect.sync(() => WaitingLine.make<string, string, { readonly away: string }>())

const stand = (
  line: WaitingLine.WaitingLine<string, string, { readonly away: string }>,
  name: string,
  arrival?: WaitingLine.Arrival
) => Effect.forkChild(Effect.result(line.stand(key(name), name, arrival ?? line.arrive(0))), { startImmediately: true })

describe("WaitingLine", () => {
  it.effect("stand in the order in which they came, also when one comes back", () =>
    Effect.gen(function*() {
      const line = yield* make
      const first = line.arrive(0)
      const second = line.arrive(0)
      for (const name of ["c", "d"]) yield* stand(line, name)
      yield* stand(line, "b", second)
      yield* stand(line, "d", first)
      const order: Array<string> = []
      for (let place = line.head(); place !== undefined; place = line.head()) {
        order.push(place.key)
        line.serve(place.key, Effect.succeed("served"))
      }
      assert.deepStrictEqual(order, ["d", "b", "c"])
    }))

  it.effect("are all sent away at the end, and so is whoever comes after", () =>
    Effect.gen(function*() {
      const line = yield* make
      const before = yield* stand(line, "a")
      line.dismiss({ away: "closing" })
      const after = yield* stand(line, "b")
      for (const fiber of [before, after]) {
        assert.deepStrictEqual(yield* Fiber.join(fiber), Result.fail({ away: "closing" }))
      }
      assert.strictEqual(line.size(), 0)
    }))

  it.effect("count those ahead: none for the head, all for a newcomer", () =>
    Effect.gen(function*() {
      const line = yield* make
      yield* stand(line, "a")
      yield* stand(line, "b")
      assert.deepStrictEqual([line.ahead(key("a")), line.ahead(key("new"))], [0, 2])
    }))
})
