/**
 * Decides batches by compare-and-set over a fleet that a database keeps under a
 * version.
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
import type { Attached } from "./SharedLedger.ts"
import { Refused } from "./SharedLedger.ts"
import type { Batch, Decided, Member, SharedState } from "./SharedState.ts"
import * as SharedStates from "./SharedState.ts"
import * as StoreClocks from "./StoreClock.ts"
import type { Calls, Update, VersionedStore } from "./VersionedStore.ts"

/** The time after a warning of a clock that was set in which no other is logged, in milliseconds. */
const stepSilence = 60_000

/** A holder, and the fleet as it was last heard of. */
interface Holder {
  readonly database: VersionedStore
  readonly options: AttachOptions
  readonly lease: number
  readonly time: StoreClocks.StoreClock
  known: Known
  toldOfStepAt: Time.Time | undefined
}

interface Known {
  readonly version: number
  readonly fleet: SharedState | undefined
}

/** A decision: the fleet after it, and the answer to the holder that asked. */
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

/** A write: the version that it made, when, and what the clock of the database said of it. */
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
  const self: Holder = {
    database,
    options,
    lease,
    time: StoreClocks.make(yield* Clock.Clock),
    known: { version: 0, fleet: undefined },
    toldOfStepAt: undefined
  }
  const entered = yield* Effect.mapError(
    Effect.andThen(look(self, database), commit(self, entering(self), true)),
    (error) => error._tag === "Refused" ? new LedgerUnavailable({ reason: "rejected", detail: error.detail }) : error
  )
  const { sequence, turn } = entered.ledger
  return {
    store: {
      decide: (batch) =>
        Effect.suspend(() => {
          // It may have been removed, and made anew.
          const isRemoved = self.known.fleet === undefined
          return Effect.andThen(
            isRemoved ? look(self, database) : Effect.void,
            commit(self, deciding(self, batch), isRemoved)
          )
        }),
      // What this holder has written itself is no news to it.
      word: Effect.asVoid(Effect.repeat(database.word, { while: (version) => version <= self.known.version })),
      leave: commit(self, leaving(self), false)
    },
    sequence,
    turn,
    now: entered.decidedAt.time.fast,
    lease
  }
})

const entering = ({ lease, options }: Holder): Decide<SharedState, LedgerMismatch> => (fleet, now) => {
  const attached = SharedStates.attach(fleet, options.holder, options, now, lease)
  return typeof attached === "string"
    ? new LedgerMismatch({ fleet: options.fleet, detail: attached })
    : Effect.succeed({ fleet: attached, answer: attached, isSilent: false })
}

const deciding =
  ({ lease, options }: Holder, batch: Batch): Decide<Decided, LedgerUnavailable | Refused> => (fleet, now) => {
    if (fleet === undefined) return notKept
    const away = Descriptions.elsewhere(fleet.ledger, options)
    if (away !== undefined) return new Refused({ detail: away })
    const decision = SharedStates.decide(fleet, options.holder, batch, now, lease)
    if (decision === undefined) return superseded
    const isSilent = decision.fleet.ledger === fleet.ledger &&
      !isDue(fleet.members.get(options.holder), batch, now.time.slow, lease)
    return Effect.succeed({ fleet: decision.fleet, answer: decision.decided, isSilent })
  }

const leaving = ({ options }: Holder): Decide<void, LedgerUnavailable> => (fleet, now) =>
  fleet === undefined
    ? notKept
    : Effect.succeed({ fleet: SharedStates.leave(fleet, options.holder, now), answer: undefined, isSilent: false })

/** Whether the others have to hear of a holder: that it is there, and how long its line is. */
const isDue = (member: Member | undefined, { line }: Batch, now: number, lease: number): boolean => {
  if (member?.status !== "here") return true
  if (line.waiting !== member.line.waiting || line.since !== member.line.since) return true
  return now - member.heardAt >= (line.waiting > 0 ? Leases.lineHeartbeat(lease) : Leases.heartbeat(lease))
}

