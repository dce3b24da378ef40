/**
 * The two ways in which a ledger fails.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

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
 * another location than the one in which this process calls ECS.
 *
 * **When to use**
 *
 * Describe a fleet in the same way to all its provisioners. The cap may be the one
 * that the others described, or the one in force after a `resize`: who attaches
 * joins at the one in force. To roll out another cap, resize first.
 *
 * The location of a fleet is its partition, region, account and cluster. A process that
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
