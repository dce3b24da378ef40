/**
 * Evidence from readings of ECS about a fleet's slots.
 *
 * A list may only add: a task that the ledger does not know is adopted. Only a
 * description with a terminal status frees, and what is not shown is not proof,
 * with two exceptions where ECS itself forgets: a task that it has not shown for
 * longer than it remembers stopped ones, and a launch without a verdict that
 * must have become visible by now.
 */
import * as HashMap from "effect/HashMap"
import type { TaskArn, TaskDescription } from "../../ecs/Ecs.ts"
import { isTerminal } from "../../ecs/Ecs.ts"
import * as Locations from "../../ecs/Location.ts"
import type { TaskExit } from "../../ecs/TaskExit.ts"
import * as Time from "../../Time.ts"
import { missingSpacing, stoppedRetention } from "../SafetyLimits.ts"
import type { Slot, SlotId } from "../Slot.ts"
import * as Slots from "../Slot.ts"
import type { Launching } from "../SlotState.ts"
import type { LedgerState } from "./LedgerState.ts"
import * as LedgerStates from "./LedgerState.ts"
import * as Stops from "./Stop.ts"
import type { Decision, Transaction } from "./Transaction.ts"
import * as Transactions from "./Transaction.ts"

/**
 * The lists of a reading.
 *
 * @category models
 */
export interface Listing {
  /** Tasks whose desired status is `RUNNING`. Absent when they were not listed. */
  readonly running: ReadonlyArray<TaskArn> | undefined
  /** Tasks that are stopping, or have stopped a while ago. Absent when they were not listed. */
  readonly stopped: ReadonlyArray<TaskArn> | undefined
}

/**
 * The tasks that a reading has described next, once its lists are in.
 *
 * @category models
 */
export interface Question {
  /** The tasks to describe: those that hold a slot, and those that may belong to a launch without a verdict. */
  readonly taskArns: ReadonlyArray<TaskArn>
  /** Those among them that ECS may have forgotten, should it not describe them. */
  readonly forgettable: ReadonlySet<TaskArn>
  /** Why the lists are no evidence, and nothing of them was counted: they are of another location. */
  readonly stray: string | undefined
}

/**
 * A complete reading of ECS: every page listed, every task described.
 *
 * @category models
 */
export interface Reading extends Listing {
  /** When it began. What happened later, it does not show. */
  readonly begunAt: Time.Time
  readonly tasks: ReadonlyArray<TaskDescription>
  readonly missing: ReadonlyArray<TaskArn>
}

/**
 * Counts the listed tasks that the ledger does not know, at once, and says what
 * is to be described.
 *
 * @category decisions
 */
export const adopt = (ledger: LedgerState, listing: Listing, now: Time.Time): Decision<Question> =>
  Transactions.decide<Question>(ledger, now, (tx) => {
    const stray = Locations.stray(ledger.location, listed(listing))
    if (stray !== undefined) return { taskArns: [], forgettable: new Set(), stray }
    for (const arn of listing.running ?? []) adoptTask(tx, arn)
    const taskArns = new Set(HashMap.keys(tx.ledger.byArn))
    for (const arn of listing.stopped ?? []) {
      if (!LedgerStates.isGone(tx.ledger, arn)) taskArns.add(arn)
    }
    return {
      taskArns: [...taskArns],
      forgettable: new Set(forgettable(tx.ledger, now)),
      stray
    }
  })

const listed = ({ running = [], stopped = [] }: Listing): ReadonlyArray<TaskArn> => [...running, ...stopped]

/**
 * Takes a complete reading as evidence. One that listed nothing shows no holder
 * else's tasks: no slot is granted on it.
 *
 * @example
 * ```ts
 * import { Ecs, Evidence, LedgerState } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const now = { fast: 0, slow: 0 }
 * const location = { partition: undefined, region: undefined, account: undefined, cluster: undefined }
 * const empty = LedgerState.make({ cap: 16, exclusiveKeys: false, lagBound: 300_000, location }, now)
 * const taskArn = Ecs.TaskArn("arn:aws:ecs:eu-central-1:123456789012:task/workers/1")
 * const { ledger } = Evidence.adopt(empty, { running: [taskArn], stopped: undefined }, now)
 *
 * const reading = { running: [], stopped: undefined, begunAt: now, missing: [] }
 * const seen = (lastStatus: string) => Evidence.observe(ledger, { ...reading, tasks: [{ taskArn, lastStatus }] }, now).answer
 * assert.equal(seen("DEPROVISIONING").occupied, 1)
 * assert.equal(seen("STOPPED").occupied, 0)
 * ```
 *
 * @category decisions
 */
