/**
 * The flight of a key: one record, from when a slot is asked for to the answer, shared
 * by all callers that ask for the key meanwhile.
 *
 * ```text
 *  waiting ---> reading ---> reserved <---> launching ---> settled
 *     ^           |  ^          |                             ^
 *     +-- full ---+  +----------+ withdrawn                   |
 *                 +-------------+-----------------------------+
 * ```
 *
 * - `waiting`: its callers stand in line (`WaitingLine`), and there is no flight
 * - `reading`: it asks for a slot, over a reading of ECS that is recent enough, or follows the launch of another holder
 * - `reserved`: it has a slot, and nothing that was sent for it launches a task
 * - `launching`: a `RunTask` that was sent for it may have launched its task
 * - `settled`: no caller joins it any more: its answer is there, or no caller wants one
 */
import * as Deferred from "effect/Deferred"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { Failure } from "../ecs/Ecs.ts"
import type { Key } from "../ledger/Key.ts"
import type { Answer } from "./Answer.ts"
import type { Arrival, Environment } from "./Caller.ts"
import * as ProvisionError from "./ProvisionError.ts"

/**
 * The phase of a flight.
 *
 * @category models
 */
export type Phase = "reading" | "reserved" | "launching" | "settled"

/** The phases that may follow each. Any other step is a bug. */
const next: Readonly<Record<Phase, ReadonlyArray<Phase>>> = {
  reading: ["reserved", "settled"],
  reserved: ["launching", "reading", "settled"],
  launching: ["reserved", "settled"],
  settled: []
}

/**
 * The flight of a key.
 *
 * @category models
 */
export interface Flight {
  readonly key: Key
  /** The arrival for which it was started: any other caller has joined it. */
  readonly arrival: Arrival
  /**
   * The environment of the caller that started it. One that was started for the line
   * takes that of the first in line.
   */
  readonly environment: Environment | undefined
  /** `true` once it has a slot or shares one, `false` once it has ended without. */
  readonly seated: Deferred.Deferred<boolean>
  readonly answer: Deferred.Deferred<Answer, ProvisionError.ProvisionError>
  fiber: Fiber.Fiber<void> | undefined
  phase: Phase
  /** The number of attempts whose verdict is known, and why the last of them has launched no task, as far as is known. */
  attempts: number
  failure: Failure | undefined
  /** The number of attempts that were sent and may have launched its task. */
  inDoubt: number
  /** The provisioner is closing: it ends as soon as nothing that was sent for it may have launched a task. */
  isEnding: boolean
}

/**
 * Makes a flight that asks for a slot.
 *
 * @category constructors
 */
export const make = (options: Pick<Flight, "key" | "arrival" | "environment">): Flight => ({
  ...options,
  seated: Deferred.makeUnsafe(),
  answer: Deferred.makeUnsafe(),
  fiber: undefined,
  phase: "reading",
  attempts: 0,
  failure: undefined,
  inDoubt: 0,
  isEnding: false
})

/**
 * Makes the flight of a launch that another holder has left behind, and whose task
 * may exist.
 *
 * @category constructors
 */
export const makeLaunching = (options: Pick<Flight, "key" | "arrival">): Flight => {
  const flight: Flight = { ...make({ ...options, environment: undefined }), phase: "launching", inDoubt: 1 }
  seat(flight)
  return flight
}

/**
 * Returns whether a flight was started for the line, where its callers keep their place
 * until it has a slot.
 *
 * @category guards
 */
export const isFromLine = ({ environment }: Flight): boolean => environment === undefined

const enter = (flight: Flight, phase: Phase): void => {
  if (flight.phase === phase) return
  if (!next[flight.phase].includes(phase)) {
    throw new Error(`the flight of key ${flight.key} may not go from ${flight.phase} to ${phase}`)
  }
  flight.phase = phase
}

/**
 * Records that a flight has a slot, shares one, or needs none: it waits for none any more.
 *
 * @category transitions
 */
export const seat = (flight: Flight): void => {
  Deferred.doneUnsafe(flight.seated, Exit.succeed(true))
}

/**
 * Records that a flight was granted a slot.
 *
 * @category transitions
 */
export const reserved = (flight: Flight): void => enter(flight, "reserved")

/**
 * Records that a flight's slot was withdrawn before anything was sent, or freed.
 *
 * @category transitions
 */
export const withdrawn = (flight: Flight): void => {
  enter(flight, "reading")
  flight.attempts = 0
  flight.failure = undefined
}

/**
 * Records that an attempt is sent from here on: it may launch the task.
 *
 * @category transitions
 */
export const sending = (flight: Flight): void => {
  enter(flight, "launching")
  flight.inDoubt++
}

/**
 * Records why an attempt has launched no task, as far as is known. Returns whether the one
 * before failed for another reason.
 *
 * @category transitions
 */
export const failed = (flight: Flight, failure: Failure): boolean => {
  const isNew = flight.failure?.reason !== failure.reason
  flight.attempts++
  flight.failure = failure
  return isNew
}

/**
 * Records that an attempt which was sent has certainly launched nothing.
 *
 * @category transitions
 */
export const launchedNothing = (flight: Flight): void => {
  flight.inDoubt--
  if (flight.inDoubt > 0) return
  enter(flight, "reserved")
  if (flight.isEnding) end(flight)
}

/**
 * Ends a flight because its provisioner closes: at once, or when it is certain that
 * nothing was launched for it. One whose task may exist goes on to its verdict.
 *
 * @category transitions
 */
export const end = (flight: Flight): void => {
  flight.isEnding = true
  if (flight.phase !== "launching") flight.fiber?.interruptUnsafe()
}

/**
 * Lets no caller join a flight any more.
 *
 * @category transitions
 */
export const leave = (flight: Flight): void => enter(flight, "settled")

/**
 * Gives all callers of a flight its answer.
 *
 * @category transitions
 */
export const settle = (flight: Flight, exit: Exit.Exit<Answer, ProvisionError.ProvisionError>): void => {
  enter(flight, "settled")
  Deferred.doneUnsafe(flight.seated, Exit.succeed(Exit.isSuccess(exit) && exit.value._tag !== "AtCapacity"))
  Deferred.doneUnsafe(flight.answer, Exit.hasInterrupts(exit) ? Exit.fail(ProvisionError.closing) : exit)
}
