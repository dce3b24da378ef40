/**
 * Replicas as real processes over one PostgreSQL and one emulated ECS, while they
 * are killed, stopped for longer than their lease and cut off, and the server
 * crashes; and what was true of ECS all the while.
 */
import { Clock, Effect, Option, Schedule, type Scope } from "effect"
import * as PostgresServer from "../postgres/PostgresServer.ts"
import * as Emulation from "./Emulation.ts"
import * as Faults from "./Faults.ts"
import * as Fleet from "./Fleet.ts"
import * as Lives from "./Lives.ts"

export interface Options {
  readonly seconds: number
  readonly seed: number
  /** The directory of the sources that the replicas run, as a URL. It ends with a slash. */
  readonly source?: string | undefined
  /** Whether to end once something is wrong. */
  readonly untilWrong?: boolean | undefined
}

export interface Report {
  /** How long there were faults. */
  readonly seconds: number
  readonly faults: Readonly<Record<Faults.Fault["_tag"], number>>
  readonly account: Lives.Account
  /** When the first thing was wrong, in seconds from the beginning. */
  readonly firstWrong: number | undefined
  /** The longest time in which nothing was launched, in seconds. */
  readonly longestPause: number
  readonly runTasks: number
  readonly processes: number
  /** How many processes ended by themselves. */
  readonly died: number
  /** How many did not answer any more in the end. Not there where it did not come to that. */
  readonly deaf: number | undefined
  /** How long it took from the last fault until nothing was held, in seconds: `undefined` if that did not come. */
  readonly settledAfter: number | undefined
  readonly live: number
  readonly rows: Fleet.Rows
}

export const replicas = 4
export const cap = 12
const keys = 40
const clients = 8
const lease = 1000
const schema = "fleetcap"

/** How much longer than it was asked to it may go on, in milliseconds. */
const longest = 30_000

/** How long after the last fault nothing may be held any more. */
const settleBound = 45_000

/** Tasks are short, lists are late, and now and then an answer is lost, or a launch refused, or on its way for long. */
const world = (seed: number) => ({
  seed,
  lifecycle: {
    provisioning: { min: 100, max: 500 },
    lifetime: { min: 1000, max: 3000 },
    deprovisioning: { min: 0, max: 300 },
    retention: "1 day"
  },
  lag: {
    unlisted: { min: 1000, max: 4000 },
    lingering: { min: 1000, max: 4000 },
    missing: { min: 0, max: 1000 },
    status: { min: 0, max: 500 },
    replicas: 3
  },
  latency: { min: 2, max: 20 },
  latencyOf: { RunTask: { min: 50, max: 800 } },
  transit: { min: 0, max: 50 },
  faults: [
    { operation: "RunTask", probability: 0.02, fault: { _tag: "Reset", processed: true } },
    { operation: "RunTask", probability: 0.02, fault: { _tag: "Reset", processed: false } },
    { operation: "RunTask", probability: 0.02, fault: { _tag: "LateProcessing", by: "2 seconds" } },
    { operation: "RunTask", probability: 0.02, fault: { _tag: "Capacity" } },
    { operation: "RunTask", probability: 0.01, fault: { _tag: "Throttle" } },
    { operation: "ListTasks", probability: 0.02, fault: { _tag: "Reset", processed: true } },
    { operation: "DescribeTasks", probability: 0.02, fault: { _tag: "CutBody" } }
  ]
} as const)

