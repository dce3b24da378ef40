/**
 * A burst of requests for workers, from the first request to the last answer.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Fleet } from "../../fleet/Fleet.ts"
import { Ledger } from "../../ledger/Ledger.ts"
import * as Provisioners from "../../provisioner/Provisioner.ts"
import type { ProvisionError } from "../../provisioner/ProvisionError.ts"
import { Screen } from "../terminal/Screen.ts"
import type { Signal } from "../terminal/Signals.ts"
import type { Plan } from "./Plan.ts"
import { keyOf, startOf } from "./Plan.ts"
import type * as Scores from "./Score.ts"

/**
 * The reason for which a burst ended.
 *
 * @category models
 */
export type End = "Answered" | "TimeUp" | Signal

/**
 * The parts of a burst.
 *
 * @category options
 */
export interface Options {
  readonly fleet: Fleet
  readonly plan: Plan
  readonly score: Scores.Score
  /** Ends the burst before its time. */
  readonly signal: Effect.Effect<Signal>
}

/**
 * Makes the requests of a burst, and returns when each of them is served or given up.
 *
 * **Details**
 *
 * However it ends, launches that were sent settle first: no task is launched that
 * the score does not know, if ECS says at all what became of it.
 *
 * @category running
 */
export const run = Effect.fnUntraced(function*({ fleet, plan, score, signal }: Options) {
  const ledger = yield* Ledger
  const scope = yield* Effect.scope
  const ledgerScope = yield* Scope.fork(scope)
  const provisionerScope = yield* Scope.fork(scope)
  const provisioner = yield* Provisioners.make(fleet).pipe(
    Scope.provide(provisionerScope),
    // It is asked once more when all has settled, and so is left only then.
    Effect.provideService(Ledger, { attach: (options) => Scope.provide(ledger.attach(options), ledgerScope) })
  )
  yield* Effect.forkScoped(
    Stream.runForEach(provisioner.changes, (change) => Effect.sync(() => score.happened(change))),
    { startImmediately: true }
  )
  const stopped = yield* Deferred.make<void>()
  const requests = yield* Effect.forkScoped(Effect.forEach(
    Array.from({ length: plan.requests }, (_, index) => index + 1),
    makeRequest({ plan, provisioner, score, stopped }),
    { concurrency: "unbounded", discard: true }
  ))

  const screen = yield* Screen
  const ends: ReadonlyArray<Effect.Effect<End>> = [
    Effect.as(Fiber.await(requests), "Answered" as const),
    Effect.tap(
      signal,
      (signal) => screen.note(`${signal}: no more requests are sent; waiting for launches in flight to settle`)
    )
  ]
  const timeUp = plan.within === undefined ? [] : [Effect.as(Effect.sleep(plan.within), "TimeUp" as const)]
  const end = yield* Effect.raceAllFirst([...ends, ...timeUp])

  const wasFull = yield* Effect.orElseSucceed(
    Effect.map(provisioner.snapshot, ({ cap, occupied }) => cap !== "unlimited" && occupied >= cap),
    () => false
  )
  yield* Deferred.succeed(stopped, undefined)
  yield* Scope.close(provisionerScope, Exit.void)
  yield* Fiber.join(requests)
  // What settled last may not have come through the changes yet; the ledger has it.
  const { slots } = yield* Effect.orElseSucceed(provisioner.snapshot, () => ({ slots: [] }))
  const now = yield* Clock.currentTimeMillis
  for (const { key, taskArn } of slots) {
    if (key !== undefined && taskArn !== undefined) score.gotTask(key, taskArn, now)
  }
  if (plan.persistence._tag === "InLine" && wasFull) score.conclude({ _tag: "AtCapacity" })
  else if (end === "TimeUp") score.conclude({ _tag: "Failed", error: noAnswer })
  return end
})

const noAnswer = { message: "ECS did not answer before the time limit" }

const makeRequest = ({ plan, provisioner, score, stopped }: {
  readonly plan: Plan
  readonly provisioner: Provisioners.Provisioner["Service"]
  readonly score: Scores.Score
  readonly stopped: Deferred.Deferred<void>
}) => {
  const { persistence } = plan

  /** Waits, and says whether the burst still goes on. */
  const pause = (duration: Duration.Duration): Effect.Effect<boolean> =>
    Effect.timeoutOrElse(Effect.as(Deferred.await(stopped), false), { duration, orElse: () => Effect.succeed(true) })

  const ask = (key: string) =>
    persistence._tag === "InLine" ? provisioner.requestWhenFree(key) : provisioner.request(key)

  /** Makes a request once, and says whether it may be worth making again. */
  const attempt = (key: string): Effect.Effect<boolean> =>
    Effect.matchEffect(ask(key), {
      onSuccess: (answer) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          if (answer._tag !== "AtCapacity") {
            score.gotTask(key, answer.taskArn, now)
            return false
          }
          score.wasTold(key, { _tag: "AtCapacity" })
          return true
        }),
      onFailure: (error: ProvisionError) =>
        Effect.sync(() => {
          if (error._tag === "RetryableError" && error.reason === "closing") return false
          score.wasTold(key, { _tag: "Failed", error })
          return error._tag === "RetryableError"
        })
    })

  return Effect.fnUntraced(function*(index: number) {
    const first = Duration.millis(startOf(plan, index))
    if (Duration.isGreaterThan(first, Duration.zero) && !(yield* pause(first))) return
    const key = keyOf(plan, index)
    score.asked(key)
    while (yield* attempt(key)) {
      if (persistence._tag === "Once" || !(yield* pause(persistence.every))) break
    }
    score.gaveUp(key)
  })
}