/** Decides until it is written, or need not be. */
const commit = Effect.fnUntraced(function*<A, E>(
  self: Holder,
  decide: Decide<A, E>,
  isFresh: boolean
): Effect.fn.Return<A, E | LedgerUnavailable | Refused> {
  const { database, time } = self
  const begunAt = time.own()
  let made = yield* attempt(self, database, decide, isFresh)
  for (let losses = 1; made === undefined; losses++) {
    if (Time.atMost(begunAt, time.own()) >= Duration.toMillis(patience)) return yield* tooManyWriters
    made = yield* database.inLine(
      losses,
      (calls) => Effect.andThen(look(self, calls), attempt(self, calls, decide, true))
    )
  }
  const { answer, written } = made
  if (written === undefined) return answer
  // Not before: what is written in the line may still be rolled back.
  self.known = written.known
  time.answered(written.sentAt, written.now, false)
  time.decided(written.moment)
  yield* logStep(self, written.moment)
  return answer
})

/** Decides and writes once. What another process has written meanwhile is known then. */
const attempt = Effect.fnUntraced(function*<A, E>(
  self: Holder,
  calls: Calls,
  decide: Decide<A, E>,
  isFresh: boolean
): Effect.fn.Return<Attempt<A>, E | LedgerUnavailable | Refused> {
  const { known: before, time } = self
  const moment = time.next(before.fleet?.decidedAt)
  const { answer, fleet, isSilent } = yield* decide(before.fleet, moment.decidedAt)
  if (isSilent && isFresh) return { answer, written: undefined }
  if (isSilent) {
    yield* look(self, calls)
    return yield* attempt(self, calls, decide, true)
  }
  const delta = Deltas.between(before.fleet, fleet)
  const sentAt = time.own()
  const written = yield* calls.write(before.version, delta, isNews(before.fleet, delta))
  if (written._tag === "Conflict") {
    learn(self, written.update, sentAt)
    return undefined
  }
  return { answer, written: { known: { version: before.version + 1, fleet }, moment, sentAt, now: written.now } }
})

const look = (self: Holder, calls: Calls): Effect.Effect<void, LedgerUnavailable | Refused> =>
  Effect.suspend(() => {
    const sentAt = self.time.own()
    return Effect.map(calls.read(self.known.version), (update) => learn(self, update, sentAt))
  })

const learn = (self: Holder, { changed, now, version, whole }: Update, sentAt: Time.Time): void => {
  let fleet = whole ? undefined : self.known.fleet
  for (const delta of changed) fleet = Deltas.apply(fleet, delta)
  self.time.answered(sentAt, now, version !== self.known.version)
  self.known = { version, fleet }
}

/** A clock that is wrong in some answers only steps with each of them. */
const logStep = (self: Holder, { own, step = 0 }: StoreClocks.Moment): Effect.Effect<void> => {
  if (step === 0 || (self.toldOfStepAt !== undefined && Time.atMost(self.toldOfStepAt, own) < stepSilence)) {
    return Effect.void
  }
  self.toldOfStepAt = own
  return Effect.logWarning(
    `Fleet ${self.options.fleet}: the clock of its ledger was set by ${Math.round(step / 1000)} s; the step is not ` +
      "counted as time that has passed"
  )
}

/** Whether others may wait for it: a slot that is free, a launch that is settled, a reading that is in. */
const isNews = (before: SharedState | undefined, { changes, head }: Delta): boolean =>
  (before?.ledger.turn.reader !== undefined && head.turn.reader === undefined) ||
  changes.some(({ _tag }) => _tag !== "Reserved")

const notKept = new LedgerUnavailable({ reason: "rejected", detail: "it does not have the fleet any more" })

const superseded = new Refused({ detail: "this holder has left, or another process has its id" })

const tooManyWriters = new LedgerUnavailable({
  reason: "busy",
  detail: `too many concurrent writers: other processes were first for ${Duration.format(patience)}`
})
