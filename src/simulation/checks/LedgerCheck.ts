/**
 * Compares the ledger with the emulator's state after each decision.
 *
 * What the ledger believes is never taken for true: every live task of its own has
 * to be in it once, and everything in it has to be explained by the world.
 */
import * as HashMap from "effect/HashMap"
import { TaskArn } from "../../ecs/Ecs.ts"
import type { World } from "../../emulator/model/World.ts"
import type { Listing, Reading } from "../../ledger/rules/Evidence.ts"
import type { SlotTable } from "../../ledger/rules/LedgerState.ts"
import * as LedgerStates from "../../ledger/rules/LedgerState.ts"
import { replayWindow } from "../../ledger/SafetyLimits.ts"
import { type Slot, SlotId, taskArn, type Ticket } from "../../ledger/Slot.ts"
import type { LaunchCheck } from "./LaunchCheck.ts"
import type { KnownTask } from "./LaunchRecord.ts"
import type { RunLog } from "./RunLog.ts"

/**
 * The ledgers of a run, as far as they were last seen.
 *
 * @category models
 */
export interface LedgerCheck {
  /** Looks at a ledger after it decided something. */
  readonly inspect: (generation: number, table: SlotTable) => void
  /** Returns how a launch is counted. */
  readonly counted: (generation: number, token: string, arn?: string) => "launching" | "launched" | undefined
  /** Whether the task of a launch is known. */
  readonly isLaunched: (generation: number, token: string) => boolean
  /** Looks at a ledger that has folded in a complete reading. */
  readonly observed: (generation: number, table: SlotTable, reading: Reading) => void
  /** Notes what a ledger was shown. */
  readonly shown: (generation: number, listing: Listing) => void
  /** Returns the number of running tasks that a ledger launched or was shown, besides those of one token. */
  readonly known: (generation: number, besides: string) => number
  /** Notes who holds a slot from now on. */
  readonly held: (ticket: Ticket) => void
  /** Whether a ticket is of the last known holder of the slot. */
  readonly isHolder: (ticket: Ticket) => boolean
  /** Whether some launch has no verdict. */
  readonly isSettling: (generation: number) => boolean
  /** Looks at what became of the task of an answer that said that it has stopped already. */
  readonly stopped: (generation: number, arn: string) => void
  /** The slots that were last seen. */
  readonly latest: (generation: number) => SlotTable | undefined
  /** Tells that a ledger is lost: it is not looked at any more. */
  readonly lose: (generation: number) => void
}

/**
 * The time after it may be sent for the last time for which a launch may keep its key:
 * the longest wait between two attempts, and one more attempt, with some room.
 */
const goodbye = 6 * 60_000

interface Options {
  readonly log: RunLog
  readonly launches: () => LaunchCheck
  readonly world: () => World
  /** When ECS last changed how it behaves, in epoch milliseconds. */
  readonly configuredAt: () => number
  readonly startTime: number
  /** Whether the process that holds slots under a name has gone. */
  readonly hasEnded: (holder: string) => boolean
  /** The error of the ledger's time at most, in milliseconds. */
  readonly clockError: number
  /** The time that machines are suspended in all, in milliseconds. */
  readonly asleep: number
  readonly breaksLagBound: boolean
  /** Whether ECS answers what cannot be so: a slot may stand for another's task then, and is still one slot. */
  readonly contradicts: boolean
}

/**
 * Begins to look at the ledgers of a run.
 *
 * @category constructors
 */
