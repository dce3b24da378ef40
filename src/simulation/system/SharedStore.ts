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
 * What stands between a holder and where its fleet is kept. It may carry a call
 * late, twice or never, and lose the answer.
 *
 * @category models
 */
export interface Link {
  <A>(call: Effect.Effect<A, LedgerUnavailable>): Effect.Effect<A, LedgerUnavailable>
  /** Carries the word that something has happened. */
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
 * Where fleets are kept.
 *
 * @category models
 */
export interface SharedStore {
  /** The ledger as a process has it that is linked so, and watched by a witness if there is one. */
  readonly connect: (link: Link, witness?: Witness) => Ledger["Service"]
  /** What is kept of a fleet. */
  readonly fleet: (id: string) => SharedStates.SharedState | undefined
}

/**
 * A link that nothing is wrong with.
 *
 * @category constructors
 */
export const soundLink: Link = (call) => call

/** What comes of a decision: its answer and, where it changes the fleet, the fleet after it. */
interface Decided<out A> {
  readonly answer: A
  readonly fleet: SharedStates.SharedState | undefined
}

type Decider = <A>(
  decide: (fleet: SharedStates.SharedState | undefined, at: StoreClocks.DecidedAt) => Decided<A>
) => A

/**
 * Makes a place for fleets, where it is decided by a clock that may be wrong.
 *
 * @category constructors
 */
export const makeWith = (now: () => number): SharedStore => {
  const fleets = new Map<string, SharedStates.SharedState>()
  let word = Deferred.makeUnsafe<void>()

  const keep = (id: string, fleet: SharedStates.SharedState): void => {
    const before = fleets.get(id)
    fleets.set(id, fleet)
    if (before?.occupancy === fleet.occupancy) return
    const told = word
    word = Deferred.makeUnsafe()
    Deferred.doneUnsafe(told, Effect.void)
  }

  /** Lets a holder decide here, at what it makes of the time, and keeps what it decided. */
  const decider = (id: string, time: StoreClocks.StoreClock): Decider => {
    let known: SharedStates.SharedState | undefined
    return (decide) => {
      const before = fleets.get(id)
      time.answered(time.own(), now(), before !== known)
      const moment = time.next(before?.decidedAt)
      const { answer, fleet } = decide(before, moment.decidedAt)
      if (fleet === undefined) return answer
      time.decided(moment)
      known = fleet
      keep(id, fleet)
      return answer
    }
  }

  const store = (
    options: AttachOptions,
    link: Link,
    decideHere: Decider,
    witness: Witness | undefined
  ): SharedLedgers.Store => {
    const { holder } = options
    const decide = (batch: SharedStates.Batch) =>
      link(Effect.suspend((): Effect.Effect<SharedStates.Decided | SharedLedgers.Refused, LedgerUnavailable> => {
        const decided = decideHere<SharedStates.Decided | SharedLedgers.Refused | undefined>((fleet, at) => {
          const away = fleet === undefined ? undefined : Descriptions.elsewhere(fleet.occupancy, options)
          if (away !== undefined) return { answer: new SharedLedgers.Refused({ detail: away }), fleet: undefined }
          const step = fleet === undefined ? undefined : SharedStates.decide(fleet, holder, batch, at)
          if (fleet === undefined || step === undefined) return { answer: undefined, fleet: undefined }
          witness?.decided(holder, batch, fleet, step.fleet, step.decided)
          return { answer: step.decided, fleet: step.fleet }
        })
        return decided === undefined
          ? Effect.fail(new LedgerUnavailable({ detail: "superseded" }))
          : Effect.succeed(decided)
      }))
    const heard = Effect.suspend(() => Deferred.await(word))
    return {
      decide: (batch) =>
        Effect.suspend(() => {
          witness?.sent(holder, batch)
          return Effect.flatMap(
            decide(batch),
            (decided) => "answers" in decided ? Effect.succeed(decided) : Effect.fail(decided)
          )
        }),
      word: link.word === undefined ? heard : link.word(heard),
      leave: link(Effect.sync(() =>
        decideHere((fleet, at) => {
          if (fleet === undefined) return { answer: undefined, fleet: undefined }
          const left = SharedStates.leave(fleet, holder, at)
          witness?.left(holder, fleet, left)
          return { answer: undefined, fleet: left }
        })
      ))
    }
  }

  return {
    connect: (link, witness) => ({
      attach: Effect.fnUntraced(function*(options) {
        const { fleet: id, holder } = options
        const decideHere = decider(id, StoreClocks.make(yield* Clock.Clock))
        const entered = yield* link(Effect.sync(() =>
          decideHere<SharedStates.SharedState | string>((before, at) => {
            const fleet = SharedStates.attach(before, holder, options, at)
            if (typeof fleet === "string") return { answer: fleet, fleet: undefined }
            witness?.attached(options, before, fleet)
            return { answer: fleet, fleet }
          })
        ))
        if (typeof entered === "string") return yield* new LedgerMismatch({ fleet: id, detail: entered })
        const { sequence, turn } = entered.occupancy
        return yield* SharedLedgers.make(
          {
            store: store(options, link, decideHere, witness),
            sequence,
            turn,
            now: entered.decidedAt.time.fast,
            lease: defaultLease
          },
          options
        )
      })
    }),
    fleet: (id) => fleets.get(id)
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
