/**
 * One policy in one situation, in virtual time.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { Emulator } from "../emulator/Emulator.ts"
import { makeUnsafe } from "../fleet/Fleet.ts"
import { type Key, parseKey } from "../ledger/Key.ts"
import * as LedgerMemory from "../ledger/LedgerMemory.ts"
import * as SeededLaunchId from "../testing/SeededLaunchId.ts"
import * as Simulation from "../testing/Simulation.ts"
import * as TestEcs from "../testing/TestEcs.ts"
import type { Policy, Process } from "./policies/Policy.ts"
import type { Row, Step } from "./Row.ts"
import * as CompareRow from "./Row.ts"
import type { Demand, Situation } from "./Situation.ts"

/** The results of the requests so far. */
interface Score {
  launched: number
  turnedAway: number
  failures: number
  open: number
  /** The time at which the last request so far was decided for good. */
  decidedAt: number
}

/**
 * Runs a policy in a situation. The same arguments give the same row.
 *
 * @category running
 */
export const run = (situation: Situation, policy: Policy): Row =>
  Simulation.runOrThrow(
    measure(situation, policy).pipe(
      Effect.provide(Layer.mergeAll(
        TestEcs.layer({ ...situation.ecs, seed: situation.seed }),
        LedgerMemory.layer,
        SeededLaunchId.layer,
        // What happens is what is compared, not what is said about it.
        Logger.layer([])
      ))
    ),
    // The policies differ in what they do over seconds, not in how neighbouring operations interleave.
    { seed: situation.seed, yieldProbability: 0, maxSteps: Infinity }
  )

const measure = Effect.fnUntraced(function*(situation: Situation, policy: Policy) {
  const { demand } = situation
  const emulator = yield* Emulator
  const startedAt = yield* Clock.currentTimeMillis
  const score: Score = { launched: 0, turnedAway: 0, failures: 0, open: 0, decidedAt: 0 }
  const lifetimes = yield* Effect.scope
  const process = yield* processOf(situation, policy, lifetimes)
  for (const [index, wave] of demand.waves.entries()) {
    for (let place = 0; place < wave.requests; place++) {
      const after = millis(wave.at ?? 0) + place * millis(wave.every ?? 0)
      yield* Effect.forkScoped(
        Effect.delay(ask({ demand, process, score, startedAt, name: `${index + 1}-${place + 1}` }), after)
      )
    }
  }
  yield* Effect.sleep(demand.duration)

  const steps = yield* emulator.steps({ origin: "own" })
  const calls = (operation: string) => Effect.map(emulator.calls(operation), (count) => count.calls)
  return CompareRow.make({
    policy: policy.name,
    cap: situation.cap,
    end: millis(demand.duration),
    steps: steps.map(({ at, live }): Step => ({ at: at - startedAt, live })),
    requests: demand.waves.reduce((sum, wave) => sum + wave.requests, 0),
    ...score,
    listTasks: yield* calls("ListTasks"),
    describeTasks: yield* calls("DescribeTasks"),
    runTask: yield* calls("RunTask")
  })
}, Effect.scoped)

/** The process that decides, now: it may be replaced on the way. */
const processOf = Effect.fnUntraced(function*(
  { cap, demand: { restartAt } }: Situation,
  policy: Policy,
  lifetimes: Scope.Scope
) {
  const fleet = {
    ...makeUnsafe({
      cluster: "compared",
      taskDefinition: "worker:1",
      subnets: ["subnet-1"],
      cap,
      // A request that is made again while its launch settles is not to get a second worker.
      exclusiveKeys: true
    }),
    cap
  }
  let scope = yield* Scope.fork(lifetimes)
  let process = yield* Scope.provide(policy.start(fleet), scope)
  if (restartAt !== undefined) {
    const restart = Effect.gen(function*() {
      yield* Scope.close(scope, Exit.void)
      scope = yield* Scope.fork(lifetimes)
      process = yield* Scope.provide(policy.start(fleet), scope)
    })
    yield* Effect.forkIn(Effect.delay(restart, restartAt), lifetimes)
  }
  return (): Process => process
})

const failedAgain = "1 second"

const ask = Effect.fnUntraced(function*({ demand, name, process, score, startedAt }: {
  readonly demand: Demand
  readonly name: string
  readonly process: () => Process
  readonly score: Score
  readonly startedAt: number
}) {
  for (let turn = 1; turn === 1 || demand.endless === true; turn++) {
    const key = keyOf(`${name}-${turn}`)
    score.open++
    for (;;) {
      const decision = yield* process().request(key)
      if (decision === "failed") {
        score.failures++
        yield* Effect.sleep(failedAgain)
        continue
      }
      if (decision === "launched") score.launched++
      else if (demand.askAgain === undefined) score.turnedAway++
      else {
        yield* Effect.sleep(demand.askAgain)
        continue
      }
      score.open--
      score.decidedAt = (yield* Clock.currentTimeMillis) - startedAt
      break
    }
  }
})

const keyOf = (text: string): Key => Result.getOrThrow(parseKey(text))

const millis = (input: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(input))
