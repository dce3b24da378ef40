/**
 * The ledger of a fleet that several processes share, in the hands of one holder.
 *
 * What its fibers ask at the same time goes out as one batch, one batch at a time,
 * and is decided in one atomic step where the fleet is kept. A batch whose answer
 * is lost is sent again until it is answered, and is decided once. A fiber that
 * cannot wait so long is told that the ledger is unavailable; what was granted to
 * it in the meantime is given back. Where something in a batch is refused, what
 * was asked in it goes out one by one, and only that fails.
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
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { Change } from "../Change.ts"
import type { Verdict } from "../Ecs.ts"
import * as Elapsed from "../Elapsed.ts"
import { type AttachOptions, type FleetLedger, LedgerUnavailable } from "../Ledger.ts"
import type { TakenOver } from "../rules/Handover.ts"
import type { Turn } from "../rules/Occupancy.ts"
import { type Batch, type Decided, lineHeartbeat } from "./SharedFleet.ts"
import type { Answer, Answers, Step, Tag } from "./Step.ts"
import * as Steps from "./Step.ts"

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
 * What a holder finds when it has attached.
 *
 * @category models
 */
export interface Attached {
  readonly store: Store
  /** The number of the latest change. */
  readonly sequence: number
  readonly turn: Turn
  readonly now: number
  /** How long after it was last heard of the holder is taken to be gone, in milliseconds. */
  readonly lease: number
}

/** How long a fiber waits for the ledger to answer. */
const patience = Duration.seconds(5)

/** How many steps go out at once. */
const batchLimit = 100

const resendSchedule = Schedule.min([
  Schedule.jittered(Schedule.exponential("50 millis")),
  Schedule.spaced("1 second")
])

/** A step that somebody waits for. */
interface Pending {
  readonly step: Step
  readonly askedAt: number
  /** Takes the answer, and says whether somebody still waits for it. */
  readonly answered: (answer: Answer) => boolean
  readonly failed: (detail: string) => void
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
  const { store } = attached
  const elapsed = Elapsed.start(yield* Clock.Clock)
  /** How long the ledger is left alone when nobody asks anything. */
  const pollInterval = Duration.millis(lineHeartbeat(attached.lease))
  const stirred = Latch.makeUnsafe(false)
  const waiting = Latch.makeUnsafe(false)
  const subscribers = new Set<Queue.Queue<Change>>()
  /** What undoes a grant goes out before what was asked since. */
  const undoing: Array<Step> = []
  const pending = new Set<Pending>()
  const inherited: Array<TakenOver> = []
  let turnEnds = Deferred.makeUnsafe<void>()
  let turn = attached.turn
  /** How far the ledger's time is ahead of what has passed here. */
  let ahead = attached.now - elapsed()
  let seen = attached.sequence
  let number = 0
  let closing = false
  let isAway = false
  let hasLeft = false
  /** How many steps go out one by one: one among them was refused. */
  let suspects = 0

  /** Gives back what was granted to somebody who did not wait for it. */
  const undo = (step: Step, answer: Answer): void => {
    if (Steps.isAnswerTo("TakeOver", answer)) inherited.push(...answer.value)
    const inverse = inverseOf(step, answer)
    if (inverse === undefined) return
    undoing.push(inverse)
    stirred.openUnsafe()
  }

  const ask = <T extends Tag>(step: Step<T>): Effect.Effect<Answers[T], LedgerUnavailable> =>
    Effect.suspend(() => {
      if (hasLeft) return Effect.fail(new LedgerUnavailable({ detail: "this holder has left" }))
      const reply = Deferred.makeUnsafe<Answers[T], LedgerUnavailable>()
      let given: Answer<T> | undefined
      const entry: Pending = {
        step,
        askedAt: elapsed(),
        answered: (answer) => {
          if (!Steps.isAnswerTo(step.tag, answer)) return false
          given = answer
          return Deferred.doneUnsafe(reply, Exit.succeed(answer.value))
        },
        failed: (detail) => {
          Deferred.doneUnsafe(reply, Exit.fail(new LedgerUnavailable({ detail })))
        }
      }
      pending.add(entry)
      stirred.openUnsafe()
      waiting.openUnsafe()
      return Effect.onInterrupt(Deferred.await(reply), () =>
        Effect.sync(() => {
          entry.failed("nobody waits for it")
          pending.delete(entry)
          if (given !== undefined) undo(step, given)
        }))
    })

  /** Whatever waits for longer than it may is told so. What has gone out may be decided all the same. */
  const expire = Effect.gen(function*() {
    yield* waiting.await
    const [oldest] = pending
    if (oldest === undefined) {
      waiting.closeUnsafe()
      return
    }
    yield* Effect.sleep(Math.max(1, oldest.askedAt + Duration.toMillis(patience) - elapsed()))
    for (const entry of pending) {
      if (elapsed() - entry.askedAt < Duration.toMillis(patience)) break
      pending.delete(entry)
      entry.failed("no answer in time")
    }
  })

