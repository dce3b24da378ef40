/**
 * The ledger of a fleet that several processes share, in the hands of one holder.
 *
 * What its fibers ask at the same time goes out as one batch, one batch at a time,
 * and is decided in one atomic step where the fleet is kept. A batch whose answer
 * is lost is sent again until it is answered or refused, and is decided once.
 *
 * Without anything to ask, a batch goes out once a second, or four times in a lease
 * where that is more often: it keeps the holder's lease, and brings what others have
 * done. Mostly that has come already, with a notification of the store.
 *
 * This folder holds what every ledger that processes share does: batches, leases, and
 * compare-and-set over a store. It may import `ledger`, `ecs` and `Time.ts`.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Time from "../../Time.ts"
import type { Change } from "../Change.ts"
import type { AttachOptions, FleetLedger, LedgerUnavailable } from "../Ledger.ts"
import * as Operations from "../Operation.ts"
import type { Turn } from "../rules/LedgerState.ts"
import * as Batchers from "./Batcher.ts"
import { lineHeartbeat } from "./Lease.ts"
import type { Batch, Decided } from "./SharedState.ts"

/**
 * The store of a fleet, for one holder that is attached to it.
 *
 * @category models
 */
export interface Store {
  /** Sends a batch, once. It ends within a bound, whatever becomes of the other side. */
  readonly decide: (batch: Batch) => Effect.Effect<Decided, LedgerUnavailable | Refused>
  /** Waits for a notification that the fleet has changed. Notifications may be lost. */
  readonly word: Effect.Effect<void>
  /** Tells that the holder leaves. */
  readonly leave: Effect.Effect<void, LedgerUnavailable | Refused>
}

/**
 * The store rejected what was sent, and will however often it is sent again. Nothing
 * was written.
 *
 * @category errors
 */
export class Refused extends Data.TaggedError("Refused")<{ readonly detail: string }> {}

/**
 * The state of the fleet that a holder finds when it has attached.
 *
 * @category models
 */
export interface Attached {
  readonly store: Store
  /** The number of the latest change. */
  readonly sequence: number
  readonly turn: Turn
  /** By the fast clock of the fleet. */
  readonly now: number
  /** The time after it was last heard of when the holder is taken to be gone, in milliseconds. */
  readonly lease: number
}

const happened = {
  away: "is away, and nothing is launched",
  busy: "is busy, and requests wait",
  rejected: "rejected the operation"
} as const

const resendSchedule = Schedule.min([
  Schedule.jittered(Schedule.exponential("50 millis")),
  Schedule.spaced("1 second")
])

/** The ledger of one holder as it stands. */
interface State {
  readonly fleet: string
  readonly store: Store
  readonly line: AttachOptions["line"]
  readonly batcher: Batchers.Batcher
  readonly subscribers: Set<Queue.Enqueue<Change>>
  /** Returns the time that has passed in this process, by its fast clock. */
  readonly elapsed: () => number
  turn: Turn
  turnEnds: Deferred.Deferred<void>
  readingBegunAt: number
  /** The lead of the ledger's time over what has passed here. */
  ahead: number
  /** The number of the latest change that this holder has seen. */
  seen: number
  /** The number of the latest batch. */
  number: number
  closing: boolean
  trouble: LedgerUnavailable["reason"] | undefined
}

