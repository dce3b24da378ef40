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
import type { RunTaskRequest } from "../ecs/Ecs.ts"
import * as Fleets from "../fleet/Fleet.ts"
import type { Key } from "../ledger/Key.ts"
import type { FleetLedger, LedgerUnavailable } from "../ledger/Ledger.ts"
import type { TakenOver } from "../ledger/rules/Holders.ts"
import type { Reservation } from "../ledger/rules/Launch.ts"
import { replayWindow } from "../ledger/SafetyLimits.ts"
import { SlotId } from "../ledger/Slot.ts"
import type { Answer } from "./Answer.ts"
import type { FleetReader } from "./FleetReader.ts"
import type { Attempts, Launch, Outcome } from "./Launcher.ts"
import { LaunchId } from "./LaunchId.ts"
import type { ReadError } from "./PagedReading.ts"
import * as ProvisionError from "./ProvisionError.ts"
import type { Watch } from "./Watch.ts"

/**
 * One request on its way to an answer.
 *
 * @category models
 */
export interface Passenger {
  readonly key: Key
  /** What its caller wants for the container, asked in the step that would take a slot. */
  readonly environment: () => Readonly<Record<string, string>>
  /** How many wait before it, asked at the moment of the decision. */
  readonly ahead: () => number
  /** When it began to wait in line, if it does. */
  readonly waitingSince: () => number | undefined
  /** Whether a caller still wants it, asked in the step that would take a slot. */
  readonly isWanted: () => boolean
  /** Whether it came from the line, and goes back there if the slot that it is granted is withdrawn. */
  readonly isFromLine: boolean
  /** Told that the slot which it was granted is withdrawn, and that it goes back to the line. */
  readonly onWithdrawn: () => void
  /** Told once the request has a slot, or shares one: it waits for none any more. */
  readonly onSeated: () => void
  /** Told of what is sent for it. */
  readonly attempts: Attempts
}

/**
 * The ways to an answer.
 *
 * @category models
 */
export interface Flights {
  /** From a request to its answer. */
  readonly fly: (passenger: Passenger) => Effect.Effect<Answer, ProvisionError.ProvisionError>
  /** From a launch that was taken over to its answer. */
  readonly resume: (taken: TakenOver, attempts: Attempts) => Effect.Effect<Answer, ProvisionError.ProvisionError>
}

/**
 * Makes the ways to an answer for one fleet.
 *
 * @category constructors
 */
