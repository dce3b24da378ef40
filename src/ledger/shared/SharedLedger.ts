/**
 * The ledger of a fleet that several processes share, in the hands of one holder.
 *
 * What its fibers ask at the same time goes out as one batch, one batch at a time,
 * and is decided in one atomic step where the fleet is kept. A batch whose answer
 * is lost is sent again until it is answered or refused, and is decided once.
 *
 * Without anything to ask, a batch goes out once a second, or four times in a lease
 * where that is more often: it keeps the holder's lease, and brings what others have
 * done. Mostly that has come already, with a word from where the fleet is kept.
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
 * Where a fleet is kept, for one holder that is attached to it.
 *
 * @category models
 */
export interface Store {
  /** Sends a batch, once. It ends within a bound, whatever becomes of the other side. */
  readonly decide: (batch: Batch) => Effect.Effect<Decided, LedgerUnavailable | Refused>
  /** Waits for the word that something has happened. Words may be lost. */
  readonly word: Effect.Effect<void>
  /** Tells that the holder leaves. */
  readonly leave: Effect.Effect<void, LedgerUnavailable | Refused>
}

/**
 * What was sent is not taken, nor will be however often it is sent again. Nothing
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
  /** How long after it was last heard of the holder is taken to be gone, in milliseconds. */
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

/**
 * Makes the ledger of a holder that has attached. It leaves with the scope.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  attached: Attached,
  options: AttachOptions
): Effect.fn.Return<FleetLedger, never, Scope.Scope> {
  const { store } = attached
  const own = Time.reader(yield* Clock.Clock)
  const elapsed = () => own().fast
  /** How long the ledger is left alone when no operation waits. */
  const pollInterval = Duration.millis(lineHeartbeat(attached.lease))
  const batcher = Batchers.make(elapsed)
  const { stirred } = batcher
  const subscribers = new Set<Queue.Enqueue<Change>>()
  let turnEnds = Deferred.makeUnsafe<void>()
  let turn = attached.turn
  /** Heard with the first answer: it costs one batch to have missed it. */
  let readingBegunAt = Number.NEGATIVE_INFINITY
  /** How far the ledger's time is ahead of what has passed here. */
  let ahead = attached.now - elapsed()
  let seen = attached.sequence
  let number = 0
  let closing = false
  let trouble: LedgerUnavailable["reason"] | undefined

  const take = (decided: Decided, sentAt: number): void => {
    const before = turn
    turn = decided.turn
    readingBegunAt = decided.readingBegunAt
    // It was decided after it was sent and before it was heard, which may be long: as late as a process that had stood
    // still in between hears it. What is held to be the time stays, as far as it agrees with that.
    ahead = Math.min(Math.max(ahead, decided.now - elapsed()), decided.now - sentAt)
    for (const change of decided.changes) {
      if (change.sequence <= seen) continue
      seen = change.sequence
      for (const subscriber of subscribers) Queue.offerUnsafe(subscriber, change)
    }
    if (decided.turn.reader === before.reader && decided.turn.dueAt === before.dueAt) return
    Deferred.doneUnsafe(turnEnds, Effect.void)
    turnEnds = Deferred.makeUnsafe()
  }

  const tellTrouble = (error: LedgerUnavailable | Refused) =>
    Effect.suspend(() => {
      const reason = error._tag === "Refused" ? "rejected" : error.reason
      batcher.troubled(error)
      if (trouble === reason) return Effect.void
      trouble = reason
      return Effect.logWarning(`The ledger of fleet ${options.fleet} ${happened[reason]}: ${error.detail}`)
    })

  /** A bug must not keep the callers of other operations from being answered. */
  const broken = (defect: unknown) =>
    Effect.andThen(
      Effect.logError(`The ledger of fleet ${options.fleet} broke down`, Cause.die(defect)),
      new Refused({ detail: "it broke down, and has said so in the log" })
    )

  const send = Effect.gen(function*() {
    const parcel = batcher.next()
    const batch: Batch = {
      number: ++number,
      steps: parcel.steps,
      seen,
      closing,
      line: options.line()
    }
    let sentAt = elapsed()
    const attempt = Effect.suspend(() => {
      sentAt = elapsed()
      return Effect.catchDefect(store.decide(batch), broken)
    })
    // A batch that is sent again is the same: whatever is asked meanwhile has to wait.
    const sent = yield* Effect.result(Effect.retry(Effect.tapError(attempt, tellTrouble), {
      schedule: resendSchedule,
      while: ({ _tag }) => _tag === "LedgerUnavailable"
    }))
    if (Result.isFailure(sent)) return parcel.refused(sent.failure.detail)
    const decided = sent.success
    if (trouble !== undefined) yield* Effect.logInfo(`The ledger of fleet ${options.fleet} answers again`)
    trouble = undefined
    batcher.troubled(undefined)
    take(decided, sentAt)
    parcel.answered(decided.answers)
  })

  const serve = Effect.gen(function*() {
    yield* Effect.timeoutOption(stirred.await, pollInterval)
    stirred.closeUnsafe()
    yield* send
  })

  const listen = Effect.andThen(store.word, Effect.sync(() => stirred.openUnsafe()))

  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      batcher.close("this holder has left")
      // What it leaves behind is found when its lease has run out, should no other holder hear this.
      return Effect.ignore(store.leave)
    })
  )
  yield* Effect.forkScoped(Effect.forever(listen), { startImmediately: true })
  yield* Effect.forkScoped(Effect.forever(serve))
  yield* Effect.forkScoped(Effect.forever(batcher.expire))

  const operations = Operations.operations(batcher.ask)
  return {
    ...operations,
    // What it has not sent is freed when it leaves, if not before: a holder that closes does not wait for it.
    withdraw: (ticket) =>
      Effect.suspend(() =>
        closing
          ? Effect.sync(() => batcher.post({ tag: "Withdraw", payload: ticket }))
          : operations.withdraw(ticket)
      ),
    takeOver: Effect.map(operations.takeOver, (taken) => [...batcher.inherited(), ...taken]),
    turn: Effect.sync(() => turn),
    readingBegunAt: Effect.sync(() => readingBegunAt),
    turnEnds: Effect.suspend(() => Deferred.await(turnEnds)),
    subscribe: <Own>(capacity: number) =>
      Effect.acquireRelease(
        Effect.tap(Queue.sliding<Change | Own>(capacity), (queue) => Effect.sync(() => subscribers.add(queue))),
        (queue) =>
          Effect.andThen(
            Effect.sync(() => subscribers.delete(queue)),
            Queue.shutdown(queue)
          )
      ),
    now: Effect.sync(() => ahead + elapsed()),
    close: Effect.sync(() => {
      closing = true
    })
  }
})
