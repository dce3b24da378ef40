/**
 * Decides batches over a fleet that a database keeps under a version.
 *
 * Decisions are made here, by the rules that every ledger has, on the state that
 * was last heard of; they are written only if that is still the state, in one
 * atomic step. Otherwise the database answers with what has changed, and the
 * decision is made anew, in the line of those who were not first either. So a batch
 * costs one round trip, unless another process has decided something meanwhile, and
 * nothing is ever decided on a stale state.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Time from "../../Time.ts"
import type { AttachOptions } from "../Ledger.ts"
import { LedgerMismatch, LedgerUnavailable } from "../Ledger.ts"
import * as Descriptions from "../rules/Description.ts"
import { patience } from "./Batcher.ts"
import type { Delta } from "./Delta.ts"
import * as Deltas from "./Delta.ts"
import * as Leases from "./Lease.ts"
import type { Attached, Store } from "./SharedLedger.ts"
import { Refused } from "./SharedLedger.ts"
import type { Batch, Decided, SharedState } from "./SharedState.ts"
import * as SharedStates from "./SharedState.ts"
import * as StoreClocks from "./StoreClock.ts"

/**
 * How a fleet is kept, and at what time it was looked at.
 *
 * @category models
 */
export interface Kept {
  /** Grows by one with each write. 0 stands for a fleet that is not kept yet. */
  readonly version: number
  /** What the clock of the database says, in epoch milliseconds. */
  readonly now: number
  /** What has changed since the version that was asked for, in order. */
  readonly changed: ReadonlyArray<Delta>
  /** Whether it is all of the fleet, for the version that was asked for is too old to be built on. */
  readonly whole: boolean
}

/**
 * The outcome of a write: it is in, or the fleet is not as it was.
 *
 * @category models
 */
export type Written =
  | { readonly _tag: "Written"; readonly now: number }
  | { readonly _tag: "Conflict"; readonly kept: Kept }

/**
 * The calls to a database that keeps one fleet. Every call ends within a bound.
 *
 * @category models
 */
export interface Calls {
  /** Reads what has changed since a version. */
  readonly read: (since: number) => Effect.Effect<Kept, LedgerUnavailable | Refused>
  /**
   * Writes a delta if the fleet has the version that it was made from, and no
   * later than {@link decisionValidity} after its `decidedAt`, by the database's clock.
   * `isNews` says that others may be waiting for it.
   */
  readonly write: (
    version: number,
    delta: Delta,
    isNews: boolean
  ) => Effect.Effect<Written, LedgerUnavailable | Refused>
}

/**
 * A database that keeps one fleet.
 *
 * @category models
 */
export interface VersionedStore extends Calls {
  /**
   * Makes a decision anew that was not written because other processes were first,
   * so many times in a row. It lets those who do so write one after the other, or
   * spreads them in time; within a bound.
   *
   * Nothing rests on that: a write in the line still compares the version, and what
   * it has written counts only once this has succeeded.
   */
  readonly inLine: <A, E>(
    losses: number,
    decision: (calls: Calls) => Effect.Effect<A, E>
  ) => Effect.Effect<A, E | LedgerUnavailable | Refused>
  /** Waits for the word that the fleet has changed, and says to which version. Words may be lost. */
  readonly word: Effect.Effect<number>
}

/**
 * How long after it was made a decision may still be written: 2 seconds, in
 * milliseconds. A process that was stopped in between looks again.
 *
 * @category configuration
 */
export const decisionValidity = 2000

/** How long nothing more is said of a clock that was set, in milliseconds. */
const stepSilence = 60_000

interface Known {
  readonly version: number
  readonly fleet: SharedState | undefined
}

/** What a decision comes to: the fleet after it, and what is told to the caller. */
interface Decision<out A> {
  readonly fleet: SharedState
  readonly answer: A
  /** Whether it changes nothing that others have to know. */
  readonly isSilent: boolean
}

