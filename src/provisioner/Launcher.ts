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
import { Ecs, type Failure, type RunTaskRequest, type TaskArn, type Verdict } from "../ecs/Ecs.ts"
import type { Fleet } from "../fleet/Fleet.ts"
import type { FleetLedger } from "../ledger/Ledger.ts"
import type { GateAnswer, Settlement } from "../ledger/rules/Launch.ts"
import { gateValidity } from "../ledger/SafetyLimits.ts"
import type { Ticket } from "../ledger/Slot.ts"
import * as Time from "../Time.ts"
import type { FleetReader } from "./FleetReader.ts"

/**
 * The end of a launch, for this holder.
 *
 * - `Launched`: its task is known
 * - `Refused`: there is no task, and the slot is free
 * - `Withdrawn`: it was not sent, for the fleet is over its cap, and the slot is free
 * - `Closed`: it was not sent, for the holder is shutting down, and the slot is free
 * - `Expired`: there was no verdict for as long as it could be sent; the slot stays counted until evidence settles it
 * - `Lost`: another holder has settled it, or holds it now
 *
 * @category models
 */
export type Outcome =
  | { readonly _tag: "Launched"; readonly taskArn: TaskArn }
  | { readonly _tag: "Refused"; readonly failure: Failure }
  | { readonly _tag: "Withdrawn"; readonly occupied: number; readonly cap: number }
  | { readonly _tag: "Closed" }
  | { readonly _tag: "Expired" }
  | { readonly _tag: "Lost" }

/**
 * Is told of the attempts of a launch: what may have launched its task has to be
 * waited for.
 *
 * @category models
 */
export interface Attempts {
  /** One is sent from here on. */
  readonly begun: () => void
  /** One that was begun has certainly launched nothing. */
  readonly launchedNothing: () => void
}

/**
 * Launches into a slot which was granted.
 *
 * @category models
 */
export type Launch = (ticket: Ticket, request: RunTaskRequest, attempts: Attempts) => Effect.Effect<Outcome>

/**
 * Makes the function that launches into a slot which was granted.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  fleet: Fleet,
  ledger: FleetLedger,
  fleetReader: Pick<FleetReader, "refresh">
): Effect.fn.Return<Launch, never, Ecs> {
  const ecs = yield* Ecs
  const { attemptTimeout } = fleet.settings

  const send = (request: RunTaskRequest, sinceGate: () => number): Effect.Effect<Verdict> =>
    Effect.suspend(() => {
      const sendWithin = gateValidity - sinceGate()
      return sendWithin < 0
        ? Effect.succeed<Verdict>({ _tag: "Throttled", detail: "not sent: the gate was passed too long ago" })
        : Effect.timeoutOrElse(ecs.runTask(request, sendWithin), {
          duration: attemptTimeout,
          orElse: () => Effect.succeed<Verdict>({ _tag: "Unknown", detail: "no answer in time" })
        })
    })

  /** What the gate says and, if it lets the attempt through, how sending it ends. */
  const pass = (ticket: Ticket, request: RunTaskRequest, attempts: Attempts, restore: Restore) =>
    Effect.gen(function*() {
      // Measured from before the gate is asked: its answer may take long to come.
      const now = Time.reader(yield* Clock.Clock)
      const askedAt = now()
      const sinceGate = () => Time.atMost(askedAt, now())
      const gate = yield* Effect.orElseSucceed(ledger.gate(ticket), (): GateAnswer => ({ _tag: "Hold" }))
      if (gate._tag !== "Pass") return gate
      let begun = false
      const sending = Effect.suspend(() => {
        begun = true
        attempts.begun()
        return send(request, sinceGate)
      })
      const exit = yield* Effect.exit(restore(sending))
      return { _tag: "Sent", begun, exit } as const
    })

  /**
   * The permit is taken before the gate, so that nothing waits between the gate
   * and the wire, and given back before the verdict is recorded: a ledger that does
   * not take it must not keep other launches from being sent. An interrupt may end
   * the wait for a permit, and the call, but not the record of it. The gate is left
   * to the ledger, which takes back what it lets through for a launch that has gone.
   */
  const attempt = (
    ticket: Ticket,
    request: RunTaskRequest,
    attempts: Attempts
  ): Effect.Effect<GateAnswer | Settlement> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function*() {
        const passed = yield* ecs.launchPermits.withPermit(
          fleet.id,
          pass(ticket, request, attempts, restore),
          restore
        )
        if (passed._tag !== "Sent") return passed
        const { begun, exit } = passed
        const verdict = verdictOf(exit, begun)
        const record = ledger.settle(ticket, verdict)
        const settlement = yield* Effect.catch(
          record,
          () => restore(Effect.orDie(Effect.retry(record, recordSchedule)))
        )
        if (begun && (verdict._tag === "Throttled" || verdict._tag === "Rejected")) attempts.launchedNothing()
        if (Exit.isSuccess(exit)) return settlement
        if (Exit.hasInterrupts(exit)) return yield* Effect.failCause(exit.cause)
        // The slot stays counted whatever broke, and only sending again can settle it.
        yield* Effect.logError(`Launch ${ticket.slotId} of fleet ${fleet.id} broke down`, exit.cause)
        return settlement
      })
    )

  const backOff = (attempts: number): Effect.Effect<void> =>
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

  return Effect.fnUntraced(function*(ticket: Ticket, request: RunTaskRequest, attempts: Attempts) {
    for (let count = 0;; count++) {
      const step = yield* attempt(ticket, request, attempts)
      switch (step._tag) {
        case "Launched":
        case "Settled":
          return { _tag: "Launched", taskArn: step.taskArn } satisfies Outcome
        case "Refused":
        case "Withdrawn":
        case "Closed":
        case "Lost":
        case "Expired":
          return step satisfies Outcome
        case "Hold":
          yield* backOff(count)
          // It waits for room, as a caller in line does, and has ECS read: no other request may be asking which tasks have stopped.
          yield* Effect.ignore(fleetReader.refresh)
          break
        case "Resend":
          yield* backOff(count)
      }
    }
  })
})

type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** A verdict is recorded however long the ledger is away: until then no other replica knows it. */
const recordSchedule = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")])

const verdictOf = (exit: Exit.Exit<Verdict>, begun: boolean): Verdict => {
  if (Exit.isSuccess(exit)) return exit.value
  if (!begun) return { _tag: "Throttled", detail: "not sent: it was interrupted before" }
  return { _tag: "Unknown", detail: Exit.hasInterrupts(exit) ? "the call was interrupted" : "the call broke down" }
}
