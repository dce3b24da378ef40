/**
 * The coalesced reading of ECS, folded into a fleet's ledger.
 *
 * However many ask, one reading is under way at a time, and it serves everybody
 * whose question it is recent enough for: a burst costs one. It belongs to the
 * fleet and not to who asked first, so that callers may leave. Where the ledger is
 * shared, one holder at a time has the turn to read, and the others wait for what
 * it reads. No reading starts sooner after the last one, failed or not, than the
 * read budget allows: in a fleet so large that the budget is used up, a reading
 * serves for longer.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Ecs from "./Ecs.ts"
import type { Fleet } from "./Fleet.ts"
import type { FleetLedger, LedgerUnavailable } from "./Ledger.ts"
import type { Listing, Reading, Tally } from "./rules/Evidence.ts"
import type { Claim } from "./rules/Turn.ts"
import { readsPerSecond } from "./Settings.ts"

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

interface UnderWay {
  readonly begunAt: number
  readonly done: Deferred.Deferred<void, CensusError>
}

interface Failed {
  readonly exit: Exit.Exit<void, CensusError>
  /** When the next reading may begin. */
  readonly dueAt: number
}

/** A turn of this holder that the ledger has not been told the end of. */
interface Unended {
  readonly dueAt: number
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
  const claiming = yield* Semaphore.make(1)
  let underWay: UnderWay | undefined
  let failed: Failed | undefined
  let unended: Unended | undefined

  const endTurn = (turn: Unended): Effect.Effect<void, LedgerUnavailable> =>
    Effect.flatMap(ledger.now, (now) =>
      Effect.map(ledger.endTurn(Math.max(0, turn.dueAt - now)), () => {
        unended = undefined
      }))

  /** The others wait until they are told, and it may be that nobody asks here any more. */
  const endLate = Effect.orDie(Effect.retry(
    claiming.withPermit(Effect.suspend(() => unended === undefined ? Effect.void : endTurn(unended))),
    endSchedule
  ))

  const start = (turn: YourTurn): UnderWay => {
    const started: UnderWay = { begunAt: turn.begunAt.fast, done: Deferred.makeUnsafe() }
    underWay = started
    fork(
      Effect.flatMap(read(turn), ({ calls, exit }) => {
        const rest = Math.max(interval, (calls * 1000) / readsPerSecond)
        return Effect.flatMap(ledger.now, (now) => {
          failed = Exit.isFailure(exit) ? { exit, dueAt: now + rest } : undefined
          unended = { dueAt: now + rest }
          return Effect.as(Effect.ignore(endTurn(unended)), exit)
        })
      }).pipe(
        Effect.onInterrupt(() => Effect.ignore(ledger.endTurn(interval))),
        Effect.flatMap((exit) => {
          const over = Effect.sync(() => {
            underWay = undefined
            Deferred.doneUnsafe(started.done, exit)
          })
          return unended === undefined ? over : Effect.andThen(over, endLate)
        })
      )
    )
    return started
  }

  /**
   * Joins the reading under way or asks for the turn: in one step, for what reads
   * here is not to be asked for twice. A turn that was given is taken, whoever
   * asked for it and may have left.
   */
  const joinOrClaim = (since: number) =>
    claiming.withPermit(
      Effect.uninterruptible(Effect.suspend((): Effect.Effect<Joined, LedgerUnavailable> => {
        if (underWay !== undefined) return Effect.succeed({ _tag: "UnderWay", reading: underWay })
        return Effect.map(
          Effect.andThen(unended === undefined ? Effect.void : endTurn(unended), ledger.claimTurn(since)),
          (claim): Joined => claim._tag === "Yours" ? { _tag: "UnderWay", reading: start(claim) } : claim
        )
      }))
    )

  /** Waits for what another holder of the ledger reads. */
  const awaitTheirs = Effect.timeoutOption(ledger.turnEnds, fleet.settings.censusInterval)

