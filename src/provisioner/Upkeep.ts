/**
 * What a provisioner does without being asked: it follows the ledger, reads ECS
 * now and then while slots are held, and winds up when its scope closes.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import type * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import type { Census } from "../Census.ts"
import type { Fleet } from "../Fleet.ts"
import type { FleetLedger, LedgerUnavailable } from "../Ledger.ts"
import * as ProvisionError from "../ProvisionError.ts"
import type { Waiters } from "../Waiters.ts"
import type { Flight, InFlight } from "./InFlight.ts"
import * as Journal from "./Journal.ts"

/**
 * Logs what happens to the fleet, and wakes who serves the line when a slot may
 * have become free.
 *
 * @category running
 */
export const follow = Effect.fnUntraced(function*(fleet: Fleet, ledger: FleetLedger, wake: Latch.Latch) {
  const changes = yield* ledger.subscribe(fleet.settings.changesCapacity)
  return yield* Effect.forever(Effect.gen(function*() {
    const change = yield* Queue.take(changes)
    if (change._tag === "Freed" || change._tag === "Resized") wake.openUnsafe()
    yield* Journal.log(fleet.id, change)
  }))
})

/**
 * Reads ECS now and then while slots are held and nobody asks, and takes over
 * what other holders of the ledger left behind.
 *
 * @category running
 */
export const keepUp = (options: {
  readonly fleet: Fleet
  readonly ledger: FleetLedger
  readonly census: Census
  readonly resumeAbandoned: Effect.Effect<void, LedgerUnavailable>
}): Effect.Effect<never> =>
  Effect.forever(
    Effect.gen(function*() {
      yield* Effect.sleep(options.fleet.settings.backgroundCensusInterval)
      yield* options.resumeAbandoned
      const { slots } = yield* options.ledger.occupancy
      if (!HashMap.isEmpty(slots)) yield* options.census.refresh
    }).pipe(Effect.ignore)
  )

/**
 * Winds up: sends away who is in line, sends nothing that was not sent, and gives
 * what was sent some time to settle. What does not is logged, and stays counted.
 *
 * @category running
 */
export const windUp = Effect.fnUntraced(function*<W>(options: {
  readonly fleet: Fleet
  readonly ledger: FleetLedger
  readonly line: Waiters<W, Flight, ProvisionError.ProvisionError>
  readonly inFlight: InFlight
}) {
  const { fleet, inFlight, ledger, line } = options
  line.dismiss(ProvisionError.closing)
  yield* ledger.close
  yield* Effect.timeoutOption(inFlight.awaitEmpty, fleet.settings.shutdownTimeout)
  const unsettled = inFlight.all().map((flight) => flight.key)
  if (unsettled.length === 0) return
  yield* Effect.logWarning(
    `Fleet ${fleet.id} shut down after ${Duration.format(fleet.settings.shutdownTimeout)} without a verdict on the ` +
      `launches for ${unsettled.join(", ")}: their tasks may exist, and their slots stay counted`
  )
})
