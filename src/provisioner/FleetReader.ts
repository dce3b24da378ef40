/**
 * The coalesced reading of ECS, folded into a fleet's ledger.
 *
 * However many ask, one reading is under way at a time, and it serves everybody
 * whose question it is recent enough for: a burst costs one. It belongs to the
 * fleet and not to who asked first, so that callers may leave. Where the ledger is
 * shared, one holder at a time has the turn to read, and the others wait for what
 * it reads. A holder asks for the turn once for all who wait there. No reading starts sooner after the last one, failed or not, than the
 * read budget allows: in a fleet so large that the budget is used up, a reading
 * serves for longer.
 */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Ecs from "../ecs/Ecs.ts"
import * as TaskArns from "../ecs/TaskArn.ts"
import type { Fleet } from "../fleet/Fleet.ts"
import type { FleetLedger, LedgerUnavailable } from "../ledger/Ledger.ts"
import type { Listing, Reading, Tally } from "../ledger/rules/Evidence.ts"
import type { Claim, Outcome } from "../ledger/rules/ReadTurn.ts"
import { listPageLimit, readsPerSecond } from "../ledger/SafetyLimits.ts"

/**
 * Why a reading failed.
 *
 * @category errors
 */
export type CensusError = Ecs.EcsReadError | LedgerUnavailable

/**
 * The readings of one fleet. All times are the ledger's.
 *
 * @category models
 */
export interface Census {
  /**
   * Returns how old a reading may be for a slot to be granted on it: the fleet's
   * `censusMaxAge`, or longer while the read budget does not allow another.
   */
  readonly maxAge: Effect.Effect<number>
  /**
   * Returns once a reading that listed the running tasks, and began at `since` or
   * later, is in the ledger. A reading that failed a moment ago is not tried again
   * yet: its error is the answer.
   */
  readonly readSince: (since: number) => Effect.Effect<void, CensusError>
  /** Reads again, if the budget allows it by now. `false` says that it does not. */
  readonly refresh: Effect.Effect<boolean, CensusError>
  /** Returns how many milliseconds must pass until `refresh` reads. */
  readonly untilDue: Effect.Effect<number>
}

/** A request that waits for a reading. */
interface Waiter {
  readonly since: number
  /** Whether it takes what comes of asking once, and does not wait until a reading is due. */
  readonly asksOnce: boolean
  /** `false` says that no reading is due yet. */
  readonly done: Deferred.Deferred<boolean, CensusError>
}

interface Failed {
  readonly cause: Cause.Cause<CensusError>
  /** When the next reading may begin. */
  readonly dueAt: number
}

/** A turn of this holder that the ledger has not been told the end of. */
interface Unended {
  readonly dueAt: number
  readonly outcome: Outcome
}

/**
 * Makes the readings of a fleet. They end with the scope.
 *
 * @category constructors
 */
