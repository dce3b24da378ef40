/**
 * Readings of an ECS, or of what stands in its place, that answers nonsense.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Logger, Result } from "effect"
import { Ecs, TaskArn, type TaskPage } from "../../src/ecs/Ecs.ts"
import type { Emulator } from "../../src/emulator/Emulator.ts"
import { listPageLimit } from "../../src/ledger/SafetyLimits.ts"
import { Provisioner } from "../../src/provisioner/Provisioner.ts"
import * as Provisioners from "../../src/provisioner/Provisioner.ts"
import { ask, calls, fleet, layerWorld, pass } from "../world.ts"

const id = "0123456789abcdef0123456789abcdef"
const arnIn = (cluster: string, task = id) => TaskArn(`arn:aws:ecs:us-east-1:123456789012:task/${cluster}/${task}`)
const phantom = (n: number) => arnIn("c", n.toString(16).padStart(32, "0"))

/** Runs over an ECS of which something is changed, with a log of its own. */
const withEcs = <A, E>(
  change: (ecs: Ecs["Service"]) => Partial<Ecs["Service"]>,
  program: (log: ReadonlyArray<string>) => Effect.Effect<A, E, Provisioner | Emulator>,
  cap = 2
) => {
  const log: Array<string> = []
  const recording = Logger.make(({ logLevel, message }) => {
    log.push(`${logLevel}: ${String(message)}`)
  })
  const changed = Layer.effect(Ecs, Effect.map(Ecs, (ecs) => Ecs.of({ ...ecs, ...change(ecs) })))
  return Effect.provide(
    program(log),
    Provisioners.layer(fleet({ cap, settings: { shutdownTimeout: 0 } })).pipe(
      Layer.provide(changed),
      Layer.provideMerge(layerWorld({}, Logger.layer([recording])))
    )
  )
}

const asked = Effect.fnUntraced(function*(key: string) {
  const asking = yield* Effect.forkChild(ask([key]))
  yield* pass("5 seconds")
  const [answer] = yield* Fiber.join(asking)
  if (answer === undefined || Result.isSuccess(answer)) return assert.fail("it was answered")
  return answer.failure
})

/** An answer may hold anything: types do not keep it out. */
const anything = (value: unknown) => JSON.parse(JSON.stringify(value))

describe("a list that does not end", () => {
  it.effect("fails the reading when a token comes again, and callers are told so", () =>
    withEcs(
      () => {
        let calls = 0
        return { listTasks: () => Effect.sync(() => ({ taskArns: [], nextToken: `token ${++calls % 3}` })) }
      },
      (log) =>
        Effect.gen(function*() {
          const error = yield* asked("k")
          assert.strictEqual(error.reason, "unreachable")
          assert.match(error.message, /ListTasks: the list does not end: .*nextToken.* twice/)
          assert.strictEqual(log.filter((line) => /Warn: .*could not be read: .*does not end/.test(line)).length, 1)
        })
    ))

  it.effect("fails the reading after more pages than a fleet can have, and is read no faster than others", () => {
    const begun: Array<number> = []
    let calls = 0
    return withEcs(
      () => ({
        listTasks: ({ nextToken }) =>
          Effect.clockWith((clock) =>
            Effect.sync(() => {
              if (nextToken === undefined) begun.push(clock.currentTimeMillisUnsafe())
              return { taskArns: [], nextToken: `token ${++calls}` }
            })
          )
      }),
      () =>
        Effect.gen(function*() {
          const error = yield* asked("k")
          assert.strictEqual(error.reason, "unreachable")
          assert.match(error.message, new RegExp(`the list does not end: .* more than ${listPageLimit} pages`))
          assert.strictEqual(calls, listPageLimit)
          assert.strictEqual((yield* asked("another")).message, error.message)
          assert.strictEqual(begun.length, 1)
          yield* pass("4 minutes", "1 second")
          yield* asked("k")
          assert.strictEqual(begun.length, 2)
          assert.isAtLeast((begun[1] ?? 0) - (begun[0] ?? 0), listPageLimit * 200)
        })
    )
  })
})