/** Runs chaos, waits until all is quiet, and says what was true. */
export const run = Effect.fnUntraced(function*(options: Options): Effect.fn.Return<Report, unknown, Scope.Scope> {
  const { seconds, seed } = options
  const server = yield* Effect.acquireRelease(
    Effect.promise(() => PostgresServer.start()),
    (server) => Effect.promise(server.stop)
  )
  const { emulator, endpoint } = yield* Emulation.start(world(seed))
  const fleet = yield* Fleet.start(server, replicas, {
    source: options.source ?? new URL("../../src/", import.meta.url).href,
    seed,
    schema,
    endpoint,
    cap,
    lease,
    clients,
    keys
  })
  const begun = yield* Clock.currentTimeMillis
  const account = Effect.map(emulator.history(), (tasks) => Lives.account(tasks.map(Lives.ofTask), cap))
  const faults = { Kill: 0, Leave: 0, Stop: 0, Cut: 0, Crash: 0 }

  const harm = Effect.forEach(
    Faults.draw({ seed, replicas, lease }),
    ({ after, fault }) =>
      Effect.map(Effect.delay(fleet.suffer(fault), after), (happened) => {
        if (happened) faults[fault._tag]++
      }),
    { discard: true }
  )
  const wrong = options.untilWrong === true
    ? Effect.repeat(account, {
      until: ({ violations }) => violations.length > 0,
      schedule: Schedule.spaced("200 millis")
    })
    : Effect.never
  // On a slow machine it goes on until every kind has happened: otherwise nothing is shown.
  const shown = Effect.sync(() => options.untilWrong === true || Faults.kinds.every((kind) => faults[kind] > 0))
  const over = Effect.delay(
    Effect.repeat(shown, { until: (areAll) => areAll, schedule: Schedule.spaced("100 millis") }),
    seconds * 1000
  )
  yield* Effect.timeoutOption(Effect.raceAllFirst([harm, wrong, over]), seconds * 1000 + longest)
  const ended = yield* Clock.currentTimeMillis

  const held = Effect.zipWith(fleet.rows, emulator.live(), ({ slot }, live) => slot + live)
  let deaf: number | undefined
  const isWrong = options.untilWrong === true && (yield* account).violations.length > 0
  const settled = isWrong ? Option.none() : yield* Effect.timeoutOption(
    Effect.andThen(
      Effect.gen(function*() {
        yield* fleet.recover
        yield* fleet.rest
        deaf = yield* fleet.deaf
      }),
      Effect.repeat(held, { until: (count) => count === 0, schedule: Schedule.spaced("100 millis") })
    ),
    settleBound
  )
  const quiet = yield* Clock.currentTimeMillis
  const tasks = yield* emulator.history()
  const found = yield* account
  const first = found.violations[0]
  return {
    seconds: (ended - begun) / 1000,
    faults,
    account: found,
    firstWrong: first === undefined ? undefined : (first.at - begun) / 1000,
    longestPause: Lives.longestPause(tasks.map(({ createdAt }) => createdAt), begun, ended) / 1000,
    runTasks: (yield* emulator.calls("RunTask")).calls,
    processes: fleet.started(),
    died: fleet.died(),
    deaf,
    settledAfter: Option.isSome(settled) ? (quiet - ended) / 1000 : undefined,
    live: yield* emulator.live(),
    rows: yield* fleet.rows
  }
})

/** Whether nothing was wrong at any time, and nothing was left. */
export const isSound = ({ account, deaf, died, live, rows, settledAfter }: Report): boolean =>
  account.violations.length === 0 && settledAfter !== undefined && live + rows.slot + died === 0 && deaf === 0

/** Says what a report says, in lines. */
export const describe = (report: Report): string => {
  const { account, faults, rows } = report
  const count = (what: Lives.Violation["what"]) =>
    account.violations.filter((violation) => violation.what === what).length
  const happened = Faults.kinds.map((kind) => `${faults[kind]} ${kind.toLowerCase()}`).join(", ")
  return [
    `${report.seconds.toFixed(0)} s, ${replicas} replicas, cap ${cap}, lease ${lease / 1000} s: ${happened}`,
    `${account.launched} tasks launched with ${report.runTasks} RunTask by ${report.processes} processes, ` +
    `${report.died} of which ended by themselves, and ${report.deaf ?? "?"} did not answer in the end`,
    `the longest time without a launch was ${report.longestPause.toFixed(1)} s`,
    `at most ${account.peak} of ${cap} at once; ${count("over")} times over the cap, ${
      count("twice")
    } keys twice at once`,
    report.settledAfter === undefined
      ? `${report.live} tasks and ${rows.slot} slots were left`
      : `nothing was held ${report.settledAfter.toFixed(1)} s after the last fault`,
    `rows: ${rows.slot} slot, ${rows.gone} gone, ${rows.member} member, ${rows.difference} difference`
  ].concat(account.violations.slice(0, 5).map(({ at, detail, what }) => `${what} at ${at}: ${detail}`)).join("\n")
}
