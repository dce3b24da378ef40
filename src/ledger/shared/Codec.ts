/**
 * Writes the parts of a shared fleet as JSON, and reads them.
 *
 * What a ledger has stored may have been written by another release, or by hand.
 * It is read through these schemas, and refused where it does not fit them. In
 * JSON, what is undefined is null, and an infinite number is a string.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { FailureReason, type RunTaskRequest as Request } from "../../ecs/Ecs.ts"
import type { Change as AnyChange } from "../Change.ts"
import type { Answer as AnyAnswer } from "../Operation.ts"
import type { TakenOver as Taken } from "../rules/Holders.ts"
import type * as Launches from "../rules/Launch.ts"
import type * as LedgerStates from "../rules/LedgerState.ts"
import type * as Turns from "../rules/ReadTurn.ts"
import type { Slot as AnySlot } from "../Slot.ts"
import type * as SharedStates from "./SharedState.ts"

const Key = Schema.String.pipe(Schema.brand("Key"))
/**
 * The id of a slot.
 *
 * @category schemas
 */
export const SlotId = Schema.String.pipe(Schema.brand("SlotId"))
/**
 * The ARN of a task.
 *
 * @category schemas
 */
export const TaskArn = Schema.String.pipe(Schema.brand("TaskArn"))
/**
 * How many tasks a fleet may have.
 *
 * @category schemas
 */
export const Cap = Schema.Union([Schema.Finite, Schema.Literal("unlimited")])
const maybe = Schema.UndefinedOr
/**
 * Where a fleet is.
 *
 * @category schemas
 */
export const Place = Schema.Struct({
  partition: maybe(Schema.String),
  region: maybe(Schema.String),
  account: maybe(Schema.String),
  cluster: maybe(Schema.String)
})
const Ticket = Schema.Struct({ slotId: SlotId, fence: Schema.Finite })
const Failure = Schema.Struct({ reason: FailureReason, detail: Schema.String })
const Nothing = Schema.Undefined

const Time = Schema.Struct({ fast: Schema.Finite, slow: Schema.Finite })

/**
 * When a decision was made.
 *
 * @category schemas
 */
export const DecidedAt = Schema.Struct({ time: Time, store: Schema.Finite, isAgreed: Schema.Boolean })

/**
 * What was sent, as text: a database that orders the fields of JSON anew must not
 * change a byte of it.
 *
 * @category schemas
 */
export const RunTaskRequest: Schema.Codec<Request, unknown> = Schema.fromJsonString(
  Schema.declare((input): input is Request =>
    Predicate.isObject(input) &&
    "clientToken" in input && typeof input["clientToken"] === "string" &&
    "taskDefinition" in input && typeof input["taskDefinition"] === "string" &&
    "startedBy" in input && input["startedBy"] === input["clientToken"] &&
    "count" in input && input["count"] === 1
  )
)

/**
 * A slot.
 *
 * @category schemas
 */
export const Slot: Schema.Codec<AnySlot, unknown> = Schema.Struct({
  id: SlotId,
  key: maybe(Key),
  holder: maybe(Schema.String),
  fence: Schema.Finite,
  since: Schema.Finite,
  state: Schema.Union([
    Schema.TaggedStruct("Reserved", {}),
    Schema.TaggedStruct("Launching", {
      firstSentAt: Time,
      lastSentAt: Time,
      attempts: Schema.Finite,
      underWay: Schema.Boolean,
      ambiguous: Schema.Boolean,
      absentSince: maybe(Time)
    }),
    Schema.TaggedStruct("Launched", {
      taskArn: TaskArn,
      knownSince: Time,
      lastStatus: maybe(Schema.String),
      missingSince: maybe(Time)
    })
  ]),
  contradiction: maybe(Schema.Struct({ detail: Schema.String, elsewhere: Schema.Boolean }))
})

/**
 * A time, or one before all times.
 *
 * @category schemas
 */
// @effect-diagnostics-next-line schemaNumber:off
export const Moment = Schema.Number

const happened = {
  sequence: Schema.Finite,
  at: Schema.Finite,
  occupied: Schema.Finite,
  cap: Cap,
  by: maybe(Schema.String)
}

/**
 * A change.
 *
 * @category schemas
 */
export const Change: Schema.Codec<AnyChange, unknown> = Schema.Union([
  Schema.TaggedStruct("Reserved", { slotId: SlotId, key: Key, ...happened }),
  Schema.TaggedStruct("Launched", { slotId: SlotId, key: maybe(Key), taskArn: TaskArn, ...happened }),
  Schema.TaggedStruct("Refused", { slotId: SlotId, key: maybe(Key), failure: Failure, ...happened }),
  Schema.TaggedStruct("Unknown", { slotId: SlotId, key: maybe(Key), detail: Schema.String, ...happened }),
  Schema.TaggedStruct("Adopted", { slotId: SlotId, taskArn: TaskArn, ...happened }),
  Schema.TaggedStruct("Freed", {
    slotId: SlotId,
    key: maybe(Key),
    taskArn: maybe(TaskArn),
    reason: Schema.Literals(["stopped", "refused", "withdrawn", "merged", "forgotten", "absent"]),
    ...happened
  }),
  Schema.TaggedStruct("Contradicted", { slotId: SlotId, key: maybe(Key), detail: Schema.String, ...happened }),
  Schema.TaggedStruct("Abandoned", { slotId: SlotId, key: maybe(Key), ...happened }),
  Schema.TaggedStruct("Resized", happened)
])

