/**
 * One reading of ECS, page by page: the lists, then the descriptions that the
 * ledger asks for. It is evidence as a whole or not at all: an answer that is not
 * about the fleet's cluster, or a list that does not end, fails it.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Ecs from "../ecs/Ecs.ts"
import * as TaskArns from "../ecs/TaskArn.ts"
import type { Fleet } from "../fleet/Fleet.ts"
import type { FleetLedger, LedgerUnavailable } from "../ledger/Ledger.ts"
import type { Listing, TaskCount } from "../ledger/rules/Evidence.ts"
import type { Claim } from "../ledger/rules/ReadTurn.ts"
import { listPageLimit } from "../ledger/SafetyLimits.ts"

/**
 * The errors of a reading.
 *
 * @category errors
 */
export type ReadError = Ecs.EcsCallError | LedgerUnavailable

/**
 * A turn to read that the ledger has given.
 *
 * @category models
 */
export type YourTurn = Extract<Claim, { readonly _tag: "Yours" }>

type Operation = Ecs.EcsCallError["operation"]

/** The number of descriptions of one reading that are asked for at a time: AWS allows a burst of 100 reads. */
const describeConcurrency = 5

/**
 * All that is needed to read a fleet.
 *
 * @category models
 */
export interface Reader {
  readonly fleet: Fleet
  readonly ledger: FleetLedger
  readonly ecs: Ecs.Ecs["Service"]
  /** The number of tasks without a description that took all slots, when that was reported last. */
  undescribed: number
}

/** One reading: the turn in which it is made, and how many calls it has taken so far. */
interface PagedReading extends YourTurn {
  readonly reader: Reader
  calls: number
}

/**
 * Reads a fleet in a turn that the ledger has given, and returns what came of it, the tasks that
 * are to be told to stop, and how many calls it took.
 *
 * @category running
 */
export const read = Effect.fnUntraced(function*(reader: Reader, turn: YourTurn) {
  const reading: PagedReading = { ...turn, reader, calls: 0 }
  const exit = yield* Effect.exit(
    Effect.tapError(
      readAll(reading),
      (error) => Effect.logWarning(`Fleet ${reader.fleet.id} could not be read: ${error.message}`)
    )
  )
  return { exit, calls: reading.calls }
})

const readAll = Effect.fnUntraced(function*(reading: PagedReading) {
  const { begunAt, cap, reader, searching } = reading
  const { ecs, fleet: { cluster }, ledger } = reader
  const listing: Listing = {
    running: cap === "unlimited" && !searching ? undefined : yield* list(reading, "RUNNING"),
    stopped: searching ? yield* list(reading, "STOPPED") : undefined
  }
  const question = yield* ledger.adopt(listing)
  if (question.stray !== undefined) return yield* elsewhere("ListTasks", question.stray)
  const descriptions = yield* Effect.forEach(
    batches(question.taskArns),
    (taskArns) =>
      Effect.tap(
        call(reading, "DescribeTasks", ecs.describeTasks({ cluster, taskArns })),
        ({ tasks }) => checkArns(cluster, "DescribeTasks", tasks.map(({ taskArn }) => taskArn))
      ),
    { concurrency: describeConcurrency }
  )
  const missing = descriptions.flatMap((described) => described.missing)
  // Only a list can show that ECS has forgotten a task, and not mislaid its description.
  const doubted = missing.some((arn) => question.forgettable.has(arn))
  const running = listing.running ?? (doubted ? yield* list(reading, "RUNNING") : undefined)
  const tally = yield* ledger.observe({
    ...listing,
    running,
    begunAt,
    tasks: descriptions.flatMap((described) => described.tasks),
    missing
  })
  if (tally.stray !== undefined) return yield* elsewhere("DescribeTasks", tally.stray)
  yield* reportForeign(reader, tally)
  yield* reportUndescribed(reader, tally)
  return tally.toStop
})

