/**
 * The ledger of a run, watched, and as unreliable as the scenario says.
 *
 * The decisions are those of the real ledger in memory. What is added is what a
 * process meets on its way there: an operation may fail before anything was
 * decided, its answer may be slow, and a process that has crashed hears nothing.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { isTerminal } from "../../ecs/Ecs.ts"
import type { FleetLedger } from "../../ledger/Ledger.ts"
import { Ledger, LedgerUnavailable } from "../../ledger/Ledger.ts"
import type { Reading } from "../../ledger/rules/Evidence.ts"
import type { Ticket } from "../../ledger/Slot.ts"
import type { SeededRandom } from "../../testing/SeededRandom.ts"
import type { Process } from "../checks/Process.ts"
import type { LedgerFaults, LedgerOperation } from "../scenario/Scenario.ts"
import type { Checks } from "./Checks.ts"

/**
 * The ledger as one process has it.
 *
 * @category models
 */
export interface SimulatedLedger {
  readonly ledger: Ledger["Service"]
  /** Lets the ledger believe that the process is gone. */
  readonly loseLease: Effect.Effect<void>
  /** Lets the ledger know that a process that crashed is gone for good. */
  readonly bury: Effect.Effect<void>
}

/** A process, and its way to the real ledger. */
interface Connection {
  readonly ledger: Ledger["Service"]
  readonly process: Process
  readonly checks: Checks
  readonly faults: () => LedgerFaults | undefined
  readonly random: SeededRandom
  /** Whether the ledger cannot be expected to count everything. */
  readonly breaksLagBound: boolean
  readonly onAttach: (holder: string, fleet: FleetLedger) => Effect.Effect<void>
}

/**
 * Connects a process to the real ledger.
 *
 * @category constructors
 */
export const connect = (connection: Connection): SimulatedLedger => {
  const { checks: { capHistory, log }, ledger, onAttach, process } = connection
  let attached: { readonly lease: Scope.Closeable; readonly life: Scope.Closeable } | undefined
  return {
    ledger: Ledger.of({
      attach: (request) =>
        Effect.gen(function*() {
          const lease = yield* Scope.make()
          const fleet = yield* Scope.provide(ledger.attach(request), lease)
          yield* Effect.addFinalizer((exit) => process.crashed ? Effect.void : Scope.close(lease, exit))
          // Closed at the very end: what the process still did after it lost its lease is left behind as well.
          const life = yield* Scope.make()
          yield* Scope.provide(ledger.attach(request), life)
          yield* Effect.addFinalizer((exit) => process.crashed ? Effect.void : Scope.close(life, exit))
          capHistory.set(process.generation, (yield* fleet.slotTable).cap, log.now())
          attached = { lease, life }
          yield* onAttach(request.holder, fleet)
          return watch(connection, fleet)
        })
    }),
    loseLease: Effect.suspend(() => attached === undefined ? Effect.void : Scope.close(attached.lease, Exit.void)),
    bury: Effect.suspend(() => attached === undefined ? Effect.void : Scope.close(attached.life, Exit.void))
  }
}

/** Watches all that a process asks of the ledger of its fleet. */
const watch = (connection: Connection, fleet: FleetLedger): FleetLedger => {
  const { checks: { capHistory, ledgerCheck, log, readCheck, refusalCheck }, process } = connection
  const { generation } = process
  const ask = <A, E>(operation: LedgerOperation, effect: Effect.Effect<A, E>) => reach(connection, operation, effect)
  /** Asks for what may change the fleet. */
  const decide = <A, E>(operation: LedgerOperation, effect: Effect.Effect<A, E>, note?: (answer: A) => void) =>
    ask(operation, inspect(connection, fleet, effect, note))
  return {
    ...fleet,
    reserve: (request) =>
      decide("reserve", fleet.reserve(request), (reservation) => {
        if (reservation._tag === "Granted") ledgerCheck.held(reservation.ticket)
      }),
    gate: (ticket) => ask("pass the gate", gate(connection, fleet, ticket)),
    settle: (ticket, verdict) =>
      decide("settle", fleet.settle(ticket, verdict), (settlement) => {
        log.count(`verdict: ${verdict._tag}`)
        refusalCheck.settled(process, ticket.slotId, verdict, settlement)
        if (verdict._tag === "Accepted" && isTerminal(verdict.lastStatus)) {
          ledgerCheck.stopped(generation, verdict.taskArn)
        }
      }),
    withdraw: (ticket) => decide("withdraw", fleet.withdraw(ticket)),
    takeOver: decide("take over", fleet.takeOver, (taken) => {
      for (const { ticket } of taken) {
        ledgerCheck.held(ticket)
        refusalCheck.takenOver(ticket.slotId)
      }
    }),
    trace: (slotId) => ask("trace a launch", fleet.trace(slotId)),
    readTurn: {
      ...fleet.readTurn,
      claim: (since) =>
        ask(
          "claim the turn to read",
          Effect.tap(fleet.readTurn.claim(since), (claim) =>
            Effect.sync(() => {
              if (claim._tag === "Yours") readCheck.begins(process)
            }))
        ),
      end: (rest, outcome) => ask("end the turn to read", fleet.readTurn.end(rest, outcome))
    },
    adopt: (listing) => decide("adopt", fleet.adopt(listing), () => ledgerCheck.shown(generation, listing)),
    observe: (reading) => ask("observe", observe(connection, fleet, reading)),
    release: (slotId) => decide("release", fleet.release(slotId)),
    stop: (target, reason) => decide("stop", fleet.stop(target, reason)),
    resize: (cap) =>
      Effect.suspend(() => {
        // It may be in force from now on, and the one before it until it is.
        capHistory.set(generation, cap, log.now())
        return process.crashed ? Effect.never : fleet.resize(cap)
      }),
    slotTable: ask("be read", fleet.slotTable),
    close: Effect.suspend(() => process.crashed ? Effect.void : fleet.close)
  }
}

