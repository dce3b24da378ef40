/**
 * The coalesced reading of ECS, folded into a fleet's ledger.
 *
 * However many requests ask, one reading is under way at a time, and it serves each
 * for which it is recent enough: a burst costs one. It belongs to the fleet and not
 * to the request that asked first, so that callers may leave. Where the ledger is
 * shared, one holder at a time has the turn to read, and the others wait for what
 * it reads. A holder asks for the turn once for all its requests that wait. No
 * reading starts sooner after the last one, failed or not, than the read budget
 * allows: in a fleet so large that the budget is used up, a reading serves for
 * longer.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Ecs from "../ecs/Ecs.ts"
import type { Fleet } from "../fleet/Fleet.ts"
import type { FleetLedger, LedgerUnavailable } from "../ledger/Ledger.ts"
import type { TurnOutcome } from "../ledger/rules/ReadTurn.ts"
import type { StopOrder } from "../ledger/rules/Stop.ts"
import { readsPerSecond } from "../ledger/SafetyLimits.ts"
import * as PagedReading from "./PagedReading.ts"
import type { ReadError, YourTurn } from "./PagedReading.ts"
import * as Stopping from "./Stopping.ts"

/**
 * The readings of one fleet. All times are the ledger's.
 *
 * @category models
 */
export interface FleetReader {
  /**
   * Returns how old a reading may be for a slot to be granted on it: the fleet's
   * `readingMaxAge`, or longer while the read budget does not allow another.
   */
  readonly maxAge: Effect.Effect<number>
  /**
   * Returns once a reading that listed the running tasks, and began at `since` or
   * later, is in the ledger. A reading that failed a moment ago is not tried again
   * yet: its error is the answer.
   */
  readonly readSince: (since: number) => Effect.Effect<void, ReadError>
  /** Reads again, if the budget allows it by now. `false` says that it does not. */
  readonly refresh: Effect.Effect<boolean, ReadError>
  /** Returns how many milliseconds must pass until `refresh` reads. */
  readonly untilDue: Effect.Effect<number>
}

/** A request that waits for a reading. */
interface Waiter {
  readonly since: number
  /** Whether it takes what comes of asking once, and does not wait until a reading is due. */
  readonly asksOnce: boolean
  /** `false` says that no reading is due yet. */
  readonly done: Deferred.Deferred<boolean, ReadError>
}

interface Failed {
  readonly cause: Cause.Cause<ReadError>
  /** When the next reading may begin. */
  readonly dueAt: number
}

/** A turn of this holder that the ledger has not been told the end of. */
interface Unended {
  readonly dueAt: number
  readonly outcome: TurnOutcome
}

/** The readings of a fleet as they stand. */
interface State {
  readonly fleet: Fleet
  readonly ledger: FleetLedger
  readonly reader: PagedReading.Reader
  readonly fork: (effect: Effect.Effect<void>) => Fiber.Fiber<void>
  readonly waiters: Set<Waiter>
  /** Whether a fiber serves those who wait. */
  isServing: boolean
  /** Whether tasks are being told to stop. */
  isStopping: boolean
  failed: Failed | undefined
  unended: Unended | undefined
  /** When this holder may read at the earliest, as it has heard: later than the others, where it could not read. */
  ownDueAt: number
  /** Until when the ledger has said that no reading is due, while that is waited for. */
  restingUntil: number
}

/**
 * Makes the readings of a fleet. They end with the scope.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  fleet: Fleet,
  ledger: FleetLedger
): Effect.fn.Return<FleetReader, never, Ecs.Ecs | Scope.Scope> {
  const maxAge = Duration.toMillis(fleet.settings.readingMaxAge)
  const state: State = {
    fleet,
    ledger,
    reader: { fleet, ledger, ecs: yield* Ecs.Ecs, undescribed: 0 },
    fork: yield* FiberSet.makeRuntime<never, void, never>(),
    waiters: new Set(),
    isServing: false,
    isStopping: false,
    failed: undefined,
    unended: undefined,
    ownDueAt: Number.NEGATIVE_INFINITY,
    restingUntil: Number.NEGATIVE_INFINITY
  }
  return {
    maxAge: Effect.map(ledger.readTurn.current, ({ servesFor }) => Math.max(maxAge, servesFor)),
    readSince: (since) => readSince(state, since),
    refresh: Effect.flatMap(
      ledger.now,
      (now) => now < state.restingUntil ? Effect.succeed(false) : wait(state, now, true)
    ),
    untilDue: Effect.zipWith(
      ledger.now,
      ledger.readTurn.current,
      (now, { dueAt }) => Math.max(0, Math.max(dueAt, state.ownDueAt) - now)
    )
  }
})

const readSince = Effect.fnUntraced(function*(
  state: State,
  since: number
): Effect.fn.Return<void, ReadError> {
  const { failed, ledger } = state
  const now = yield* ledger.now
  // What has come to be known since it was asked serves, though what this holder read last has failed.
  if (since <= (yield* ledger.readTurn.readingBegunAt)) return
  if (failed !== undefined && now < failed.dueAt && (yield* ledger.readTurn.current).reader === undefined) {
    return yield* Effect.failCause(failed.cause)
  }
  yield* wait(state, since, false)
})

/** Waits to be served, and starts the fiber that serves if there is none. */
const wait = (state: State, since: number, asksOnce: boolean): Effect.Effect<boolean, ReadError> =>
  Effect.suspend(() => {
    const waiter: Waiter = { since, asksOnce, done: Deferred.makeUnsafe() }
    state.waiters.add(waiter)
    if (!state.isServing) {
      state.isServing = true
      // It does not end before those who wait are served, unless its scope does.
      state.fork(serve(state)).addObserver((exit) => {
        if (Exit.isFailure(exit)) failAll(state, exit.cause)
      })
    }
    return Effect.onInterrupt(Deferred.await(waiter.done), () => Effect.sync(() => state.waiters.delete(waiter)))
  })

