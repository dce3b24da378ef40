/**
 * One launch, from a granted slot to the verdict about its task.
 *
 * Each attempt passes the ledger's gate, sends `RunTask` once, and records what
 * came of it. As long as that is no verdict, the same request is sent again, one
 * attempt at a time, with the same client token, so that however many attempts
 * arrive there is one task. The slot is given back only where it is certain that
 * nothing was launched.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import { type Ecs, type Failure, notSent, type RunTaskRequest, unanswered, type Verdict } from "../ecs/Ecs.ts"
import type { Fleet } from "../fleet/Fleet.ts"
import type { FleetLedger, LedgerUnavailable } from "../ledger/Ledger.ts"
import type { GateAnswer, LaunchOutcome, Settlement } from "../ledger/rules/Launch.ts"
import { gateValidity } from "../ledger/SafetyLimits.ts"
import type { Ticket } from "../ledger/Slot.ts"
import * as Time from "../Time.ts"
import type { FleetReader } from "./FleetReader.ts"
import type { Flight } from "./FlightState.ts"
import * as FlightStates from "./FlightState.ts"

/**
 * All that is needed to launch into a slot which was granted.
 *
 * @category models
 */
export interface Launcher {
  readonly fleet: Fleet
  readonly ledger: FleetLedger
  readonly fleetReader: Pick<FleetReader, "refresh">
  readonly ecs: Ecs["Service"]
}

/**
 * Launches into a slot which was granted.
 *
 * @category running
 */
export const launch = Effect.fnUntraced(function*(
  launcher: Launcher,
  ticket: Ticket,
  request: RunTaskRequest,
  flight: Flight
): Effect.fn.Return<LaunchOutcome> {
  for (let count = 0;; count++) {
    const next = yield* attempt(launcher, ticket, request, flight)
    switch (next._tag) {
      case "Hold":
        yield* backOff(launcher, count)
        // It waits for room, as a caller in line does, and has ECS read: no other request may be asking which tasks have stopped.
        yield* Effect.ignore(launcher.fleetReader.refresh)
        break
      case "Resend":
        yield* backOff(launcher, count)
        break
      default:
        return next
    }
  }
})

/**
 * The permit is taken before the gate, so that nothing waits between the gate
 * and the wire, and given back before the verdict is recorded: a ledger that does
 * not take it must not keep other launches from being sent. An interrupt may end
 * the wait for a permit, and the call, but not the record of it. The gate is left
 * to the ledger, which takes back what it lets through for a launch that has gone.
 */
const attempt = (
  launcher: Launcher,
  ticket: Ticket,
  request: RunTaskRequest,
  flight: Flight
): Effect.Effect<Exclude<GateAnswer, { readonly _tag: "Pass" }> | Settlement> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const { ecs, fleet, ledger } = launcher
      const passed = yield* ecs.launchPermits.withPermit(
        fleet.id,
        pass(launcher, ticket, request, flight, restore),
        restore
      )
      if (passed._tag !== "Sent") return passed
      const { begun, exit } = passed
      const verdict = verdictOf(exit, begun)
      const record = ledger.settle(ticket, verdict)
      const settlement = yield* Effect.catch(
        record,
        () => restore(untilRecorded(record))
      )
      if (settlement._tag === "Resend" && "failure" in verdict) {
        yield* reportFailure(launcher, ticket, flight, verdict.failure)
      }
      if (begun && (verdict._tag === "Throttled" || verdict._tag === "Rejected")) {
        FlightStates.launchedNothing(flight)
      }
      if (Exit.isSuccess(exit)) {
        return settlement
      }
      if (Exit.hasInterrupts(exit)) return yield* Effect.failCause(exit.cause)
      // The slot stays counted whatever broke, and only sending again can settle it.
      yield* Effect.logError(`Launch ${ticket.slotId} of fleet ${fleet.id} broke down`, exit.cause)
      return settlement
    })
  )

/** Said once for each reason: the same answer may come as long as the launch is tried. */
const reportFailure = (
  { fleet }: Launcher,
  { slotId }: Ticket,
  flight: Flight,
  failure: Failure
): Effect.Effect<void> =>
  FlightStates.failed(flight, failure)
    ? Effect.logWarning(
      `Fleet ${fleet.id}: RunTask of launch ${slotId} for ${flight.key} failed (${failure.reason}: ${failure.detail}); ` +
        "it is sent again with the same token"
    )
    : Effect.void

/** The gate's answer and, if it lets the attempt through, how sending it ends. */
const pass = Effect.fnUntraced(function*(
  launcher: Launcher,
  ticket: Ticket,
  request: RunTaskRequest,
  flight: Flight,
  restore: Restore
) {
  // Measured from before the gate is asked: its answer may take long to come.
  const now = Time.reader(yield* Clock.Clock)
  const askedAt = now()
  const gate = yield* Effect.orElseSucceed(launcher.ledger.gate(ticket), (): GateAnswer => ({ _tag: "Hold" }))
  if (gate._tag !== "Pass") return gate
  let begun = false
  const sending = Effect.suspend(() => {
    begun = true
    FlightStates.sending(flight)
    return send(launcher, request, gateValidity - Time.atMost(askedAt, now()))
  })
  const exit = yield* Effect.exit(restore(sending))
  return { _tag: "Sent", begun, exit } as const
})

/** Sends the request once, if it can arrive within so many milliseconds. */
const send = ({ ecs, fleet }: Launcher, request: RunTaskRequest, sendWithin: number): Effect.Effect<Verdict> =>
  sendWithin < 0
    ? Effect.succeed(notSent("the gate was passed too long ago"))
    : ecs.runTask(request, { sendWithin, answerWithin: fleet.settings.attemptTimeout })

const backOff = ({ fleet }: Launcher, attempts: number): Effect.Effect<void> =>
  Effect.flatMap(Random.next, (random) =>
    Effect.sleep(
      Duration.times(
        Duration.min(
          Duration.times(fleet.settings.replayBackoffBase, 2 ** attempts),
          fleet.settings.replayBackoffMax
        ),
        0.5 + random / 2
      )
    ))

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * Tries an operation however long the ledger is away: until it is recorded no other replica knows what
 * became of a slot.
 *
 * @category combinators
 */
export const untilRecorded = <A>(operation: Effect.Effect<A, LedgerUnavailable>): Effect.Effect<A> =>
  Effect.orDie(Effect.retry(operation, recordSchedule))

const recordSchedule = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")])

const verdictOf = (exit: Exit.Exit<Verdict>, begun: boolean): Verdict => {
  if (Exit.isSuccess(exit)) return exit.value
  if (!begun) return notSent("it was interrupted before")
  return unanswered(Exit.hasInterrupts(exit) ? "the call was interrupted" : "the call broke down")
}
