/**
 * Every time, size and number of retries that fleetcap uses: those that a fleet
 * may set, with their defaults, and those that safety has fixed.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { durationAtLeast } from "./DurationInput.ts"

/**
 * What a fleet may set, as it is used.
 *
 * @category models
 */
export interface Settings {
  /** How long a request waits for a census and a verdict. Past it, it fails as still settling; the launch goes on. */
  readonly requestTimeout: Duration.Duration
  /** How old a census may be for a slot to be granted on it. Shorter notices foreign tasks sooner, and reads more. */
  readonly censusMaxAge: Duration.Duration
  /** How long after the end of a census the next one begins, while somebody waits for a slot. */
  readonly censusInterval: Duration.Duration
  /** How often ECS is read while slots are held and nobody asks, so that slots of stopped tasks do not pile up. */
  readonly backgroundCensusInterval: Duration.Duration
  /** How long one page of a reading may take before it counts as unread. */
  readonly readTimeout: Duration.Duration
  /** How often a page of a reading is read again before the reading fails. */
  readonly readPageRetries: number
  /**
   * How far behind the lists of ECS are believed to be at most. It is used in one place: to give back the slot of a
   * launch that never got an answer and that no reading shows. AWS gives no bound, and advises to wait up to five
   * minutes.
   */
  readonly lagBound: Duration.Duration
  /** How long one attempt of `RunTask` may take before it counts as unanswered. */
  readonly attemptTimeout: Duration.Duration
  /** How long to wait before a launch is sent again for the first time. The wait doubles each time. */
  readonly replayBackoffBase: Duration.Duration
  /** How long to wait at most before a launch is sent again. */
  readonly replayBackoffMax: Duration.Duration
  /**
   * How long closing waits for the launches that were sent. Under `TestClock` somebody has to let that time pass, or
   * the test that closes with a launch in flight hangs.
   */
  readonly shutdownTimeout: Duration.Duration
  /**
   * How long a new provisioner grants nothing. With the in-memory ledger, a hold as long as a rolling deployment keeps
   * the old copy running narrows the time in which two copies each grant a whole cap. A shared ledger needs none.
   */
  readonly startupHold: Duration.Duration
  /** How many changes are kept for a slow subscriber. It sees a gap in their numbers when it is slower than that. */
  readonly changesCapacity: number
}

/**
 * What a user may write: any of the {@link Settings}, times as Effect takes them
 * (`"30 seconds"`, or a number of milliseconds).
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
  censusMaxAge: Duration.seconds(10),
  censusInterval: Duration.seconds(1),
  backgroundCensusInterval: Duration.minutes(15),
  readTimeout: Duration.seconds(10),
  readPageRetries: 3,
  lagBound: Duration.minutes(5),
  attemptTimeout: Duration.seconds(60),
  replayBackoffBase: Duration.millis(500),
  replayBackoffMax: Duration.seconds(20),
  shutdownTimeout: Duration.seconds(20),
  startupHold: Duration.zero,
  changesCapacity: 1024
}

// -----------------------------------------------------------------------------
// Fixed by safety. All times are in milliseconds.
// -----------------------------------------------------------------------------

const minute = 60_000

/**
 * For how long after its first send a launch may be sent again with its token:
 * 45 minutes, in milliseconds.
 *
 * ECS remembers a token for one hour at least. After that the same token launches
 * a second task, so that the last attempt has to arrive well before.
 *
 * @category configuration
 */
export const replayWindow = 45 * minute

/**
 * For how long an attempt may be sent once the gate has let it through: 30
 * seconds, in milliseconds.
 *
 * The gate has counted the fleet. An attempt that waited longer would act on a
 * count, and on a right to send, that may no longer hold.
 *
 * @category configuration
 */
export const gateValidity = 30_000

/**
 * For how long AWS accepts a signed request: 5 minutes, in milliseconds.
 *
 * A request that is stuck somewhere on its way can launch its task until then.
 *
 * @category configuration
 */
export const signatureLifetime = 5 * minute

/**
 * How long a task has to be known before its slot may be freed because ECS does
 * not know it: 65 minutes, in milliseconds.
 *
 * ECS describes a stopped task for one hour. One that is missing sooner has not
 * been forgotten: it is not shown yet.
 *
 * @category configuration
 */
export const stoppedRetention = 65 * minute

/**
 * How far apart two readings have to be that both miss a task, before its slot is
 * freed: 5 minutes, in milliseconds.
 *
 * AWS advises to wait so long for its answers to agree.
 *
 * @category configuration
 */
export const missingSpacing = 5 * minute

/**
 * For how long the ARN of a freed task is remembered at least: 65 minutes, in
 * milliseconds.
 *
 * A list that is behind still shows it, and would bring its slot back. ECS itself
 * remembers a stopped task for one hour.
 *
 * @category configuration
 */
export const goneRetention = 65 * minute

/**
 * How many reads of ECS a fleet makes per second on average, at most.
 *
 * All that runs in an account and region shares 20 reads a second: a fleet may
 * not starve the others, nor itself.
 *
 * @category configuration
 */
export const readsPerSecond = 5

/**
 * How many pages a list of tasks may have: 1000.
 *
 * A page holds 100 tasks. Fargate launches 20 tasks a second and ECS lists a stopped
 * one for an hour, so that the longest list there can be, that of the stopped tasks,
 * has 720 pages. A list that goes on does not come from ECS, or never ends.
 *
 * @category configuration
 */
export const listPageLimit = 1000

/**
 * How long a listed task may go without a description before that is worth a
 * warning: one minute, in milliseconds. A new one may be listed before it can be
 * described.
 *
 * @category configuration
 */
export const undescribedAfter = minute

/**
 * How long a turn to read may take before another holder may take it: 15 seconds,
 * in milliseconds, and {@link turnLimitPerPage} for each hundred tasks.
 *
 * Half of what a request waits by default: one that waits for a reader that hangs is
 * still answered. A reader that is only slow loses nothing but its turn: what it
 * reads counts.
 *
 * @category configuration
 */
export const turnLimitBase = 15_000

/**
 * How much longer a turn to read may take for each hundred tasks: 2 seconds, in
 * milliseconds.
 *
 * They are a page of each list and one description, of which each takes well under
 * half a second when ECS is well.
 *
 * @category configuration
 */
export const turnLimitPerPage = 2000

/**
 * How long the others wait at most after a reading that failed, in milliseconds: a
 * second. What the failed reading has used up of the budget, its holder alone waits
 * for.
 *
 * @category configuration
 */
export const restAfterFailure = 1000

/**
 * How long a holder that could not read lets the others go first, the first time: 2
 * seconds, in milliseconds. Each time that they could read meanwhile makes it four
 * times as long.
 *
 * The others ask for the turn once in a `censusInterval`, a second by default.
 *
 * @category configuration
 */
export const standBackBase = 2000

/**
 * How long a holder that could not read lets the others go first at most: 30
 * seconds, in milliseconds.
 *
 * That is longer than a reading serves, so that a fleet that is asked all the time
 * is not read by such a holder any more; and when the others are gone it reads again
 * within that time.
 *
 * @category configuration
 */
export const standBackMax = 30_000

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
  censusMaxAge: time(defaults.censusMaxAge),
  censusInterval: time(defaults.censusInterval),
  backgroundCensusInterval: time(defaults.backgroundCensusInterval),
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
