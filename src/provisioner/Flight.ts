/**
 * The way of one request, from asking for a slot to its answer.
 *
 * It asks the ledger for a slot over a reading of ECS that is recent enough,
 * launches into the slot that it is granted, and gives back the slot if it ends
 * without having launched anything.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Latch from "effect/Latch"
import * as Fleets from "../fleet/Fleet.ts"
import type { Key } from "../ledger/Key.ts"
import type { LedgerUnavailable } from "../ledger/Ledger.ts"
import type { TakenOver } from "../ledger/rules/Holders.ts"
import type { LaunchOutcome, Reservation } from "../ledger/rules/Launch.ts"
import { replayWindow } from "../ledger/SafetyLimits.ts"
import { SlotId } from "../ledger/Slot.ts"
import type { Answer } from "./Answer.ts"
import type { Environment } from "./Caller.ts"
import type { FleetReader } from "./FleetReader.ts"
import type { Flight } from "./FlightState.ts"
import * as FlightStates from "./FlightState.ts"
import * as Launchers from "./Launcher.ts"
import { LaunchId } from "./LaunchId.ts"
import type { ReadError } from "./PagedReading.ts"
import * as ProvisionError from "./ProvisionError.ts"
import * as WaitingLine from "./WaitingLine.ts"
import type { Watch } from "./Watch.ts"

/**
 * All that a flight needs to get from a key to an answer.
 *
 * @category models
 */
export interface Flying extends Launchers.Launcher {
  readonly fleetReader: FleetReader
  readonly watch: Watch
  readonly line: WaitingLine.WaitingLine
  /** Open once the provisioner closes. */
  readonly closing: Latch.Latch
  /** Returns the time after the start for which nothing is granted yet, in milliseconds. */
  readonly holdLeft: () => number
}

/**
 * Takes a flight from its key to its answer. One that was started by a caller goes on
 * without it; one for the line ends when no caller asks for its key any more.
 *
 * @category running
 */
export const fly = (flying: Flying, flight: Flight): Effect.Effect<Answer, ProvisionError.ProvisionError> =>
  Effect.suspend(() => {
    const left = flying.holdLeft()
    return left > 0
      ? Effect.fail(ProvisionError.starting(Duration.millis(left)))
      : Effect.mapError(seekSlot(flying, flight), ProvisionError.of)
  })

/**
 * Takes a launch that another holder has left behind to its answer.
 *
 * @category running
 */
export const resume = (
  flying: Flying,
  flight: Flight,
  { request, ticket }: TakenOver
): Effect.Effect<Answer, ProvisionError.ProvisionError> =>
  Effect.flatMap(Launchers.launch(flying, ticket, request, flight), (outcome) => answerOf(ticket.slotId, outcome))

/** Asks for a slot until there is an answer. */
const seekSlot = Effect.fnUntraced(function*(
  flying: Flying,
  flight: Flight
): Effect.fn.Return<Answer, ProvisionError.ProvisionError | ReadError> {
  const { closing, fleetReader } = flying
  let readSince = yield* youngEnough(flying)
  const nextId = yield* LaunchId
  let current = false
  for (;;) {
    if (closing.isOpen()) return yield* ProvisionError.closing
    const slotId = SlotId(yield* nextId)
    const asked = yield* reserveAndLaunch(flying, flight, slotId, readSince)
    switch (asked._tag) {
      case "Stale":
        yield* fleetReader.readSince(readSince)
        break
      case "Full":
      case "Existing":
        // Once read again, this is how it stands.
        if (current || !(yield* fleetReader.refresh)) {
          if (asked._tag === "Full") return yield* atCapacity(flying, asked)
          seat(flying, flight)
          return asked
        }
        current = true
        break
      case "Shared": {
        seat(flying, flight)
        const answer = yield* follow(flying, asked.slotId)
        if (answer !== undefined) return answer
        readSince = yield* youngEnough(flying)
        current = false
        break
      }
      case "Unwanted":
      case "Closed":
        return yield* ProvisionError.closing
      case "Flown":
        if (asked.outcome._tag !== "Withdrawn") return yield* answerOf(slotId, asked.outcome)
        // The fleet filled up between the grant and the gate.
        if (FlightStates.isFromLine(flight)) return yield* atCapacity(flying, asked.outcome)
        // The request is as if newly made.
        FlightStates.withdrawn(flight)
        readSince = yield* youngEnough(flying)
        current = false
        break
    }
  }
})

/**
 * The slot is acquired by reserving it. If what follows is cut short, it is
 * released by withdrawing it, unless something may have been launched into it.
 */
