/**
 * A burst against an ECS that exists: that of AWS, or an emulated one.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { Ecs } from "../../ecs/Ecs.ts"
import * as EcsAws from "../../ecs/EcsAws.ts"
import type { FleetError } from "../../fleet/Fleet.ts"
import * as Fleets from "../../fleet/Fleet.ts"
import * as ExitCode from "../terminal/ExitCode.ts"
import { Screen } from "../terminal/Screen.ts"
import * as Signals from "../terminal/Signals.ts"
import { UsageError } from "../terminal/Usage.ts"
import * as AwsClient from "./AwsClient.ts"
import * as Burst from "./Burst.ts"
import * as LedgerPlaces from "./LedgerFlag.ts"
import type { BurstOptions, Target } from "./Options.ts"
import * as Progress from "./Progress.ts"
import * as Report from "./Report.ts"
import * as Scores from "./Score.ts"
import * as Summary from "./Summary.ts"

/** The flags that fields of a fleet come from. */
const flagOf: Readonly<Record<string, string>> = {
  cluster: "--cluster",
  taskDefinition: "--task-definition",
  container: "--container",
  subnets: "--subnet",
  securityGroups: "--security-group",
  cap: "--max-workers"
}

const inFlags = ({ problems }: FleetError): UsageError =>
  new UsageError({
    message: problems
      .map(({ field, reason }) => `${flagOf[field.replace(/\W.*/, "")] ?? field}: ${reason}`)
      .join("; ")
  })

/**
 * Runs a burst, and says how it went.
 *
 * @category running
 */
export const run = Effect.fnUntraced(
  function*(target: Target, { cap, json, plan }: BurstOptions) {
    const { ledger } = target
    const screen = yield* Screen
    const fleet = yield* Effect.mapError(
      Fleets.make({
        cluster: target.cluster,
        taskDefinition: target.taskDefinition,
        cap,
        subnets: target.subnets,
        securityGroups: target.securityGroups,
        assignPublicIp: target.assignPublicIp ? "ENABLED" : undefined,
        container: target.container,
        // A request that asks again for its key while its launch settles is not to get a second worker.
        exclusiveKeys: true,
        settings: { changesCapacity: 1024 + 8 * plan.requests }
      }),
      inFlags
    )
    const client = yield* AwsClient.make(target)
    const region = yield* Effect.promise(() => client.config.region())
    const url = yield* AwsClient.urlOf({ endpoint: target.endpoint, region })
    yield* screen.note(
      `requesting ${plan.requests} workers, ${fleet.taskDefinition} in cluster ${fleet.cluster}, cap ${cap}, ` +
        `at ${url} (${region})${ledger._tag === "Memory" ? "" : `, ledger ${LedgerPlaces.describe(ledger)}`}`
    )

    const signal = yield* Signals.listen
    const startedAt = yield* Clock.currentTimeMillis
    const score = Scores.make(startedAt)
    const rows = Effect.sync(() => {
      const { launched, occupied, waiting } = score.standing()
      return [{ name: "fleetcap", requests: plan.requests, cap, launched, waiting, running: occupied }]
    })
    const end = yield* Effect.scoped(Effect.gen(function*() {
      if (!json) yield* Progress.show(rows)
      return yield* Burst.run({ fleet, plan, score, signal })
    })).pipe(
      Effect.provideService(Ecs, yield* EcsAws.make(client)),
      Effect.provide(LedgerPlaces.layer(ledger, region, plan.within)),
      // It did not begin: what reads the report has to see that, and why.
      Effect.tapError((error) =>
        Effect.flatMap(
          Report.make("TimeUp", score, startedAt),
          (report) => json ? screen.print(Report.toJson({ ...report, firstError: error.message })) : Effect.void
        )
      )
    )
    const report = yield* Report.make(end, score, startedAt)
    yield* screen.print(
      ...(json ? [Report.toJson(report)] : Summary.ofTarget(report, {
        cap,
        steps: score.steps(),
        width: yield* screen.width,
        style: screen.style
      }))
    )
    const { failed } = report.standing
    if (failed > 0) {
      yield* screen.note(
        `${failed} of ${report.standing.requested} requests failed; the first error: ${report.firstError}`
      )
    }
    if (Signals.isSignal(end)) return yield* new ExitCode.Exited({ code: ExitCode.ofSignal[end] })
    if (failed > 0) return yield* new ExitCode.Exited({ code: ExitCode.failure })
  },
  Effect.scoped,
  (effect) => Effect.suspend(() => Effect.provideService(effect, Metric.MetricRegistry, new Map()))
)
