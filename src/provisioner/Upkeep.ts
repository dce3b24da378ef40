/**
 * What a provisioner does without being asked: it follows the ledger, reads ECS
 * now and then while slots are held, and winds up when its scope closes.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type { Census } from "../Census.ts"
import type { Fleet } from "../Fleet.ts"
import type { FleetLedger, LedgerUnavailable } from "../Ledger.ts"
import * as ProvisionError from "../ProvisionError.ts"
import type { Waiters } from "../Waiters.ts"
import type { Flight, InFlight } from "./InFlight.ts"
import * as Journal from "./Journal.ts"

/** How many changes may wait to be followed: more than the largest burst makes at once. */
const followed = 65_536

/**
 * Logs what happens to the fleet, wakes who serves the line when a slot may have
 * become free, and takes over what other holders of the ledger leave behind.
 *
 * @category running
 */
export const follow = Effect.fnUntraced(function*(options: {
  readonly fleet: Fleet
  readonly ledger: FleetLedger
  readonly wake: Latch.Latch
  readonly resumeAbandoned: Effect.Effect<void, LedgerUnavailable>
}) {
  const { fleet, ledger, resumeAbandoned, wake } = options
  const changes = yield* ledger.subscribe(followed)
  let sequence: number | undefined
  const step = Effect.gen(function*() {
    const change = yield* Queue.take(changes)
    const missed = sequence === undefined ? 0 : change.sequence - sequence - 1
    sequence = change.sequence
    if (missed > 0 || change._tag === "Freed" || change._tag === "Resized") wake.openUnsafe()
    if (missed > 0) yield* Effect.logWarning(`${missed} changes of fleet ${fleet.id} came too fast to be logged`)
    yield* Journal.log(fleet.id, change)
    if (change._tag === "Abandoned") abandoned.openUnsafe()
  })
  // What was left behind before the subscription is told by nobody any more.
  const abandoned = yield* Latch.make(true)
  const takeOver = Effect.gen(function*() {
    yield* abandoned.await
    abandoned.closeUnsafe()
    yield* Effect.retry(resumeAbandoned, takeOverSchedule)
  })
  // Beside the changes: whoever waits is not to wait for a ledger that is away as well.
  yield* Effect.forkChild(Effect.forever(survive(fleet, takeOver)))
  return yield* Effect.forever(survive(fleet, step))
})

/**
 * Reads ECS now and then while slots are held and nobody asks, and takes over
 * what other holders of the ledger left behind without a word.
 *
 * @category running
 */
export const keepUp = (options: {
  readonly fleet: Fleet
  readonly ledger: FleetLedger
  readonly census: Census
  readonly resumeAbandoned: Effect.Effect<void, LedgerUnavailable>
}): Effect.Effect<never> =>
  Effect.forever(survive(
    options.fleet,
    Effect.gen(function*() {
      yield* Effect.sleep(options.fleet.settings.backgroundCensusInterval)
      yield* options.resumeAbandoned
      const { slots } = yield* options.ledger.occupancy
      // A reading that fails has said so in the log.
      if (!HashMap.isEmpty(slots)) yield* Effect.ignore(options.census.refresh)
    })
  ))

/** Nobody else settles what was left behind: it is asked for until the ledger answers. */
const takeOverSchedule = Schedule.min([Schedule.exponential("500 millis"), Schedule.spaced("10 seconds")])

/** What goes wrong once must not end what goes on for as long as the fleet. */
const survive = <A, E, R>(fleet: Fleet, effect: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
  Effect.catchCause(Effect.asVoid(effect), (cause) =>
    Cause.hasInterrupts(cause)
      ? Effect.interrupt
      : Effect.logError(`Fleet ${fleet.id} stumbled in its upkeep`, cause))

/**
 * Winds up: sends away who is in line, sends nothing that was not sent, and gives
 * what was sent some time to settle. What does not is logged, and stays counted.
 *
 * @category running
 */
export const windUp = Effect.fnUntraced(function*<W>(options: {
  readonly fleet: Fleet
  readonly ledger: FleetLedger
  readonly holder: string
  readonly line: Waiters<W, Flight, ProvisionError.ProvisionError>
  readonly inFlight: InFlight
}) {
  const { fleet, holder, inFlight, ledger, line } = options
  line.dismiss(ProvisionError.closing)
  yield* ledger.close
  yield* Effect.timeoutOption(inFlight.awaitEmpty, fleet.settings.shutdownTimeout)
  // Only the log wants to know: a ledger that is away must not keep anybody from closing.
  const occupancy = yield* Effect.option(ledger.occupancy)
  const slots = Option.isSome(occupancy) ? HashMap.toValues(occupancy.value.slots) : []
  const unsettled = slots.filter((slot) => slot.holder === holder && slot.state._tag === "Launching")
  if (unsettled.length === 0) return
  yield* Effect.logWarning(
    `Fleet ${fleet.id} shut down after ${Duration.format(fleet.settings.shutdownTimeout)} without a verdict on the ` +
      `launches for ${
        unsettled.map((slot) => slot.key).join(", ")
      }: their tasks may exist, and their slots stay counted`
  )
})
