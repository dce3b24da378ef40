/**
 * Batches what a holder sends to its store: the operations of its fibers, and
 * what takes back a grant that no caller waited for.
 *
 * What is asked at the same time goes out together. A fiber that cannot wait so
 * long is told that the ledger is unavailable; what has gone out for it may be
 * decided all the same, and is then undone. Where something that went out is
 * refused, what was with it goes out one by one, and only that fails.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import { LedgerUnavailable } from "../Ledger.ts"
import type { Answers, Operation, OperationAnswer, Tag } from "../Operation.ts"
import * as Operations from "../Operation.ts"
import type { TakenOver } from "../rules/Holders.ts"

/**
 * The time that a fiber waits for the ledger to answer.
 *
 * @category configuration
 */
export const patience = Duration.seconds(5)

/**
 * The number of operations of a batch at most: a burst costs few writes, and makes
 * fewer changes than are kept for the others.
 */
const most = 500

/** An operation that a caller may wait for. */
interface Pending {
  readonly operation: Operation
  readonly askedAt: number
  /** Takes the answer, and says whether its caller still waits for it. */
  readonly answered: (answer: OperationAnswer) => boolean
  readonly failed: (error: LedgerUnavailable) => void
}

/**
 * One batch: what goes out together.
 *
 * @category models
 */
export interface Outgoing {
  readonly operations: ReadonlyArray<Operation>
  /** Those that take back a grant. They come first. */
  readonly undone: ReadonlyArray<Operation>
  readonly pending: ReadonlyArray<Pending>
}

type Trouble = { readonly detail: string; readonly reason?: LedgerUnavailable["reason"] }

/**
 * The operations that a holder has to send.
 *
 * @category models
 */
export interface Batcher {
  readonly elapsed: () => number
  /** Opened when there is something to send. */
  readonly stirred: Latch.Latch
  /** Opened when a caller waits. */
  readonly waiting: Latch.Latch
  readonly pending: Set<Pending>
  /** The operations that take back grants: they go out before those that came since. */
  readonly undoing: Array<Operation>
  /** The launches that were taken over for a caller that did not wait for them. */
  readonly inherited: Array<TakenOver>
  /** The number of operations that go out one by one: one among them was refused. */
  suspects: number
  closed: string | undefined
  /** The reason why the batch under way is not answered yet, for callers that wait for too long. */
  trouble: Trouble | undefined
}

/**
 * Makes an empty batcher.
 *
 * @category constructors
 */
export const make = (elapsed: () => number): Batcher => ({
  elapsed,
  stirred: Latch.makeUnsafe(false),
  waiting: Latch.makeUnsafe(false),
  pending: new Set(),
  undoing: [],
  inherited: [],
  suspects: 0,
  closed: undefined,
  trouble: undefined
})

/**
 * Asks for an operation, and waits for its answer.
 *
 * @category asking
 */
export const ask = <T extends Tag>(
  batcher: Batcher,
  operation: Operation<T>
): Effect.Effect<Answers[T], LedgerUnavailable> =>
  Effect.suspend(() => {
    if (batcher.closed !== undefined) return Effect.fail(new LedgerUnavailable({ detail: batcher.closed }))
    const reply = Deferred.makeUnsafe<Answers[T], LedgerUnavailable>()
    let given: OperationAnswer<T> | undefined
    const entry: Pending = {
      operation,
      askedAt: batcher.elapsed(),
      answered: (answer) => {
        if (!Operations.isAnswerTo(operation.tag, answer)) return false
        given = answer
        return Deferred.doneUnsafe(reply, Exit.succeed(answer.value))
      },
      failed: (error) => {
        Deferred.doneUnsafe(reply, Exit.fail(error))
      }
    }
    enqueue(batcher, entry)
    const answer = Deferred.await(reply)
    return Effect.onInterrupt(
      Operations.mayBeLeft(operation.tag) ? Effect.interruptible(answer) : answer,
      () =>
        Effect.sync(() => {
          entry.failed(new LedgerUnavailable({ detail: "its caller stopped waiting" }))
          batcher.pending.delete(entry)
          if (given !== undefined) undo(batcher, operation, given)
        })
    )
  })

