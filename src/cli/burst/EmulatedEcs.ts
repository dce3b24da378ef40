/**
 * An ECS that the command brings along, and the SDK's way to it over HTTP.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Ecs } from "../../ecs/Ecs.ts"
import * as EcsAws from "../../ecs/EcsAws.ts"
import * as Emulators from "../../emulator/Emulator.ts"
import * as Http from "../../emulator/http/Server.ts"
import type { Settings } from "../../emulator/model/Settings.ts"
import { emulated } from "./AwsClient.ts"
import type { Calls } from "./Report.ts"

/**
 * An emulated ECS: what is true of it, and the way to it.
 *
 * @category models
 */
export interface EmulatedEcs {
  readonly emulator: Emulators.Emulator["Service"]
  readonly ecs: Ecs["Service"]
}

/**
 * Starts an emulated ECS on a port that is free. It stops with the scope.
 *
 * @category constructors
 */
export const start = Effect.fnUntraced(function*(settings: Settings) {
  const emulator = yield* Emulators.make(settings)
  const { url } = yield* Effect.provideService(Http.serve(), Emulators.Emulator, emulator)
  const context = yield* Layer.build(EcsAws.layer({ endpoint: url, ...emulated }))
  return { emulator, ecs: Context.get(context, Ecs) } satisfies EmulatedEcs
})

/**
 * Reads the number of calls that an emulated ECS got.
 *
 * @category getters
 */
export const calls = ({ emulator }: EmulatedEcs): Effect.Effect<Calls> =>
  Effect.map(emulator.allCalls, (counts) => ({
    RunTask: counts["RunTask"]?.calls ?? 0,
    ListTasks: counts["ListTasks"]?.calls ?? 0,
    DescribeTasks: counts["DescribeTasks"]?.calls ?? 0,
    StopTask: counts["StopTask"]?.calls ?? 0
  }))
