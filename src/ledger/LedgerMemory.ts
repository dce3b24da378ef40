/**
 * The ledger of one process, in memory: a `Ref` for each fleet.
 *
 * A decision is one `Ref.modify` over immutable data, in which its changes are
 * published too, so that nothing comes between counting and granting. Permits for
 * `RunTask` are the ECS layer's; a failed launch gives its slot back in the flight
 * that reserved it (`Flight`, `acquireUseRelease`).
 *
 * It bounds the tasks of one process, and forgets at a restart: the next process
 * counts what ECS lists.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Ref from "effect/Ref"
import * as Time from "../Time.ts"
import type { Change } from "./Change.ts"
import { type AttachOptions, type FleetLedger, Ledger, LedgerMismatch } from "./Ledger.ts"
import * as Operations from "./Operation.ts"
import * as Descriptions from "./rules/Description.ts"
import * as Holders from "./rules/Holders.ts"
import type * as Launch from "./rules/Launch.ts"
import type { Description, LedgerState } from "./rules/LedgerState.ts"
import * as LedgerStates from "./rules/LedgerState.ts"
import type { Decision } from "./rules/Transaction.ts"

/** A fleet in memory. It outlives its holders: slots do not end with who asked for them. */
interface Fleet {
  readonly ledger: Ref.Ref<LedgerState>
  readonly subscribers: Set<Queue.Enqueue<Change>>
  readonly now: () => Time.Time
  /** The requests that wait, by holder. */
  readonly lines: Map<string, () => Launch.Line>
  /** The description that its holders gave. The cap may have been changed since. */
  description: Description
  holders: number
  turnEnds: Deferred.Deferred<void>
}

const makeFleet = (description: Description, now: () => Time.Time): Fleet => ({
  ledger: Ref.makeUnsafe(LedgerStates.make(description, now())),
  subscribers: new Set(),
  now,
  lines: new Map(),
  description,
  holders: 0,
  turnEnds: Deferred.makeUnsafe()
})

/** Tells those who wait for a turn to end. */
const tellTurnEnds = (fleet: Fleet): void => {
  Deferred.doneUnsafe(fleet.turnEnds, Effect.void)
  fleet.turnEnds = Deferred.makeUnsafe()
}

const elsewhere = (fleet: Fleet, holder: string): ReadonlyArray<Launch.Line> => {
  const lines: Array<Launch.Line> = []
  for (const [id, line] of fleet.lines) if (id !== holder) lines.push(line())
  return lines
}

/** Decides in one synchronous step, in which the changes are published too: their order is that of the decisions. */
const decideIn =
  (fleet: Fleet) => <A>(decision: (ledger: LedgerState, now: Time.Time) => Decision<A>): Effect.Effect<A> =>
    Ref.modify(fleet.ledger, (before): readonly [A, LedgerState] => {
      const { answer, changes, ledger } = decision(before, fleet.now())
      for (const subscriber of fleet.subscribers) {
        for (const change of changes) Queue.offerUnsafe(subscriber, change)
      }
      return [answer, ledger]
    })

const fleetLedger = (fleet: Fleet, holderId: string): FleetLedger => {
  const decide = decideIn(fleet)
  let holder: Launch.Holder = { id: holderId, closing: false }
  const { claimTurn, endTurn, ...operations } = Operations.asking((operation) =>
    decide((ledger, now) =>
      Operations.decide(ledger, operation, { holder, elsewhere: elsewhere(fleet, holderId) }, now)
    )
  )
  return {
    ...operations,
    readTurn: {
      claim: claimTurn,
      end: (rest, outcome) => Effect.andThen(endTurn(rest, outcome), Effect.sync(() => tellTurnEnds(fleet))),
      current: Effect.map(Ref.get(fleet.ledger), ({ turn }) => turn),
      readingBegunAt: Effect.map(Ref.get(fleet.ledger), ({ readingBegunAt }) => readingBegunAt),
      ended: Effect.suspend(() => Deferred.await(fleet.turnEnds))
    },
    subscribe: <Own>(capacity: number) =>
      Effect.acquireRelease(
        Effect.tap(Queue.sliding<Change | Own>(capacity), (queue) => Effect.sync(() => fleet.subscribers.add(queue))),
        (queue) =>
          Effect.andThen(
            Effect.sync(() => fleet.subscribers.delete(queue)),
            Queue.shutdown(queue)
          )
      ),
    now: Effect.sync(() => fleet.now().fast),
    close: Effect.sync(() => {
      holder = { id: holderId, closing: true }
    })
  }
}