export const make = (options: Options): LedgerCheck => {
  const latest = new Map<number, SlotTable>()
  const shown = new Map<number, Set<string>>()
  const lost = new Set<number>()
  const fences = new Map<string, number>()
  return {
    inspect: (generation, table) => {
      if (options.log.now() > replayWindow + goodbye) checkKeysAreGivenUp(options, table)
      const before = latest.get(generation)
      if (lost.has(generation) || before === table) return
      latest.set(generation, table)
      if (before?.slots === table.slots) return
      for (const slot of HashMap.values(table.slots)) checkIsExplained(options, slot)
      if (!options.breaksLagBound) checkLiveTasksAreCounted(options, generation, table)
    },
    counted: (generation, token, arn) => {
      const table = latest.get(generation)
      if (table === undefined || lost.has(generation)) return "launched"
      const slot = LedgerStates.find(table, SlotId(token)) ??
        (arn === undefined ? undefined : LedgerStates.findByArn(table, TaskArn(arn)))
      if (slot === undefined) return undefined
      return slot.state._tag === "Launching" ? "launching" : "launched"
    },
    isLaunched: (generation, token) => {
      const table = lost.has(generation) ? undefined : latest.get(generation)
      return table !== undefined && LedgerStates.find(table, SlotId(token))?.state._tag === "Launched"
    },
    observed: (generation, table, reading) => {
      if (lost.has(generation)) return
      if (!options.contradicts) checkTasksAreOneSlot(options, table, reading)
      checkListedTasksAreCounted(options, table, reading)
    },
    shown: (generation, listing) => {
      const arns = shown.get(generation) ?? new Set()
      shown.set(generation, arns)
      for (const arn of listing.running ?? []) arns.add(arn)
    },
    known: (generation, besides) => {
      const arns = shown.get(generation)
      let count = 0
      for (const { launch, task } of options.launches().live(nowOf(options))) {
        if (launch?.token === besides) continue
        if (launch?.generation === generation || arns?.has(task.arn) === true) count++
      }
      return count
    },
    held: ({ fence, slotId }) => {
      fences.set(slotId, Math.max(fence, fences.get(slotId) ?? 0))
    },
    isHolder: ({ fence, slotId }) => fence >= (fences.get(slotId) ?? 0),
    isSettling: (generation) => {
      const table = latest.get(generation)
      return table !== undefined &&
        HashMap.some(table.slots, ({ state, stopReason }) => state._tag === "Launching" || stopReason !== undefined)
    },
    stopped: (generation, arn) => {
      const table = latest.get(generation)
      if (table !== undefined && !options.contradicts) checkStoppedIsNotCounted(options, table, arn)
    },
    latest: (generation) => latest.get(generation),
    lose: (generation) => {
      lost.add(generation)
    }
  }
}

const nowOf = ({ log, startTime }: Options): number => log.now() + startTime

const slotOf = (table: SlotTable, { launch, task }: KnownTask): Slot | undefined =>
  (launch === undefined ? undefined : LedgerStates.find(table, SlotId(launch.token)))
    ?? LedgerStates.findByArn(table, TaskArn(task.arn))

const checkKeysAreGivenUp = (options: Options, table: SlotTable): void => {
  for (const slot of HashMap.values(table.slots)) {
    if (slot.state._tag !== "Launching" || slot.key === undefined) continue
    if (nowOf(options) - slot.state.firstSentAt.fast <= replayWindow + goodbye + options.asleep) continue
    if (LedgerStates.findByKey(table, slot.key)?.id !== slot.id) continue
    options.log.violate("a launch that is not sent again gives up its key", `slot ${slot.id} still has ${slot.key}`)
  }
}

const checkIsExplained = ({ hasEnded, launches, log }: Options, slot: Slot): void => {
  const arn = taskArn(slot)
  if (arn !== undefined && launches().findTask(arn) === undefined) {
    log.violate("every slot is explained", `slot ${slot.id} is for ${arn}, which never was`)
  }
  if (slot.state._tag === "Reserved" && (slot.holder === undefined || hasEnded(slot.holder))) {
    log.violate("every slot is explained", `slot ${slot.id} is reserved by ${slot.holder}, which has ended`)
  }
}

const checkLiveTasksAreCounted = (options: Options, generation: number, table: SlotTable): void => {
  for (const live of options.launches().live(nowOf(options))) {
    if (live.launch?.generation !== generation || slotOf(table, live) !== undefined) continue
    options.log.violate("a live task is counted", `${live.task.arn} (${live.launch.token}) runs, and has no slot`)
  }
}

const checkTasksAreOneSlot = ({ launches, log }: Options, table: SlotTable, { tasks }: Reading): void => {
  for (const { startedBy, taskArn } of tasks) {
    // Another program's task may bear the name of a launch that is not its own.
    if (launches().findTask(taskArn)?.launch === undefined) continue
    const own = startedBy === undefined ? undefined : LedgerStates.find(table, SlotId(startedBy))
    const seen = LedgerStates.findByArn(table, taskArn)
    if (own !== undefined && seen !== undefined && own !== seen) {
      log.violate("a task is one slot", `${taskArn} is counted as ${own.id} and as ${seen.id}`)
    }
  }
}

const checkListedTasksAreCounted = (options: Options, table: SlotTable, reading: Reading): void => {
  const { unlisted } = options.world().resolved.lag
  const begunAt = reading.begunAt.fast - options.clockError
  if (reading.running === undefined || options.configuredAt() >= begunAt) return
  const now = nowOf(options)
  for (const live of options.launches().live(now)) {
    const { createdAt, stoppingAt } = live.task.life
    if (createdAt + unlisted.max >= begunAt || stoppingAt <= now) continue
    if (slotOf(table, live) === undefined) {
      options.log.violate("a reading counts every listed task", `${live.task.arn} was listed, and has no slot`)
    }
  }
}

const checkStoppedIsNotCounted = ({ log }: Options, table: SlotTable, arn: string): void => {
  if (LedgerStates.findByArn(table, TaskArn(arn)) === undefined) return
  log.violate("a task that has stopped is not counted", `the answer said so of ${arn}, which has a slot`)
}
