/**
 * Schemas of the JSON that controls an emulator.
 */
import * as Schema from "effect/Schema"
import { contradictions } from "../model/Fault.ts"

const Time = Schema.Union([Schema.DurationFromMillis, Schema.DurationFromString])
const Span = Schema.Union([Schema.Struct({ min: Time, max: Time }), Time])
const Probability = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Status = Schema.Int.check(Schema.isBetween({ minimum: 400, maximum: 599 }))
const Origin = Schema.Literals(["own", "foreign"])

const Fault = Schema.Union([
  Schema.TaggedStruct("Throttle", {}),
  Schema.TaggedStruct("HiddenThrottle", {}),
  Schema.TaggedStruct("Capacity", { launched: Schema.optional(Count), reason: Schema.optional(Schema.String) }),
  Schema.TaggedStruct("StartFailure", {}),
  Schema.TaggedStruct("ServerError", { processed: Schema.Boolean, status: Schema.optional(Status) }),
  Schema.TaggedStruct("ServiceError", {
    name: Schema.String,
    message: Schema.String,
    status: Schema.optional(Status)
  }),
  Schema.TaggedStruct("Reset", { processed: Schema.Boolean }),
  Schema.TaggedStruct("CutBody", {}),
  Schema.TaggedStruct("Blank", {}),
  Schema.TaggedStruct("Contradiction", { says: Schema.Literals(contradictions) }),
  Schema.TaggedStruct("LateAnswer", { by: Time }),
  Schema.TaggedStruct("LateProcessing", { by: Time })
])

/**
 * Settings, with times in milliseconds or as text such as `"30 seconds"`.
 *
 * @category schemas
 */
export const Settings = Schema.Struct({
  seed: Schema.optional(Schema.Int),
  region: Schema.optional(Schema.String),
  account: Schema.optional(Schema.String),
  strict: Schema.optional(Schema.Boolean),
  lifecycle: Schema.optional(Schema.Struct({
    provisioning: Schema.optional(Span),
    pending: Schema.optional(Span),
    activating: Schema.optional(Span),
    lifetime: Schema.optional(Span),
    deactivating: Schema.optional(Span),
    stopping: Schema.optional(Span),
    stopTimeout: Schema.optional(Time),
    deprovisioning: Schema.optional(Span),
    deletedAfter: Schema.optional(Time),
    retention: Schema.optional(Time),
    startFailures: Schema.optional(Probability)
  })),
  lag: Schema.optional(Schema.Struct({
    unlisted: Schema.optional(Span),
    lingering: Schema.optional(Span),
    missing: Schema.optional(Span),
    status: Schema.optional(Span),
    replicas: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 })))
  })),
  pages: Schema.optional(Schema.Struct({
    short: Schema.optional(Probability),
    empty: Schema.optional(Probability)
  })),
  latency: Schema.optional(Span),
  latencyOf: Schema.optional(Schema.Record(Schema.String, Span)),
  transit: Schema.optional(Span),
  capacity: Schema.optional(Count),
  rates: Schema.optional(Schema.Boolean),
  faults: Schema.optional(Schema.Array(Schema.Struct({
    fault: Fault,
    operation: Schema.optional(Schema.String),
    probability: Probability
  })))
})

/**
 * A change to an emulator. Its parts are done in this order.
 *
 * @category schemas
 */
export const Control = Schema.Struct({
  reset: Schema.optional(Schema.Boolean),
  settings: Schema.optional(Settings),
  faults: Schema.optional(Schema.Array(Schema.Struct({
    fault: Fault,
    operation: Schema.optional(Schema.String),
    times: Schema.optional(Count),
    after: Schema.optional(Count)
  }))),
  launch: Schema.optional(Schema.Struct({
    count: Schema.optional(Count.check(Schema.isLessThanOrEqualTo(100_000))),
    cluster: Schema.optional(Schema.String),
    family: Schema.String,
    startedBy: Schema.optional(Schema.String),
    lifetime: Schema.optional(Time)
  })),
  stop: Schema.optional(Schema.Struct({
    cluster: Schema.optional(Schema.String),
    family: Schema.optional(Schema.String),
    origin: Schema.optional(Origin),
    arns: Schema.optional(Schema.Array(Schema.String)),
    count: Schema.optional(Count),
    stopCode: Schema.optional(Schema.Literals([
      "TaskFailedToStart",
      "EssentialContainerExited",
      "UserInitiated",
      "ServiceSchedulerInitiated",
      "SpotInterruption",
      "TerminationNotice"
    ])),
    reason: Schema.optional(Schema.String)
  }))
})

/**
 * The tasks that the truth is asked of.
 *
 * @category schemas
 */
export const Filter = Schema.Struct({
  cluster: Schema.optional(Schema.String),
  family: Schema.optional(Schema.String),
  origin: Schema.optional(Origin)
})
