/**
 * What a replica is told when it is started, and what it and its parent tell each
 * other.
 */
import { Schema } from "effect"

/** Where a replica may be made to wait for its parent: before it asks the gate, or before it tells a verdict. */
export const Hold = Schema.Struct({
  before: Schema.Literals(["gate", "settle"]),
  /** Which time, from 1. */
  nth: Schema.Int
})

export const Orders = Schema.Struct({
  /** The directory of the sources that it runs, as a URL. */
  source: Schema.String,
  name: Schema.String,
  seed: Schema.Int,
  database: Schema.String,
  schema: Schema.String,
  endpoint: Schema.String,
  cap: Schema.Int,
  /** In milliseconds. */
  lease: Schema.Int,
  /** How far its wall clock is from the true time, in milliseconds. */
  skew: Schema.Int,
  /** How many clients ask by themselves, for ever, out of how many keys. */
  clients: Schema.Int,
  keys: Schema.Int,
  hold: Schema.optional(Hold)
})

export type Orders = typeof Orders.Type

/**
 * - `Ask`: ask for this key, and tell the answer
 * - `Go`: go on where you were made to wait
 * - `Rest`: ask for nothing more
 */
export const ToReplica = Schema.Union([
  Schema.TaggedStruct("Ask", { key: Schema.String }),
  Schema.TaggedStruct("Go", {}),
  Schema.TaggedStruct("Rest", {})
])

export type ToReplica = typeof ToReplica.Type

/**
 * - `Ready`: it has attached
 * - `Held`: it waits for `Go`
 * - `Answered`: what became of an `Ask`
 * - `Resting`: no request is made any more
 */
export const FromReplica = Schema.Union([
  Schema.TaggedStruct("Ready", {}),
  Schema.TaggedStruct("Held", {}),
  Schema.TaggedStruct("Answered", { key: Schema.String, answer: Schema.String }),
  Schema.TaggedStruct("Resting", {})
])

export type FromReplica = typeof FromReplica.Type
