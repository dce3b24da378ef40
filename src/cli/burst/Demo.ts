/**
 * A burst against an ECS that the command brings along, and beside it what the
 * naive way does to another one that is just like it.
 *
 * Both are reached over HTTP, with the AWS SDK. Neither knows that the other
 * exists, and no AWS setting of the machine reaches them.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Schedule from "effect/Schedule"
import { Ecs } from "../../ecs/Ecs.ts"
import type { Settings } from "../../emulator/model/Settings.ts"
import * as Fleets from "../../fleet/Fleet.ts"
import * as LedgerMemory from "../../ledger/LedgerMemory.ts"
import * as ExitCode from "../terminal/ExitCode.ts"
import { Screen } from "../terminal/Screen.ts"
import * as Signals from "../terminal/Signals.ts"
import * as Burst from "./Burst.ts"
import * as EmulatedEcs from "./EmulatedEcs.ts"
import * as Naive from "./Naive.ts"
import type { BurstOptions } from "./Options.ts"
import * as Progress from "./Progress.ts"
import * as Report from "./Report.ts"
import * as Scores from "./Score.ts"
import * as SealedAws from "./SealedAws.ts"
import * as Summary from "./Summary.ts"

/**
 * The ECS of the demonstration: lists are some seconds late, descriptions a
 * little, and workers live for some seconds.
 *
 * @category configuration
 */
export const settings: Settings = {
  seed: 1,
  latency: { min: "20 millis", max: "60 millis" },
  lag: {
    unlisted: { min: "2 seconds", max: "4 seconds" },
    lingering: { min: "1 second", max: "2 seconds" },
    missing: "300 millis",
    status: "300 millis",
    replicas: 2
  },
  lifecycle: {
    pending: { min: "500 millis", max: "1500 millis" },
    lifetime: { min: "5 seconds", max: "9 seconds" }
  }
}

const explanation = ({ cap, plan }: BurstOptions): ReadonlyArray<string> => [
  `${plan.requests} requests for a worker${plan.rate === undefined ? " at once" : `, ${plan.rate} a second`}, ` +
  `cap ${cap}, on two identical emulated ECS.`,
  "A task is listed 2 to 4 s after it was launched, and lives for 5 to 9 s.",
  "",
  "  fleetcap  counts a task before it is launched, until ECS says that it stopped",
  "  naive     counts what ListTasks shows, launches if there is room, or waits"
]

/**
 * Runs the demonstration, and says how it went.
 *
 * **Details**
 *
 * It fails unless the cap was held, as the emulator saw it, and all were served.
 *
 * @category running
 */
export const run = Effect.fnUntraced(
  function*(options: BurstOptions, world: Settings = settings) {
    yield* SealedAws.seal
    const signal = yield* Signals.listen
    const ours = yield* EmulatedEcs.start(world)
    const fleet = yield* Effect.orDie(Fleets.make({
      cluster: "demo",
      taskDefinition: "worker:1",
      cap: options.cap,
      subnets: ["subnet-demo"],
      exclusiveKeys: true,
      settings: { changesCapacity: 1024 + 8 * options.plan.requests }
    }))
    const stage: Stage = { options, world, signal, ours, fleet }
    const end = yield* (options.json ? runAlone(stage) : runBesideNaive(stage)).pipe(
      Effect.provideService(Ecs, ours.ecs),
      Effect.provide(LedgerMemory.layer)
    )
    if (end.signal !== undefined) return yield* new ExitCode.Exited({ code: ExitCode.ofSignal[end.signal] })
    if (end.launched < options.plan.requests || (yield* ours.emulator.peak()) > options.cap) {
      return yield* new ExitCode.Exited({ code: ExitCode.failure })
    }
  },
  Effect.scoped,
  (effect) => Effect.suspend(() => Effect.provideService(effect, Metric.MetricRegistry, new Map()))
)

