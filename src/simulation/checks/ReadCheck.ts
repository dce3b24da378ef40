/**
 * Checks how often ECS is read, and that no call is given up before its time.
 */
import { readsPerSecond } from "../../ledger/SafetyLimits.ts"
import type { Attempt } from "./LaunchRecord.ts"
import type { Process } from "./Process.ts"
import type { RunLog } from "./RunLog.ts"

/**
 * The reads of a run.
 *
 * @category models
 */
export interface ReadCheck {
  /** Tells that a process has the turn to read: what it calls from here on is another reading. */
  readonly begins: (process: Process) => void
  /** Takes a read as it reaches ECS. */
  readonly call: (process: Process, firstPage: boolean) => void
  /** Tells that a complete reading is about to be in the ledger: others may see it there before who read it goes on. */
  readonly folding: (process: Process, begunAt: number, listed: boolean) => void
  /** Tells that a complete reading is in the ledger. */
  readonly observed: (process: Process, begunAt: number, listed: boolean) => void
  /** Whether the latest reading that listed the running tasks is recent enough for who asked at a time. */
  readonly isRecent: (generation: number, askedAt: number) => boolean
  /** Tells that the process that sent a `RunTask` no longer waits for the answer. */
  readonly interrupted: (attempt: Attempt) => void
}

interface Ended {
  readonly begunAt: number
  readonly endedAt: number
  /** Those since its first page was answered: the attempts at that are left out. */
  readonly calls: number
}

/** A reading, whatever comes of it. */
interface Tried {
  readonly process: Process
  calls: number
  calledAt: number
  /** Another one has read meanwhile. */
  isLost: boolean
}

interface Options {
  readonly log: RunLog
  /** All in milliseconds, as the fleet has them. */
  readonly readingInterval: number
  readonly readingMaxAge: number
  readonly backgroundReadingInterval: number
  readonly attemptTimeout: number
  readonly shutdownTimeout: number
  /** Whether callers may want to know how the fleet of a ledger stands. */
  readonly isWanted: (generation: number) => boolean
  /** Whether all processes have one budget of reads, and not each its own. */
  readonly isShared: boolean
  /** The error of the ledger's time at most. */
  readonly clockError: number
}

/** The owner of a budget of reads: each process, or the ledger where it is shared. */
type Budget = Process | number

interface State extends Options {
  /** The calls of each process since it last asked for a first page, until the reading is complete. */
  readonly readings: Map<Process, number>
  /** All calls of each process since its last complete reading. */
  readonly attempts: Map<Process, number>
  readonly ended: Map<Budget, Ended>
  /** The latest reading that listed the running tasks, by ledger. */
  readonly listed: Map<number, Ended>
  readonly readingNow: Map<Process, Tried>
  readonly triedBefore: Map<Budget, Tried>
  /** When each process read last without being asked. */
  readonly unasked: Map<Process, number>
}

/**
 * Begins to check the reads of a run.
 *
 * @category constructors
 */
export const make = (options: Options): ReadCheck => {
  const state: State = {
    ...options,
    readings: new Map(),
    attempts: new Map(),
    ended: new Map(),
    listed: new Map(),
    readingNow: new Map(),
    triedBefore: new Map(),
    unasked: new Map()
  }
  const { attempts, ended, listed, log, readingNow, readings, triedBefore } = state
  return {
    begins: (process) => {
      const tried = readingNow.get(process)
      if (tried !== undefined && tried.calls > 0) {
        tried.isLost ||= process.turnLost
        triedBefore.set(budgetOf(state, process), tried)
      }
      readingNow.set(process, { process, calls: 0, calledAt: log.now(), isLost: false })
    },
    call: (process, firstPage) => {
      note(state, process)
      if (firstPage) {
        checkRestAfterComplete(state, process)
        checkIsNeeded(state, process)
        readings.set(process, 0)
      }
      attempts.set(process, (attempts.get(process) ?? 0) + 1)
      readings.set(process, (readings.get(process) ?? 0) + 1)
    },
    folding: (process, begunAt, withList) => {
      const calls = attempts.get(process) ?? 0
      attempts.delete(process)
      if (withList && begunAt >= (listed.get(process.generation)?.begunAt ?? 0)) {
        listed.set(process.generation, { begunAt, calls, endedAt: log.now() })
      }
    },
    observed: (process, begunAt, withList) => {
      const calls = readings.get(process) ?? 0
      readings.delete(process)
      if (withList) ended.set(budgetOf(state, process), { begunAt, calls, endedAt: log.now() })
    },
    isRecent: (generation, askedAt) => {
      const last = listed.get(generation)
      if (last === undefined) return false
      // As long as the budget does not allow another reading, the last one has to serve.
      return last.begunAt >= askedAt - Math.max(options.readingMaxAge, dueAt(options, last) - last.begunAt)
    },
    interrupted: (attempt) => checkLaunchOutlivesCallers(options, attempt)
  }
}

