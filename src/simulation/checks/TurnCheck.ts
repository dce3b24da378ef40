/**
 * Checks that the processes that share a ledger take turns to read ECS: one reads at a
 * time, and its turn ends.
 */
import { turnLimitBase } from "../../ledger/SafetyLimits.ts"
import type * as Time from "../../Time.ts"
import type { HolderLeases } from "./HolderLeases.ts"
import type { Process } from "./Process.ts"
import type { RunLog } from "./RunLog.ts"

/**
 * The turns to read of a run.
 *
 * @category models
 */
export interface TurnCheck {
  /** Tells that a process has the turn, and when by the fleet's time its reading begins. */
  readonly claimed: (process: Process, holder: string, begunAt: Time.Time) => void
  /** Tells that a holder has no turn any more. */
  readonly ended: (holder: string) => void
  /** Tells that a holder may have been taken to be gone, and another may have its turn. */
  readonly lapsed: (holder: string) => void
  readonly isReader: (holder: string) => boolean
  /** Whether another holder than this one has the turn, and is gone. */
  readonly isReaderGone: (holder: string) => boolean
  /** Looks at how long the turn has taken. */
  readonly inspect: () => void
  /** When a reading began, in virtual milliseconds. */
  readonly begunAt: (time: Time.Time) => number
  /** Says that from now on every message passes, and ECS answers at once. */
  readonly calm: () => void
}

/**
 * The time that a turn takes at most where everything answers at once: what was asked
 * before that is waited for, and what had failed is said again.
 */
const longestTurn = 20_000

interface Options {
  readonly log: RunLog
  readonly leases: HolderLeases
  readonly startTime: number
}

interface Reader {
  readonly holder: string
  readonly process: Process
  readonly since: number
}

interface State extends Options {
  /** When each turn was given, in virtual milliseconds, by what the ledger took the time to be. */
  readonly turns: Map<number, number>
  reader: Reader | undefined
  calmSince: number
}

/**
 * Begins to check the turns of a run.
 *
 * @category constructors
 */
export const make = (options: Options): TurnCheck => {
  const { leases, log, startTime } = options
  const state: State = { ...options, turns: new Map(), reader: undefined, calmSince: Infinity }
  return {
    claimed: (process, holder, begunAt) => {
      const { reader } = state
      state.turns.set(begunAt.fast, log.now())
      if (reader !== undefined && reader.holder !== holder) displaced(state, reader, process)
      process.turnLost = false
      state.reader = { holder, process, since: log.now() }
    },
    ended: (holder) => {
      if (state.reader?.holder === holder) state.reader = undefined
    },
    lapsed: (holder) => {
      if (state.reader?.holder !== holder) return
      state.reader.process.turnLost = true
      state.reader = undefined
    },
    isReader: (holder) => state.reader?.holder === holder,
    isReaderGone: (holder) => {
      const { reader } = state
      return reader !== undefined && reader.holder !== holder && leases.isGone(reader.holder)
    },
    inspect: () => checkEnds(state, longestTurn),
    begunAt: (time) => state.turns.get(time.fast) ?? time.fast - startTime,
    calm: () => {
      state.calmSince = log.now()
    }
  }
}

/** A reader that takes too long may lose its turn to another process. */
const displaced = (state: State, reader: Reader, process: Process): void => {
  const limit = turnLimitBase - state.leases.slack
  // Where everything answers at once none does, but one that could not say that it has ended.
  if (state.log.now() - reader.since > limit) checkEnds(state, limit)
  else checkIsAlone(state, reader, process)
  if (state.reader !== undefined) reader.process.turnLost = true
}

const checkIsAlone = ({ leases, log }: Options, reader: Reader, process: Process): void => {
  if (!leases.isHere(reader.holder)) return
  log.violate("one reads at a time", `${process.name} may read while ${reader.process.name} does`)
}

const checkEnds = (state: State, longest: number): void => {
  const { calmSince, leases, log, reader } = state
  if (reader === undefined || !leases.isHere(reader.holder)) return
  const took = log.now() - Math.max(reader.since, calmSince)
  if (took <= longest) return
  log.violate("a turn to read ends", `${reader.process.name} has had it for ${took} ms`)
  state.reader = undefined
}
