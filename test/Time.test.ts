import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import * as Time from "../src/Time.ts"

const minute = 60_000

/** A machine of which the clocks can part: it is suspended, or its wall clock is set. */
const machine = (clock: Clock.Clock) => {
  let wall = 1_764_000_000_000
  let monotonic = 5000
  const own: Clock.Clock = {
    ...clock,
    sleep: (duration) => clock.sleep(duration),
    currentTimeMillisUnsafe: () => Math.floor(wall),
    monotonicTimeNanosUnsafe: () => BigInt(Math.round(monotonic * 1_000_000))
  }
  return {
    own,
    wall: () => wall,
    pass: (millis: number) => {
      wall += millis
      monotonic += millis
    },
    suspend: (millis: number) => {
      wall += millis
    },
    set: (by: number) => {
      wall += by
    }
  }
}

const between = (read: () => Time.Time, happens: () => void) => {
  const from = read()
  happens()
  const to = read()
  return { atMost: Math.round(Time.atMost(from, to)), atLeast: Math.round(Time.atLeast(from, to)) }
}

const withMachine = (test: (machine_: ReturnType<typeof machine>, read: () => Time.Time) => void) =>
  Effect.map(Clock.Clock, (clock) => {
    const made = machine(clock)
    test(made, Time.reader(made.own))
  })

describe("time", () => {
  it.effect("begins at the time of day, and goes on evenly while the clocks agree", () =>
    withMachine(({ pass, wall }, read) => {
      assert.deepStrictEqual(read(), Time.of(wall()))
      for (let n = 0; n < 5000; n++) {
        pass(0.37)
        read()
      }
      const { fast, slow } = read()
      assert.isAtMost(Math.abs(fast - wall()), 1)
      assert.isAtMost(Math.abs(slow - wall()), 1)
    }))

  it.effect("may have passed while the machine was suspended, and has not certainly", () =>
    withMachine(({ pass, suspend }, read) => {
      assert.deepStrictEqual(
        between(read, () => {
          pass(minute)
          suspend(25 * 60 * minute)
          pass(minute)
        }),
        { atMost: 25 * 60 * minute + 2 * minute, atLeast: 2 * minute }
      )
    }))

  it.effect("has not certainly passed where the wall clock was set back", () =>
    withMachine(({ pass, set }, read) => {
      assert.deepStrictEqual(
        between(read, () => {
          pass(90 * minute)
          read()
          set(-60 * minute)
        }),
        { atMost: 90 * minute, atLeast: 30 * minute }
      )
      assert.deepStrictEqual(between(read, () => pass(minute)), { atMost: minute, atLeast: minute })
    }))

  it.effect("counts a suspension that follows a wall clock being set back", () =>
    withMachine(({ pass, set, suspend }, read) => {
      assert.strictEqual(
        between(read, () => {
          set(-60 * minute)
          read()
          suspend(50 * minute)
          read()
          pass(minute)
        }).atMost,
        51 * minute
      )
    }))

  it.effect("is not moved by a wall clock that is corrected a little", () =>
    withMachine(({ pass, set }, read) => {
      const { atLeast, atMost } = between(read, () => {
        for (let n = 0; n < 1000; n++) {
          pass(1000)
          set(n % 2 === 0 ? -20 : 20)
          read()
        }
      })
      assert.isAtMost(Math.abs(atMost - 1_000_000), 50)
      assert.isAtMost(Math.abs(atLeast - 1_000_000), 50)
    }))
})