export const make = Effect.fnUntraced(function*(
  fleet: Fleet,
  ledger: FleetLedger
): Effect.fn.Return<Census, never, Ecs.Ecs | Scope.Scope> {
  const ecs = yield* Ecs.Ecs
  const fork = yield* FiberSet.makeRuntime<never, void, never>()
  const read = reader(fleet, ledger, ecs)
  const interval = Duration.toMillis(fleet.settings.censusInterval)
  const maxAge = Duration.toMillis(fleet.settings.censusMaxAge)
  const waiters = new Set<Waiter>()
  let isServing = false
  let failed: Failed | undefined
  let unended: Unended | undefined
  /** When this holder may read at the earliest, as it has heard: later than the others, where it could not read. */
  let ownDueAt = Number.NEGATIVE_INFINITY
  /** Until when the ledger has said that no reading is due, while that is waited for. */
  let restingUntil = Number.NEGATIVE_INFINITY

  const settle = (exit: Exit.Exit<boolean, CensusError>, isServed: (waiter: Waiter) => boolean): void => {
    for (const waiter of waiters) {
      if (!isServed(waiter)) continue
      waiters.delete(waiter)
      Deferred.doneUnsafe(waiter.done, exit)
    }
  }

  const failAll = (cause: Cause.Cause<CensusError>): void => settle(Exit.failCause(cause), () => true)

  /** Serves those for whom the latest reading that this holder has heard of is recent enough. */
  const settleRecent = Effect.map(
    ledger.readingBegunAt,
    (begunAt) => settle(Exit.succeed(true), ({ since }) => since <= begunAt)
  )

  const endTurn = (turn: Unended): Effect.Effect<void, LedgerUnavailable> =>
    Effect.flatMap(ledger.now, (now) =>
      Effect.map(ledger.endTurn(Math.max(0, turn.dueAt - now), turn.outcome), () => {
        unended = undefined
      }))

  const readNow = (turn: YourTurn): Effect.Effect<void> =>
    Effect.gen(function*() {
      const { calls, exit } = yield* read(turn)
      const dueAt = (yield* ledger.now) + Math.max(interval, (calls * 1000) / readsPerSecond)
      unended = { dueAt, outcome: outcomeOf(exit) }
      failed = Exit.isFailure(exit) ? { cause: exit.cause, dueAt } : undefined
      ownDueAt = dueAt
      // A ledger that is away answers the end of the turn no sooner, and no request has to wait for that.
      if (failed !== undefined) failAll(failed.cause)
      yield* Effect.ignore(endTurn(unended))
      settle(Exit.succeed(true), ({ asksOnce, since }) => asksOnce || since <= turn.begunAt.fast)
    }).pipe(Effect.onInterrupt(() => Effect.ignore(ledger.endTurn(interval, "unread"))))

  /** Waits for what another holder of the ledger reads, and not for ever: the word of it may be lost. */
  const awaitTheirs = Effect.timeoutOption(ledger.turnEnds, fleet.settings.censusInterval)

  const rest = (dueAt: number): Effect.Effect<void> =>
    Effect.gen(function*() {
      ownDueAt = dueAt
      settle(Exit.succeed(false), ({ asksOnce }) => asksOnce)
      if (waiters.size === 0) return
      restingUntil = dueAt
      const now = yield* ledger.now
      yield* Effect.timeoutOption(ledger.turnEnds, Math.max(1, dueAt - now))
      restingUntil = Number.NEGATIVE_INFINITY
    })

  /** Asks for the turn, once for all who wait, and does what the answer says. */
  const serveOnce: Effect.Effect<void, LedgerUnavailable> = Effect.gen(function*() {
    if (unended !== undefined) yield* endTurn(unended)
    yield* settleRecent
    if (waiters.size === 0) return
    const since = Math.min(...Array.from(waiters, (waiter) => waiter.since))
    const claim = yield* ledger.claimTurn(since)
    switch (claim._tag) {
      case "Recent":
        settle(Exit.succeed(true), (waiter) => waiter.since <= since)
        return yield* settleRecent
      case "Yours":
        // A turn that was given is taken, though those who asked for it may have left.
        return yield* readNow(claim)
      case "Theirs": {
        // Who comes while it is waited for has not been answered yet.
        const answered = new Set(waiters)
        yield* awaitTheirs
        return settle(Exit.succeed(true), (waiter) => waiter.asksOnce && answered.has(waiter))
      }
      case "Resting":
        return yield* rest(claim.dueAt)
    }
  })

  /** Goes on for as long as requests wait, and until the ledger knows that this holder's turn has ended. */
  const serve = Effect.gen(function*() {
    for (;;) {
      const exit = yield* Effect.exit(serveOnce)
      if (Exit.isFailure(exit)) {
        failAll(exit.cause)
        if (unended !== undefined) yield* Effect.sleep(endSpacing)
      }
      if (waiters.size > 0 || unended !== undefined) continue
      isServing = false
      return
    }
  })

  const wait = (since: number, asksOnce: boolean): Effect.Effect<boolean, CensusError> =>
    Effect.suspend(() => {
      const waiter: Waiter = { since, asksOnce, done: Deferred.makeUnsafe() }
      waiters.add(waiter)
      if (!isServing) {
        isServing = true
        // It does not end before those who wait are served, unless its scope does.
        fork(serve).addObserver((exit) => {
          if (Exit.isFailure(exit)) failAll(exit.cause)
        })
      }
      return Effect.onInterrupt(Deferred.await(waiter.done), () => Effect.sync(() => waiters.delete(waiter)))
    })

  const readSince = Effect.fnUntraced(function*(since: number): Effect.fn.Return<void, CensusError> {
    const now = yield* ledger.now
    // What has come to be known since it was asked serves, though what this holder read last has failed.
    if (since <= (yield* ledger.readingBegunAt)) return
    if (failed !== undefined && now < failed.dueAt && (yield* ledger.turn).reader === undefined) {
      return yield* Effect.failCause(failed.cause)
    }
    yield* wait(since, false)
  })

  const refresh = Effect.flatMap(
    ledger.now,
    (now) => now < restingUntil ? Effect.succeed(false) : wait(now, true)
  )

  return {
    maxAge: Effect.map(ledger.turn, ({ servesFor }) => Math.max(maxAge, servesFor)),
    readSince,
    refresh,
    untilDue: Effect.zipWith(ledger.now, ledger.turn, (now, { dueAt }) => Math.max(0, Math.max(dueAt, ownDueAt) - now))
  }
})

