/**
 * Who may read next, decided over plain data.
 */
import { assert, describe, it } from "@effect/vitest"
import { TaskArn } from "../../../src/ecs/Ecs.ts"
import * as Locations from "../../../src/ecs/Location.ts"
import * as Evidence from "../../../src/ledger/rules/Evidence.ts"
import * as Holders from "../../../src/ledger/rules/Holders.ts"
import * as LedgerStates from "../../../src/ledger/rules/LedgerState.ts"
import * as Turns from "../../../src/ledger/rules/ReadTurn.ts"
import { standBackMax, turnLimitBase, turnLimitPerPage } from "../../../src/ledger/SafetyLimits.ts"
import { of as at } from "../../../src/Time.ts"

const rest = 1000

/** A fleet, and holders that claim the turn to read and end it. */
const makeFleet = () => {
  let ledger = LedgerStates.make(
    { cap: 100, exclusiveKeys: false, lagBound: 300_000, location: Locations.unknown },
    at(0)
  )
  const claim = (holder: string, now: number) => {
    const decision = Turns.claim(ledger, holder, now, at(now))
    ledger = decision.ledger
    return decision.answer
  }
  const end = (holder: string, outcome: Turns.TurnOutcome, now: number) => {
    ledger = Turns.end(ledger, holder, rest, outcome, at(now)).ledger
  }
  return {
    claim,
    /** What a holder is answered, and from when on it is given the turn, if it asks until then. */
    waits: (holder: string, now: number) => {
      const answer = claim(holder, now)
      return "dueAt" in answer ? { [answer._tag]: answer.dueAt - now } : { [answer._tag]: 0 }
    },
    end,
    /** A holder has the turn, and cannot read. */
    fail: (holder: string, now: number, takes: number, wantedBy?: string) => {
      assert.strictEqual(claim(holder, now)._tag, "Yours")
      if (wantedBy !== undefined) assert.strictEqual(claim(wantedBy, now + 1)._tag, "Theirs")
      end(holder, "failed", now + takes)
      return now + takes
    },
    read: (holder: string, now: number) => {
      assert.strictEqual(claim(holder, now)._tag, "Yours")
      end(holder, "read", now + 100)
      return now + 100
    },
    leave: (holder: string, now: number) => {
      ledger = Holders.abandon(ledger, holder, at(now)).ledger
    },
    adopt: (count: number, now: number) => {
      const running = Array.from({ length: count }, (_, n) => TaskArn(`arn:aws:ecs:eu-central-1:1:task/c/${n}`))
      ledger = Evidence.adopt(ledger, { running, stopped: undefined }, at(now)).ledger
    },
    ledger: () => ledger
  }
}

describe("a holder that could not read", () => {
  it("lets another one that wanted to read go first", () => {
    const fleet = makeFleet()
    const ended = fleet.fail("a", 0, 10_000, "b")
    assert.deepStrictEqual(fleet.waits("a", ended), { Resting: rest + 2000 })
    assert.deepStrictEqual(fleet.waits("b", ended), { Resting: rest })
    assert.deepStrictEqual(fleet.waits("a", ended + rest), { Resting: 2000 })
    assert.deepStrictEqual(fleet.waits("b", ended + rest), { Yours: 0 })
  })

  it("reads again when no other one does", () => {
    const fleet = makeFleet()
    const ended = fleet.fail("a", 0, 10_000, "b")
    assert.deepStrictEqual(fleet.waits("a", ended + rest + 1999), { Resting: 1 })
    assert.deepStrictEqual(fleet.waits("a", ended + rest + 2000), { Yours: 0 })
  })

  it("is not held up where no other one wanted to read", () => {
    const fleet = makeFleet()
    let now = 0
    for (let failures = 0; failures < 10; failures++) {
      const ended = fleet.fail("a", now, 10_000)
      assert.deepStrictEqual(fleet.waits("a", ended), { Resting: rest })
      now = ended + rest
    }
  })

  it("stands back for longer each time that others could read meanwhile", () => {
    const fleet = makeFleet()
    let now = 0
    const waited: Array<number> = []
    for (let failures = 0; failures < 6; failures++) {
      const read = fleet.read("b", fleet.fail("a", now, 10_000, "b") + rest)
      const answer = fleet.claim("a", read + rest)
      if (answer._tag !== "Resting") return assert.fail(answer._tag)
      waited.push(answer.dueAt - read - rest)
      now = answer.dueAt
    }
    assert.deepStrictEqual(waited, [2000, 8000, standBackMax, standBackMax, standBackMax, standBackMax])
  })

  it("does not stand back for longer while no other one can read either", () => {
    const fleet = makeFleet()
    let now = 0
    for (let failures = 0; failures < 5; failures++) {
      now = fleet.fail("a", now, 10_000, "b") + rest + 2000
      now = fleet.fail("b", now, 10_000, "a") + rest + 2000
    }
    assert.deepStrictEqual(fleet.ledger().turn.failed.map(({ times }) => times), [1, 1])
  })

  it("has its turn as before once it could read", () => {
    const fleet = makeFleet()
    let now = fleet.read("a", fleet.fail("a", 0, 10_000, "b") + rest + 2000) + rest
    assert.deepStrictEqual(fleet.waits("a", now), { Yours: 0 })
    now += 100
    fleet.end("a", "read", now)
    assert.deepStrictEqual(fleet.ledger().turn.failed, [])
  })

  it("is forgotten when it is gone", () => {
    const fleet = makeFleet()
    fleet.leave("a", fleet.fail("a", 0, 10_000, "b"))
    assert.deepStrictEqual(fleet.ledger().turn.failed, [])
  })

  it("has not failed where it did not read for another reason", () => {
    const fleet = makeFleet()
    fleet.claim("a", 0)
    fleet.claim("b", 1)
    fleet.end("a", "unread", 100)
    assert.deepStrictEqual(fleet.waits("a", 100 + rest), { Yours: 0 })
  })
})

