import { assert, describe, it } from "@effect/vitest"
import * as HashMap from "effect/HashMap"
import * as Locations from "../../../src/ecs/Location.ts"
import * as Leases from "../../../src/ledger/shared/Lease.ts"
import * as SharedStates from "../../../src/ledger/shared/SharedState.ts"
import { agreed } from "../../../src/ledger/shared/StoreClock.ts"
import { reservation } from "../holding.ts"

const description = { cap: 2, exclusiveKeys: false, lagBound: 300_000, location: Locations.unknown }
const batch: SharedStates.Batch = {
  number: 1,
  operations: [],
  seen: 0,
  closing: false,
  line: { waiting: 0, since: undefined }
}

const attach = (fleet: SharedStates.SharedState | undefined, holder: string, lease?: number) => {
  const attached = SharedStates.attach(fleet, holder, description, agreed(0), lease)
  return typeof attached === "string" ? assert.fail(attached) : attached
}

const decide = (fleet: SharedStates.SharedState, holder: string, now: number) =>
  SharedStates.decide(fleet, holder, batch, agreed(now))?.fleet ?? assert.fail("superseded")

describe("a shared fleet", () => {
  it("takes a holder to be gone once it was silent for longer than its own lease", () => {
    const fleet = attach(attach(attach(undefined, "patient"), "hasty", 1000), "other", 60_000)
    const seen = (now: number) =>
      ["hasty", "patient"].map((holder) => decide(fleet, "other", now).members.get(holder)?.status)
    assert.deepStrictEqual(seen(1000), ["here", "here"])
    assert.deepStrictEqual(seen(1001), ["lapsed", "here"])
    assert.deepStrictEqual(seen(10_000), ["lapsed", "here"])
    assert.deepStrictEqual(seen(10_001), ["lapsed", "lapsed"])
  })

  it("keeps a holder's lease when it is heard of, and when it comes back", () => {
    const fleet = attach(attach(undefined, "hasty", 1000), "other")
    const back = decide(decide(decide(fleet, "hasty", 900), "other", 2000), "hasty", 3000)
    assert.deepStrictEqual(back.members.get("hasty")?.lease, 1000)
    assert.deepStrictEqual(decide(back, "other", 4001).members.get("hasty")?.status, "lapsed")
  })

  it("hears of a holder several times in its lease, and of its line often enough for it to count", () => {
    for (const lease of [1000, Leases.defaultLease, 60_000]) {
      assert.isAtMost(Leases.heartbeat(lease), lease / 4)
      assert.isAtMost(Leases.lineHeartbeat(lease), Math.min(lease / 4, Leases.lineValidity / 3))
    }
  })

  it("keeps a holder away that has left, though what it began with arrives once more", () => {
    const left = SharedStates.leave(attach(undefined, "a"), "a", agreed(10))
    assert.strictEqual(SharedStates.attach(left, "a", description, agreed(20)), "holder a has left it")
    assert.isUndefined(SharedStates.decide(left, "a", batch, agreed(30)))
  })

  it("takes another description once all who relied on the last one have crashed, and the last lease has run out", () => {
    const other = { ...description, exclusiveKeys: true }
    const fleet = attach(undefined, "a", 1000)
    assert.strictEqual(SharedStates.attach(fleet, "b", other, agreed(1000)), "its exclusiveKeys is false")
    const attached = SharedStates.attach(fleet, "b", other, agreed(1001))
    assert.isTrue(typeof attached !== "string" && attached.ledger.exclusiveKeys)
  })

  it("decides nothing again for a holder whose beginning arrives once more", () => {
    const decided = SharedStates.decide(attach(undefined, "a"), "a", { ...batch, number: 2 }, agreed(10))
    assert.isUndefined(SharedStates.decide(attach(decided?.fleet, "a"), "a", batch, agreed(30)))
  })

  it("grants nothing to a request that was told of no free slot, when its batch arrives once more", () => {
    const reserve = (holder: string, now: number, fleet: SharedStates.SharedState) =>
      SharedStates.decide(
        fleet,
        holder,
        { ...batch, operations: [{ tag: "reserve", args: [reservation(holder)] }] },
        agreed(now)
      ) ?? assert.fail("superseded")
    const both = attach(attach(undefined, "a"), "b")
    const capOfOne = { ...both, ledger: { ...both.ledger, cap: 1 } }
    const granted = reserve("a", 10, capOfOne)
    const refused = reserve("b", 20, granted.fleet)
    const full: typeof refused.decided.answers = [{ tag: "reserve", value: { _tag: "Full", occupied: 1, cap: 1 } }]
    assert.deepStrictEqual(refused.decided.answers, full)
    const freed = SharedStates.leave(refused.fleet, "a", agreed(30))
    const again = reserve("b", 40, freed)
    assert.deepStrictEqual(again.decided.answers, [{ tag: "reserve", value: { _tag: "Full", occupied: 0, cap: 1 } }])
    assert.strictEqual(HashMap.size(again.fleet.ledger.slots), 0)
  })
})
