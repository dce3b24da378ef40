/**
 * What is logged where several replicas hear of the same changes.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, References, Scope } from "effect"
import * as EcsInProcess from "../../src/emulator/EcsInProcess.ts"
import { Emulator, layer as layerEmulator } from "../../src/emulator/Emulator.ts"
import { Ledger } from "../../src/ledger/Ledger.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import * as SharedStore from "../../src/simulation/system/SharedStore.ts"
import { fleet, pass } from "../world.ts"

/** A replica with a log of its own. */
const open = Effect.fnUntraced(function*(store: SharedStore.SharedStore, cap: number) {
  const log: Array<string> = []
  const recording = Logger.layer([Logger.make(({ logLevel, message }) => {
    log.push(`${logLevel}: ${String(message)}`)
  })])
  const layer = Provisioners.layer(fleet({ cap })).pipe(
    Layer.provide([Layer.succeed(Ledger, store.connect(SharedStore.soundLink)), EcsInProcess.layer()]),
    Layer.provide([recording, Layer.succeed(References.MinimumLogLevel, "Debug")])
  )
  const context = yield* Layer.buildWithScope(layer, yield* Scope.make())
  const provisioner = yield* Effect.provideContext(Effect.flatMap(Provisioner, Effect.succeed), context)
  return { provisioner, log }
})

const world = Layer.merge(
  layerEmulator({ latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 } }),
  Logger.layer([])
)

const ask = ({ provisioner }: { readonly provisioner: Provisioner["Service"] }, key: string) =>
  Effect.forkChild(Effect.exit(provisioner.request(key)))

const counts = (text: RegExp, ...replicas: ReadonlyArray<{ readonly log: ReadonlyArray<string> }>) =>
  replicas.map(({ log }) => log.filter((line) => text.test(line) && !line.startsWith("Debug")).length)

describe("several replicas", () => {
  it.effect("warn once of a launch without a verdict: its holder does", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const store = yield* SharedStore.make
      const [a, b, c] = [yield* open(store, 5), yield* open(store, 5), yield* open(store, 5)]
      yield* emulator.script({ operation: "RunTask", fault: { _tag: "Reset", processed: true } })
      yield* ask(b, "k")
      yield* pass("5 seconds")
      assert.deepStrictEqual(counts(/Warn: .*not known whether launch/, a, b, c), [0, 1, 0])
      for (const { log } of [a, c]) assert.isTrue(log.some((line) => /not known whether launch/.test(line)))
    }).pipe(Effect.provide(world)))

  it.effect("warn once of a slot that is freed without evidence: the one that read, or was asked to, does", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const store = yield* SharedStore.make
      const [a, b, c] = [yield* open(store, 5), yield* open(store, 5), yield* open(store, 5)]
      yield* ask(a, "k")
      yield* pass("2 seconds")
      yield* emulator.configure({ lag: { unlisted: "Infinity", missing: "Infinity" } })
      yield* pass("66 minutes", "1 second")
      for (const key of ["l", "m"]) {
        yield* ask(c, key)
        yield* pass("6 minutes", "1 second")
      }
      const [byA = 0, byB = 0, byC = 0] = counts(/Freed .* ECS does not show \(forgotten\)/, a, b, c)
      assert.strictEqual(byA + byB + byC, 1)
    }).pipe(Effect.provide(world)))

  it.effect("tell once of what contradicts itself, as an error of the launch's holder", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const store = yield* SharedStore.make
      const [a, b] = [yield* open(store, 5), yield* open(store, 5)]
      yield* ask(a, "k")
      yield* pass("1 second")
      yield* emulator.script({ operation: "RunTask", fault: { _tag: "Contradiction", says: "oldest task" }, times: 3 })
      yield* ask(b, "l")
      yield* pass("20 seconds")
      assert.deepStrictEqual(counts(/Error: .*contradicted itself/, a, b), [0, 1])
      assert.strictEqual(yield* emulator.live(), 2)
      assert.strictEqual((yield* a.provisioner.snapshot).occupied, 2)
    }).pipe(Effect.provide(world)))

  it.effect("warn once of tasks of others over the cap, whichever provisioner reads them", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const store = yield* SharedStore.make
      const [a, b, c] = [yield* open(store, 2), yield* open(store, 2), yield* open(store, 2)]
      for (const expected of [1, 2]) {
        yield* emulator.launchForeign({ cluster: "c", family: "worker", count: 3 })
        for (const replica of [a, b, c, a, b, c]) {
          yield* ask(replica, `k${expected}`)
          yield* pass("4 seconds", "100 millis")
        }
        const [byA = 0, byB = 0, byC = 0] = counts(/over its cap of 2/, a, b, c)
        assert.strictEqual(byA + byB + byC, expected)
      }
    }).pipe(Effect.provide(world)))
})
