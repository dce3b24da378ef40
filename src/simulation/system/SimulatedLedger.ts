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
import type { SeededRandom } from "../../testing/SeededRandom.ts"
import type { CapHistory } from "../checks/CapHistory.ts"
import type { LaunchCheck } from "../checks/LaunchCheck.ts"
import type { LedgerCheck } from "../checks/LedgerCheck.ts"
import type { Process } from "../checks/Process.ts"
import type { ReadCheck } from "../checks/ReadCheck.ts"
import type { RefusalCheck } from "../checks/RefusalCheck.ts"
import type { RunLog } from "../checks/RunLog.ts"
import type { LedgerFaults, LedgerOperation } from "../scenario/Scenario.ts"

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

/**
 * Connects a process to the real ledger.
 *
 * @category constructors
 */
export const connect = (options: {
  readonly ledger: Ledger["Service"]
  readonly process: Process
  readonly faults: () => LedgerFaults | undefined
  readonly random: SeededRandom
  readonly log: RunLog
  readonly ledgerCheck: LedgerCheck
  readonly capHistory: CapHistory
  readonly launches: LaunchCheck
  readonly readCheck: ReadCheck
  readonly refusalCheck: RefusalCheck
  readonly startTime: number
  /** Whether the ledger cannot be expected to count everything. */
  readonly breaksLagBound: boolean
  readonly onAttach: (holder: string, fleet: FleetLedger) => Effect.Effect<void>
}): SimulatedLedger => {
  const { ledgerCheck, capHistory, log, launches, process, random, readCheck } = options
  const { generation } = process
  let attached: { readonly lease: Scope.Closeable; readonly life: Scope.Closeable } | undefined

  /** What stands between a process and its ledger. */
  const reach = <A, E>(
    operation: LedgerOperation,
    effect: Effect.Effect<A, E>
  ): Effect.Effect<A, E | LedgerUnavailable> =>
    Effect.suspend((): Effect.Effect<A, E | LedgerUnavailable> => {
      if (process.crashed) return Effect.never
      const faults = options.faults()
      if (faults === undefined) return effect
      if (random.nextDoubleUnsafe() < faults.away) {
        log.count(`ledger: away at ${operation}`)
        log.tell("ledger", () => `cannot be asked by ${process.name} to ${operation}`)
        return Effect.fail(new LedgerUnavailable({ detail: "away" }))
      }
      if (faults.slowAt !== undefined && faults.slowAt !== operation) return effect
      if (random.nextDoubleUnsafe() >= faults.slowness) return effect
      log.count(`ledger: slow at ${operation}`)
      const slow = random.nextBelowUnsafe(faults.slow)
      log.tell("ledger", () => `answers ${process.name} to ${operation} ${slow} ms late`)
      return Effect.flatMap(
        effect,
        (answer) => Effect.flatMap(Effect.sleep(slow), () => process.crashed ? Effect.never : Effect.succeed(answer))
      )
    })

  const watch = (fleet: FleetLedger): FleetLedger => {
    /** Looks at what was decided, and notes what the answer says. */
    const seen = <A, E>(
      effect: Effect.Effect<A, E>,
      note?: (answer: A) => void
    ): Effect.Effect<A, E | LedgerUnavailable> =>
      Effect.flatMap(effect, (answer) =>
        Effect.map(fleet.standing, (standing) => {
          ledgerCheck.inspect(generation, standing)
          note?.(answer)
          return answer
        }))
    return {
      ...fleet,
      reserve: (request) =>
        reach(
          "reserve",
          seen(fleet.reserve(request), (reservation) => {
            if (reservation._tag === "Granted") ledgerCheck.held(reservation.ticket)
          })
        ),
      gate: (ticket) =>
        reach(
          "pass the gate",
          Effect.suspend(() => {
            const now = log.now()
            const known = ledgerCheck.known(generation, ticket.slotId)
            const isHolder = ledgerCheck.isHolder(ticket)
            const isKnown = ledgerCheck.isLaunched(generation, ticket.slotId)
            return seen(fleet.gate(ticket), (answer) => {
              if (answer._tag !== "Pass") return log.count(`gate: ${answer._tag}`)
              launches.gated(process, ticket.slotId, now)
              if (isKnown) {
                log.violate(
                  "what has a task is not sent again",
                  `${process.name} may send ${ticket.slotId} again`
                )
              }
              if (!isHolder) {
                log.violate(
                  "only who holds a slot acts on it",
                  `${process.name} passed the gate for ${ticket.slotId}, which another process has taken over`
                )
              }
              const cap = capHistory.highestSince(generation, now)
              if (known >= cap && !options.breaksLagBound) {
                log.violate(
                  "nothing is sent into a fleet that is seen to be full",
                  `launch ${ticket.slotId} passed the gate with ${known} other tasks known, at a cap of ${cap}`
                )
              }
            })
          })
        ),
      settle: (ticket, verdict) =>
        reach(
          "settle",
          seen(fleet.settle(ticket, verdict), (settlement) => {
            log.count(`verdict: ${verdict._tag}`)
            options.refusalCheck.settled(process, ticket.slotId, verdict, settlement)
            if (verdict._tag === "Accepted" && isTerminal(verdict.lastStatus)) {
              ledgerCheck.stopped(generation, verdict.taskArn)
            }
          })
        ),
      withdraw: (ticket) => reach("withdraw", seen(fleet.withdraw(ticket))),
      takeOver: reach(
        "take over",
        seen(fleet.takeOver, (taken) => {
          for (const { ticket } of taken) {
            ledgerCheck.held(ticket)
            options.refusalCheck.takenOver(ticket.slotId)
          }
        })
      ),
      trace: (slotId) => reach("trace a launch", fleet.trace(slotId)),
      claimTurn: (since) =>
        reach(
          "claim the turn to read",
          Effect.tap(fleet.claimTurn(since), (claim) =>
            Effect.sync(() => {
              if (claim._tag === "Yours") readCheck.begins(process)
            }))
        ),
      endTurn: (rest, outcome) => reach("end the turn to read", fleet.endTurn(rest, outcome)),
      adopt: (listing) =>
        reach(
          "adopt",
          seen(fleet.adopt(listing), () => ledgerCheck.shown(generation, listing))
        ),
      observe: (reading) =>
        reach(
          "observe",
          Effect.suspend(() => {
            const begunAt = reading.begunAt.fast - options.startTime
            const listed = reading.running !== undefined
            readCheck.folding(process, begunAt, listed)
            return Effect.tap(fleet.observe(reading), () =>
              Effect.map(fleet.standing, (standing) => {
                ledgerCheck.inspect(generation, standing)
                ledgerCheck.observed(generation, standing, reading)
                readCheck.observed(process, begunAt, listed)
              }))
          })
        ),
      release: (slotId) => reach("release", seen(fleet.release(slotId))),
      resize: (cap) =>
        Effect.suspend(() => {
          // It may be in force from now on, and the one before it until it is.
          capHistory.set(generation, cap, log.now())
          return process.crashed ? Effect.never : fleet.resize(cap)
        }),
      standing: reach("be read", fleet.standing),
      close: Effect.suspend(() => process.crashed ? Effect.void : fleet.close)
    }
  }

  return {
    ledger: Ledger.of({
      attach: (request) =>
        Effect.gen(function*() {
          const lease = yield* Scope.make()
          const fleet = yield* Scope.provide(options.ledger.attach(request), lease)
          yield* Effect.addFinalizer((exit) => process.crashed ? Effect.void : Scope.close(lease, exit))
          // Closed at the very end: what the process still did after it lost its lease is left behind as well.
          const life = yield* Scope.make()
          yield* Scope.provide(options.ledger.attach(request), life)
          yield* Effect.addFinalizer((exit) => process.crashed ? Effect.void : Scope.close(life, exit))
          capHistory.set(generation, (yield* fleet.standing).cap, log.now())
          attached = { lease, life }
          yield* options.onAttach(request.holder, fleet)
          return watch(fleet)
        })
    }),
    loseLease: Effect.suspend(() => attached === undefined ? Effect.void : Scope.close(attached.lease, Exit.void)),
    bury: Effect.suspend(() => attached === undefined ? Effect.void : Scope.close(attached.life, Exit.void))
  }
}