/**
 * Makes the ledger of a holder that has attached. It leaves with the scope.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  attached: Attached,
  options: AttachOptions
): Effect.fn.Return<FleetLedger, never, Scope.Scope> {
  const own = Time.reader(yield* Clock.Clock)
  const elapsed = () => own().fast
  const state: State = {
    fleet: options.fleet,
    store: attached.store,
    line: options.line,
    batcher: Batchers.make(elapsed),
    subscribers: new Set(),
    elapsed,
    turn: attached.turn,
    turnEnds: Deferred.makeUnsafe(),
    // Heard with the first answer: it costs one batch to have missed it.
    readingBegunAt: Number.NEGATIVE_INFINITY,
    ahead: attached.now - elapsed(),
    seen: attached.sequence,
    number: 0,
    closing: false,
    trouble: undefined
  }
  const { batcher, store } = state
  // How long the ledger is left alone when no operation waits.
  const pollInterval = Duration.millis(lineHeartbeat(attached.lease))
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      Batchers.close(batcher, "this holder has left")
      // What it leaves behind is found when its lease has run out, should no other holder hear this.
      return Effect.ignore(store.leave)
    })
  )
  const listen = Effect.andThen(store.word, Effect.sync(() => batcher.stirred.openUnsafe()))
  yield* Effect.forkScoped(Effect.forever(listen), { startImmediately: true })
  yield* Effect.forkScoped(Effect.forever(serve(state, pollInterval)))
  yield* Effect.forkScoped(Effect.forever(Batchers.expire(batcher)))
  return fleetLedger(state)
})

const fleetLedger = (state: State): FleetLedger => {
  const { batcher, subscribers } = state
  const { claimTurn, endTurn, ...operations } = Operations.asking((operation) => Batchers.ask(batcher, operation))
  return {
    ...operations,
    // What it has not sent is freed when it leaves, if not before: a holder that closes does not wait for it.
    withdraw: (ticket) =>
      Effect.suspend(() =>
        state.closing
          ? Effect.sync(() => Batchers.post(batcher, { tag: "withdraw", args: [ticket] }))
          : operations.withdraw(ticket)
      ),
    takeOver: Effect.map(operations.takeOver, (taken) => [...batcher.inherited.splice(0), ...taken]),
    readTurn: {
      claim: claimTurn,
      end: endTurn,
      current: Effect.sync(() => state.turn),
      readingBegunAt: Effect.sync(() => state.readingBegunAt),
      ended: Effect.suspend(() => Deferred.await(state.turnEnds))
    },
    subscribe: <Own>(capacity: number) =>
      Effect.acquireRelease(
        Effect.tap(Queue.sliding<Change | Own>(capacity), (queue) => Effect.sync(() => subscribers.add(queue))),
        (queue) =>
          Effect.andThen(
            Effect.sync(() => subscribers.delete(queue)),
            Queue.shutdown(queue)
          )
      ),
    now: Effect.sync(() => state.ahead + state.elapsed()),
    close: Effect.sync(() => {
      state.closing = true
    })
  }
}

const serve = Effect.fnUntraced(function*(state: State, pollInterval: Duration.Duration) {
  const { stirred } = state.batcher
  yield* Effect.timeoutOption(stirred.await, pollInterval)
  stirred.closeUnsafe()
  yield* send(state)
})

const send = Effect.fnUntraced(function*(state: State) {
  const { batcher, closing, elapsed, fleet, line, seen, store } = state
  const outgoing = Batchers.next(batcher)
  const batch: Batch = { number: ++state.number, operations: outgoing.operations, seen, closing, line: line() }
  let sentAt = elapsed()
  const attempt = Effect.suspend(() => {
    sentAt = elapsed()
    return Effect.catchDefect(store.decide(batch), (defect) => broken(fleet, defect))
  })
  // A batch that is sent again is the same: whatever is asked meanwhile has to wait.
  const sent = yield* Effect.result(Effect.retry(Effect.tapError(attempt, (error) => tellTrouble(state, error)), {
    schedule: resendSchedule,
    while: ({ _tag }) => _tag === "LedgerUnavailable"
  }))
  if (Result.isFailure(sent)) return Batchers.refused(batcher, outgoing, sent.failure.detail)
  if (state.trouble !== undefined) yield* Effect.logInfo(`The ledger of fleet ${fleet} answers again`)
  state.trouble = undefined
  batcher.trouble = undefined
  take(state, sent.success, sentAt)
  Batchers.answered(batcher, outgoing, sent.success.answers)
})

/** Takes in what an answer says of the fleet. */
const take = (state: State, decided: Decided, sentAt: number): void => {
  const before = state.turn
  state.turn = decided.turn
  state.readingBegunAt = decided.readingBegunAt
  // It was decided after it was sent and before it was heard, which may be long: as late as a process that had stood
  // still in between hears it. What is held to be the time stays, as far as it agrees with that.
  state.ahead = Math.min(Math.max(state.ahead, decided.now - state.elapsed()), decided.now - sentAt)
  for (const change of decided.changes) {
    if (change.sequence <= state.seen) continue
    state.seen = change.sequence
    for (const subscriber of state.subscribers) Queue.offerUnsafe(subscriber, change)
  }
  if (decided.turn.reader === before.reader && decided.turn.dueAt === before.dueAt) return
  Deferred.doneUnsafe(state.turnEnds, Effect.void)
  state.turnEnds = Deferred.makeUnsafe()
}

const tellTrouble = (state: State, error: LedgerUnavailable | Refused) =>
  Effect.suspend(() => {
    const reason = error._tag === "Refused" ? "rejected" : error.reason
    state.batcher.trouble = error
    if (state.trouble === reason) return Effect.void
    state.trouble = reason
    return Effect.logWarning(`The ledger of fleet ${state.fleet} ${happened[reason]}: ${error.detail}`)
  })

/** A bug must not keep the callers of other operations from being answered. */
const broken = (fleet: string, defect: unknown) =>
  Effect.andThen(
    Effect.logError(`The ledger of fleet ${fleet} broke down`, Cause.die(defect)),
    new Refused({ detail: "it broke down, and has said so in the log" })
  )
