/**
 * A provisioner over an emulated ECS, and what tests ask of both.
 */
import { Duration, Effect, Layer, Logger, Result } from "effect"
import { TestClock } from "effect/testing"
import type { RunTaskRequest } from "../src/ecs/Ecs.ts"
import * as EcsInProcess from "../src/emulator/EcsInProcess.ts"
import { Emulator, layer as layerEmulator } from "../src/emulator/Emulator.ts"
import type { Settings } from "../src/emulator/model/Settings.ts"
import type { Description, Input, Network } from "../src/fleet/Fleet.ts"
import * as LedgerMemory from "../src/ledger/LedgerMemory.ts"
import * as Provisioner from "../src/provisioner/Provisioner.ts"

/** A fleet on Fargate, as far as a test cares. */
export type FleetOptions = Partial<Description & Network> & Pick<Description, "cap">

export const fleet = (options: FleetOptions): Input => ({
  cluster: "c",
  taskDefinition: "worker:7",
  subnets: ["subnet-1"],
  ...options
})

/** What ECS does by itself: an answer takes this long. */
const ordinary: Settings = { latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 } }

const silent = Logger.layer([])

/** An emulated ECS and a ledger. A provisioner on top of them may come and go. */
export const layerWorld = (settings: Settings = {}, log: Layer.Layer<never> = silent) =>
  Layer.mergeAll(EcsInProcess.layer(), LedgerMemory.layer, log).pipe(
    Layer.provideMerge(layerEmulator({ ...ordinary, ...settings }))
  )

export const layer = (
  options: Partial<Description & Network> & Pick<Input, "cap">,
  settings?: Settings,
  log?: Layer.Layer<never>
) => Provisioner.layer(fleet(options)).pipe(Layer.provideMerge(layerWorld(settings, log)))

/** Advances the clock in small steps, so that what one answer starts is seen by the next. */
export const pass = (duration: Duration.Input, step: Duration.Input = "50 millis") =>
  Effect.gen(function*() {
    const end = Duration.toMillis(duration)
    const by = Duration.toMillis(step)
    for (let passed = 0; passed < end; passed += by) yield* TestClock.adjust(Math.min(by, end - passed))
  })

export const keys = (count: number, prefix = "k") =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`)

/** Asks for all keys at once. */
export const ask = (keys: ReadonlyArray<string>) =>
  Effect.flatMap(
    Provisioner.Provisioner,
    (provisioner) =>
      Effect.forEach(keys, (key) => Effect.result(provisioner.request(key)), { concurrency: "unbounded" })
  )

export const calls = (operation: string) =>
  Effect.flatMap(Emulator, (emulator) => Effect.map(emulator.calls(operation), (count) => count.calls))

export const live = Effect.flatMap(Emulator, (emulator) => emulator.live())
export const peak = Effect.flatMap(Emulator, (emulator) => emulator.peak())
export { Emulator }

/** The `RunTask` requests as they were received. */
export const received = Effect.flatMap(
  Emulator,
  (emulator) => Effect.map(emulator.launches, (launches) => launches.map((launch) => launch.input as RunTaskRequest))
)

/** How many answers of each kind there are. */
export const tally = (
  answers: ReadonlyArray<Result.Result<{ readonly _tag: string }, { readonly _tag: string }>>
): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const answer of answers) {
    const { _tag } = Result.merge(answer)
    counts[_tag] = (counts[_tag] ?? 0) + 1
  }
  return counts
}
