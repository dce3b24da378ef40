/**
 * The launches of a run as they are on the wire and in the world: the tokens that were
 * sent, each sending, and the tasks that came of them.
 */
import type { Task } from "../../emulator/model/Task.ts"
import type { Exchange } from "../../emulator/model/World.ts"
import type { Process } from "./Process.ts"

/**
 * One sending of a `RunTask`.
 *
 * @category models
 */
export interface Attempt {
  readonly launch: Launch
  readonly process: Process
  readonly sentAt: number
  /** When the ledger let it through. */
  readonly gateAt: number
  exchange: Exchange | undefined
  /** Its sender waits for the answer. */
  pending: boolean
}

/**
 * One client token, and what became of it.
 *
 * @category models
 */
export interface Launch {
  readonly token: string
  readonly key: string
  readonly generation: number
  /** The request that was sent at first, byte for byte. */
  readonly text: string
  readonly firstSentAt: number
  readonly attempts: Array<Attempt>
  task: Task | undefined
}

/**
 * A task of the world, and the launch that it comes from if it is not foreign.
 *
 * @category models
 */
export interface KnownTask {
  readonly task: Task
  readonly launch: Launch | undefined
}