export const observe = (ledger: LedgerState, reading: Reading, now: Time.Time): Decision<TaskCount> =>
  Transactions.decide(ledger, now, (tx) => {
    const described = reading.tasks.map(({ taskArn }) => taskArn)
    const stray = Locations.stray(ledger.location, [...listed(reading), ...described, ...reading.missing])
    if (stray === undefined) {
      for (const task of reading.tasks) observeTask(tx, task)
      if (reading.running !== undefined) observeListed(tx, reading, reading.running)
    }
    const { cap } = tx.ledger
    const occupied = LedgerStates.used(tx.ledger)
    const foreign = cap !== "unlimited" && occupied > cap ? LedgerStates.foreignTasks(tx.ledger) : 0
    if (foreign !== ledger.foreignOver) tx.ledger = { ...tx.ledger, foreignOver: foreign }
    const undescribed = LedgerStates.undescribedTasks(tx.ledger, now)
    const toStop = Stops.due(tx.ledger, reading.tasks)
    return { cap, occupied, foreign, isMore: foreign > ledger.foreignOver, undescribed, toStop, stray }
  })

/**
 * The count of a fleet's tasks once a reading is taken in.
 *
 * @category models
 */
export interface TaskCount {
  readonly cap: LedgerState["cap"]
  readonly occupied: number
  /** The number of them that are known to be no launch under this ledger. None where the cap is kept. */
  readonly foreign: number
  /** Whether these are more than the reading before showed, of whichever holder. */
  readonly isMore: boolean
  /** The number of tasks that were listed a while ago and have never been described. */
  readonly undescribed: number
  /** The tasks that were asked to stop, and that the reading does not show as stopping. */
  readonly toStop: ReadonlyArray<Stops.StopOrder>
  /** Why the reading is no evidence, and nothing of it was taken in: it is of another location. */
  readonly stray: string | undefined
}

/**
 * Records that a launch became a task, which may be known already by its ARN,
 * and may have stopped already.
 *
 * @category edits
 */
export const recordTask = (
  tx: Transaction,
  id: SlotId,
  arn: TaskArn,
  lastStatus: string | undefined,
  exit?: TaskExit
): void => {
  const slot = LedgerStates.find(tx.ledger, id)
  if (slot?.state._tag !== "Launching") {
    adoptTask(tx, arn)
    return observeStatus(tx, arn, lastStatus, exit)
  }
  // A task is one slot however many ways it was seen.
  const seen = LedgerStates.findByArn(tx.ledger, arn)
  if (seen !== undefined) Transactions.free(tx, seen.id, "merged")
  Transactions.locate(tx, arn)
  const launched = Slots.launched(slot, arn, lastStatus, tx.now)
  Transactions.put(tx, launched)
  Transactions.dropRequest(tx, id)
  if (!tx.ledger.exclusiveKeys) Transactions.dropKey(tx, launched)
  Transactions.note(tx, { _tag: "Launched", ...Transactions.launchOf(slot), taskArn: arn })
  if (LedgerStates.isGone(tx.ledger, arn)) Transactions.stop(tx, launched, exit)
  else observeStatus(tx, arn, lastStatus, exit)
}

const observeTask = (tx: Transaction, task: TaskDescription): void => {
  const seen = LedgerStates.findByArn(tx.ledger, task.taskArn)
  if (seen?.key !== undefined && task.startedBy !== undefined && task.startedBy !== seen.id) {
    const detail = `${task.taskArn} is described as started by ${task.startedBy.slice(0, 128)}`
    return Transactions.dispute(tx, seen.id, { detail, elsewhere: false })
  }
  const own = task.startedBy === undefined
    ? undefined
    : LedgerStates.find(tx.ledger, Slots.SlotId(task.startedBy))
  if (own?.state._tag === "Launching") return recordTask(tx, own.id, task.taskArn, task.lastStatus, task.exit)
  if (!isTerminal(task.lastStatus)) adoptTask(tx, task.taskArn)
  observeStatus(tx, task.taskArn, task.lastStatus, task.exit)
}

