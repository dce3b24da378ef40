/**
 * The processes of a run, one after another: each has a provisioner of its own.
 */
import type { Blindness } from "../system/Blindness.ts"

/**
 * One process, and what is known of its end.
 *
 * @category models
 */
export interface Process {
  readonly name: string
  /** The number of its ledger: a lost one is followed by the next. */
  readonly generation: number
  /** Nothing of it reaches the ledger or ECS any more. */
  crashed: boolean
  /** Another one has been told that it is gone. */
  leaseLost: boolean
  /** Another one reads in its place, which it may not know. */
  turnLost: boolean
  /** The reason why it cannot read ECS, if it cannot. */
  blindness: Blindness | undefined
  /** When it went on after it had stood still for a while, the last time, in virtual milliseconds. */
  resumedAt: number | undefined
  /** When it began to shut down, in virtual milliseconds. */
  closingAt: number | undefined
  /** It has shut down. */
  ended: boolean
}

/**
 * Makes a process that has not begun yet.
 *
 * @category constructors
 */
export const make = (name: string, generation: number): Process => ({
  name,
  generation,
  crashed: false,
  leaseLost: false,
  turnLost: false,
  blindness: undefined,
  resumedAt: undefined,
  closingAt: undefined,
  ended: false
})
