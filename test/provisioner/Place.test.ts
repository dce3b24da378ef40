/**
 * Replicas of one ledger that call ECS in different places.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Logger, Scope } from "effect"
import * as EcsInProcess from "../../src/emulator/EcsInProcess.ts"
import { Emulator, layer as layerEmulator } from "../../src/emulator/Emulator.ts"
import type { Input } from "../../src/Fleet.ts"
import { Ledger } from "../../src/Ledger.ts"
import { Provisioner } from "../../src/Provisioner.ts"
import * as Provisioners from "../../src/Provisioner.ts"
import * as SharedStore from "../../src/simulation/SharedStore.ts"
import { fleet, keys, pass } from "../world.ts"

const world = Layer.merge(
  layerEmulator({ latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 } }),
  Logger.layer([])
)

/** A replica whose SDK resolves a region. */
const open = Effect.fnUntraced(function*(
  store: SharedStore.SharedStore,
  place: EcsInProcess.EcsOptions,
  options: Partial<Input> = {}
) {
  const scope = yield* Scope.make()
  const layer = Provisioners.layer(fleet({ cap: 5, ...options })).pipe(
    Layer.provide([Layer.succeed(Ledger, store.connect(SharedStore.soundLink)), EcsInProcess.layer(place)])
  )
  const context = yield* Layer.buildWithScope(layer, scope)
  const provisioner = yield* Effect.provideContext(Effect.flatMap(Provisioner, Effect.succeed), context)
  return { provisioner, close: Scope.close(scope, Exit.void) }
})

const ask = (provisioner: Provisioner["Service"], names: ReadonlyArray<string>) =>
  Effect.forkChild(
    Effect.forEach(names, (key) => Effect.exit(provisioner.request(key)), { concurrency: "unbounded", discard: true })
  )

describe("a replica whose SDK resolves another region", () => {
  it.effect("does not read the tasks of the others as forgotten after 65 minutes, for it is refused", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const store = yield* SharedStore.make
      const here = yield* open(store, { region: "eu-west-1" })
      yield* ask(here.provisioner, keys(5))
      yield* pass("1 second")
      assert.strictEqual(yield* emulator.live(), 5)
      const there = yield* Effect.exit(open(store, { region: "us-east-1" }))
      yield* pass("66 minutes", "1 second")
      if (Exit.isSuccess(there)) {
        for (const minutes of [0, 6, 7]) {
          yield* ask(there.value.provisioner, keys(5, `there-${minutes}-`))
          yield* pass(minutes === 0 ? "330 seconds" : "20 seconds", "200 millis")
        }
      }
      assert.strictEqual(yield* emulator.live(), 5)
      assert.isTrue(Exit.isFailure(there))
    }).pipe(Effect.provide(world)))
})