describe("a reading that holds what is no task of the fleet", () => {
  const nonsense: ReadonlyArray<readonly [string, unknown, RegExp]> = [
    ["null", null, /null/],
    ["an object", {}, /\{\}/],
    ["a name of every object", "__proto__", /__proto__/],
    ["a task of another cluster", arnIn("other"), /task\/other/],
    ["a service", "arn:aws:ecs:us-east-1:123456789012:service/c/s", /service/]
  ]

  for (const [title, value, named] of nonsense) {
    it.effect(`fails where it lists ${title}, and names it`, () =>
      withEcs(
        () => ({ listTasks: () => Effect.succeed<TaskPage>({ taskArns: [phantom(1), anything(value)] }) }),
        (log) =>
          Effect.gen(function*() {
            const provisioner = yield* Provisioner
            const error = yield* asked("k")
            assert.strictEqual(error.reason, "unreachable")
            assert.match(error.message, /ListTasks: .*is not the ARN of a task in cluster c/)
            assert.match(error.message, named)
            assert.isAbove(log.filter((line) => line.startsWith("Warn: ") && named.test(line)).length, 0)
            assert.strictEqual((yield* provisioner.snapshot).occupied, 0)
            assert.strictEqual(yield* calls("RunTask"), 0)
          })
      ))

    it.effect(`fails where it describes ${title}, and frees nothing`, () =>
      withEcs(
        () => ({
          listTasks: () => Effect.succeed<TaskPage>({ taskArns: [phantom(1)] }),
          describeTasks: () =>
            Effect.succeed({
              tasks: [
                { taskArn: phantom(1), lastStatus: "STOPPED" },
                { taskArn: anything(value), lastStatus: "RUNNING" }
              ],
              missing: []
            })
        }),
        () =>
          Effect.gen(function*() {
            const provisioner = yield* Provisioner
            assert.match((yield* asked("k")).message, /DescribeTasks: .*is not the ARN of a task in cluster c/)
            assert.strictEqual((yield* provisioner.snapshot).occupied, 1)
          })
      ))
  }

  it.effect("takes an ARN of the old format, which has no cluster", () =>
    withEcs(
      () => ({
        listTasks: () =>
          Effect.succeed<TaskPage>({ taskArns: [TaskArn(`arn:aws:ecs:us-east-1:123456789012:task/${id}`)] })
      }),
      () =>
        Effect.gen(function*() {
          yield* Effect.forkChild(ask(["k"]))
          yield* pass("5 seconds")
          assert.strictEqual((yield* (yield* Provisioner).snapshot).occupied, 2)
        })
    ))
})

describe("tasks that are listed and cannot be described", () => {
  it.effect("are warned of once when they alone fill the cap, with what to do, and again when that changes", () => {
    let listed = 2
    return withEcs(
      () => ({
        listTasks: () =>
          Effect.sync(() => ({ taskArns: Array.from({ length: listed }, (_, index) => phantom(index)) })),
        describeTasks: ({ taskArns }) => Effect.succeed({ tasks: [], missing: taskArns })
      }),
      (log) =>
        Effect.gen(function*() {
          const warnings = () => log.filter((line) => /Warn: .*ECS lists and does not describe/.test(line))
          const asking = yield* Effect.forkChild(Effect.forever(Effect.delay(ask(["k"]), "5 seconds")))
          yield* pass("30 seconds", "1 second")
          // A task that has just been launched may be listed before it can be described.
          assert.deepStrictEqual(warnings(), [])
          yield* pass("4 minutes", "1 second")
          assert.strictEqual(warnings().length, 1)
          assert.match(warnings()[0] ?? "", /all 2 slots .* nothing is launched; .* endpoint/)
          listed = 3
          yield* pass("4 minutes", "1 second")
          assert.strictEqual(warnings().length, 2)
          yield* Fiber.interrupt(asking)
        })
    )
  })
})
