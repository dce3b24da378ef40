/**
 * Faults of calls, and the choice of the calls that get them.
 */
import type * as Duration from "effect/Duration"
import * as Prng from "./Prng.ts"

/**
 * A fault of a call.
 *
 * - `Throttle`: ECS asks to be slower and does nothing
 * - `HiddenThrottle`: the same, passed on from another service as an
 *   `InvalidParameterException`
 * - `Capacity`: a `RunTask` launches `launched` of its tasks (by default none) and
 *   has a failure for each of the others
 * - `StartFailure`: the tasks that a `RunTask` launches stop before they run
 * - `ServerError`: ECS answers with a 5xx (by default 500), after it has done
 *   what it was asked if `processed`
 * - `ServiceError`: ECS does nothing and answers with this error
 * - `Reset`: the connection is lost, after the call has been processed if `processed`
 * - `CutBody`: the call is processed, and the connection is lost in the middle of the answer
 * - `Blank`: the call is processed, and the answer is an object with nothing in it
 * - `Contradiction`: a `RunTask` is processed, and its answer is not what it has done
 * - `LateAnswer`: the call is processed at once and answered so much later
 * - `LateProcessing`: the call is processed so much later, though its caller has gone, and then answered
 *
 * @category models
 */
export type Fault =
  | { readonly _tag: "Throttle" }
  | { readonly _tag: "HiddenThrottle" }
  | { readonly _tag: "Capacity"; readonly launched?: number | undefined; readonly reason?: string | undefined }
  | { readonly _tag: "StartFailure" }
  | { readonly _tag: "ServerError"; readonly processed: boolean; readonly status?: number | undefined }
  | {
    readonly _tag: "ServiceError"
    readonly name: string
    readonly message: string
    readonly status?: number | undefined
  }
  | { readonly _tag: "Reset"; readonly processed: boolean }
  | { readonly _tag: "CutBody" }
  | { readonly _tag: "Blank" }
  | { readonly _tag: "Contradiction"; readonly says: Contradiction }
  | { readonly _tag: "LateAnswer"; readonly by: Duration.Input }
  | { readonly _tag: "LateProcessing"; readonly by: Duration.Input }

/**
 * A false statement about a task.
 *
 * - `oldest task`: it names the first task of the cluster that another `RunTask` launched, and that is not forgotten
 * - `latest task`: it names the last one
 * - `two tasks`: it names its own, and that one too
 * - `another location`: it names the task in another account
 * - `another starter`: it says that another caller started the task
 * - `another family`: it says that the task is of another family
 * - `task and failure`: it names the task, and has a failure as well
 *
 * @category models
 */
export type Contradiction = (typeof contradictions)[number]

/**
 * All false statements about a task.
 *
 * @category configuration
 */
export const contradictions = [
  "oldest task",
  "latest task",
  "two tasks",
  "another location",
  "another starter",
  "another family",
  "task and failure"
] as const

/**
 * A fault that waits for its call.
 *
 * @example
 * ```ts
 * import { Effect } from "effect"
 * import { Emulator, type Fault } from "fleetcap/emulator"
 * import assert from "node:assert/strict"
 *
 * const lost: Fault.ScriptedFault = { operation: "RunTask", fault: { _tag: "Reset", processed: true } }
 * const program = Effect.gen(function*() {
 *   const emulator = yield* Emulator.Emulator
 *   yield* emulator.script(lost)
 *   const { _tag } = yield* emulator.call({ operation: "RunTask", input: { taskDefinition: "converter:7" } })
 *   return [_tag, yield* emulator.live()]
 * })
 *
 * // The task runs, though its caller never got the answer.
 * assert.deepEqual(await Effect.runPromise(Effect.provide(program, Emulator.layer())), ["Reset", 1])
 * ```
 *
 * @category models
 */
export interface ScriptedFault {
  readonly fault: Fault
  /** The operation whose calls it happens to. Any call by default. */
  readonly operation?: string | undefined
  /** The number of calls that it happens to. The default is 1. */
  readonly times?: number | undefined
  /** The number of calls that it lets pass before. The default is 0. */
  readonly after?: number | undefined
}

/**
 * A scripted fault, and what is left of it.
 *
 * @category models
 */
export interface Pending {
  readonly fault: Fault
  readonly operation: string | undefined
  times: number
  after: number
}

/**
 * Prepares a scripted fault.
 *
 * @category constructors
 */
export const pending = (scripted: ScriptedFault): Pending => ({
  fault: scripted.fault,
  operation: scripted.operation,
  times: scripted.times ?? 1,
  after: scripted.after ?? 0
})

/**
 * Takes the fault of the next call out of a script. The first entry that applies decides.
 *
 * @category operations
 */
export const takeScripted = (script: Array<Pending>, operation: string): Fault | undefined => {
  const index = script.findIndex((entry) => entry.operation === undefined || entry.operation === operation)
  const entry = script[index]
  if (entry === undefined) return undefined
  if (entry.after > 0) {
    entry.after--
    return undefined
  }
  entry.times--
  if (entry.times <= 0) script.splice(index, 1)
  return entry.fault
}

/**
 * Draws whether a fault happens to a call by chance.
 *
 * @category operations
 */
export const draw = (
  prng: Prng.Prng,
  faults: ReadonlyArray<
    { readonly fault: Fault; readonly operation?: string | undefined; readonly probability: number }
  >,
  operation: string
): Fault | undefined =>
  faults.find((random) =>
    (random.operation === undefined || random.operation === operation) && Prng.chance(prng, random.probability)
  )?.fault