/**
 * Counts a task, unless it is counted. Terminal is absorbing: one that has stopped
 * is not adopted again, whatever a stale list shows.
 *
 * @category edits
 */
export const adoptTask = (tx: Transaction, arn: TaskArn): void => {
  if (HashMap.has(tx.ledger.byArn, arn) || LedgerStates.isGone(tx.ledger, arn)) return
  Transactions.locate(tx, arn)
  const slot = Slots.adopted(arn, tx.now)
  Transactions.put(tx, slot)
  Transactions.note(tx, { _tag: "Adopted", slotId: slot.id, taskArn: arn })
}

const observeStatus = (tx: Transaction, arn: TaskArn, lastStatus: string | undefined, exit?: TaskExit): void => {
  const slot = LedgerStates.findByArn(tx.ledger, arn)
  if (isTerminal(lastStatus)) {
    if (slot === undefined) Transactions.remember(tx, arn)
    else Transactions.stop(tx, slot, exit)
  } else if (slot?.state._tag === "Launched") {
    const { state } = slot
    if (state.lastStatus === (lastStatus ?? state.lastStatus) && state.missingSince === undefined) return
    Transactions.put(tx, {
      ...slot,
      state: { ...state, lastStatus: lastStatus ?? state.lastStatus, missingSince: undefined }
    })
  }
}

const observeListed = (tx: Transaction, reading: Reading, running: ReadonlyArray<TaskArn>): void => {
  observeMissing(tx, reading, running)
  if (reading.stopped !== undefined) observeAbsent(tx, reading.begunAt)
  tx.ledger = {
    ...tx.ledger,
    readingBegunAt: Math.max(tx.ledger.readingBegunAt, reading.begunAt.fast)
  }
}

const observeMissing = (tx: Transaction, reading: Reading, running: ReadonlyArray<TaskArn>): void => {
  if (reading.missing.length === 0) return
  const listed = new Set(running)
  for (const arn of reading.missing) {
    const slot = LedgerStates.findByArn(tx.ledger, arn)
    if (slot?.state._tag !== "Launched") continue
    const { state } = slot
    if (listed.has(arn) || Time.atLeast(state.knownSince, reading.begunAt) <= stoppedRetention) {
      if (state.missingSince !== undefined) {
        Transactions.put(tx, { ...slot, state: { ...state, missingSince: undefined } })
      }
    } else if (state.missingSince === undefined) {
      // A reading may have taken long: what it missed, it missed by now at the latest.
      Transactions.put(tx, { ...slot, state: { ...state, missingSince: tx.now } })
    } else if (Time.atLeast(state.missingSince, reading.begunAt) >= missingSpacing) {
      Transactions.free(tx, slot.id, "forgotten")
    }
  }
}

const observeAbsent = (tx: Transaction, begunAt: Time.Time): void => {
  for (const { slot, state } of sought(tx.ledger, begunAt)) {
    if (state.absentSince === undefined) {
      Transactions.put(tx, { ...slot, state: { ...state, absentSince: begunAt } })
    } else if (begunAt.fast > state.absentSince.fast) {
      Transactions.free(tx, slot.id, "absent")
    }
  }
}

/** The tasks that have been known for longer than ECS remembers stopped ones. */
const forgettable = function*(ledger: LedgerState, at: Time.Time): Generator<TaskArn> {
  for (const { state } of HashMap.values(ledger.slots)) {
    if (state._tag === "Launched" && Time.atLeast(state.knownSince, at) > stoppedRetention) yield state.taskArn
  }
}

/**
 * Returns whether there are launches without a verdict that have to be looked for
 * among the stopped tasks too.
 *
 * @category guards
 */
export const isSearching = (ledger: LedgerState, now: Time.Time): boolean => {
  for (const _ of sought(ledger, now)) return true
  return false
}

/** The launches without a verdict whose task, if there is one, a reading begun at `at` must show. */
const sought = function*(ledger: LedgerState, at: Time.Time): Generator<{ slot: Slot; state: Launching }> {
  for (const slot of HashMap.values(ledger.slots)) {
    if (slot.state._tag !== "Launching" || !(slot.state.ambiguous || slot.state.underWay)) continue
    if (slot.contradiction?.elsewhere === true) continue
    if (Slots.visibleIn(slot.state, ledger.lagBound, at) < 0) yield { slot, state: slot.state }
  }
}