const reserveAndLaunch = Effect.fnUntraced(function*(
  flying: Flying,
  flight: Flight,
  slotId: SlotId,
  readSince: number
): Effect.fn.Return<Asked, LedgerUnavailable | ProvisionError.PermanentError> {
  const { fleet, ledger, line } = flying
  const { key } = flight
  const request = yield* buildRequest(fleet, slotId, key, flight.environment ?? WaitingLine.wanted(line, key))
  const reserve = Effect.suspend((): Effect.Effect<Reservation | Unwanted, LedgerUnavailable> => {
    if (FlightStates.isFromLine(flight) && !WaitingLine.isAskedFor(line, key)) {
      FlightStates.leave(flight)
      return Effect.succeed({ _tag: "Unwanted" })
    }
    const waitingSince = FlightStates.isFromLine(flight) ? WaitingLine.since(line, key) : undefined
    return ledger.reserve({ slotId, key, request, readSince, ahead: WaitingLine.ahead(line, key), waitingSince })
  })
  return yield* Effect.acquireUseRelease(
    reserve,
    (reservation): Effect.Effect<Asked> => {
      if (reservation._tag !== "Granted") return Effect.succeed(reservation)
      FlightStates.reserved(flight)
      seat(flying, flight)
      const { ticket } = reservation
      return Effect.flatMap(Launchers.launch(flying, ticket, request, flight), (outcome) => {
        const flown: Asked = { _tag: "Flown", outcome }
        if (outcome._tag !== "Withdrawn") return Effect.succeed(flown)
        // Before its slot is free: who stands behind it in line would be served first.
        if (FlightStates.isFromLine(flight)) WaitingLine.expect(line, key, flight.arrival)
        return Effect.as(Launchers.untilRecorded(ledger.withdraw(ticket)), flown)
      })
    },
    // A launch that came to an end has left its slot as it must be; one that was cut short has not.
    (reservation, exit) =>
      reservation._tag === "Granted" && Exit.isFailure(exit) ? ledger.withdraw(reservation.ticket) : Effect.void
  )
})

/** From here on it waits for no slot, nor do those in line for its key. */
const seat = ({ line }: Flying, flight: Flight): void => {
  FlightStates.seat(flight)
  WaitingLine.serve(line, flight.key, Effect.succeed(flight))
}

/** Returns the time since which a reading must have begun for a slot to be granted on it. */
const youngEnough = ({ fleetReader, ledger }: Flying) =>
  Effect.zipWith(ledger.now, fleetReader.maxAge, (now, maxAge) => now - maxAge)

/** Waits for a launch that another holder of the ledger has in flight. */
const follow = Effect.fnUntraced(function*(
  { closing, fleet, ledger, watch }: Flying,
  slotId: SlotId
): Effect.fn.Return<Answer | undefined, LedgerUnavailable | ProvisionError.ProvisionError> {
  for (;;) {
    if (closing.isOpen()) return yield* ProvisionError.closing
    // Told from before it is looked at: what happens in between is not missed.
    const next = watch.next(slotId)
    const trace = yield* ledger.trace(slotId)
    if (trace._tag === "Launched") return { ...trace, slotId, joined: true }
    if (trace._tag === "Over") return undefined
    yield* Effect.timeoutOption(next, fleet.settings.readingInterval)
  }
})

const atCapacity = Effect.fnUntraced(function*(
  { fleetReader }: Flying,
  { cap, occupied }: { readonly occupied: number; readonly cap: number }
) {
  const retryAfter = Duration.millis(yield* fleetReader.untilDue)
  return { _tag: "AtCapacity", occupied, cap, retryAfter } satisfies Answer
})

/** No caller is left that wants a slot for it. */
interface Unwanted {
  readonly _tag: "Unwanted"
}

/** The outcome of asking for a slot and, if one was granted, of launching into it. */
type Asked =
  | Unwanted
  | Exclude<Reservation, { readonly _tag: "Granted" }>
  | { readonly _tag: "Flown"; readonly outcome: LaunchOutcome }

const buildRequest = (fleet: Fleets.Fleet, slotId: SlotId, key: Key, environment: Environment) =>
  Effect.mapError(
    Effect.fromResult(Fleets.runTaskRequest(fleet, { launchId: slotId, key, environment })),
    ProvisionError.badRequest
  )

const answerOf = (slotId: SlotId, outcome: LaunchOutcome): Effect.Effect<Answer, ProvisionError.ProvisionError> => {
  switch (outcome._tag) {
    case "Launched":
      return Effect.succeed({ _tag: "Launched", taskArn: outcome.taskArn, slotId, joined: false })
    case "Refused":
      return Effect.fail(ProvisionError.ofFailure(outcome.failure))
    case "Closed":
      return Effect.fail(ProvisionError.closing)
    case "Withdrawn":
      return Effect.fail(ProvisionError.retryable("settling", `launch ${slotId} was not sent, and its slot is free`))
    case "Expired":
      return Effect.fail(ProvisionError.retryable(
        "settling",
        `launch ${slotId} had no answer in ${
          Duration.format(Duration.millis(replayWindow))
        }: its task may exist, and its ` +
          "slot stays counted until that is known; the key is free"
      ))
    case "Lost":
      return Effect.fail(ProvisionError.retryable(
        "settling",
        `launch ${slotId} was settled by another holder, or stopped on request, or its task has stopped already`
      ))
  }
}
