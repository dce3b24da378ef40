/**
 * Schemas of the settings and faults of an emulator, in process and as JSON alike. What they
 * refuse, they refuse with a message that says what there is.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { contradictions } from "./Fault.ts"
import { operationNames } from "./OperationName.ts"

const units = new Set(["weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"])
const isDurationText = (text: string): boolean => Option.isSome(decodeDuration(text))
const decodeDuration = Schema.decodeOption(Schema.DurationFromString)

const isTime = (value: unknown): value is Duration.Input => {
  if (typeof value === "string") return isDurationText(value)
  if (typeof value === "number") return !Number.isNaN(value)
  if (typeof value === "bigint" || Duration.isDuration(value)) return true
  if (typeof value !== "object" || value === null) return false
  const parts = Object.entries(value)
  const isNamed = Array.isArray(value) ? parts.length === 2 : parts.every(([unit]) => units.has(unit))
  return isNamed && parts.every(([, part]) => part === undefined || typeof part === "number")
}

/**
 * A time: milliseconds, a text such as `"30 seconds"`, or anything else that Effect takes for
 * a duration.
 *
 * @category schemas
 */
export const Time = Schema.declare(isTime, {
  message: "Expected a time: milliseconds, or a text such as \"30 seconds\""
})

/** A struct that says which fields it has, where it is given another. */
const fields = <const Fields extends Schema.Struct.Fields>(of: string, fields: Fields) =>
  Schema.Struct(fields).annotate({
    messageUnexpectedKey: `Unexpected field. The fields of ${of} are: ${Object.keys(fields).join(", ")}`
  })

const Span = Schema.Union([fields("a range of times", { min: Time, max: Time }), Time]).annotate({
  message: "Expected a time (milliseconds, or a text such as \"30 seconds\"), or a range of them: { min, max }"
})
const Probability = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))
const Status = Schema.Int.check(Schema.isBetween({ minimum: 400, maximum: 599 }))
const optional = Schema.optional

/**
 * A number of things.
 *
 * @category schemas
 */
export const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const isOperation: (name: string) => boolean = Schema.is(Schema.Literals(operationNames))
const noSuchOperation = `There is no such operation. The operations are: ${operationNames.join(", ")}`

const Operation = Schema.Literals(operationNames).annotate({ message: noSuchOperation })

const fault = <const Tag extends string, const Fields extends Schema.Struct.Fields>(tag: Tag, others: Fields) =>
  fields(`the fault ${tag}`, { _tag: Schema.tag(tag), ...others })

const faults = [
  fault("Throttle", {}),
  fault("HiddenThrottle", {}),
  fault("Capacity", { launched: optional(Count), reason: optional(Schema.String) }),
  fault("StartFailure", {}),
  fault("ServerError", { processed: Schema.Boolean, status: optional(Status) }),
  fault("ServiceError", { name: Schema.String, message: Schema.String, status: optional(Status) }),
  fault("Reset", { processed: Schema.Boolean }),
  fault("CutBody", {}),
  fault("Blank", {}),
  fault("Contradiction", { says: Schema.Literals(contradictions) }),
  fault("LateAnswer", { by: Time }),
  fault("LateProcessing", { by: Time })
] as const

const tags = faults.map(({ fields }) => fields._tag.schema.literal)

/**
 * A fault of a call.
 *
 * @category schemas
 */
export const Fault = Schema.Union(faults).annotate({
  message: `There is no such fault. A fault has a _tag, and the faults are: ${tags.join(", ")}`
})

/**
 * The faults that wait for their calls.
 *
 * @category schemas
 */
export const Script = Schema.Array(fields("a scripted fault", {
  fault: Fault,
  operation: optional(Operation),
  times: optional(Count),
  after: optional(Count)
}))

const Lifecycle = fields("lifecycle", {
  provisioning: optional(Span),
  pending: optional(Span),
  activating: optional(Span),
  lifetime: optional(Span),
  deactivating: optional(Span),
  stopping: optional(Span),
  stopTimeout: optional(Time),
  deprovisioning: optional(Span),
  deletedAfter: optional(Time),
  retention: optional(Time),
  startFailures: optional(Probability)
})

const Lag = fields("lag", {
  unlisted: optional(Span),
  lingering: optional(Span),
  missing: optional(Span),
  status: optional(Span),
  replicas: optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 })))
})

const LatencyOf = Schema.Record(Schema.String, Span).check(
  Schema.makeFilter((latencies) => Object.keys(latencies).every(isOperation) || noSuchOperation)
)

const isCapacity = (value: unknown): value is number => value === Infinity || Schema.is(Count)(value)

/**
 * The settings of an emulator.
 *
 * @category schemas
 */
export const Settings = fields("the settings", {
  seed: optional(Schema.Int),
  region: optional(Schema.String),
  account: optional(Schema.String),
  strict: optional(Schema.Boolean),
  lifecycle: optional(Lifecycle),
  lag: optional(Lag),
  pages: optional(fields("pages", { short: optional(Probability), empty: optional(Probability) })),
  latency: optional(Span),
  latencyOf: optional(LatencyOf),
  transit: optional(Span),
  capacity: optional(Schema.declare(isCapacity, { message: "Expected a whole number of tasks, or Infinity" })),
  rates: optional(Schema.Boolean),
  faults: optional(Schema.Array(fields("a random fault", {
    fault: Fault,
    operation: optional(Operation),
    probability: Probability
  })))
})