interface Stage {
  readonly options: BurstOptions
  readonly world: Settings
  readonly signal: Effect.Effect<Signals.Signal>
  readonly ours: EmulatedEcs.EmulatedEcs
  readonly fleet: Fleets.Fleet
}

interface Ended {
  readonly launched: number
  readonly signal: Signals.Signal | undefined
}

const signalOf = (end: Burst.End): Signals.Signal | undefined => Signals.isSignal(end) ? end : undefined

const runAlone = Effect.fnUntraced(function*({ fleet, options: { plan }, signal }: Stage) {
  const screen = yield* Screen
  const startedAt = yield* Clock.currentTimeMillis
  const score = Scores.make(startedAt)
  const end = yield* Effect.scoped(Burst.run({ fleet, plan, score, signal }))
  yield* screen.print(Report.toJson(yield* Report.make(end, score, startedAt)))
  return { launched: score.standing().launched, signal: signalOf(end) } satisfies Ended
})

/** The time that the naive way may take longer, and that workers of either may run on. */
const patience = Duration.seconds(20)

const runBesideNaive = Effect.fnUntraced(function*({ fleet, options, ours, signal, world }: Stage) {
  const { cap, plan } = options
  const { requests } = plan
  const screen = yield* Screen
  const theirs = yield* EmulatedEcs.start(world)
  yield* screen.print(...explanation(options))
  const startedAt = yield* Clock.currentTimeMillis
  const score = Scores.make(startedAt)
  const tally = Naive.emptyTally()

  const running = Effect.all([ours.emulator.live(), theirs.emulator.live()])
  const rows = Effect.map(running, ([live, naive]) => {
    const { launched, waiting } = score.standing()
    return [
      { name: "fleetcap", requests, cap, launched, waiting, running: live },
      { name: "naive", requests, cap, launched: tally.launched, waiting: tally.waiting, running: naive }
    ]
  })
  const end = yield* Effect.scoped(Effect.gen(function*() {
    yield* Progress.show(rows)
    const every = plan.persistence._tag === "Again" ? plan.persistence.every : Duration.seconds(1)
    const naive = yield* Effect.forkScoped(
      Effect.provideService(Naive.run({ fleet, cap, plan, every, tally }), Ecs, theirs.ecs)
    )
    const end = yield* Burst.run({ fleet, plan, score, signal })
    if (end !== "Answered") return end
    // The whole story has been told when the last worker has done its work.
    const isOver = Effect.map(running, ([live, naive]) => live + naive === 0)
    const over = Effect.andThen(Fiber.await(naive), Effect.repeat(isOver, { until: (over) => over, schedule: often }))
    return yield* Effect.raceFirst(Effect.as(Effect.timeoutOption(over, patience), end), signal)
  }))

  const endedAt = yield* Clock.currentTimeMillis
  const { launched } = score.standing()
  const runOf = (side: EmulatedEcs.EmulatedEcs, launched: number, lastLaunchedMs: number | undefined) =>
    Effect.map(
      Effect.all([side.emulator.peak(), side.emulator.steps(), EmulatedEcs.calls(side)]),
      ([peak, steps, calls]): Summary.Run => ({
        launched,
        lastLaunchedMs,
        peak,
        steps: steps.map(({ at, live }) => ({ at: at - startedAt, live })),
        calls
      })
    )
  yield* screen.print(...Summary.ofDemo(
    yield* runOf(ours, launched, score.tasks().at(-1)?.atMs),
    yield* runOf(
      theirs,
      tally.launched,
      tally.lastLaunchedAt === undefined ? undefined : tally.lastLaunchedAt - startedAt
    ),
    {
      cap,
      requests,
      signal: signalOf(end),
      end: endedAt - startedAt,
      width: yield* screen.width,
      style: screen.style
    }
  ))
  return { launched, signal: signalOf(end) } satisfies Ended
})

const often = Schedule.spaced("100 millis")
