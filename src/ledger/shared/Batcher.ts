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
import type { Verdict } from "../../ecs/Ecs.ts"
import { LedgerUnavailable } from "../Ledger.ts"
import type { Answer, Answers, Operation, Tag } from "../Operation.ts"
import * as Operations from "../Operation.ts"
import type { TakenOver } from "../rules/Holders.ts"

/**
 * How long a fiber waits for the ledger to answer.
 *
 * @category configuration
 */
export const patience = Duration.seconds(5)

/** How many steps go out at once: a burst costs few writes, and makes fewer changes than are kept for the others. */
const most = 500

/** What may be left at any time, also by a caller that cannot be interrupted otherwise: what it grants is undone. */
const mayBeLeft: ReadonlySet<Tag> = new Set<Tag>(["Reserve", "Gate"])

/** An operation that a caller may wait for. */
interface Pending {
  readonly step: Operation
  readonly askedAt: number
  /** Takes the answer, and says whether its caller still waits for it. */
  readonly answered: (answer: Answer) => boolean
  readonly failed: (error: LedgerUnavailable) => void
}

/**
 * One batch, and what its answers are given to.
 *
 * @category models
 */
export interface Parcel {
  readonly steps: ReadonlyArray<Operation>
  /** Takes what each of its steps was answered. */
  readonly answered: (answers: ReadonlyArray<Answer>) => void
  /** Takes that it was refused: nothing of it was written. */
  readonly refused: (detail: string) => void
}

type Trouble = { readonly detail: string; readonly reason?: LedgerUnavailable["reason"] }

/**
 * The operations that a holder has to send.
 *
 * @category models
 */
export interface Batcher {
  readonly ask: <T extends Tag>(step: Operation<T>) => Effect.Effect<Answers[T], LedgerUnavailable>
  /** Sends a step that no caller waits for, if the ledger can be asked. */
  readonly post: (step: Operation) => void
  /** Opened when there is something to send. */
  readonly stirred: Latch.Latch
  readonly next: () => Parcel
  /** Takes why what went out is not answered yet: a caller that waits for too long is told. */
  readonly troubled: (trouble: Trouble | undefined) => void
  /** Fails the callers that have waited for too long. */
  readonly expire: Effect.Effect<void>
  /** Returns what was taken over for a caller that did not wait for it, once. */
  readonly inherited: () => ReadonlyArray<TakenOver>
  /** Fails the callers that wait, and those that ask from here on. */
  readonly close: (detail: string) => void
}

/**
 * Makes an empty batcher.
 *
 * @category constructors
 */
export const make = (elapsed: () => number): Batcher => {
  const stirred = Latch.makeUnsafe(false)
  const waiting = Latch.makeUnsafe(false)
  /** It goes out before what was asked since. */
  const undoing: Array<Operation> = []
  const pending = new Set<Pending>()
  const inherited: Array<TakenOver> = []
  /** How many steps go out one by one: one among them was refused. */
  let suspects = 0
  let closed: string | undefined
  let trouble: Trouble | undefined

  /** Gives back what was granted to a caller that did not wait for it. */
  const undo = (step: Operation, answer: Answer): void => {
    if (Operations.isAnswerTo("TakeOver", answer)) inherited.push(...answer.value)
    const inverse = inverseOf(step, answer)
    if (inverse === undefined) return
    undoing.push(inverse)
    stirred.openUnsafe()
  }

  const ask = <T extends Tag>(step: Operation<T>): Effect.Effect<Answers[T], LedgerUnavailable> =>
    Effect.suspend(() => {
      if (closed !== undefined) return Effect.fail(new LedgerUnavailable({ detail: closed }))
      const reply = Deferred.makeUnsafe<Answers[T], LedgerUnavailable>()
      let given: Answer<T> | undefined
      const entry: Pending = {
        step,
        askedAt: elapsed(),
        answered: (answer) => {
          if (!Operations.isAnswerTo(step.tag, answer)) return false
          given = answer
          return Deferred.doneUnsafe(reply, Exit.succeed(answer.value))
        },
        failed: (error) => {
          Deferred.doneUnsafe(reply, Exit.fail(error))
        }
      }
      pending.add(entry)
      stirred.openUnsafe()
      waiting.openUnsafe()
      const answer = Deferred.await(reply)
      return Effect.onInterrupt(
        mayBeLeft.has(step.tag) ? Effect.interruptible(answer) : answer,
        () =>
          Effect.sync(() => {
            entry.failed(new LedgerUnavailable({ detail: "its caller stopped waiting" }))
            pending.delete(entry)
            if (given !== undefined) undo(step, given)
          })
      )
    })

  const post = (step: Operation): void => {
    if (closed !== undefined) return
    pending.add({ step, askedAt: elapsed(), answered: () => true, failed: () => undefined })
    stirred.openUnsafe()
    waiting.openUnsafe()
  }

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
      const why = trouble === undefined ? "" : `: ${trouble.detail}`
      entry.failed(new LedgerUnavailable({ reason: trouble?.reason ?? "away", detail: `no answer in time${why}` }))
    }
  })

  const stirIfLeft = (): void => {
    if (pending.size > 0 || undoing.length > 0) stirred.openUnsafe()
  }

  const next = (): Parcel => {
    const limit = suspects > 0 ? 1 : most
    const undone = undoing.splice(0, limit)
    const entries: Array<Pending> = []
    for (const entry of pending) {
      if (entries.length + undone.length >= limit) break
      entries.push(entry)
    }
    const steps = [...undone, ...entries.map(({ step }) => step)]
    return {
      steps,
      answered: (answers) => {
        suspects = Math.max(0, suspects - steps.length)
        for (const [index, entry] of entries.entries()) {
          const answer = answers[undone.length + index]
          if (answer === undefined) continue
          pending.delete(entry)
          if (!entry.answered(answer)) undo(entry.step, answer)
        }
        stirIfLeft()
      },
      refused: (detail) => {
        if (steps.length > 1) {
          undoing.unshift(...undone)
          suspects = steps.length
        } else {
          suspects = Math.max(0, suspects - 1)
          for (const entry of entries) {
            pending.delete(entry)
            entry.failed(new LedgerUnavailable({ reason: "rejected", detail }))
          }
        }
        stirIfLeft()
      }
    }
  }

  return {
    ask,
    post,
    stirred,
    next,
    expire,
    troubled: (told) => {
      trouble = told
    },
    inherited: () => inherited.splice(0),
    close: (detail) => {
      closed = detail
      for (const entry of pending) entry.failed(new LedgerUnavailable({ detail }))
    }
  }
}

/** What takes back a grant: the slot, the attempt that was let through and not sent, the turn to read. */
const inverseOf = (step: Operation, answer: Answer): Operation | undefined => {
  if (Operations.isAnswerTo("Reserve", answer)) {
    return answer.value._tag === "Granted" ? { tag: "Withdraw", payload: answer.value.ticket } : undefined
  }
  if (Operations.isOperation("Gate", step) && Operations.isAnswerTo("Gate", answer)) {
    const verdict: Verdict = { _tag: "Throttled", detail: "not sent: the ledger answered too late" }
    return answer.value._tag === "Pass" ? { tag: "Settle", payload: { ticket: step.payload, verdict } } : undefined
  }
  if (Operations.isAnswerTo("ClaimTurn", answer)) {
    return answer.value._tag === "Yours" ? { tag: "EndTurn", payload: { rest: 0, outcome: "unread" } } : undefined
  }
  return undefined
}
