/**
 * What a fleet says of itself: snapshots, changes and the log.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Logger, Stream } from "effect"
import { TaskArn } from "../../src/ecs/Ecs.ts"
import type { Settings } from "../../src/emulator/model/Settings.ts"
import * as Evidence from "../../src/ledger/rules/Evidence.ts"
import * as LedgerStates from "../../src/ledger/rules/LedgerState.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Snapshots from "../../src/provisioner/Snapshot.ts"
import * as Time from "../../src/Time.ts"
import { ask, Emulator, keys, layer, pass } from "../world.ts"

/** Runs over a world with a log of its own, and checks what it says. */
const withLog = <A, E>(
  cap: number,
  settings: Settings,
  program: (log: ReadonlyArray<string>) => Effect.Effect<A, E, Provisioner | Emulator>
) => {
  const log: Array<string> = []
  const recording = Logger.make(({ logLevel, message }) => {
    log.push(`${logLevel}: ${String(message)}`)
  })
  return Effect.provide(program(log), layer({ cap }, settings, Logger.layer([recording])))
}

describe("Provisioner.changes", () => {
  it.effect("tells what happened, in order, numbered, with how the fleet stood", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      const following = yield* Effect.forkChild(Stream.runCollect(Stream.take(provisioner.changes, 12)), {
        startImmediately: true
      })
      yield* emulator.script(
        { operation: "RunTask", fault: { _tag: "Reset", processed: true } },
        { operation: "RunTask", fault: { _tag: "Capacity" } }
      )
      const unknown = yield* Effect.forkChild(ask(["a"]))
      yield* pass(100, 10)
      yield* Effect.forkChild(ask(["b"]))
      yield* pass("3 seconds")
      yield* Effect.forkChild(ask(["c", "d"]))
      yield* pass("3 seconds")
      yield* emulator.stopTasks({ count: 1 })
      yield* Effect.forkChild(ask(["e"]))
      yield* pass("3 seconds")
      yield* Fiber.join(unknown)
      const events = yield* Fiber.join(following)
      const changes = events.filter((event) => event._tag !== "AtCapacity")
      assert.deepStrictEqual(
        changes.map((change) => change._tag).slice(0, 6),
        ["Reserved", "Unknown", "Reserved", "Refused", "Freed", "Launched"]
      )
      assert.deepStrictEqual(
        changes.map((change) => change.sequence),
        changes.map((_, index) => (changes[0]?.sequence ?? 0) + index)
      )
      assert.isTrue(events.every((event) => event.cap === 2 && event.at > 0))
      assert.includeMembers(events.map((event) => event._tag), ["AtCapacity", "Freed"])
    }).pipe(Effect.provide(layer({ cap: 2 }))))
})

describe("Provisioner.snapshot", () => {
  it("tells how long a slot has been held in whole milliseconds", () => {
    const location = { partition: undefined, region: undefined, account: undefined, cluster: undefined }
    const begun = Time.of(1000.25)
    const empty = LedgerStates.make({ cap: 2, exclusiveKeys: false, lagBound: 0, location }, begun)
    const running = [TaskArn("arn:aws:ecs:us-east-1:123456789012:task/c/0123456789abcdef0123456789abcdef")]
    const { ledger } = Evidence.adopt(empty, { running, stopped: undefined }, begun)
    assert.deepStrictEqual(Snapshots.make(ledger, 0, 2626.5).slots.map(({ age }) => age), [1626])
  })

  it.effect("shows each slot with its key, state, age, ARN and why it is held", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator
      const provisioner = yield* Provisioner
      yield* emulator.launchForeign({ cluster: "c", family: "worker" })
      yield* Effect.forkChild(ask(["a"]))
      yield* pass("1 second")
      yield* emulator.script({ operation: "RunTask", times: 9, fault: { _tag: "Reset", processed: false } })
      yield* Effect.forkChild(ask(["b"]))
      yield* pass("2 seconds")
      yield* Effect.forkChild(provisioner.requestWhenFree("c"))
      yield* pass("100 millis")
      const { cap, occupied, slots, waiting } = yield* provisioner.snapshot
      assert.deepStrictEqual({ cap, occupied, waiting }, { cap: 3, occupied: 3, waiting: 1 })
      assert.deepStrictEqual(slots.map(({ key, status }) => [key, status]), [
        [undefined, "adopted"],
        ["a", "launched"],
        ["b", "unknown"]
      ])
      assert.deepStrictEqual(slots.map((slot) => slot.taskArn !== undefined), [true, true, false])
      assert.isTrue(slots.every((slot) => slot.age > 0 && slot.why.length > 0))
      assert.match(slots[2]?.why ?? "", /its task may exist/)
      yield* pass("2 minutes", "1 second")
    }).pipe(Effect.provide(layer({ cap: 3 }))))
})

describe("the log", () => {
  it.effect("says nothing alarming of a burst on a healthy fleet, however the lists overtake the answers", () =>
    withLog(
      150,
      { latencyOf: { RunTask: { min: "100 millis", max: "900 millis" }, ListTasks: 40 } },
      (log) =>
        Effect.gen(function*() {
          yield* Effect.forkChild(ask(keys(300)))
          yield* pass("20 seconds", 100)
          yield* Effect.forkChild(ask(keys(300, "again-")))
          yield* pass("20 seconds", 100)
          assert.deepStrictEqual(log.filter((line) => !line.startsWith("Debug")), [])
        })
    ))

  it.effect("warns of launches without a verdict", () =>
    withLog(2, {}, (log) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator
        yield* emulator.script({ operation: "RunTask", fault: { _tag: "Reset", processed: true } })
        yield* Effect.forkChild(ask(["a"]))
        yield* pass("5 seconds")
        assert.strictEqual(log.filter((line) => /Warn: .*not known whether launch .* for a/.test(line)).length, 1)
      })))

  it.effect("warns once of tasks of others over the cap, and again when there are more", () =>
    withLog(2, {}, (log) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator
        const warnings = () => log.filter((line) => line.startsWith("Warn") && line.includes("over its cap of 2"))
        for (const expected of [1, 2]) {
          yield* emulator.launchForeign({ cluster: "c", family: "worker", count: 3 })
          for (let second = 0; second < 5; second++) {
            yield* Effect.forkChild(ask([`k${second}`]))
            yield* pass("2 seconds", 100)
          }
          assert.strictEqual(warnings().length, expected)
        }
        assert.include(warnings()[1] ?? "", "6 were launched by others")
      })))

  it.effect("warns of readings that failed", () =>
    withLog(2, {}, (log) =>
      Effect.gen(function*() {
        const emulator = yield* Emulator
        yield* emulator.configure({
          faults: [{ operation: "ListTasks", probability: 1, fault: { _tag: "ServerError", processed: false } }]
        })
        yield* Effect.forkChild(ask(["a"]))
        yield* pass("10 seconds")
        assert.isTrue(log.some((line) => /Warn: .*could not be read: ListTasks: unavailable/.test(line)))
      })))
})
