/**
 * The time that a shared fleet is decided at, as one process works it out.
 *
 * All replicas have one clock in common, that of the store, and it may be set, or
 * wrong for a while. So a fleet goes on by a time of its own: each decision says at
 * what time it was made and what the store's clock said then, and the next one adds
 * what the store's clock has gone on by since, as far as the process that decides
 * has seen as much time pass on its own clocks. A larger step is not believed, and
 * where these clocks part, only what both have seen is certain.
 *
 * A process has seen nothing of the time before it came. What passed since the last
 * decision is then the store's word alone, and to be certain of it the wall clock of
 * the process that made that decision has to have agreed with the store's, and that of
 * the newcomer as well. A process on whose clocks less has passed than the fleet has
 * certainly gone on by was suspended meanwhile, and has seen no more than a newcomer.
 */
import type * as Clock from "effect/Clock"
import * as Schema from "effect/Schema"
import * as Time from "../../Time.ts"
import { replayWindow } from "../SafetyLimits.ts"

/**
 * The time of a decision: by the clock of its fleet, and by that of the store.
 *
 * @category schemas
 */
export const DecidedAt = Schema.Struct({
  time: Time.Time,
  store: Schema.Finite,
  /** Whether the wall clock of the process agreed with the store's. */
  isAgreed: Schema.Boolean
})
export type DecidedAt = typeof DecidedAt.Type

/**
 * Returns the moment at which all clocks agree on a time of day.
 *
 * @category constructors
 */
export const agreed = (millis: number): DecidedAt => ({ time: Time.of(millis), store: millis, isAgreed: true })

/**
 * The time for one decision.
 *
 * @category models
 */
export interface Moment {
  readonly decidedAt: DecidedAt
  /** The same moment by the clocks of the process. */
  readonly own: Time.Time
  /** By how many milliseconds the store's clock was set, where it was. */
  readonly step: number | undefined
}

/**
 * The time of a fleet, for one process.
 *
 * @category models
 */
export interface StoreClock {
  /** Reads the clocks of the process. */
  readonly own: () => Time.Time
  /**
   * Takes an answer to what was sent at a moment: what the store's clock said, and
   * whether it shows a decision that this process did not know.
   */
  readonly answered: (sentAt: Time.Time, store: number, isNews: boolean) => void
  /** Takes that a decision of this process was written. */
  readonly decided: (moment: Moment) => void
  /** Returns the time to decide at, where the decision before was made at `before`. */
  readonly next: (before: DecidedAt | undefined) => Moment
}

/**
 * By how much the store's clock may differ from what was seen to pass: by what it
 * is corrected, and what two processes make of its answers.
 */
const tolerance = 5000

/** The distance at most of two clocks that are both about right: a minute. */
const agreement = 60_000

/**
 * The times at which the latest decision became known here, and at which it was not
 * there yet. The time in between may have passed before or after it.
 */
interface Seen {
  readonly since: Time.Time
  /** Absent where the process came later. */
  readonly notBefore: Time.Time | undefined
}

/**
 * Makes the time of a fleet for a process that has not heard of it yet.
 *
 * @category constructors
 */
export const make = (clock: Clock.Clock): StoreClock => {
  const own = Time.reader(clock)
  let heard = { store: 0, at: own() }
  let sentBefore: Time.Time | undefined
  let seen: Seen = { since: heard.at, notBefore: undefined }
  /** The fleet's time that was known last, and when. */
  let known: { readonly time: Time.Time; readonly at: Time.Time } | undefined

  return {
    own,
    answered: (sentAt, store, isNews) => {
      heard = { store, at: own() }
      if (isNews) seen = { since: heard.at, notBefore: sentBefore }
      sentBefore = sentAt
    },
    decided: ({ decidedAt, own: at }) => {
      seen = { since: at, notBefore: at }
      known = { time: decidedAt.time, at }
    },
    next: (before) => {
      const now = own()
      // A process that stood still has to ask again, so that it counts on having done nothing meanwhile.
      const store = heard.store + Time.atLeast(heard.at, now)
      const isAgreed = Math.abs(heard.store - clock.currentTimeMillisUnsafe()) <= agreement
      if (before === undefined) return { decidedAt: { ...agreed(store), isAgreed }, own: now, step: undefined }
      const wasSuspended = known !== undefined &&
        Time.atLeast(known.time, before.time) > Time.atMost(known.at, now) + tolerance
      if (wasSuspended) seen = { since: seen.since, notBefore: undefined }
      known = { time: before.time, at: now }
      const least = Math.max(0, Time.atLeast(seen.since, now))
      const most = seen.notBefore === undefined ? Number.POSITIVE_INFINITY : Time.atMost(seen.notBefore, now)
      const said = store - before.store
      const isStep = said > most + tolerance || said < least - tolerance
      const saidAtMost = heard.store + Time.atMost(heard.at, now) - before.store
      const isCertain = seen.notBefore === undefined
        ? before.isAgreed && isAgreed
        : most - Time.atLeast(seen.notBefore, now) < tolerance
      return {
        decidedAt: {
          time: Time.plus(
            before.time,
            // How long it was that no clock has told, it may have been too long to send anything again.
            isStep ? (Number.isFinite(most) ? most : least + replayWindow) : Math.max(0, saidAtMost),
            isCertain && !isStep ? Math.max(0, said) : least
          ),
          store: isStep ? store : Math.max(before.store, store),
          isAgreed
        },
        own: now,
        step: isStep ? said : undefined
      }
    }
  }
}
