import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Result } from "effect"
import { parseKey } from "../../src/ledger/Key.ts"
import * as FlightState from "../../src/provisioner/FlightState.ts"
import * as ProvisionError from "../../src/provisioner/ProvisionError.ts"

const make = () =>
  FlightState.make({
    key: Result.getOrThrow(parseKey("a")),
    arrival: { order: 1, at: 0 },
    environment: {}
  })

describe("FlightState", () => {
  it("is launching for as long as one of its attempts may have launched its task", () => {
    const flight = make()
    FlightState.reserved(flight)
    FlightState.sending(flight)
    FlightState.sending(flight)
    FlightState.launchedNothing(flight)
    assert.strictEqual(flight.phase, "launching")
    FlightState.launchedNothing(flight)
    assert.strictEqual(flight.phase, "reserved")
  })

  it("is not given a slot once it is settled, nor a second one while it may have a task", () => {
    const settled = make()
    FlightState.settle(settled, Exit.fail(ProvisionError.closing))
    assert.throws(() => FlightState.reserved(settled), /may not go from settled to reserved/)
    const launching = make()
    FlightState.reserved(launching)
    FlightState.sending(launching)
    assert.throws(() => FlightState.withdrawn(launching), /may not go from launching to reading/)
  })

  it.effect("tells those in line that it has ended without a slot, and its callers why", () =>
    Effect.gen(function*() {
      const flight = make()
      FlightState.settle(flight, Exit.fail(ProvisionError.closing))
      assert.isFalse(yield* Deferred.await(flight.seated))
      assert.strictEqual(yield* Effect.flip(Deferred.await(flight.answer)), ProvisionError.closing)
    }))
})
