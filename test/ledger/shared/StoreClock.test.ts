import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Ledger } from "../../../src/ledger/Ledger.ts"
import type { DecidedAt, StoreClock } from "../../../src/ledger/shared/StoreClock.ts"
import * as StoreClocks from "../../../src/ledger/shared/StoreClock.ts"
import * as SharedStore from "../../../src/simulation/system/SharedStore.ts"
import { storeClock, StoreTime } from "../contract/storeClock.ts"
import { Time } from "../contract/time.ts"

storeClock(
  "SharedStore",
  Layer.unwrap(Effect.map(Clock.Clock, (clock) => {
    let wrong = 0
    const store = SharedStore.makeWith(() => clock.currentTimeMillisUnsafe() + wrong)
    return Layer.mergeAll(
      Layer.sync(Ledger, () => store.connect(SharedStore.soundLink)),
      Layer.succeed(Time, { advance: TestClock.adjust }),
      Layer.succeed(StoreTime, {
        set: (by) =>
          Effect.sync(() => {
            wrong += by
          })
      })
    )
  }))
)

const start = 1_764_000_000_000

/** A store, and processes on machines whose clocks may be wrong, stand still, and be set. */
const makeWorld = (clock: Clock.Clock) => {
  let now = start
  let store = 0
  let latest: DecidedAt | undefined
  const process = (wall = 0) => {
    let asleep = 0
    const own: Clock.Clock = {
      ...clock,
      sleep: (duration) => clock.sleep(duration),
      currentTimeMillisUnsafe: () => now + wall,
      monotonicTimeNanosUnsafe: () => BigInt(now - start - asleep) * 1_000_000n
    }
    const time: StoreClock = StoreClocks.make(own)
    let known: DecidedAt | undefined
    const decide = (): DecidedAt => {
      time.answered(time.own(), now + store, latest !== known)
      const moment = time.next(latest)
      time.decided(moment)
      latest = known = moment.decidedAt
      return latest
    }
    return {
      decide,
      /** Its monotonic clock stands still, and it does nothing. */
      suspend: (millis: number) => {
        asleep += millis
        now += millis
      },
      setWall: (by: number) => {
        wall += by
      }
    }
  }
  return {
    process,
    pass: (millis: number) => {
      now += millis
    },
    setStore: (by: number) => {
      store += by
    },
    /** What has passed since the beginning, in truth and by the fleet. */
    passed: ({ time: { fast, slow } }: DecidedAt) => ({ truth: now - start, fast: fast - start, slow: slow - start })
  }
}

const inWorld = (test: (world: ReturnType<typeof makeWorld>) => void) =>
  Effect.map(Clock.Clock, (c) => test(makeWorld(c)))

const minute = 60_000
const hour = 60 * minute

describe("the time of a shared fleet", () => {
  it.effect("goes on as the store's clock does, whatever the clocks of its processes say", () =>
    inWorld(({ pass, passed, process }) => {
      const processes = [process(-hour), process(), process(2 * hour)]
      for (const { decide } of processes) decide()
      for (let n = 0; n < 2000; n++) {
        pass((n * 377) % 1500)
        const decided = processes[n % 3]?.decide()
        if (decided === undefined) return assert.fail()
        const { fast, slow, truth } = passed(decided)
        assert.deepStrictEqual([fast, slow], [truth, truth])
      }
    }))

  it.effect("does not run away where what processes make of the store's clock differs by a second", () =>
    inWorld(({ pass, passed, process, setStore }) => {
      const processes = [process(), process()]
      let before = { fast: 0, slow: 0 }
      for (let n = 0; n < 4000; n++) {
        pass(10)
        setStore(n % 2 === 0 ? 1000 : -1000)
        const decided = processes[n % 2]?.decide()
        if (decided === undefined) return assert.fail()
        const { fast, slow, truth } = passed(decided)
        assert.isAtMost(Math.abs(fast - truth), 1100)
        assert.isAtMost(Math.abs(slow - truth), 1100)
        assert.isTrue(decided.time.fast >= before.fast && decided.time.slow >= before.slow, "time does not go back")
        before = decided.time
      }
    }))

  it.effect("takes the time in which a machine was suspended to have passed, and not to be certain", () =>
    inWorld(({ passed, process }) => {
      const { decide, suspend } = process()
      decide()
      suspend(25 * hour)
      const alone = passed(decide())
      assert.deepStrictEqual([alone.fast, alone.slow], [alone.truth, 0])
    }))

  it.effect("is certain of a time in which a process was suspended, and another one went on", () =>
    inWorld(({ pass, passed, process }) => {
      const sleeper = process()
      const other = process()
      sleeper.decide()
      other.decide()
      sleeper.suspend(hour)
      other.decide()
      pass(1000)
      other.decide()
      sleeper.decide()
      const { fast, slow, truth } = passed(other.decide())
      assert.deepStrictEqual([fast, slow], [truth, truth])
    }))

  it.effect("takes the time to have passed in which all machines were suspended, though a wall clock was set back meanwhile", () =>
    inWorld(({ pass, passed, process }) => {
      const first = process()
      const other = process()
      first.decide()
      // The clocks of the first show nothing of this hour.
      first.suspend(hour)
      first.setWall(-hour)
      other.decide()
      pass(minute)
      const { slow: certain } = passed(other.decide())
      first.suspend(hour)
      first.setWall(-hour)
      const { fast, slow, truth } = passed(first.decide())
      assert.strictEqual(fast, truth)
      assert.strictEqual(slow, certain)
    }))

  it.effect("is not moved by a wall clock that is set", () =>
    inWorld(({ pass, passed, process }) => {
      const { decide, setWall } = process()
      for (const by of [hour, -2 * hour, 3 * hour]) {
        decide()
        setWall(by)
        pass(1000)
        const { fast, slow, truth } = passed(decide())
        assert.strictEqual(fast, truth)
        // What passed while it was set is not certain.
        assert.isTrue(slow <= truth && slow >= truth - 3000)
      }
    }))

  it.effect("believes the store's word about a time in which no process was there, if the newcomer's wall clock agrees", () =>
    inWorld(({ pass, passed, process }) => {
      process().decide()
      pass(3 * hour)
      const { fast, slow, truth } = passed(process(minute / 2).decide())
      assert.deepStrictEqual([fast, slow], [truth, truth])
    }))

  it.effect("takes the time in which no process was there to be possible, and not certain, if it does not agree", () =>
    inWorld(({ pass, passed, process }) => {
      process().decide()
      pass(3 * hour)
      const newcomer = process(-hour)
      const first = passed(newcomer.decide())
      assert.deepStrictEqual([first.fast, first.slow], [3 * hour, 0])
      // What it sees itself is certain.
      pass(minute)
      const { fast, slow } = passed(newcomer.decide())
      assert.deepStrictEqual([fast, slow], [3 * hour + minute, minute])
    }))

  it.effect("lets nothing be sent again where the store's clock was set back while no process was there", () =>
    inWorld(({ pass, passed, process, setStore }) => {
      process().decide()
      pass(2 * hour)
      setStore(-3 * hour)
      const { fast, slow } = passed(process().decide())
      assert.isAtLeast(fast, 45 * minute)
      assert.strictEqual(slow, 0)
    }))
})
