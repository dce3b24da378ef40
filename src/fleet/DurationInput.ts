/**
 * Durations as users write them.
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import { expecting } from "./Problems.ts"

const part = Schema.optional(Schema.Finite)

const Parts = Schema.Struct({
  weeks: part,
  days: part,
  hours: part,
  minutes: part,
  seconds: part,
  milliseconds: part,
  microseconds: part,
  nanoseconds: part
})

const SecondsAndNanos = Schema.Tuple([Schema.Finite, Schema.Finite])

const DurationFromSecondsAndNanos = SecondsAndNanos.pipe(
  Schema.decodeTo(Schema.toType(Schema.Duration), {
    decode: SchemaGetter.transform((written) => Duration.fromInputUnsafe(written)),
    encode: SchemaGetter.transform((duration) => [Duration.toSeconds(duration), 0] as const)
  })
)

const DurationFromParts = Parts.pipe(
  Schema.decodeTo(Schema.toType(Schema.Duration), {
    decode: SchemaGetter.transform((written) => Duration.fromInputUnsafe(written)),
    encode: SchemaGetter.transform((duration) => ({ milliseconds: Duration.toMillis(duration) }))
  })
)

/**
 * Decodes everything that Effect takes as a duration: `"30 seconds"`, a number of
 * milliseconds, a bigint of nanoseconds, `{ minutes: 1 }`, or a `Duration`.
 *
 * @category schemas
 */
export const DurationInput = Schema.Union([
  Schema.Duration,
  Schema.DurationFromMillis,
  Schema.DurationFromNanos,
  Schema.DurationFromString,
  DurationFromSecondsAndNanos,
  DurationFromParts
]).pipe(
  // To which of the forms a wrong value came closest does not help its author.
  expecting("a duration such as \"30 seconds\"")
)

/**
 * A {@link DurationInput} that is finite and at least `minimum`.
 *
 * @category schemas
 */
export const durationAtLeast = (minimum: Duration.Duration) =>
  DurationInput.check(
    Schema.makeFilter((duration) =>
      Duration.isFinite(duration) && Duration.isGreaterThanOrEqualTo(duration, minimum)
        ? undefined
        : `expected a finite duration of at least ${Duration.format(minimum)}, got ${Duration.format(duration)}`
    )
  )
