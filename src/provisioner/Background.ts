/**
 * The background tasks of a provisioner: it follows the ledger, reads ECS
 * now and then while slots are held, and winds up when its scope closes.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import type * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type { Fleet } from "../fleet/Fleet.ts"
import type { FleetLedger } from "../ledger/Ledger.ts"
import * as Stops from "../ledger/rules/Stop.ts"
import * as Journal from "./ChangeLog.ts"
import type { FleetReader } from "./FleetReader.ts"
import type { InFlight } from "./InFlight.ts"
import * as ProvisionError from "./ProvisionError.ts"
import * as StartFailures from "./StartFailures.ts"
import * as WaitingLine from "./WaitingLine.ts"
import type { Watch } from "./Watch.ts"

/** The number of changes that may wait to be followed: more than the largest burst makes at once. */
const followed = 65_536

/**
 * Logs what happens to the fleet, wakes who serves the line when a slot may have
 * become free, and tells when another holder of the ledger has left launches behind.
 *
 * @category running
 */
export const follow = Effect.fnUntraced(function*(options: {
  readonly fleet: Fleet
  readonly holder: string
  readonly ledger: FleetLedger
  readonly wake: Latch.Latch
  readonly watch: Watch
  /** Opened when launches may have been left behind. */
  readonly abandoned: Latch.Latch
  /** Opened when workers were asked to stop. */
  readonly stopAsked: Latch.Latch
}) {
  const { abandoned, fleet, holder, ledger, stopAsked, wake, watch } = options
  const changes = yield* ledger.subscribe(followed)
  const startFailures = StartFailures.make()
  let sequence: number | undefined
  const step = Effect.gen(function*() {
    const change = yield* Queue.take(changes)
    const missed = sequence === undefined ? 0 : change.sequence - sequence - 1
    sequence = change.sequence
    if (missed > 0 || change._tag === "Freed" || change._tag === "Resized") wake.openUnsafe()
    if (missed > 0) watch.tellAll()
    watch.tell(change)
    yield* StartFailures.report(startFailures, fleet, change)
    if (missed > 0) yield* Effect.logWarning(`${missed} changes of fleet ${fleet.id} came too fast to be logged`)
    yield* Journal.log(fleet.id, holder, change)
    if (missed > 0 || change._tag === "Abandoned") abandoned.openUnsafe()
    if (missed > 0 || change._tag === "StopAsked") stopAsked.openUnsafe()
  })
  // No change tells of what was left behind before the subscription.
  abandoned.openUnsafe()
  return yield* Effect.forever(survive(fleet, step))
})

/**
 * Takes over what other holders of the ledger left behind: when it is told, and
 * now and then without a word. No other replica may be there to do it, so that it is
 * tried until the ledger answers.
 *
 * @category running
 */
export const inherit = ({ abandoned, closing, fleet, inFlight, ledger, line }: {
  readonly fleet: Fleet
  readonly ledger: FleetLedger
  readonly line: WaitingLine.WaitingLine
  readonly inFlight: InFlight
  readonly closing: Latch.Latch
  readonly abandoned: Latch.Latch
}): Effect.Effect<never> => {
  const takeOver = Effect.map(ledger.takeOver, (taken) => {
    // Who closes may not be there any more to hear the answers: they stay for the next.
    if (closing.isOpen()) return
    for (const launch of taken) inFlight.resume(launch, WaitingLine.arrive(line, 0))
  })
  return Effect.forever(survive(
    fleet,
    Effect.gen(function*() {
      yield* Effect.timeoutOption(abandoned.await, fleet.settings.backgroundReadingInterval)
      abandoned.closeUnsafe()
      yield* Effect.retry(takeOver, inheritSchedule)
    })
  ))
}

const inheritSchedule = Schedule.spaced("1 second")

/**
 * Reads ECS now and then while slots are held and no request asks, and at once and again soon
 * while workers are to be stopped: the reading stops them, and shows that they have.
 *
 * @category running
 */
export const keepUp = ({ fleet, fleetReader, ledger, stopAsked }: {
  readonly fleet: Fleet
  readonly ledger: FleetLedger
  readonly fleetReader: FleetReader
  /** Opened when workers were asked to stop. */
  readonly stopAsked: Latch.Latch
}): Effect.Effect<never> => {
  let isStopping = false
  // No change tells of those that an earlier process was asked to stop.
  stopAsked.openUnsafe()
  return Effect.forever(survive(
    fleet,
    Effect.gen(function*() {
      const asked = isStopping
        ? yield* Effect.asSome(Effect.sleep(stopInterval))
        : yield* Effect.timeoutOption(stopAsked.await, fleet.settings.backgroundReadingInterval)
      stopAsked.closeUnsafe()
      // A ledger that does not answer is asked again soon.
      isStopping = true
      const { slots } = yield* ledger.slotTable
      isStopping = Stops.isStopping({ slots })
      // A reading that fails has said so in the log.
      if (isStopping) yield* Effect.ignore(Effect.flatMap(ledger.now, fleetReader.readSince))
      else if (Option.isNone(asked) && !HashMap.isEmpty(slots)) yield* Effect.ignore(fleetReader.refresh)
    })
  ))
}

/** The wait before those that were told to stop are looked at again. */
const stopInterval = Duration.seconds(5)

/** Keeps one failure from ending what goes on for as long as the fleet. */
const survive = <A, E, R>(fleet: Fleet, effect: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
  Effect.catchCause(Effect.asVoid(effect), (cause) =>
    Cause.hasInterrupts(cause)
      ? Effect.interrupt
      : Effect.logError(`fleet ${fleet.id}: background task failed, continuing`, cause))

/**
 * Winds up: sends away who is in line, ends at once what was not sent, and gives
 * what was sent some time to settle. What does not is logged, and stays counted.
 *
 * @category running
 */
export const windUp = Effect.fnUntraced(function*(options: {
  readonly fleet: Fleet
  readonly ledger: FleetLedger
  readonly holder: string
  readonly line: WaitingLine.WaitingLine
  readonly inFlight: InFlight
}) {
  const { fleet, holder, inFlight, ledger, line } = options
  WaitingLine.dismiss(line, ProvisionError.closing)
  yield* ledger.close
  inFlight.endUnsent()
  const ended = yield* Effect.timeoutOption(inFlight.awaitEmpty, fleet.settings.shutdownTimeout)
  if (Option.isSome(ended)) return
  // Only the log wants to know: a ledger that is away must not keep a provisioner from closing.
  const table = yield* Effect.option(ledger.slotTable)
  const slots = Option.isSome(table) ? HashMap.toValues(table.value.slots) : []
  const unsettled = slots.filter((slot) => slot.holder === holder && slot.state._tag === "Launching")
  if (unsettled.length === 0) return
  yield* Effect.logWarning(
    `Fleet ${fleet.id} shut down after ${Duration.format(fleet.settings.shutdownTimeout)} without a verdict on the ` +
      `launches for ${
        unsettled.map((slot) => slot.key).join(", ")
      }: their tasks may exist, and their slots stay counted`
  )
})
