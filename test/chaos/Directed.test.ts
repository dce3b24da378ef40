/**
 * What chaos hits too rarely, done on purpose to real processes, and to twins that
 * are broken so that it goes wrong.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { inject } from "vitest"
import { freshSchema } from "../postgres/ledger.ts"
import * as Scenarios from "./Scenarios.ts"
import * as Twins from "./twins.ts"

const sound = new URL("../../src/", import.meta.url).href

const play = Effect.fnUntraced(function*(name: Scenarios.Name, source: string) {
  const schema = yield* freshSchema
  return yield* Scenarios.scenarios[name]({ source, database: inject("databaseUrl"), schema })
})

const soundly = Effect.fnUntraced(function*(name: Scenarios.Name) {
  const outcome = yield* play(name, sound)
  assert.deepStrictEqual(Scenarios.wrong(outcome), Option.none(), JSON.stringify(outcome))
  return outcome
})

describe("a replica", () => {
  it.live(
    "that was stopped between its slot and the gate for longer than its lease launches nothing",
    () =>
      Effect.gen(function*() {
        const { account, answers: [mine, yours], runTasks } = yield* soundly("stopped before the gate")
        assert.deepStrictEqual([account.launched, runTasks], [1, 1])
        assert.match(yours ?? "", /^Launched/)
        assert.match(mine ?? "", /settled by another holder/)
      }),
    120_000
  )

  it.live(
    "that is killed between RunTask and its verdict leaves a task that is counted, and found by its key",
    () =>
      Effect.gen(function*() {
        const { account, answers, runTasks } = yield* soundly("killed before it tells a verdict")
        // Sent again by the other one, with the same token.
        assert.deepStrictEqual([account.launched, runTasks], [1, 2])
        assert.match(answers[0] ?? "", /^Launched/)
      }),
    120_000
  )

  it.live("that comes back sends nothing of what another has taken over", () =>
    Effect.gen(function*() {
      const { account, answers: [mine, yours], runTasks } = yield* soundly("comes back after another has taken over")
      assert.deepStrictEqual([account.launched, runTasks], [1, 2])
      assert.match(yours ?? "", /^Launched/)
      assert.match(mine ?? "", /settled by another holder/)
    }), 120_000)
})

describe("what is done on purpose", () => {
  for (const { directed, name, patches } of Twins.twins) {
    if (directed === undefined) continue
    it.live(`shows when ${name}`, () =>
      Effect.gen(function*() {
        const outcome = yield* play(directed, yield* Twins.make(patches))
        assert.isTrue(Option.isSome(Scenarios.wrong(outcome)), JSON.stringify(outcome))
      }), 120_000)
  }
})