describe("a turn that takes too long", () => {
  it("is another holder's who asks for it, and not sooner", () => {
    const fleet = makeFleet()
    fleet.claim("a", 0)
    assert.deepStrictEqual(fleet.waits("b", turnLimitBase), { Theirs: 0 })
    assert.deepStrictEqual(fleet.waits("b", turnLimitBase + 1), { Yours: 0 })
    assert.deepStrictEqual(fleet.waits("a", turnLimitBase + 2), { Theirs: 0 })
  })

  it("takes longer for a large fleet", () => {
    const fleet = makeFleet()
    fleet.claim("a", 0)
    fleet.adopt(1000, 0)
    const limit = turnLimitBase + 10 * turnLimitPerPage
    assert.deepStrictEqual(fleet.waits("b", limit), { Theirs: 0 })
    assert.deepStrictEqual(fleet.waits("b", limit + 1), { Yours: 0 })
  })

  it("is no failure of the holder that took it, and is one of the holder that lost it", () => {
    const fleet = makeFleet()
    fleet.claim("a", 0)
    const read = fleet.read("b", turnLimitBase + 1)
    assert.deepStrictEqual(fleet.waits("a", read + rest), { Resting: 2000 })
    assert.deepStrictEqual(fleet.waits("b", read + rest), { Yours: 0 })
  })

  it("does not end the turn of the holder that has taken it, however it ends", () => {
    for (const outcome of ["read", "failed", "unread"] as const) {
      const fleet = makeFleet()
      fleet.claim("a", 0)
      fleet.claim("b", turnLimitBase + 1)
      fleet.end("a", outcome, turnLimitBase + 2)
      assert.strictEqual(fleet.ledger().turn.reader, "b")
      assert.deepStrictEqual(fleet.waits("c", turnLimitBase + 3), { Theirs: 0 })
    }
  })

  it("does not make a holder that lost it stand back once its reading has come in", () => {
    const fleet = makeFleet()
    fleet.claim("a", 0)
    fleet.claim("b", turnLimitBase + 1)
    fleet.end("a", "read", turnLimitBase + 2)
    fleet.end("b", "read", turnLimitBase + 3)
    assert.deepStrictEqual(fleet.waits("a", turnLimitBase + 3 + rest), { Yours: 0 })
  })
})

describe("a reading that comes in late", () => {
  const arn = TaskArn("arn:aws:ecs:eu-central-1:1:task/c/1")
  const minute = 60_000
  const reading = (begunAt: number): Evidence.Reading => ({
    begunAt: at(begunAt),
    running: [],
    stopped: undefined,
    tasks: [],
    missing: [arn]
  })

  it("does not make the latest reading an older one", () => {
    const empty = LedgerStates.make(
      { cap: 1, exclusiveKeys: false, lagBound: 300_000, location: Locations.unknown },
      at(0)
    )
    const newer = Evidence.observe(empty, { ...reading(20_000), missing: [] }, at(21_000)).ledger
    const late = Evidence.observe(newer, { ...reading(0), missing: [] }, at(22_000)).ledger
    assert.strictEqual(late.readingBegunAt, 20_000)
  })

  it("does not show with another one of the same moment that a task is forgotten", () => {
    const empty = LedgerStates.make(
      { cap: 1, exclusiveKeys: false, lagBound: 300_000, location: Locations.unknown },
      at(0)
    )
    const known = Evidence.adopt(empty, { running: [arn], stopped: undefined }, at(0)).ledger
    // The first began long ago, and asked about the task only when the second one did.
    const first = Evidence.observe(known, reading(66 * minute), at(72 * minute)).ledger
    const second = Evidence.observe(first, reading(72 * minute), at(72 * minute + 1)).ledger
    assert.strictEqual(LedgerStates.used(second), 1)
    const third = Evidence.observe(second, reading(77 * minute + 1), at(78 * minute)).ledger
    assert.strictEqual(LedgerStates.used(third), 0)
  })
})