/**
 * Sends an operation that no caller waits for, if the ledger can be asked.
 *
 * @category asking
 */
export const post = (batcher: Batcher, operation: Operation): void => {
  if (batcher.closed !== undefined) return
  enqueue(batcher, {
    operation,
    askedAt: batcher.elapsed(),
    answered: () => true,
    failed: () => undefined
  })
}

const enqueue = ({ pending, stirred, waiting }: Batcher, entry: Pending): void => {
  pending.add(entry)
  stirred.openUnsafe()
  waiting.openUnsafe()
}

/** Gives back what was granted to a caller that did not wait for it. */
const undo = (batcher: Batcher, operation: Operation, answer: OperationAnswer): void => {
  if (Operations.isAnswerTo("takeOver", answer)) batcher.inherited.push(...answer.value)
  const inverse = Operations.undo(operation, answer)
  if (inverse === undefined) return
  batcher.undoing.push(inverse)
  batcher.stirred.openUnsafe()
}

/**
 * Waits for the caller that has waited longest, and fails those that have waited for too long.
 *
 * @category asking
 */
export const expire = Effect.fnUntraced(function*(batcher: Batcher) {
  const { elapsed, pending, waiting } = batcher
  yield* waiting.await
  const [oldest] = pending
  if (oldest === undefined) {
    waiting.closeUnsafe()
    return
  }
  yield* Effect.sleep(Math.max(1, oldest.askedAt + Duration.toMillis(patience) - elapsed()))
  const { trouble } = batcher
  for (const entry of pending) {
    if (elapsed() - entry.askedAt < Duration.toMillis(patience)) break
    pending.delete(entry)
    const why = trouble === undefined ? "" : `: ${trouble.detail}`
    entry.failed(new LedgerUnavailable({ reason: trouble?.reason ?? "away", detail: `no answer in time${why}` }))
  }
})

/**
 * Takes what goes out next.
 *
 * @category sending
 */
export const next = ({ pending, suspects, undoing }: Batcher): Outgoing => {
  const limit = suspects > 0 ? 1 : most
  const undone = undoing.splice(0, limit)
  const entries: Array<Pending> = []
  for (const entry of pending) {
    if (entries.length + undone.length >= limit) break
    entries.push(entry)
  }
  return { operations: [...undone, ...entries.map(({ operation }) => operation)], undone, pending: entries }
}

/**
 * Gives the callers of a batch their answers, one for each operation.
 *
 * @category sending
 */
export const answered = (batcher: Batcher, batch: Outgoing, answers: ReadonlyArray<OperationAnswer>): void => {
  batcher.suspects = Math.max(0, batcher.suspects - batch.operations.length)
  for (const [index, entry] of batch.pending.entries()) {
    const answer = answers[batch.undone.length + index]
    if (answer === undefined) continue
    batcher.pending.delete(entry)
    if (!entry.answered(answer)) undo(batcher, entry.operation, answer)
  }
  stirIfLeft(batcher)
}

/**
 * Takes that a batch was refused: nothing of it was written. What was in it goes out
 * one by one, and what is refused alone fails.
 *
 * @category sending
 */
export const refused = (batcher: Batcher, batch: Outgoing, detail: string): void => {
  if (batch.operations.length > 1) {
    batcher.undoing.unshift(...batch.undone)
    batcher.suspects = batch.operations.length
  } else {
    batcher.suspects = Math.max(0, batcher.suspects - 1)
    for (const entry of batch.pending) {
      batcher.pending.delete(entry)
      entry.failed(new LedgerUnavailable({ reason: "rejected", detail }))
    }
  }
  stirIfLeft(batcher)
}

const stirIfLeft = ({ pending, stirred, undoing }: Batcher): void => {
  if (pending.size > 0 || undoing.length > 0) stirred.openUnsafe()
}

/**
 * Fails the callers that wait, and those that ask from here on.
 *
 * @category asking
 */
export const close = (batcher: Batcher, detail: string): void => {
  batcher.closed = detail
  for (const entry of batcher.pending) entry.failed(new LedgerUnavailable({ detail }))
}