  const readSince = (since: number): Effect.Effect<void, CensusError> =>
    Effect.flatMap(ledger.now, (now) => {
      if (underWay === undefined && failed !== undefined && now < failed.dueAt) return failed.exit
      return Effect.flatMap(joinOrClaim(since), (joined): Effect.Effect<void, CensusError> => {
        switch (joined._tag) {
          case "Recent":
            return Effect.void
          case "UnderWay":
            return joined.reading.begunAt >= since
              ? Deferred.await(joined.reading.done)
              // One at a time: a reading that began too early has to end before the next begins.
              : Effect.andThen(Effect.exit(Deferred.await(joined.reading.done)), readSince(since))
          case "Theirs":
            return Effect.andThen(awaitTheirs, readSince(since))
          case "Resting":
            return Effect.andThen(Effect.sleep(Math.max(1, joined.dueAt - now)), readSince(since))
        }
      })
    })

  const refresh = Effect.flatMap(
    Effect.flatMap(ledger.now, joinOrClaim),
    (joined): Effect.Effect<boolean, CensusError> => {
      switch (joined._tag) {
        case "Recent":
          return Effect.succeed(true)
        case "UnderWay":
          return Effect.as(Deferred.await(joined.reading.done), true)
        case "Theirs":
          return Effect.as(awaitTheirs, true)
        case "Resting":
          return Effect.succeed(false)
      }
    }
  )

  return {
    maxAge: Effect.map(ledger.turn, ({ servesFor }) => Math.max(maxAge, servesFor)),
    readSince,
    refresh,
    untilDue: Effect.zipWith(ledger.now, ledger.turn, (now, { dueAt }) => Math.max(0, dueAt - now))
  }
})

type YourTurn = Extract<Claim, { readonly _tag: "Yours" }>

/** What came of asking for a reading. */
type Joined = Exclude<Claim, YourTurn> | { readonly _tag: "UnderWay"; readonly reading: UnderWay }

/** How many descriptions of one reading are asked for at a time: AWS allows a burst of 100 reads. */
const describeConcurrency = 5

const reader = (fleet: Fleet, ledger: FleetLedger, ecs: Ecs.Ecs["Service"]) => {
  const { readPageRetries, readTimeout } = fleet.settings
  let foreignBefore = 0

  /** Said when it changes, and of described tasks only: a listed one may be that of a launch about to be answered. */
  const reportForeign = Effect.fnUntraced(function*({ cap, foreign, occupied }: Tally) {
    const above = cap !== "unlimited" && occupied > cap ? foreign : 0
    if (above > foreignBefore) {
      yield* Effect.logWarning(
        `Fleet ${fleet.id} has ${occupied} tasks, over its cap of ${cap}: ${above} were launched by others`
      )
    }
    foreignBefore = above
  })

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
        // Nobody can do anything about what broke but read again: those who ask are told that it may pass.
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
      let nextToken: string | undefined
      do {
        const { cluster, family } = fleet
        const page = yield* call("ListTasks", ecs.listTasks({ cluster, family, desiredStatus, nextToken }))
        for (const arn of page.taskArns) taskArns.push(arn)
        nextToken = page.nextToken
      } while (nextToken !== undefined)
      return taskArns
    })

    const readAll = Effect.gen(function*() {
      const listing: Listing = {
        running: cap === "unlimited" && !searching ? undefined : yield* list("RUNNING"),
        stopped: searching ? yield* list("STOPPED") : undefined
      }
      const question = yield* ledger.adopt(listing)
      const descriptions = yield* Effect.forEach(
        batches(question.taskArns),
        (taskArns) => call("DescribeTasks", ecs.describeTasks({ cluster: fleet.cluster, taskArns })),
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
      yield* reportForeign(yield* ledger.observe(reading))
    })

    const exit = yield* Effect.exit(
      Effect.tapError(readAll, (error) => Effect.logWarning(`Fleet ${fleet.id} could not be read: ${error.message}`))
    )
    return { exit, calls }
  })
}

const endSchedule = Schedule.spaced("1 second")

const retrySchedule = Schedule.jittered(Schedule.exponential("200 millis"))

const batches = (taskArns: ReadonlyArray<Ecs.TaskArn>): ReadonlyArray<ReadonlyArray<Ecs.TaskArn>> => {
  const all: Array<ReadonlyArray<Ecs.TaskArn>> = []
  for (let from = 0; from < taskArns.length; from += Ecs.describeLimit) {
    all.push(taskArns.slice(from, from + Ecs.describeLimit))
  }
  return all
}
