/**
 * The exit code of the command.
 */
import * as Data from "effect/Data"

/**
 * Ends the command with a code other than 0. The code that fails with it has written the
 * reason first.
 *
 * @category errors
 */
export class Exited extends Data.TaggedError("Exited")<{ readonly code: number }> {}

/**
 * The exit code of a command that did not achieve what it was asked for.
 *
 * @category exit codes
 */
export const failure = 1

/**
 * The command was called in a wrong way, and did nothing.
 *
 * @category exit codes
 */
export const usage = 2

/**
 * The codes by which shells know that a signal ended a command.
 *
 * @category exit codes
 */
export const ofSignal = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const