export const make = (options: {
  readonly fleet: Fleets.Fleet
  readonly ledger: FleetLedger
  readonly fleetReader: FleetReader
  readonly launch: Launch
  readonly watch: Watch
  readonly isClosing: () => boolean
}): Flights => {
  const { fleetReader, fleet, isClosing, launch, ledger, watch } = options
  const youngEnough = Effect.zipWith(ledger.now, fleetReader.maxAge, (now, maxAge) => now - maxAge)

  /**
   * The slot is acquired by reserving it. If what follows is cut short, it is
   * released by withdrawing it, unless something may have been launched into it.
   */
  const reserveAndLaunch = (
    reserve: Effect.Effect<Reservation | Unwanted, LedgerUnavailable>,
    request: RunTaskRequest,
    { attempts, onSeated }: Pick<Passenger, "attempts" | "onSeated">
  ) =>
    Effect.acquireUseRelease(
      reserve,
      (reservation): Effect.Effect<Step> => {
        if (reservation._tag !== "Granted") return Effect.succeed(reservation)
        onSeated()
        const { slotId } = reservation.ticket
        return Effect.map(
          launch(reservation.ticket, request, attempts),
          (outcome) => ({ _tag: "Flown", slotId, outcome })
        )
      },
      // A launch that came to an end has left its slot as it must be; one that was cut short has not.
      (reservation, exit) =>
        reservation._tag === "Granted" && Exit.isFailure(exit) ? ledger.withdraw(reservation.ticket) : Effect.void
    )

  const fly = Effect.fnUntraced(function*(
    { ahead, attempts, environment, isFromLine, isWanted, key, onSeated, onWithdrawn, waitingSince }: Passenger
  ): Effect.fn.Return<Answer, ProvisionError.ProvisionError | ReadError> {
    let readSince = yield* youngEnough
    const nextId = yield* LaunchId
    let current = false
    for (;;) {
      if (isClosing()) return yield* ProvisionError.closing
      const slotId = SlotId(yield* nextId)
      const request = yield* buildRequest(fleet, slotId, key, environment())
      const reserve = Effect.suspend((): Effect.Effect<Reservation | Unwanted, LedgerUnavailable> =>
        isWanted()
          ? ledger.reserve({ slotId, key, request, readSince, ahead: ahead(), waitingSince: waitingSince() })
          : Effect.succeed({ _tag: "Unwanted" })
      )
      const step = yield* reserveAndLaunch(reserve, request, { attempts, onSeated })
      switch (step._tag) {
        case "Stale":
          yield* fleetReader.readSince(readSince)
          break
        case "Full":
        case "Existing":
          // Once read again, this is how it stands.
          if (current || !(yield* fleetReader.refresh)) {
            if (step._tag === "Full") return yield* atCapacity(step)
            onSeated()
            return step
          }
          current = true
          break
        case "Shared": {
          onSeated()
          const answer = yield* follow(step.slotId)
          if (answer !== undefined) return answer
          readSince = yield* youngEnough
          current = false
          break
        }
        case "Unwanted":
        case "Closed":
          return yield* ProvisionError.closing
        case "Flown":
          if (step.outcome._tag !== "Withdrawn") return yield* answerOf(step.slotId, step.outcome)
          // The fleet filled up between the grant and the gate. From here on, who stands in line would be served first.
          if (isFromLine) {
            onWithdrawn()
            return yield* atCapacity(step.outcome)
          }
          // The request is as if newly made.
          readSince = yield* youngEnough
          current = false
          break
      }
    }
  })

  /** Waits for a launch that another holder of the ledger has in flight. */
  const follow = Effect.fnUntraced(function*(
    slotId: SlotId
  ): Effect.fn.Return<Answer | undefined, LedgerUnavailable | ProvisionError.ProvisionError> {
    for (;;) {
      if (isClosing()) return yield* ProvisionError.closing
      // Told from before it is looked at: what happens in between is not missed.
      const next = watch.next(slotId)
      const trace = yield* ledger.trace(slotId)
      if (trace._tag === "Launched") return { ...trace, slotId, joined: true }
      if (trace._tag === "Over") return undefined
      yield* Effect.timeoutOption(next, fleet.settings.readingInterval)
    }
  })

  const atCapacity = Effect.fnUntraced(function*(full: { readonly occupied: number; readonly cap: number }) {
    const retryAfter = Duration.millis(yield* fleetReader.untilDue)
    return { _tag: "AtCapacity", occupied: full.occupied, cap: full.cap, retryAfter } satisfies Answer
  })

  return {
    fly: (passenger) => Effect.mapError(fly(passenger), ProvisionError.of),
    resume: ({ request, ticket }, attempts) =>
      Effect.flatMap(launch(ticket, request, attempts), (outcome) => answerOf(ticket.slotId, outcome))
  }
}

/** No caller is left that wants a slot for it. */
interface Unwanted {
  readonly _tag: "Unwanted"
}

/** The outcome of asking for a slot and, if one was granted, of launching into it. */
type Step =
  | Unwanted
  | Exclude<Reservation, { readonly _tag: "Granted" }>
  | { readonly _tag: "Flown"; readonly slotId: SlotId; readonly outcome: Outcome }

const buildRequest = (fleet: Fleets.Fleet, slotId: SlotId, key: Key, environment: Readonly<Record<string, string>>) =>
  Effect.mapError(
    Effect.fromResult(Fleets.runTaskRequest(fleet, { launchId: slotId, key, environment })),
    (detail) => new ProvisionError.PermanentError({ reason: "invalid", detail })
  )

const answerOf = (slotId: SlotId, outcome: Outcome): Effect.Effect<Answer, ProvisionError.ProvisionError> => {
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
        `launch ${slotId} was settled by another holder, or its task has stopped already`
      ))
  }
}