  const take = (decided: Decided, sentAt: number): void => {
    const before = turn
    turn = decided.turn
    // It was decided after it was sent and before it was heard, which may be long: as late as somebody that had stood
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

  const tellAway = (error: LedgerUnavailable | Refused) =>
    Effect.suspend(() => {
      if (isAway) return Effect.void
      isAway = true
      return Effect.logWarning(`The ledger of fleet ${options.fleet} is away, and nothing is launched: ${error.detail}`)
    })

  /** A bug must not keep whoever asks for something else from being answered. */
  const broken = (defect: unknown) =>
    Effect.andThen(
      Effect.logError(`The ledger of fleet ${options.fleet} broke down`, Cause.die(defect)),
      new Refused({ detail: "it broke down, and has said so in the log" })
    )

  /** Finds the step that is refused, by sending one at a time, and lets the others pass. */
  const refused = (
    { steps }: Batch,
    undone: ReadonlyArray<Step>,
    entries: ReadonlyArray<Pending>,
    detail: string
  ): void => {
    stirred.openUnsafe()
    if (steps.length > 1) {
      undoing.unshift(...undone)
      suspects = steps.length
      return
    }
    suspects = Math.max(0, suspects - 1)
    for (const entry of entries) {
      pending.delete(entry)
      entry.failed(detail)
    }
  }

  const send = Effect.gen(function*() {
    const limit = suspects > 0 ? 1 : batchLimit
    const undone = undoing.splice(0, limit)
    const entries: Array<Pending> = []
    for (const entry of pending) {
      if (entries.length + undone.length >= limit) break
      entries.push(entry)
    }
    const batch: Batch = {
      number: ++number,
      steps: [...undone, ...entries.map((entry) => entry.step)],
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
    const sent = yield* Effect.result(Effect.retry(Effect.tapError(attempt, tellAway), {
      schedule: resendSchedule,
      while: ({ _tag }) => _tag === "LedgerUnavailable"
    }))
    if (Result.isFailure(sent)) return refused(batch, undone, entries, sent.failure.detail)
    const decided = sent.success
    suspects = Math.max(0, suspects - batch.steps.length)
    if (isAway) yield* Effect.logInfo(`The ledger of fleet ${options.fleet} answers again`)
    isAway = false
    take(decided, sentAt)
    for (const [index, entry] of entries.entries()) {
      const answer = decided.answers[undone.length + index]
      if (answer === undefined) continue
      pending.delete(entry)
      if (!entry.answered(answer)) undo(entry.step, answer)
    }
    if (pending.size > 0 || undoing.length > 0) stirred.openUnsafe()
  })

  const serve = Effect.gen(function*() {
    yield* Effect.timeoutOption(stirred.await, pollInterval)
    stirred.closeUnsafe()
    yield* send
  })

  const listen = Effect.andThen(store.word, Effect.sync(() => stirred.openUnsafe()))

  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      hasLeft = true
      for (const entry of pending) entry.failed("this holder has left")
      // What it leaves behind is found when its lease has run out, should nobody hear this.
      return Effect.ignore(store.leave)
    })
  )
  yield* Effect.forkScoped(Effect.forever(listen), { startImmediately: true })
  yield* Effect.forkScoped(Effect.forever(serve))
  yield* Effect.forkScoped(Effect.forever(expire))

  const operations = Steps.operations(ask)
  return {
    ...operations,
    takeOver: Effect.map(operations.takeOver, (taken) => [...inherited.splice(0), ...taken]),
    turn: Effect.sync(() => turn),
    turnEnds: Effect.suspend(() => Deferred.await(turnEnds)),
    subscribe: (capacity) =>
      Effect.acquireRelease(
        Effect.tap(Queue.sliding<Change>(capacity), (queue) => Effect.sync(() => subscribers.add(queue))),
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

/** What takes back a grant: the slot, the attempt that was let through and not sent, the turn to read. */
const inverseOf = (step: Step, answer: Answer): Step | undefined => {
  if (Steps.isAnswerTo("Reserve", answer)) {
    return answer.value._tag === "Granted" ? { tag: "Withdraw", payload: answer.value.ticket } : undefined
  }
  if (Steps.isStep("Gate", step) && Steps.isAnswerTo("Gate", answer)) {
    const verdict: Verdict = { _tag: "Throttled", detail: "not sent: the ledger answered too late" }
    return answer.value._tag === "Pass" ? { tag: "Settle", payload: { ticket: step.payload, verdict } } : undefined
  }
  if (Steps.isAnswerTo("ClaimTurn", answer)) {
    return answer.value._tag === "Yours" ? { tag: "EndTurn", payload: { rest: 0 } } : undefined
  }
  return undefined
}