/**
 * Provides a ledger that is kept in memory.
 *
 * **Gotchas**
 *
 * It bounds what one process launches, and it forgets at a restart. Provide one
 * to all provisioners of the process: two of them are two ledgers, and two caps.
 *
 * @example
 * ```ts
 * import { Effect, Layer } from "effect"
 * import { Fleet, LedgerMemory, Provisioner } from "fleetcap"
 * import { Simulation, TestEcs } from "fleetcap/testing"
 * import assert from "node:assert/strict"
 *
 * const fleet = Fleet.makeUnsafe({
 *   cluster: "workers",
 *   taskDefinition: "converter:7",
 *   subnets: ["subnet-0a1b2c3d"],
 *   cap: 1
 * })
 *
 * // Two provisioners over one ledger have one cap.
 * const program = Effect.gen(function*() {
 *   const [first, second] = [yield* Provisioner.make(fleet), yield* Provisioner.make(fleet)]
 *   return [(yield* first.request("a"))._tag, (yield* second.request("b"))._tag]
 * }).pipe(Effect.scoped, Effect.provide(Layer.merge(LedgerMemory.layer, TestEcs.layer())))
 *
 * assert.deepEqual(Simulation.runOrThrow(program, { seed: 7 }), ["Launched", "AtCapacity"])
 * ```
 *
 * @category layers
 */
export const layer: Layer.Layer<Ledger> = Layer.effect(
  Ledger,
  Effect.map(Clock.Clock, (clock) => {
    const now = Time.reader(clock)
    const fleets = new Map<string, Fleet>()
    const enter = (options: AttachOptions): Effect.Effect<Fleet, LedgerMismatch> =>
      Effect.suspend(() => {
        const fleet = fleets.get(options.fleet) ?? makeFleet(options, now)
        const ledger = Ref.getUnsafe(fleet.ledger)
        const detail = fleet.holders === 0
          ? Descriptions.moved(ledger, options)
          : Descriptions.mismatch(ledger, fleet.description, options)
        if (detail !== undefined) return Effect.fail(new LedgerMismatch({ fleet: options.fleet, detail }))
        fleets.set(options.fleet, fleet)
        fleet.lines.set(options.holder, options.line)
        if (fleet.holders++ > 0) {
          return Effect.as(decideIn(fleet)((ledger, now) => Descriptions.join(ledger, options, now)), fleet)
        }
        const before = fleet.description
        fleet.description = options
        return Effect.as(
          decideIn(fleet)((ledger, now) => Descriptions.describe(ledger, before, options, now)),
          fleet
        )
      })
    const leave = (fleet: Fleet, holder: string): Effect.Effect<void> =>
      Effect.andThen(
        decideIn(fleet)((ledger, now) => {
          fleet.holders--
          fleet.lines.delete(holder)
          return Holders.abandon(ledger, holder, now)
        }),
        Effect.sync(() => tellTurnEnds(fleet))
      )
    return {
      attach: (options) =>
        Effect.map(
          Effect.acquireRelease(
            Effect.map(enter(options), (fleet) => ({ fleet, ledger: fleetLedger(fleet, options.holder) })),
            // Closed first: whatever still comes from a holder that is gone takes nothing.
            ({ fleet, ledger }) => Effect.andThen(ledger.close, leave(fleet, options.holder))
          ),
          ({ ledger }) => ledger
        )
    }
  })
)