/** Goes on for as long as requests wait, and until the ledger knows that this holder's turn has ended. */
const serve = Effect.fnUntraced(function*(state: State) {
  for (;;) {
    const exit = yield* Effect.exit(serveOnce(state))
    if (Exit.isFailure(exit)) {
      failAll(state, exit.cause)
      if (state.unended !== undefined) yield* Effect.sleep(endSpacing)
    }
    if (state.waiters.size > 0 || state.unended !== undefined) continue
    state.isServing = false
    return
  }
})

/** Asks for the turn, once for all who wait, and does what the answer says. */
const serveOnce = Effect.fnUntraced(function*(state: State): Effect.fn.Return<void, LedgerUnavailable> {
  const { ledger, unended, waiters } = state
  if (unended !== undefined) yield* endTurn(state, unended)
  yield* settleRecent(state)
  if (waiters.size === 0) return
  const since = Math.min(...Array.from(waiters, (waiter) => waiter.since))
  const claim = yield* ledger.readTurn.claim(since)
  switch (claim._tag) {
    case "Recent":
      settle(state, Exit.succeed(true), (waiter) => waiter.since <= since)
      return yield* settleRecent(state)
    case "Yours":
      // A turn that was given is taken, though those who asked for it may have left.
      return yield* readNow(state, claim)
    case "Theirs": {
      // Who comes while it is waited for has not been answered yet.
      const answered = new Set(waiters)
      // Not for ever: the notification that their turn ends may be lost.
      yield* Effect.timeoutOption(ledger.readTurn.ended, state.fleet.settings.readingInterval)
      return settle(state, Exit.succeed(true), (waiter) => waiter.asksOnce && answered.has(waiter))
    }
    case "Resting":
      return yield* rest(state, claim.dueAt)
  }
})

const readNow = (state: State, turn: YourTurn): Effect.Effect<void> => {
  const { ledger } = state
  const interval = Duration.toMillis(state.fleet.settings.readingInterval)
  return Effect.gen(function*() {
    const { calls, exit } = yield* PagedReading.read(state.reader, turn)
    const dueAt = (yield* ledger.now) + Math.max(interval, (calls * 1000) / readsPerSecond)
    const unended: Unended = { dueAt, outcome: outcomeOf(exit) }
    state.unended = unended
    state.failed = Exit.isFailure(exit) ? { cause: exit.cause, dueAt } : undefined
    state.ownDueAt = dueAt
    // A ledger that is away answers the end of the turn no sooner, and no request has to wait for that.
    if (Exit.isFailure(exit)) failAll(state, exit.cause)
    yield* Effect.ignore(endTurn(state, unended))
    settle(state, Exit.succeed(true), ({ asksOnce, since }) => asksOnce || since <= turn.begunAt.fast)
    if (Exit.isSuccess(exit) && exit.value.length > 0) stop(state, exit.value)
  }).pipe(Effect.onInterrupt(() => Effect.ignore(ledger.readTurn.end(interval, "unread"))))
}

/** Those that the last call has not been answered for are told again only after the next reading. */
const stop = (state: State, orders: ReadonlyArray<StopOrder>): void => {
  if (state.isStopping) return
  state.isStopping = true
  state.fork(Stopping.stopTasks(state.reader, orders)).addObserver(() => {
    state.isStopping = false
  })
}

const rest = Effect.fnUntraced(function*(state: State, dueAt: number) {
  const { ledger, waiters } = state
  state.ownDueAt = dueAt
  settle(state, Exit.succeed(false), ({ asksOnce }) => asksOnce)
  if (waiters.size === 0) return
  state.restingUntil = dueAt
  const now = yield* ledger.now
  yield* Effect.timeoutOption(ledger.readTurn.ended, Math.max(1, dueAt - now))
  state.restingUntil = Number.NEGATIVE_INFINITY
})

const endTurn = (state: State, { dueAt, outcome }: Unended): Effect.Effect<void, LedgerUnavailable> =>
  Effect.flatMap(
    state.ledger.now,
    (now) =>
      Effect.map(state.ledger.readTurn.end(Math.max(0, dueAt - now), outcome), () => {
        state.unended = undefined
      })
  )

const settle = (
  { waiters }: State,
  exit: Exit.Exit<boolean, ReadError>,
  isServed: (waiter: Waiter) => boolean
): void => {
  for (const waiter of waiters) {
    if (!isServed(waiter)) continue
    waiters.delete(waiter)
    Deferred.doneUnsafe(waiter.done, exit)
  }
}

const failAll = (state: State, cause: Cause.Cause<ReadError>): void => settle(state, Exit.failCause(cause), () => true)

/** Serves those for whom the latest reading that this holder has heard of is recent enough. */
const settleRecent = (state: State) =>
  Effect.map(
    state.ledger.readTurn.readingBegunAt,
    (begunAt) => settle(state, Exit.succeed(true), ({ since }) => since <= begunAt)
  )

/** That the ledger could not be asked says nothing about ECS. */
const outcomeOf = (exit: Exit.Exit<unknown, ReadError>): TurnOutcome => {
  if (Exit.isSuccess(exit)) return "read"
  return Option.exists(Cause.findErrorOption(exit.cause), ({ _tag }) => _tag === "EcsCallError") ? "failed" : "unread"
}

/** The wait before this holder ends its turn again, where the ledger did not answer. */
const endSpacing = Duration.seconds(1)