const dueAt = ({ readingInterval }: Options, { calls, endedAt }: Pick<Ended, "calls" | "endedAt">): number =>
  endedAt + Math.max(readingInterval, Math.floor((calls * 1000) / readsPerSecond))

const budgetOf = ({ isShared }: Options, process: Process): Budget => isShared ? process.generation : process

const note = (state: State, process: Process): void => {
  const tried = state.readingNow.get(process)
  if (tried === undefined) return
  tried.calls++
  tried.calledAt = state.log.now()
  tried.isLost ||= process.turnLost
  if (tried.calls === 1) checkRestAfterAny(state, tried)
}

const checkRestAfterComplete = (state: State, process: Process): void => {
  const { clockError, ended, log } = state
  // It was taken to be gone, and reads on as if it were its turn: that cannot be helped.
  if (process.turnLost) return
  const last = ended.get(budgetOf(state, process))
  ended.delete(budgetOf(state, process))
  const now = log.now()
  // A caller that needs a newer reading than the last one gets it, however long that one took.
  if (last === undefined || now - last.begunAt > state.readingMaxAge) return
  if (now + 2 * clockError >= dueAt(state, last)) return
  log.violate(
    "ECS is read no more than the budget allows",
    `${process.name} began to read ${now - last.endedAt} ms after a reading of ${last.calls} calls`
  )
}

/** Checks that a reading leaves the rest that the last calls cost, of a reading that failed too. */
const checkRestAfterAny = (state: State, tried: Tried): void => {
  const last = state.triedBefore.get(budgetOf(state, tried.process))
  if (last === undefined || last.isLost || tried.isLost) return
  // One that is interrupted in the middle of a reading does not know how far it came.
  if (last.process.crashed || last.process.leaseLost || last.process.closingAt !== undefined) return
  const dueBy = dueAt(state, { calls: last.calls, endedAt: last.calledAt })
  if (tried.calledAt + 2 * state.clockError >= dueBy) return
  state.log.violate(
    "ECS is read no more than the budget allows",
    `${tried.process.name} began to read ${dueBy - tried.calledAt} ms before ${last.calls} calls allow it`
  )
}

/** A reading may list the tasks a second time, and one that failed is left open. */
const checkIsNeeded = (state: State, process: Process): void => {
  const { log, unasked } = state
  if (state.readings.has(process) || state.isWanted(process.generation)) return
  const now = log.now()
  const before = unasked.get(process) ?? -Infinity
  unasked.set(process, now)
  if (now - before >= state.backgroundReadingInterval) return
  log.violate(
    "ECS is read while callers ask, and else now and then",
    `${process.name} reads again after ${now - before} ms, and no caller asks`
  )
}

const checkLaunchOutlivesCallers = (options: Options, { launch, process, sentAt }: Attempt): void => {
  const { log } = options
  const now = log.now()
  if (process.crashed || now - sentAt >= options.attemptTimeout) return
  if (process.closingAt !== undefined && now - process.closingAt >= options.shutdownTimeout) return
  log.violate(
    "a launch outlives its callers",
    `${process.name} gave up the answer to launch ${launch.token} for ${launch.key} after ${now - sentAt} ms`
  )
}
