/**
 * Schemas of the JSON that controls an emulator.
 */
import * as Schema from "effect/Schema"
import { Count, Script, Settings, Time } from "../model/SettingsSchema.ts"

const Origin = Schema.Literals(["own", "foreign"])

/**
 * A change to an emulator. Its parts are done in this order.
 *
 * @category schemas
 */
export const Control = Schema.Struct({
  reset: Schema.optional(Schema.Boolean),
  settings: Schema.optional(Settings),
  faults: Schema.optional(Script),
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
