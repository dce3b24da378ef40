/**
 * Every time, size and number of retries that a fleet may set, with its default.
 * What safety has fixed is in `SafetyLimits`.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { replayWindow } from "../ledger/SafetyLimits.ts"
import { durationAtLeast } from "./DurationInput.ts"

/**
 * The settings of a fleet, as they are used.
 *
 * @category models
 */
export interface Settings {
  /** The longest that a request waits for a reading and a verdict. Then it fails as still settling; the launch goes on. */
  readonly requestTimeout: Duration.Duration
  /** The greatest age of a reading on which a slot is granted. Shorter notices foreign tasks sooner, and reads more. */
  readonly readingMaxAge: Duration.Duration
  /** The time from the end of a reading to the next one, while a request waits for a slot. */
  readonly readingInterval: Duration.Duration
  /** The interval of readings while slots are held and no request waits, so that those of stopped tasks are freed. */
  readonly backgroundReadingInterval: Duration.Duration
  /** The longest that one page of a reading may take before it counts as unread. */
  readonly readTimeout: Duration.Duration
  /** The number of times that a page of a reading is read again before the reading fails. */
  readonly readPageRetries: number
  /**
   * The most that the lists of ECS are believed to lag. It is used in one place: to give back the slot of a launch
   * that never got an answer and that no reading shows. AWS gives no bound, and advises to wait up to five minutes
   * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html}).
   */
  readonly lagBound: Duration.Duration
  /** The longest that one `RunTask` may take, credentials and connection included, before it counts as unanswered. */
  readonly attemptTimeout: Duration.Duration
  /** The wait before a launch is sent again for the first time. The wait doubles each time. */
  readonly replayBackoffBase: Duration.Duration
  /** The longest wait before a launch is sent again. */
  readonly replayBackoffMax: Duration.Duration
  /**
   * The longest that closing waits for the launches that were sent. Under `TestClock` the test has to let that time
   * pass, or the test that closes with a launch in flight hangs.
   */
  readonly shutdownTimeout: Duration.Duration
  /**
   * The time for which a new provisioner grants nothing. With the in-memory ledger, a hold as long as a rolling
   * deployment keeps the old copy running narrows the time in which two copies each grant a whole cap. A shared
   * ledger needs none.
   */
  readonly startupHold: Duration.Duration
  /** The number of changes kept for a slow subscriber. It sees a gap in their numbers when it is slower than that. */
  readonly changesCapacity: number
}

/**
 * The settings that a user may write: any of the {@link Settings}, times as Effect takes them
 * (`"30 seconds"`, or a number of milliseconds).
 *
 * @example
 * ```ts
 * import { Duration } from "effect"
 * import { Fleet, Settings } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const settings: Settings.Options = { requestTimeout: "10 seconds", readPageRetries: 5 }
 * const fleet = Fleet.makeUnsafe({
 *   cluster: "workers",
 *   taskDefinition: "converter:7",
 *   subnets: ["subnet-0a1b2c3d"],
 *   cap: 16,
 *   settings
 * })
 *
 * assert.equal(Duration.toSeconds(fleet.settings.requestTimeout), 10)
 * assert.deepEqual(fleet.settings.lagBound, Settings.defaults.lagBound)
 * ```
 *
 * @category options
 */
export type Options = {
  readonly [Name in keyof Settings]?: (Settings[Name] extends Duration.Duration ? Duration.Input : number) | undefined
}

/**
 * The settings of a fleet that sets nothing.
 *
 * @category configuration
 */
export const defaults: Settings = {
  requestTimeout: Duration.seconds(30),
  readingMaxAge: Duration.seconds(10),
  readingInterval: Duration.seconds(1),
  backgroundReadingInterval: Duration.minutes(15),
  readTimeout: Duration.seconds(10),
  readPageRetries: 3,
  lagBound: Duration.minutes(5),
  attemptTimeout: Duration.seconds(30),
  replayBackoffBase: Duration.millis(500),
  replayBackoffMax: Duration.seconds(20),
  shutdownTimeout: Duration.seconds(20),
  startupHold: Duration.zero,
  changesCapacity: 1024
}

// -----------------------------------------------------------------------------
// Reading what users wrote
// -----------------------------------------------------------------------------

const time = (fallback: Duration.Duration, minimum: Duration.Duration = Duration.millis(1)) =>
  durationAtLeast(minimum).pipe(Schema.withDecodingDefaultType(Effect.succeed(fallback)))

const count = (fallback: number, minimum: number) =>
  Schema.Finite.check(
    Schema.makeFilter((value) =>
      Number.isSafeInteger(value) && value >= minimum
        ? undefined
        : `expected a whole number from ${minimum} up, got ${value}`
    )
  ).pipe(Schema.withDecodingDefaultType(Effect.succeed(fallback)))

/**
 * Decodes {@link Options} to {@link Settings}.
 *
 * @category schemas
 */
export const Settings = Schema.Struct({
  requestTimeout: time(defaults.requestTimeout),
  readingMaxAge: time(defaults.readingMaxAge),
  readingInterval: time(defaults.readingInterval),
  backgroundReadingInterval: time(defaults.backgroundReadingInterval),
  readTimeout: time(defaults.readTimeout),
  readPageRetries: count(defaults.readPageRetries, 0),
  lagBound: time(defaults.lagBound),
  attemptTimeout: time(defaults.attemptTimeout),
  replayBackoffBase: time(defaults.replayBackoffBase),
  replayBackoffMax: time(defaults.replayBackoffMax),
  shutdownTimeout: time(defaults.shutdownTimeout, Duration.zero),
  startupHold: time(defaults.startupHold, Duration.zero),
  changesCapacity: count(defaults.changesCapacity, 1)
}).check(
  Schema.makeFilter((settings) => {
    const issues: Array<Schema.FilterIssue> = []
    if (Duration.isGreaterThan(settings.replayBackoffBase, settings.replayBackoffMax)) {
      issues.push({ path: ["replayBackoffBase"], issue: "expected no more than replayBackoffMax" })
    }
    if (Duration.toMillis(settings.attemptTimeout) > replayWindow) {
      issues.push({ path: ["attemptTimeout"], issue: "expected no more than the 45 minutes in which a launch is sent" })
    }
    return issues
  })
)