type Decide<A, E> = (
  fleet: SharedState | undefined,
  now: StoreClocks.DecidedAt
) => Effect.Effect<Decision<A>, E>

/** A decision that is written, or need not be. `undefined` says that another process has written meanwhile. */
type Attempt<A> = { readonly answer: A; readonly written: Commit | undefined } | undefined

/** What was written, when, and what the clock of the database said of it. */
interface Commit {
  readonly known: Known
  readonly moment: StoreClocks.Moment
  readonly sentAt: Time.Time
  readonly now: number
}

/**
 * Attaches a holder to the fleet that a database keeps, with a lease in milliseconds.
 *
 * @category constructors
 */
export const attach = Effect.fnUntraced(function*(
  database: VersionedStore,
  options: AttachOptions,
  lease: number = Leases.defaultLease
): Effect.fn.Return<Attached, LedgerUnavailable | LedgerMismatch> {
  const { holder } = options
  const time = StoreClocks.make(yield* Clock.Clock)
  let known: Known = { version: 0, fleet: undefined }
  let toldOfStepAt: Time.Time | undefined

  const learn = ({ changed, now, version, whole }: Kept, sentAt: Time.Time): void => {
    let fleet = whole ? undefined : known.fleet
    for (const delta of changed) fleet = Deltas.apply(fleet, delta)
    time.answered(sentAt, now, version !== known.version)
    known = { version, fleet }
  }

  const look = (calls: Calls) =>
    Effect.suspend(() => {
      const sentAt = time.own()
      return Effect.map(calls.read(known.version), (kept) => learn(kept, sentAt))
    })

  /** A clock that is wrong in some answers only steps with each of them. */
  const tellStep = ({ own, step = 0 }: StoreClocks.Moment) =>
    Effect.suspend(() => {
      if (step === 0 || (toldOfStepAt !== undefined && Time.atMost(toldOfStepAt, own) < stepSilence)) return Effect.void
      toldOfStepAt = own
      return Effect.logWarning(
        `Fleet ${options.fleet}: the clock of its ledger was set by ${Math.round(step / 1000)} s; the step is not ` +
          "counted as time that has passed"
      )
    })

  /** Decides and writes once. What another process has written meanwhile is known then. */
  const attempt = <A, E>(
    calls: Calls,
    decide: Decide<A, E>,
    isFresh: boolean
  ): Effect.Effect<Attempt<A>, E | LedgerUnavailable | Refused> =>
    Effect.suspend(() => {
      const before = known
      const moment = time.next(before.fleet?.decidedAt)
      return Effect.flatMap(
        decide(before.fleet, moment.decidedAt),
        ({ answer, fleet, isSilent }): Effect.Effect<Attempt<A>, E | LedgerUnavailable | Refused> => {
          if (isSilent && isFresh) return Effect.succeed({ answer, written: undefined })
          if (isSilent) return Effect.andThen(look(calls), attempt(calls, decide, true))
          const delta = Deltas.between(before.fleet, fleet)
          const sentAt = time.own()
          return Effect.map(calls.write(before.version, delta, isNews(before.fleet, delta)), (written) => {
            if (written._tag === "Written") {
              return {
                answer,
                written: { known: { version: before.version + 1, fleet }, moment, sentAt, now: written.now }
              }
            }
            learn(written.kept, sentAt)
            return undefined
          })
        }
      )
    })

  const commit = <A, E>(
    decide: Decide<A, E>,
    isFresh: boolean
  ): Effect.Effect<A, E | LedgerUnavailable | Refused> =>
    Effect.suspend(() => {
      const begunAt = time.own()
      const again = (losses: number): Effect.Effect<Attempt<A>, E | LedgerUnavailable | Refused> =>
        Effect.suspend(() =>
          Time.atMost(begunAt, time.own()) >= Duration.toMillis(patience)
            ? tooManyWriters
            : database.inLine(losses, (calls) => Effect.andThen(look(calls), attempt(calls, decide, true)))
        )
      const decided = (losses: number) => (made: Attempt<A>): Effect.Effect<A, E | LedgerUnavailable | Refused> => {
        if (made === undefined) return Effect.flatMap(again(losses + 1), decided(losses + 1))
        const { answer, written } = made
        if (written === undefined) return Effect.succeed(answer)
        // Not before: what is written in the line may still be rolled back.
        known = written.known
        time.answered(written.sentAt, written.now, false)
        time.decided(written.moment)
        return Effect.as(tellStep(written.moment), answer)
      }
      return Effect.flatMap(attempt(database, decide, isFresh), decided(0))
    })

  const decideBatch = (batch: Batch): Decide<Decided, LedgerUnavailable | Refused> => (fleet, now) => {
    if (fleet === undefined) return notKept
    const away = Descriptions.elsewhere(fleet.occupancy, options)
    if (away !== undefined) return new Refused({ detail: away })
    const step = SharedStates.decide(fleet, holder, batch, now, lease)
    if (step === undefined) return superseded
    return Effect.succeed<Decision<Decided>>({
      fleet: step.fleet,
      answer: step.decided,
      isSilent: step.fleet.occupancy === fleet.occupancy && !isDue(fleet, batch, now.time.slow)
    })
  }

  /** Whether the others have to hear of this holder: that it is there, and how long its line is. */
  const isDue = (fleet: SharedState, { line }: Batch, now: number): boolean => {
    const member = fleet.members.get(holder)
    if (member?.status !== "here") return true
    if (line.waiting !== member.line.waiting || line.since !== member.line.since) return true
    const silence = line.waiting > 0 ? Leases.lineHeartbeat(lease) : Leases.heartbeat(lease)
    return now - member.heardAt >= silence
  }

  const store: Store = {
    decide: (batch) =>
      Effect.suspend(() =>
        // It may have been removed, and made anew.
        known.fleet === undefined
          ? Effect.andThen(look(database), commit(decideBatch(batch), true))
          : commit(decideBatch(batch), false)
      ),
    // What this holder has written itself is no news to it.
    word: Effect.asVoid(Effect.repeat(database.word, { while: (version) => version <= known.version })),
    leave: commit(
      (fleet, now) =>
        fleet === undefined
          ? notKept
          : Effect.succeed({ fleet: SharedStates.leave(fleet, holder, now), answer: undefined, isSilent: false }),
      false
    )
  }

  const enter = commit((fleet, now) => {
    const attached = SharedStates.attach(fleet, holder, options, now, lease)
    return typeof attached === "string"
      ? new LedgerMismatch({ fleet: options.fleet, detail: attached })
      : Effect.succeed<Decision<SharedState>>({ fleet: attached, answer: attached, isSilent: false })
  }, true)
  const entered = yield* Effect.mapError(
    Effect.andThen(look(database), enter),
    (error) => error._tag === "Refused" ? new LedgerUnavailable({ reason: "rejected", detail: error.detail }) : error
  )
  const { sequence, turn } = entered.occupancy
  return { store, sequence, turn, now: entered.decidedAt.time.fast, lease }
})

const notKept = new LedgerUnavailable({ reason: "rejected", detail: "it does not have the fleet any more" })

const superseded = new Refused({ detail: "this holder has left, or another process has its id" })

const tooManyWriters = new LedgerUnavailable({
  reason: "busy",
  detail: `too many concurrent writers: other processes were first for ${Duration.format(patience)}`
})

/** Whether others may wait for it: a slot that is free, a launch that is settled, a reading that is in. */
const isNews = (before: SharedState | undefined, { changes, head }: Delta): boolean =>
  (before?.occupancy.turn.reader !== undefined && head.turn.reader === undefined) ||
  changes.some(({ _tag }) => _tag !== "Reserved")