type YourTurn = Extract<Claim, { readonly _tag: "Yours" }>

/** That the ledger could not be asked says nothing about ECS. */
const outcomeOf = (exit: Exit.Exit<void, CensusError>): Outcome => {
  if (Exit.isSuccess(exit)) return "read"
  return Option.exists(Cause.findErrorOption(exit.cause), ({ _tag }) => _tag === "EcsReadError") ? "failed" : "unread"
}

/** How many descriptions of one reading are asked for at a time: AWS allows a burst of 100 reads. */
const describeConcurrency = 5

const reader = (fleet: Fleet, ledger: FleetLedger, ecs: Ecs.Ecs["Service"]) => {
  const { readPageRetries, readTimeout } = fleet.settings
  let undescribedBefore = 0

  /** An answer that holds anything else was not given about this fleet: nothing in it is evidence. */
  const checkArns = (operation: Ecs.EcsReadError["operation"], arns: ReadonlyArray<Ecs.TaskArn>) => {
    const index = arns.findIndex((arn) => !TaskArns.isIn(fleet.cluster, arn))
    return index === -1 ? Effect.void : new Ecs.EcsReadError({
      operation,
      reason: "unreachable",
      detail: `${JSON.stringify(arns[index])?.slice(0, 200)} is not the ARN of a task in cluster ${fleet.cluster}; ` +
        "check that the endpoint is that of ECS"
    })
  }

  /** Said when there are more, for they may stay for long. */
  const reportUndescribed = Effect.fnUntraced(function*({ cap, undescribed }: Tally) {
    const filling = cap !== "unlimited" && cap > 0 && undescribed >= cap ? undescribed : 0
    if (filling > undescribedBefore) {
      yield* Effect.logWarning(
        `Fleet ${fleet.id}: all ${cap} slots are taken by ${filling} tasks that ECS lists and does not describe, and ` +
          "nothing is launched; check that the endpoint is that of ECS. A task that ECS shows no more gives its slot " +
          "back after 65 minutes"
      )
    }
    undescribedBefore = filling
  })

  /** Said when it changes, and of described tasks only: a listed one may be that of a launch about to be answered. */
  const reportForeign = ({ cap, foreign, isMore, occupied }: Tally): Effect.Effect<void> =>
    isMore
      ? Effect.logWarning(
        `Fleet ${fleet.id} has ${occupied} tasks, over its cap of ${cap}: ${foreign} were launched by others`
      )
      : Effect.void

  return Effect.fnUntraced(function*({ begunAt, cap, searching }: YourTurn) {
    let calls = 0

    /** A page is tried again where it failed, not the reading. */
    const call = <A>(operation: Ecs.EcsReadError["operation"], effect: Effect.Effect<A, Ecs.EcsReadError>) =>
      Effect.suspend(() => {
        calls++
        return effect
      }).pipe(
        Effect.timeoutOrElse({
          duration: readTimeout,
          orElse: () => new Ecs.EcsReadError({ operation, reason: "unreachable", detail: "no answer in time" })
        }),
        // All that can be done about a defect is to read again: callers are told that it may pass.
        Effect.catchDefect((defect) =>
          Effect.andThen(
            Effect.logError(`A reading of fleet ${fleet.id} broke down`, defect),
            new Ecs.EcsReadError({ operation, reason: "unavailable", detail: "the call broke down" })
          )
        ),
        Effect.retry({ while: Ecs.isTransient, times: readPageRetries, schedule: retrySchedule })
      )

    const list = Effect.fnUntraced(function*(desiredStatus: "RUNNING" | "STOPPED") {
      const taskArns: Array<Ecs.TaskArn> = []
      const tokens = new Set<string>()
      let nextToken: string | undefined
      do {
        const { cluster, family } = fleet
        const page = yield* call("ListTasks", ecs.listTasks({ cluster, family, desiredStatus, nextToken }))
        yield* checkArns("ListTasks", page.taskArns)
        for (const arn of page.taskArns) taskArns.push(arn)
        nextToken = page.nextToken
        if (nextToken === undefined) continue
        if (tokens.has(nextToken)) return yield* endless("it gave the same nextToken twice")
        if (tokens.add(nextToken).size >= listPageLimit) {
          return yield* endless(`it has more than ${listPageLimit} pages`)
        }
      } while (nextToken !== undefined)
      return taskArns
    })

    const readAll = Effect.gen(function*() {
      const listing: Listing = {
        running: cap === "unlimited" && !searching ? undefined : yield* list("RUNNING"),
        stopped: searching ? yield* list("STOPPED") : undefined
      }
      const question = yield* ledger.adopt(listing)
      if (question.stray !== undefined) return yield* elsewhere("ListTasks", question.stray)
      const descriptions = yield* Effect.forEach(
        batches(question.taskArns),
        (taskArns) =>
          Effect.tap(
            call("DescribeTasks", ecs.describeTasks({ cluster: fleet.cluster, taskArns })),
            ({ tasks }) => checkArns("DescribeTasks", tasks.map(({ taskArn }) => taskArn))
          ),
        { concurrency: describeConcurrency }
      )
      const missing = descriptions.flatMap((described) => described.missing)
      // Only a list can show that ECS has forgotten a task, and not mislaid its description.
      const doubted = missing.some((arn) => question.forgettable.has(arn))
      const running = listing.running ?? (doubted ? yield* list("RUNNING") : undefined)
      const reading: Reading = {
        ...listing,
        running,
        begunAt,
        tasks: descriptions.flatMap((described) => described.tasks),
        missing
      }
      const tally = yield* ledger.observe(reading)
      if (tally.stray !== undefined) return yield* elsewhere("DescribeTasks", tally.stray)
      yield* reportForeign(tally)
      yield* reportUndescribed(tally)
    })

    const exit = yield* Effect.exit(
      Effect.tapError(readAll, (error) => Effect.logWarning(`Fleet ${fleet.id} could not be read: ${error.message}`))
    )
    return { exit, calls }
  })
}

/** How long after the ledger could not be told that a turn has ended it is told again. */
const endSpacing = Duration.seconds(1)

const endless = (how: string) =>
  new Ecs.EcsReadError({
    operation: "ListTasks",
    reason: "unreachable",
    detail: `the list does not end: ${how}; check that the endpoint is that of ECS`
  })
/** What is shown of another place says nothing of this fleet. */
const elsewhere = (operation: Ecs.EcsReadError["operation"], detail: string) =>
  new Ecs.EcsReadError({ operation, reason: "unreachable", detail })

const retrySchedule = Schedule.jittered(Schedule.exponential("200 millis"))

const batches = (taskArns: ReadonlyArray<Ecs.TaskArn>): ReadonlyArray<ReadonlyArray<Ecs.TaskArn>> => {
  const all: Array<ReadonlyArray<Ecs.TaskArn>> = []
  for (let from = 0; from < taskArns.length; from += Ecs.describeLimit) {
    all.push(taskArns.slice(from, from + Ecs.describeLimit))
  }
  return all
}
