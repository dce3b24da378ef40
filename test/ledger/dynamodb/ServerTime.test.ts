import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import * as ServerTimes from "../../../src/ledger/dynamodb/ServerTime.ts"

/** The world's time, and processes that have clocks of their own. */
const makeWorld = (clock: Clock.Clock) => {
  let now = 1_764_000_000_000
  const pass = (millis: number) => {
    now += millis
  }
  const process = (wall: number) => {
    let frozen = 0
    const own: Clock.Clock = {
      ...clock,
      currentTimeMillisUnsafe: () => now + wall,
      monotonicTimeNanosUnsafe: () => BigInt(Math.round((now - 1_700_000_000_000 - frozen) * 1_000_000)),
      sleep: (duration) => clock.sleep(duration)
    }
    const time = ServerTimes.make(own, "server")
    /** A call that takes a while each way. */
    const call = (there: number, back: number) => {
      const answered = time.sending()
      pass(there)
      const date = new Date(now).toUTCString()
      pass(back)
      answered(date)
    }
    /** Its monotonic clock stands still. */
    const freeze = (millis: number) => {
      frozen += millis
      pass(millis)
    }
    return { time, call, freeze }
  }
  return { now: () => now, pass, process }
}

describe("the time of DynamoDB", () => {
  it.effect("is the same within a second and a call for processes with wrong clocks, and goes on evenly", () =>
    Effect.gen(function*() {
      const world = makeWorld(yield* Clock.Clock)
      const processes = [world.process(-3_600_000), world.process(0), world.process(7_200_000)]
      for (let n = 0; n < 500; n++) {
        for (const { call, time } of processes) {
          const before = time.now()
          call(3 + (n * 7) % 30, 2 + (n * 13) % 40)
          world.pass((n * 377) % 1500)
          const after = time.now()
          if (after === undefined) return assert.fail()
          assert.isAtLeast(after, world.now() - 1000 - 70)
          assert.isAtMost(after, world.now() + 1000)
          if (before !== undefined && n > 20) assert.isAtLeast(after - before, 0)
        }
      }
    }))

  it.effect("is not known before an answer, after one without a date or with a malformed one, nor when the process has stood still", () =>
    Effect.gen(function*() {
      const world = makeWorld(yield* Clock.Clock)
      const { call, freeze, time } = world.process(0)
      assert.isUndefined(time.now())
      call(1, 1)
      assert.isDefined(time.now())
      freeze(5000)
      assert.isUndefined(time.now())
      call(1, 1)
      assert.isAtLeast(time.now() ?? 0, world.now() - 1002)
      for (const date of [undefined, "", "soon", "2026-11-26", "1764000000", "Thu, 26 Nov 2026 14:00:00"]) {
        time.sending()(date)
        assert.isUndefined(time.now(), date)
        call(1, 1)
        assert.isDefined(time.now())
      }
    }))
})
