/**
 * A ledger that several simulated processes share: the real decisions and the real
 * way to them, kept in memory, with a link to each holder that may fail.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { AttachOptions, Ledger } from "../../ledger/Ledger.ts"
import { LedgerMismatch, LedgerUnavailable } from "../../ledger/Ledger.ts"
import * as Descriptions from "../../ledger/rules/Description.ts"
import { defaultLease } from "../../ledger/shared/Lease.ts"
import * as SharedLedgers from "../../ledger/shared/SharedLedger.ts"
import * as SharedStates from "../../ledger/shared/SharedState.ts"
import * as StoreClocks from "../../ledger/shared/StoreClock.ts"

/**
 * A link between a holder and the store of its fleet. It may carry a call late, twice
 * or never, and lose the answer.
 *
 * @category models
 */
export interface Link {
  <A>(call: Effect.Effect<A, LedgerUnavailable>): Effect.Effect<A, LedgerUnavailable>
  /** Carries the notification that the fleet has changed. */
  readonly word?: (word: Effect.Effect<void>) => Effect.Effect<void>
}

/**
 * Sees what is asked and decided, for one process, at the moment when it is.
 *
 * @category models
 */
export interface Witness {
  readonly attached: (
    options: AttachOptions,
    before: SharedStates.SharedState | undefined,
    after: SharedStates.SharedState
  ) => void
  /** A batch is sent, not for the first time perhaps. */
  readonly sent: (holder: string, batch: SharedStates.Batch) => void
  readonly decided: (
    holder: string,
    batch: SharedStates.Batch,
    before: SharedStates.SharedState,
    after: SharedStates.SharedState,
    decided: SharedStates.Decided
  ) => void
  readonly left: (holder: string, before: SharedStates.SharedState, after: SharedStates.SharedState) => void
}

/**
 * A store of fleets.
 *
 * @category models
 */
export interface SharedStore {
  /** The ledger as a process has it that is linked so, and watched by a witness if there is one. */
  readonly connect: (link: Link, witness?: Witness) => Ledger["Service"]
  /** Returns what is kept of a fleet. */
  readonly fleet: (id: string) => SharedStates.SharedState | undefined
}

/**
 * A link that nothing is wrong with.
 *
 * @category constructors
 */
export const soundLink: Link = (call) => call

interface State {
  readonly fleets: Map<string, SharedStates.SharedState>
  /** The time by the clock of the store, which may be wrong. */
  readonly now: () => number
  /** Completed when a fleet changes, and then replaced. */
  word: Deferred.Deferred<void>
}

/**
 * Makes a place for fleets, where it is decided by a clock that may be wrong.
 *
 * @category constructors
 */
export const makeWith = (now: () => number): SharedStore => {
  const state: State = { fleets: new Map(), now, word: Deferred.makeUnsafe() }
  return {
    connect: (link, witness) => ({ attach: (options) => attach(state, options, link, witness) }),
    fleet: (id) => state.fleets.get(id)
  }
}

/**
 * Makes a place for fleets.
 *
 * @category constructors
 */
export const make: Effect.Effect<SharedStore> = Effect.map(
  Clock.Clock,
  (clock) => makeWith(() => clock.currentTimeMillisUnsafe())
)

/** A decision's answer and, where it changes the fleet, the fleet after it. */
interface Decided<out A> {
  readonly answer: A
  readonly fleet: SharedStates.SharedState | undefined
}

/** Nothing is decided: the fleet is not kept, or a later batch has been decided. */
const undecided: Decided<undefined> = { answer: undefined, fleet: undefined }

type Decider = <A>(
  decide: (fleet: SharedStates.SharedState | undefined, at: StoreClocks.DecidedAt) => Decided<A>
) => A

/** Lets a holder decide here, at what it makes of the time, and keeps what it decided. */
const decider = (state: State, id: string, time: StoreClocks.StoreClock): Decider => {
  let known: SharedStates.SharedState | undefined
  return (decide) => {
    const before = state.fleets.get(id)
    time.answered(time.own(), state.now(), before !== known)
    const moment = time.next(before?.decidedAt)
    const { answer, fleet } = decide(before, moment.decidedAt)
    if (fleet === undefined) return answer
    time.decided(moment)
    known = fleet
    state.fleets.set(id, fleet)
    if (before?.ledger !== fleet.ledger) tell(state)
    return answer
  }
}

/** Tells all holders that something has happened. */
const tell = (state: State): void => {
  const told = state.word
  state.word = Deferred.makeUnsafe()
  Deferred.doneUnsafe(told, Effect.void)
}

const attach = Effect.fnUntraced(
  function*(state: State, options: AttachOptions, link: Link, witness: Witness | undefined) {
    const { fleet: id, holder } = options
    const decideHere = decider(state, id, StoreClocks.make(yield* Clock.Clock))
    const entered = yield* link(Effect.sync(() =>
      decideHere<SharedStates.SharedState | string>((before, at) => {
        const fleet = SharedStates.attach(before, holder, options, at)
        if (typeof fleet === "string") return { answer: fleet, fleet: undefined }
        witness?.attached(options, before, fleet)
        return { answer: fleet, fleet }
      })
    ))
    if (typeof entered === "string") return yield* new LedgerMismatch({ fleet: id, detail: entered })
    const { sequence, turn } = entered.ledger
    const heard = Effect.suspend(() => Deferred.await(state.word))
    const store: SharedLedgers.Store = {
      decide: (batch) =>
        Effect.suspend(() => {
          witness?.sent(holder, batch)
          return Effect.flatMap(
            link(Effect.suspend(() => decide(decideHere, options, batch, witness))),
            (decided) => "answers" in decided ? Effect.succeed(decided) : Effect.fail(decided)
          )
        }),
      word: link.word === undefined ? heard : link.word(heard),
      leave: link(Effect.sync(() => leave(decideHere, holder, witness)))
    }
    return yield* SharedLedgers.make(
      { store, sequence, turn, now: entered.decidedAt.time.fast, lease: defaultLease },
      options
    )
  }
)

const decide = (
  decideHere: Decider,
  options: AttachOptions,
  batch: SharedStates.Batch,
  witness: Witness | undefined
): Effect.Effect<SharedStates.Decided | SharedLedgers.Refused, LedgerUnavailable> => {
  const { holder } = options
  const decided = decideHere<SharedStates.Decided | SharedLedgers.Refused | undefined>((fleet, at) => {
    if (fleet === undefined) return undecided
    const away = Descriptions.elsewhere(fleet.ledger, options)
    if (away !== undefined) return { answer: new SharedLedgers.Refused({ detail: away }), fleet: undefined }
    const decision = SharedStates.decide(fleet, holder, batch, at)
    if (decision === undefined) return undecided
    witness?.decided(holder, batch, fleet, decision.fleet, decision.decided)
    return { answer: decision.decided, fleet: decision.fleet }
  })
  return decided === undefined
    ? Effect.fail(new LedgerUnavailable({ detail: "superseded" }))
    : Effect.succeed(decided)
}

const leave = (decideHere: Decider, holder: string, witness: Witness | undefined): void =>
  decideHere((fleet, at) => {
    if (fleet === undefined) return undecided
    const left = SharedStates.leave(fleet, holder, at)
    witness?.left(holder, fleet, left)
    return { answer: undefined, fleet: left }
  })