/**
 * What holders said of a fleet.
 *
 * @category schemas
 */
export const Description = Schema.Struct({
  cap: Cap,
  exclusiveKeys: Schema.Boolean,
  lagBound: Schema.Finite,
  place: Place
})

/**
 * Whose turn it is to read.
 *
 * @category schemas
 */
export const Turn: Schema.Codec<LedgerStates.Turn, unknown> = Schema.Struct({
  reader: maybe(Schema.String),
  begunAt: Moment,
  dueAt: Moment,
  servesFor: Schema.Finite,
  contested: Schema.Boolean,
  failed: Schema.Array(
    Schema.Struct({
      holder: Schema.String,
      times: Schema.Finite,
      restsUntil: Schema.Finite,
      othersRead: Schema.Boolean
    })
  )
})

const Reservation: Schema.Codec<Launches.Reservation, unknown> = Schema.Union([
  Schema.TaggedStruct("Granted", { ticket: Ticket }),
  Schema.TaggedStruct("Shared", { slotId: SlotId }),
  Schema.TaggedStruct("Existing", { slotId: SlotId, taskArn: TaskArn }),
  Schema.TaggedStruct("Full", { occupied: Schema.Finite, cap: Schema.Finite }),
  Schema.TaggedStruct("Stale", {}),
  Schema.TaggedStruct("Closed", {})
])

const LaunchOutcome: Schema.Codec<Launches.LaunchOutcome, unknown> = Schema.Union([
  Schema.TaggedStruct("Launched", { taskArn: TaskArn }),
  Schema.TaggedStruct("Refused", { failure: Failure }),
  Schema.TaggedStruct("Withdrawn", { occupied: Schema.Finite, cap: Schema.Finite }),
  Schema.TaggedStruct("Closed", {}),
  Schema.TaggedStruct("Expired", {}),
  Schema.TaggedStruct("Lost", {})
])

const GateAnswer: Schema.Codec<Launches.GateAnswer, unknown> = Schema.Union([
  Schema.TaggedStruct("Pass", {}),
  Schema.TaggedStruct("Hold", {}),
  LaunchOutcome
])

const Settlement: Schema.Codec<Launches.Settlement, unknown> = Schema.Union([
  Schema.TaggedStruct("Resend", {}),
  LaunchOutcome
])

const TakenOver: Schema.Codec<Taken, unknown> = Schema.Struct({ ticket: Ticket, key: Key, request: RunTaskRequest })

const Claim: Schema.Codec<Turns.Claim, unknown> = Schema.Union([
  Schema.TaggedStruct("Yours", { begunAt: Time, cap: Cap, searching: Schema.Boolean }),
  Schema.TaggedStruct("Theirs", {}),
  Schema.TaggedStruct("Resting", { dueAt: Schema.Finite }),
  Schema.TaggedStruct("Recent", {})
])

const Release = Schema.Union([
  Schema.TaggedStruct("Freed", {}),
  Schema.TaggedStruct("TooEarly", { until: Schema.Finite }),
  Schema.TaggedStruct("NotUnknown", {})
])

const answer = <T extends string, A, E>(tag: T, value: Schema.Codec<A, E>) =>
  Schema.Struct({ tag: Schema.Literal(tag), value })

/** The answers that are kept: what is only read, or says the same again, is not. */
const Answer: Schema.Codec<AnyAnswer, unknown> = Schema.Union([
  answer("Reserve", Reservation),
  answer("Gate", GateAnswer),
  answer("Settle", Settlement),
  answer("TakeOver", Schema.Array(TakenOver)),
  answer("ClaimTurn", Claim),
  answer("Release", Release),
  Schema.Struct({ tag: Schema.Literals(["Withdraw", "EndTurn", "Resize"]), value: Nothing })
])

/**
 * A holder, as the others know it.
 *
 * @category schemas
 */
export const Member: Schema.Codec<SharedStates.Member, unknown> = Schema.Struct({
  number: Schema.Finite,
  answers: Schema.Array(maybe(Answer)),
  heardAt: Schema.Finite,
  lease: Schema.Finite,
  line: Schema.Struct({ waiting: Schema.Finite, since: maybe(Schema.Finite) }),
  status: Schema.Literals(["here", "lapsed", "left"])
})