const list = Effect.fnUntraced(function*(reading: PagedReading, desiredStatus: "RUNNING" | "STOPPED") {
  const { ecs, fleet: { cluster, family } } = reading.reader
  const taskArns: Array<Ecs.TaskArn> = []
  const tokens = new Set<string>()
  let nextToken: string | undefined
  do {
    const page = yield* call(reading, "ListTasks", ecs.listTasks({ cluster, family, desiredStatus, nextToken }))
    yield* checkArns(cluster, "ListTasks", page.taskArns)
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

/** Makes one call. A page is tried again where it failed, not the reading. */
const call = <A>(reading: PagedReading, operation: Operation, effect: Effect.Effect<A, Ecs.EcsCallError>) => {
  const { id, settings } = reading.reader.fleet
  return Effect.suspend(() => {
    reading.calls++
    return effect
  }).pipe(
    Effect.timeoutOrElse({
      duration: settings.readTimeout,
      orElse: () => new Ecs.EcsCallError({ operation, reason: "unreachable", detail: "no answer in time" })
    }),
    // All that can be done about a defect is to read again: callers are told that it may pass.
    Effect.catchDefect((defect) =>
      Effect.andThen(
        Effect.logError(`A reading of fleet ${id} broke down`, defect),
        new Ecs.EcsCallError({ operation, reason: "unavailable", detail: "the call broke down" })
      )
    ),
    Effect.retry({ while: Ecs.isTransient, times: settings.readPageRetries, schedule: retrySchedule })
  )
}

/** An answer that holds anything else was not given about this fleet: nothing in it is evidence. */
const checkArns = (cluster: string, operation: Operation, arns: ReadonlyArray<Ecs.TaskArn>) => {
  const index = arns.findIndex((arn) => !TaskArns.isIn(cluster, arn))
  return index === -1 ? Effect.void : new Ecs.EcsCallError({
    operation,
    reason: "unreachable",
    detail: `${JSON.stringify(arns[index])?.slice(0, 200)} is not the ARN of a task in cluster ${cluster}; ` +
      "check that the endpoint is that of ECS"
  })
}

/** Said when there are more, for they may stay for long. */
const reportUndescribed = Effect.fnUntraced(function*(reader: Reader, { cap, undescribed }: TaskCount) {
  const filling = cap !== "unlimited" && cap > 0 && undescribed >= cap ? undescribed : 0
  if (filling > reader.undescribed) {
    yield* Effect.logWarning(
      `Fleet ${reader.fleet.id}: all ${cap} slots are taken by ${filling} tasks that ECS lists and does not describe, and ` +
        "nothing is launched; check that the endpoint is that of ECS. A task that ECS shows no more gives its slot " +
        "back after 65 minutes"
    )
  }
  reader.undescribed = filling
})

/** Said when it changes, and of described tasks only: a listed one may be that of a launch about to be answered. */
const reportForeign = ({ fleet }: Reader, { cap, foreign, isMore, occupied }: TaskCount): Effect.Effect<void> =>
  isMore
    ? Effect.logWarning(
      `Fleet ${fleet.id} has ${occupied} tasks, over its cap of ${cap}: ${foreign} were launched by others`
    )
    : Effect.void

const endless = (how: string) =>
  new Ecs.EcsCallError({
    operation: "ListTasks",
    reason: "unreachable",
    detail: `the list does not end: ${how}; check that the endpoint is that of ECS`
  })

/** Makes the error of an answer that shows another location: it says nothing of this fleet. */
const elsewhere = (operation: Operation, detail: string) =>
  new Ecs.EcsCallError({ operation, reason: "unreachable", detail })

const retrySchedule = Schedule.jittered(Schedule.exponential("200 millis"))

const batches = (taskArns: ReadonlyArray<Ecs.TaskArn>): ReadonlyArray<ReadonlyArray<Ecs.TaskArn>> => {
  const all: Array<ReadonlyArray<Ecs.TaskArn>> = []
  for (let from = 0; from < taskArns.length; from += Ecs.describeLimit) {
    all.push(taskArns.slice(from, from + Ecs.describeLimit))
  }
  return all
}
