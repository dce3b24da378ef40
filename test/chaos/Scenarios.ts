/**
 * What chaos hits too rarely, done on purpose: a replica is caught at one step, by
 * its parent, and something happens to it there.
 *
 * ECS lists nothing in them, and tasks do not end: only the ledger knows.
 */
import { Effect, Option, Queue, type Scope } from "effect"
import type { Settings } from "../../src/emulator/index.ts"
import * as Emulation from "./Emulation.ts"
import * as Lives from "./Lives.ts"
import type * as Message from "./Message.ts"
import * as ReplicaProcess from "./ReplicaProcess.ts"

export const cap = 1
const lease = 1000

export interface Place {
  /** The directory of the sources that the replicas run, as a URL. It ends with a slash. */
  readonly source: string
  readonly database: string
  readonly schema: string
}

/** What was true of ECS in the end, and what those who asked were told. */
export interface Outcome {
  readonly account: Lives.Account
  readonly runTasks: number
  /** The most attempts of one launch that were under way at once. */
  readonly attemptsAtOnce: number
  readonly answers: ReadonlyArray<string>
}

const open = Effect.fnUntraced(function*(place: Place, settings: Settings.Settings, hold: Message.Orders["hold"]) {
  const emulation = yield* Emulation.start({ lag: { unlisted: "Infinity" }, ...settings })
  const orders = { ...place, endpoint: emulation.endpoint, cap, lease, skew: 0, clients: 0, keys: 1 }
  const caught = yield* ReplicaProcess.start({ ...orders, name: "caught", seed: 1, hold })
  const other = yield* ReplicaProcess.start({ ...orders, name: "other", seed: 2 })
  yield* caught.ready
  yield* other.ready
  const outcome = (...answers: ReadonlyArray<{ readonly answer: string }>) =>
    Effect.zipWith(emulation.emulator.history(), emulation.emulator.calls("RunTask"), (tasks, { calls }): Outcome => ({
      account: Lives.account(tasks.map(Lives.ofTask), cap),
      runTasks: calls,
      attemptsAtOnce: emulation.mostAttemptsAtOnce(),
      answers: answers.map(({ answer }) => answer)
    }))
  return { emulation, caught, other, outcome }
})

const ask = (replica: ReplicaProcess.ReplicaProcess, key: string) => replica.tell({ _tag: "Ask", key })

/** It has a slot and has not sent anything, and does nothing for so long that another gets its slot. */
const stoppedBeforeGate = Effect.fnUntraced(function*(place: Place) {
  const { caught, other, outcome } = yield* open(place, {}, { before: "gate", nth: 1 })
  yield* ask(caught, "mine")
  yield* caught.next("Held")
  yield* caught.stop
  yield* ask(other, "yours")
  const yours = yield* other.next("Answered")
  yield* caught.tell({ _tag: "Go" })
  yield* caught.resume
  const mine = yield* caught.next("Answered")
  return yield* outcome(mine, yours)
})

/** ECS has accepted its task, and no other replica knows. */
const killedBeforeSettle = Effect.fnUntraced(function*(place: Place) {
  const { caught, other, outcome } = yield* open(place, {}, { before: "settle", nth: 1 })
  yield* ask(caught, "same")
  yield* caught.next("Held")
  yield* caught.kill
  yield* ask(other, "same")
  return yield* outcome(yield* other.next("Answered"))
})

/** It is about to send its launch again, and does nothing for so long that another does. */
const comesBack = Effect.fnUntraced(function*(place: Place) {
  const { caught, emulation, other, outcome } = yield* open(place, {}, { before: "gate", nth: 2 })
  yield* emulation.emulator.script(
    { operation: "RunTask", fault: { _tag: "Reset", processed: false } },
    { operation: "RunTask", fault: { _tag: "LateAnswer", by: "3 seconds" } }
  )
  yield* ask(caught, "same")
  yield* caught.next("Held")
  yield* caught.stop
  yield* Queue.take(emulation.attempts)
  yield* ask(other, "same")
  yield* Queue.take(emulation.attempts)
  // The other one waits for its answer now.
  yield* caught.tell({ _tag: "Go" })
  yield* caught.resume
  const mine = yield* caught.next("Answered")
  const yours = yield* other.next("Answered")
  return yield* outcome(mine, yours)
})

export const scenarios = {
  "stopped before the gate": stoppedBeforeGate,
  "killed before it tells a verdict": killedBeforeSettle,
  "comes back after another has taken over": comesBack
} satisfies Readonly<Record<string, (place: Place) => Effect.Effect<Outcome, unknown, Scope.Scope>>>

export type Name = keyof typeof scenarios

/** What is wrong with an outcome, if anything is. */
export const wrong = ({ account, attemptsAtOnce }: Outcome): Option.Option<string> => {
  const [violation] = account.violations
  if (violation !== undefined) return Option.some(`${violation.what}: ${violation.detail}`)
  return attemptsAtOnce > 1 ? Option.some(`${attemptsAtOnce} attempts of one launch at once`) : Option.none()
}
