/**
 * The ledger of slots: the only thing that grants or frees one.
 *
 * A provisioner attaches to its fleet and gets a {@link FleetLedger}, through
 * which every way to start a task goes: reserve, then the gate, then the
 * verdict. The rules themselves are plain functions (`Launch`, `Evidence`); a
 * ledger keeps the occupancy that they decide over, and swaps it atomically.
 *
 * `LedgerMemory` keeps it in one process, `LedgerPostgres` and `LedgerDynamoDb` for
 * any number of them.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { Verdict } from "../ecs/Ecs.ts"
import type { Cap, Change } from "./Change.ts"
import type * as Evidence from "./rules/Evidence.ts"
import type * as Holders from "./rules/Holders.ts"
import type * as Launch from "./rules/Launch.ts"
import type { Description, Standing, Turn } from "./rules/LedgerState.ts"
import type * as Turns from "./rules/ReadTurn.ts"
import type { SlotId, Ticket } from "./Slot.ts"

/**
 * The ledger did not answer. Nothing was granted; ask again.
 *
 * - `away`: it could not be reached, or gave no answer
 * - `busy`: it answers, and other processes were first for as long as was waited
 * - `rejected`: it answers, and does not take what it is asked
 *
 * @category errors
 */
export class LedgerUnavailable extends Schema.TaggedError<LedgerUnavailable>()("LedgerUnavailable", {
  reason: Schema.Literals(["away", "busy", "rejected"]).pipe(Schema.withConstructorDefault(Effect.succeed("away"))),
  detail: Schema.String
}) {
  override get message(): string {
    return `${said[this.reason]}: ${this.detail}`
  }
}

const said = {
  away: "The ledger could not be asked",
  busy: "The ledger is busy",
  rejected: "The ledger rejected the operation"
} as const

/**
 * The fleet is attached to already, under another description, or its tasks are in
 * another place than the one in which this process calls ECS.
 *
 * **When to use**
 *
 * Describe a fleet in the same way to all its provisioners. The cap may be the one
 * that the others described, or the one in force after a `resize`: who attaches
 * joins at the one in force. To roll out another cap, resize first.
 *
 * The place of a fleet is its partition, region, account and cluster. A process that
 * calls ECS in another one sees none of the fleet's tasks, and is refused for as
 * long as the fleet has any.
 *
 * @category errors
 */
export class LedgerMismatch extends Schema.TaggedError<LedgerMismatch>()("LedgerMismatch", {
  fleet: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `Fleet ${this.fleet} is in use: ${this.detail}`
  }
}

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
  /** Who waits for a slot with this holder, asked at the moment of a decision: the others leave them their turn. */
  readonly line: () => Launch.Line
}

/**
 * The ledger of one fleet, in the hands of one holder.
 *
 * @category models
 */
export interface FleetLedger {
  /** Grants a slot, if fewer than the cap are counted. */
  readonly reserve: (options: Launch.ReserveOptions) => Effect.Effect<Launch.Reservation, LedgerUnavailable>
  /** Lets one attempt through to `RunTask`. It is asked before every attempt. */
  readonly gate: (ticket: Ticket) => Effect.Effect<Launch.GateAnswer, LedgerUnavailable>
  /** Records the verdict of an attempt. */
  readonly settle: (ticket: Ticket, verdict: Verdict) => Effect.Effect<Launch.Settlement, LedgerUnavailable>
  /** Gives a slot back whose `RunTask` has certainly launched nothing; of any other does nothing. */
  readonly withdraw: (ticket: Ticket) => Effect.Effect<void, LedgerUnavailable>
  /** Takes over the launches of holders that are gone. */
  readonly takeOver: Effect.Effect<ReadonlyArray<Holders.TakenOver>, LedgerUnavailable>
  /** Returns how a launch goes that another holder may have in flight. */
  readonly trace: (slotId: SlotId) => Effect.Effect<Launch.Trace, LedgerUnavailable>
  /**
   * Asks for the turn to read ECS, unless there is a reading that began at `since`
   * or later. The holder that gets it ends it.
   */
  readonly claimTurn: (since: number) => Effect.Effect<Turns.Claim, LedgerUnavailable>
  /** Ends the turn to read. The next reading may begin after a rest, in milliseconds. */
  readonly endTurn: (rest: number, outcome: Turns.Outcome) => Effect.Effect<void, LedgerUnavailable>
  /** Returns whose turn it is, as far as this holder has heard. */
  readonly turn: Effect.Effect<Turn>
  /** Returns when the latest complete reading began that listed the running tasks, as far as this holder has heard. */
  readonly readingBegunAt: Effect.Effect<number>
  /** Waits until a turn ends. One that ended a moment ago may be missed: a waiting caller looks again after a while. */
  readonly turnEnds: Effect.Effect<void>
  /** Counts the listed tasks that are not known, and says what to describe. */
  readonly adopt: (listing: Evidence.Listing) => Effect.Effect<Evidence.Question, LedgerUnavailable>
  /** Takes a complete reading as evidence. */
  readonly observe: (reading: Evidence.Reading) => Effect.Effect<Evidence.Tally, LedgerUnavailable>
  /** Frees a launch without a verdict, once its task must have become visible. */
  readonly release: (slotId: SlotId) => Effect.Effect<Evidence.Release, LedgerUnavailable>
  /** Changes the cap. */
  readonly resize: (cap: Cap) => Effect.Effect<void, LedgerUnavailable>
  /** Reads the slots as they are now. */
  readonly standing: Effect.Effect<Standing, LedgerUnavailable>
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
