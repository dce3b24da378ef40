/**
 * The time as DynamoDB has it, from the `Date` header of its answers.
 *
 * DynamoDB has no clock that a condition could ask, and the clocks of processes
 * differ. Each answer says what second it was when it was made, somewhere between
 * sending and hearing: that bounds the time from both sides, and between answers
 * the monotonic clock carries it on. The estimate moves only as far as the newest
 * answer demands, so that processes agree within a second plus the duration of a
 * call, whatever their own clocks say.
 *
 * A date that is wrong by far is taken for what it is, too: what the fleet makes of
 * it is for `StoreClock`, which knows how much time the process has seen pass.
 *
 * Nothing is decided finer than that. A lease is 10 seconds and only says who may
 * act. Where time frees or repeats anything the margins are minutes: a token is
 * repeated for 45 minutes of the hour for which ECS keeps it at least, and a launch
 * without a verdict is looked for after its signature's 5 minutes and the lag bound.
 */
import type * as Clock from "effect/Clock"

/**
 * The answer that the time is taken from.
 *
 * - `server`: the `Date` header of DynamoDB's answers. Without it, the ledger is unavailable
 * - `local`: the wall clock of the process, for an emulator that sends no such header.
 *   All processes that share the fleet must have the same clock, and it must not be set
 *
 * @category options
 */
export type Source = "server" | "local"

/**
 * The time that decisions are made at.
 *
 * @category models
 */
export interface ServerTime {
  /** Marks that a request is sent. What it returns takes the `Date` of its answer. */
  readonly sending: () => (date: string | undefined) => void
  /**
   * The time, in whole epoch milliseconds. Without one, an answer has to be heard
   * first: none was, or the process may have stood still since, as a virtual
   * machine that is paused does without its monotonic clock.
   */
  readonly now: () => number | undefined
}

/** The milliseconds by which the wall clock and the monotonic one may part between two answers. */
const tolerance = 1000

/** RFC 9110's only form of a date that may be sent. `Date.parse` takes anything that looks like one. */
const imfFixdate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** A `Date` header says whole seconds, cut off. */
const resolution = 1000

/**
 * Makes the time of one process.
 *
 * @category constructors
 */
export const make = (clock: Clock.Clock, source: Source): ServerTime => {
  if (source === "local") {
    return {
      sending: () => () => {},
      now: () => Math.floor(clock.currentTimeMillisUnsafe())
    }
  }
  const monotonic = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000
  /** Returns the lead of the wall clock over the monotonic one. It stays, unless one of them jumps. */
  const lead = (): number => clock.currentTimeMillisUnsafe() - monotonic()
  let heard: { readonly ahead: number; readonly lead: number } | undefined
  let missing = false
  return {
    sending: () => {
      const sentAt = monotonic()
      return (date) => {
        const said = date !== undefined && imfFixdate.test(date) ? Date.parse(date) : Number.NaN
        missing = Number.isNaN(said)
        if (missing) return
        const atLeast = said - monotonic()
        const below = said + resolution - sentAt
        const ahead = heard === undefined ? atLeast : Math.min(Math.max(heard.ahead, atLeast), below)
        heard = { ahead, lead: lead() }
      }
    },
    now: () =>
      heard === undefined || missing || Math.abs(lead() - heard.lead) > tolerance
        ? undefined
        : Math.floor(monotonic() + heard.ahead)
  }
}
