/**
 * The coalesced reading of ECS, folded into a fleet's ledger.
 *
 * However many ask, one reading is under way at a time, and it serves everybody
 * whose question it is recent enough for: a burst costs one. It belongs to the
 * fleet and not to who asked first, so that callers may leave. No reading starts
 * sooner after the last one, failed or not, than the read budget allows: in a fleet
 * so large that the budget is used up, a reading serves for longer.
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Ecs from "./Ecs.ts"
import type { Fleet } from "./Fleet.ts"
import type { FleetLedger, LedgerUnavailable } from "./Ledger.ts"
import type { Listing, Reading } from "./rules/Evidence.ts"
import { foreignTasks, used } from "./rules/Occupancy.ts"
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

interface Ended {
  readonly begunAt: number
  readonly exit: Exit.Exit<void, CensusError>
  /** Whether it listed the running tasks: nothing is granted on one that did not. */
  readonly listed: boolean
  /** When the next reading may begin. */
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
  let underWay: UnderWay | undefined
  let ended: Ended | undefined

  const start = (begunAt: number): UnderWay => {
    const started: UnderWay = { begunAt, done: Deferred.makeUnsafe() }
    underWay = started
    fork(Effect.gen(function*() {
      const { calls, exit, listed } = yield* read(begunAt)
      const now = yield* ledger.now
      underWay = undefined
      ended = { begunAt, exit, listed, dueAt: now + Math.max(interval, (calls * 1000) / readsPerSecond) }
      Deferred.doneUnsafe(started.done, exit)
    }))
    return started
  }

  const isDue = (now: number): boolean => ended === undefined || now >= ended.dueAt

  const readSince = (since: number): Effect.Effect<void, CensusError> =>
    Effect.flatMap(ledger.now, (now) => {
      if (underWay !== undefined && underWay.begunAt >= since) return Deferred.await(underWay.done)
      // One at a time: a reading that began too early has to end before the next begins.
      if (underWay !== undefined) return Effect.andThen(Effect.exit(Deferred.await(underWay.done)), readSince(since))
      if (ended !== undefined && Exit.isFailure(ended.exit) && !isDue(now)) return ended.exit
      if (ended !== undefined && Exit.isSuccess(ended.exit) && ended.listed && ended.begunAt >= since) {
        return Effect.void
      }
      return Deferred.await(start(now).done)
    })

  return {
    maxAge: Effect.sync(() => Math.max(maxAge, ended === undefined ? 0 : ended.dueAt - ended.begunAt)),
    readSince,
    refresh: Effect.flatMap(ledger.now, (now) =>
      underWay === undefined && !isDue(now)
        ? Effect.succeed(false)
        : Effect.as(Deferred.await((underWay ?? start(now)).done), true)),
    untilDue: Effect.map(ledger.now, (now) => ended === undefined ? 0 : Math.max(0, ended.dueAt - now))
  }
})

/** How many descriptions of one reading are asked for at a time: AWS allows a burst of 100 reads. */
const describeConcurrency = 5

const reader = (fleet: Fleet, ledger: FleetLedger, ecs: Ecs.Ecs["Service"]) => {
  const { readPageRetries, readTimeout } = fleet.settings
  let searching = false
  let foreignBefore = 0

  /** Said when it changes, and of described tasks only: a listed one may be that of a launch about to be answered. */
  const reportForeign = Effect.fnUntraced(function*() {
    const occupancy = yield* ledger.occupancy
    const occupied = used(occupancy)
    const foreign = occupancy.cap !== "unlimited" && occupied > occupancy.cap ? foreignTasks(occupancy) : 0
    if (foreign > foreignBefore) {
      yield* Effect.logWarning(
        `Fleet ${fleet.id} has ${occupied} tasks, over its cap of ${occupancy.cap}: ${foreign} were launched by others`
      )
    }
    foreignBefore = foreign
  })

  return Effect.fnUntraced(function*(begunAt: number) {
    let calls = 0
    let listed = false

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
      const { cap } = yield* ledger.occupancy
      const listing: Listing = {
        running: cap === "unlimited" && !searching ? undefined : yield* list("RUNNING"),
        stopped: searching ? yield* list("STOPPED") : undefined
      }
      listed = listing.running !== undefined
      const question = yield* ledger.adopt(listing)
      searching = question.searching
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
      yield* ledger.observe(reading)
      yield* reportForeign()
    })

    const exit = yield* Effect.exit(
      Effect.tapError(readAll, (error) => Effect.logWarning(`Fleet ${fleet.id} could not be read: ${error.message}`))
    )
    return { exit, calls, listed }
  })
}

const retrySchedule = Schedule.jittered(Schedule.exponential("200 millis"))

const batches = (taskArns: ReadonlyArray<Ecs.TaskArn>): ReadonlyArray<ReadonlyArray<Ecs.TaskArn>> => {
  const all: Array<ReadonlyArray<Ecs.TaskArn>> = []
  for (let from = 0; from < taskArns.length; from += Ecs.describeLimit) {
    all.push(taskArns.slice(from, from + Ecs.describeLimit))
  }
  return all
}
