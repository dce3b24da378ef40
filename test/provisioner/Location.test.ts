/**
 * Replicas of one ledger that call ECS in different locations.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Logger, Scope } from "effect"
import { Ecs } from "../../src/ecs/Ecs.ts"
import type { Location } from "../../src/ecs/Location.ts"
import * as EcsInProcess from "../../src/emulator/EcsInProcess.ts"
import { Emulator, layer as layerEmulator } from "../../src/emulator/Emulator.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import * as SharedStore from "../../src/simulation/system/SharedStore.ts"
import { fleet, type FleetOptions, keys, pass } from "../world.ts"

const world = Layer.merge(
  layerEmulator({ latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 } }),
  Logger.layer([])
)

/** A replica whose SDK resolves a region. */
const open = Effect.fnUntraced(function*(
  store: SharedStore.SharedStore,
  location: EcsInProcess.EcsOptions,
  options: Partial<FleetOptions> = {},
  knows: (location: Location) => Location = (location) => location
) {
  const scope = yield* Scope.make()
  const ecs = Layer.effect(
    Ecs,
    Effect.map(Ecs, (ecs) => Ecs.of({ ...ecs, location: Effect.map(ecs.location, knows) }))
  ).pipe(Layer.provide(EcsInProcess.layer(location)))
  const layer = Provisioners.layer(fleet({ cap: 5, ...options })).pipe(
    Layer.provide([Layer.succeed(Ledger, store.connect(SharedStore.soundLink)), ecs])
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

  it.effect("is refused while the others have launched nothing yet, and named with them", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      yield* open(store, { region: "eu-west-1" })
      const error = yield* Effect.flip(open(store, { region: "us-east-1" }))
      assert.strictEqual(error._tag, "LedgerMismatch")
      assert.include(error.message, "arn:aws:ecs:eu-west-1:123456789012:cluster/c")
      assert.include(error.message, "arn:aws:ecs:us-east-1:123456789012:cluster/c")
    }).pipe(Effect.provide(world)))

  it.effect("is refused though it begins when the others have gone, and let in once it is put right", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const here = yield* open(store, { region: "eu-west-1" })
      yield* ask(here.provisioner, keys(5))
      yield* pass("1 second")
      yield* here.close
      assert.strictEqual((yield* Effect.flip(open(store, { region: "us-east-1" })))._tag, "LedgerMismatch")
      const again = yield* open(store, { region: "eu-west-1" })
      assert.strictEqual((yield* again.provisioner.snapshot).occupied, 5)
    }).pipe(Effect.provide(world)))

  it.effect("is refused at once where its cluster is described as being elsewhere", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/c"
      const error = yield* Effect.flip(open(store, { region: "us-east-1" }, { cluster }))
      assert.strictEqual(error._tag, "FleetError")
      assert.match(error.message, /cluster: is in arn:aws:ecs:eu-west-1:.* and ECS is called in arn:aws:ecs:us-east-1:/)
    }).pipe(Effect.provide(world)))
})

describe("a replica of another account", () => {
  /** A replica whose client does not know its account. */
  const openClueless = Effect.fnUntraced(function*(store: SharedStore.SharedStore, account: string) {
    const clueless = (location: Location): Location => ({ ...location, partition: undefined, account: undefined })
    const opening = yield* Effect.forkChild(Effect.exit(open(store, { account }, {}, clueless)))
    yield* pass("5 seconds")
    return yield* Effect.flatten(Fiber.join(opening))
  })

  it.effect("is refused though its client does not know its account, for ECS says it", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const store = yield* SharedStore.make
      yield* openClueless(store, "111111111111")
      const error = yield* Effect.flip(openClueless(store, "222222222222"))
      assert.strictEqual(error._tag, "LedgerMismatch")
      assert.include(error.message, "222222222222")
      assert.strictEqual((yield* emulator.calls("DescribeTasks")).calls, 2)
    }).pipe(Effect.provide(world)))

  it.effect("is let in where ECS does not say it, and then takes nothing for evidence that is of there", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const store = yield* SharedStore.make
      const fault = { _tag: "ServerError", processed: false } as const
      yield* emulator.script({ operation: "DescribeTasks", fault, times: 2 })
      const here = yield* openClueless(store, "111111111111")
      const there = yield* openClueless(store, "222222222222")
      yield* ask(here.provisioner, keys(2))
      yield* pass("1 second")
      for (const round of ["a", "b", "c"]) {
        yield* ask(there.provisioner, keys(5, round))
        yield* pass("15 seconds")
      }
      assert.isAtMost(yield* emulator.live(), 5)
      assert.strictEqual((yield* here.provisioner.snapshot).occupied, 5)
      yield* pass("2 hours", "5 seconds")
      assert.isAtMost(yield* emulator.live(), 5)
    }).pipe(Effect.provide(world)))

  it.effect("cannot be described with a cluster of one account and a task definition of another", () =>
    Effect.gen(function*() {
      const store = yield* SharedStore.make
      const error = yield* Effect.flip(open(store, {}, {
        cluster: "arn:aws:ecs:us-east-1:111111111111:cluster/c",
        taskDefinition: "arn:aws:ecs:us-east-1:222222222222:task-definition/worker:7"
      }))
      assert.include(error.message, "taskDefinition: expected the region and account of the cluster")
    }).pipe(Effect.provide(world)))
})