/** Lets an operation meet what stands between a process and its ledger. */
const reach = <A, E>(
  { checks: { log }, faults, process, random }: Connection,
  operation: LedgerOperation,
  effect: Effect.Effect<A, E>
): Effect.Effect<A, E | LedgerUnavailable> =>
  Effect.suspend((): Effect.Effect<A, E | LedgerUnavailable> => {
    if (process.crashed) return Effect.never
    const present = faults()
    if (present === undefined) return effect
    if (random.nextDoubleUnsafe() < present.away) {
      log.count(`ledger: away at ${operation}`)
      log.tell("ledger", () => `cannot be asked by ${process.name} to ${operation}`)
      return Effect.fail(new LedgerUnavailable({ detail: "away" }))
    }
    if (present.slowAt !== undefined && present.slowAt !== operation) return effect
    if (random.nextDoubleUnsafe() >= present.slowness) return effect
    log.count(`ledger: slow at ${operation}`)
    const slow = random.nextBelowUnsafe(present.slow)
    log.tell("ledger", () => `answers ${process.name} to ${operation} ${slow} ms late`)
    return Effect.flatMap(
      effect,
      (answer) => Effect.flatMap(Effect.sleep(slow), () => process.crashed ? Effect.never : Effect.succeed(answer))
    )
  })

/** Looks at what was decided, and notes what the answer says. */
const inspect = <A, E>(
  { checks: { ledgerCheck }, process }: Connection,
  fleet: FleetLedger,
  effect: Effect.Effect<A, E>,
  note?: (answer: A) => void
): Effect.Effect<A, E | LedgerUnavailable> =>
  Effect.flatMap(effect, (answer) =>
    Effect.map(fleet.slotTable, (table) => {
      ledgerCheck.inspect(process.generation, table)
      note?.(answer)
      return answer
    }))

const gate = (connection: Connection, fleet: FleetLedger, ticket: Ticket) =>
  Effect.suspend(() => {
    const { breaksLagBound, checks: { capHistory, launches, ledgerCheck, log }, process } = connection
    const { generation, name } = process
    const { slotId } = ticket
    const now = log.now()
    const known = ledgerCheck.known(generation, slotId)
    const isHolder = ledgerCheck.isHolder(ticket)
    const isKnown = ledgerCheck.isLaunched(generation, slotId)
    return inspect(connection, fleet, fleet.gate(ticket), (answer) => {
      if (answer._tag !== "Pass") return log.count(`gate: ${answer._tag}`)
      launches.gated(process, slotId, now)
      if (isKnown) log.violate("what has a task is not sent again", `${name} may send ${slotId} again`)
      if (!isHolder) {
        log.violate(
          "only who holds a slot acts on it",
          `${name} passed the gate for ${slotId}, which another process has taken over`
        )
      }
      const cap = capHistory.highestSince(generation, now)
      if (known >= cap && !breaksLagBound) {
        log.violate(
          "nothing is sent into a fleet that is seen to be full",
          `launch ${slotId} passed the gate with ${known} other tasks known, at a cap of ${cap}`
        )
      }
    })
  })

const observe = ({ checks, process }: Connection, fleet: FleetLedger, reading: Reading) =>
  Effect.suspend(() => {
    const { ledgerCheck, readCheck, startTime } = checks
    const begunAt = reading.begunAt.fast - startTime
    const listed = reading.running !== undefined
    readCheck.folding(process, begunAt, listed)
    return Effect.tap(fleet.observe(reading), () =>
      Effect.map(fleet.slotTable, (table) => {
        ledgerCheck.inspect(process.generation, table)
        ledgerCheck.observed(process.generation, table, reading)
        readCheck.observed(process, begunAt, listed)
      }))
  })
