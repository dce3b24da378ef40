/**
 * The ledger of slots: the only thing that grants or frees one.
 *
 * A provisioner attaches to its fleet and gets a {@link FleetLedger}, through
 * which every way to start a task goes: reserve, then the gate, then the
 * verdict. The rules themselves are plain functions (`Launch`, `Evidence`); a
 * ledger keeps the state that they decide over, and swaps it atomically.
 *
 * `LedgerMemory` keeps it in one process, `LedgerPostgres` and `LedgerDynamoDb` for
 * any number of them.
 *
 * This folder holds who has a slot: the service, the slots, the limits that safety
 * rests on, and the ledger in memory. It knows nothing of callers, and may import
 * `ecs`, `Time.ts` and `Detail.ts`.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { Change } from "./Change.ts"
import type { LedgerMismatch, LedgerUnavailable } from "./LedgerError.ts"
import type * as Operations from "./Operation.ts"
import type * as Launch from "./rules/Launch.ts"
import type { Description, Turn } from "./rules/LedgerState.ts"

export { LedgerMismatch, LedgerUnavailable } from "./LedgerError.ts"

/**
 * The description with which a holder attaches to a fleet.
 *
 * @category options
 */
export interface AttachOptions extends Description {
  /** The fleet's id. Slots of one fleet do not count against another. */
  readonly fleet: string
  /** Identifies who attaches, in reports and when it is gone. */
  readonly holder: string
  /**
   * Returns the requests that wait for a slot with this holder, at the moment of a
   * decision: the others leave them their turn.
   */
  readonly line: () => Launch.Line
}

/**
 * The turn to read ECS: a lease that one holder has at a time, and reads for all.
 *
 * @category models
 */
export interface ReadTurn {
  /**
   * Asks for the turn, unless there is a reading that began at `since` or later. The
   * holder that gets it ends it.
   */
  readonly claim: (...args: Operations.Args["claimTurn"]) => Answered<"claimTurn">
  /** Ends the turn. The next reading may begin after a rest, in milliseconds. */
  readonly end: (...args: Operations.Args["endTurn"]) => Answered<"endTurn">
  /** Returns whose turn it is, as far as this holder has heard. */
  readonly current: Effect.Effect<Turn>
  /** Returns when the latest complete reading began that listed the running tasks, as far as this holder has heard. */
  readonly readingBegunAt: Effect.Effect<number>
  /** Waits until a turn ends. One that ended a moment ago may be missed: a waiting caller looks again after a while. */
  readonly ended: Effect.Effect<void>
}

type Answered<T extends Operations.Tag> = Effect.Effect<Operations.Answers[T], LedgerUnavailable>

/**
 * The ledger of one fleet, in the hands of one holder: the operations that are decided
 * (see the table in `Operation`), the turn to read, and what this holder hears.
 *
 * @category models
 */
export interface FleetLedger extends Omit<Operations.Asking, "claimTurn" | "endTurn"> {
  readonly readTurn: ReadTurn
  /**
   * Subscribes to what happens from here on. At most `capacity` changes are kept
   * for a slow subscriber; the oldest go first. The queue is the subscriber's: what
   * it has to tell itself it may put in between.
   */
  readonly subscribe: <Own = never>(capacity: number) => Effect.Effect<Queue.Queue<Change | Own>, never, Scope.Scope>
  /**
   * The time that the ledger paces by, in epoch milliseconds: the fast reading of
   * its {@link Time.Time}. It never goes back.
   */
  readonly now: Effect.Effect<number>
  /** Stops this holder: it is granted nothing more, and what it has not sent is not sent. */
  readonly close: Effect.Effect<void>
}

/**
 * The only thing that grants or frees a slot.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { Ledger, LedgerMemory } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const program = Effect.gen(function*() {
 *   const ledger = yield* Ledger.Ledger
 *   const fleet = yield* ledger.attach({
 *     fleet: "workers/converter",
 *     holder: "dashboard",
 *     cap: 16,
 *     exclusiveKeys: false,
 *     lagBound: 300_000,
 *     location: { partition: "aws", region: "eu-central-1", account: "123456789012", cluster: "workers" },
 *     line: () => ({ waiting: 0, since: undefined })
 *   })
 *   yield* fleet.resize(8)
 *   return (yield* fleet.slotTable).cap
 * })
 *
 * assert.equal(await Effect.runPromise(Effect.scoped(Effect.provide(program, LedgerMemory.layer))), 8)
 * ```
 *
 * @category services
 */
export class Ledger extends Context.Service<Ledger, {
  /**
   * Attaches a holder to a fleet for the life of the scope. When it closes, what
   * the holder had not sent is freed, and what it had waits to be taken over.
   */
  readonly attach: (
    options: AttachOptions
  ) => Effect.Effect<FleetLedger, LedgerUnavailable | LedgerMismatch, Scope.Scope>
}>()("fleetcap/Ledger") {}
