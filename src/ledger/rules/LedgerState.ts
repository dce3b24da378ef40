/**
 * The slots of one fleet, counted against its cap: what every ledger keeps.
 *
 * Plain data, and what is asked of it. What changes it is a decision, in a transaction.
 *
 * This folder holds the pure decisions of every ledger: no clock and no I/O. It may
 * import `ledger`, `ecs` and `Time.ts`.
 */
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { RunTaskRequest, TaskArn } from "../../ecs/Ecs.ts"
import { Location } from "../../ecs/Location.ts"
import * as Time from "../../Time.ts"
import { Cap } from "../Change.ts"
import type { Key } from "../Key.ts"
import { undescribedAfter } from "../SafetyLimits.ts"
import type { Slot, SlotId } from "../Slot.ts"

/**
 * The description of a fleet, as its holders give it.
 *
 * @category schemas
 */
export const Description = Schema.Struct({
  cap: Cap,
  /** Whether a key is taken for the life of its task. */
  exclusiveKeys: Schema.Boolean,
  /** The time after its last request for which a task may stay invisible, in milliseconds. */
  lagBound: Schema.Finite,
  /** The location of the fleet, as far as the holder knows. */
  location: Location
})
export type Description = typeof Description.Type

/**
 * The slots of a fleet that are held, and the cap that they count against.
 *
 * @category models
 */
export interface SlotTable {
  readonly cap: Cap
  readonly slots: HashMap.HashMap<SlotId, Slot>
  readonly byKey: HashMap.HashMap<Key, SlotId>
  readonly byArn: HashMap.HashMap<TaskArn, SlotId>
  /** The number of the latest change. */
  readonly sequence: number
}

/**
 * The slots of one fleet, and all else that is decided by.
 *
 * @category models
 */
export interface LedgerState extends SlotTable {
  /** Whether a key is taken for the life of its task, and not only while its launch is in flight. */
  readonly exclusiveKeys: boolean
  /** The time after its last request for which a task may stay invisible, in milliseconds. */
  readonly lagBound: number
  /** The location of the fleet, as far as its holders and its tasks have shown. */
  readonly location: Location
  /**
   * The input of every attempt, byte for byte, of a launch whose task is not known yet:
   * for the holder that takes it over.
   */
  readonly requests: HashMap.HashMap<SlotId, RunTaskRequest>
  /** When the latest complete reading began that listed the running tasks, by the fast clock: it serves until it is too old. */
  readonly readingBegunAt: number
  readonly turn: Turn
  readonly gone: Gone
  /** The number of tasks over the cap that are no launch under this ledger, as the latest reading showed. */
  readonly foreignOver: number
}

/**
 * A holder that could not read ECS.
 *
 * @category schemas
 */
export const FailedReader = Schema.Struct({
  holder: Schema.String,
  /**
   * The number of times that it failed while others could read, or wanted to: the more
   * often, the longer it lets them go first.
   */
  times: Schema.Finite,
  /** Until when it has to rest itself, for it has used up its budget of reads. */
  restsUntil: Schema.Finite,
  /** Whether another holder has read since. */
  othersRead: Schema.Boolean
})
export type FailedReader = typeof FailedReader.Type

/**
 * A time of the fast clock, or one before all times.
 *
 * @category schemas
 */
// @effect-diagnostics-next-line schemaNumber:off
export const FastTime = Schema.Number

/**
 * The turn to read ECS, for all holders. Its times are of the fast clock: they only
 * pace.
 *
 * @category schemas
 */
export const Turn = Schema.Struct({
  /** The holder that reads. Undefined between two readings. */
  reader: Schema.UndefinedOr(Schema.String),
  /** When the latest reading began. */
  begunAt: FastTime,
  /** When the next may begin. */
  dueAt: FastTime,
  /** The time for which the latest reading that ended has to serve, in milliseconds: until the next was due. */
  servesFor: Schema.Finite,
  /** Whether another holder has asked for the turn since the reader has it. */
  contested: Schema.Boolean,
  /** The holders that could not read. One that reads, or is gone, is not among them any more. */
  failed: Schema.Array(FailedReader)
})
export type Turn = typeof Turn.Type

/**
 * ARNs of tasks known to have stopped, so that a stale list does not bring them
 * back. Two generations, of which the older is dropped whole: each ARN is kept
 * for one to two retention times, at no cost per ARN.
 */
interface Gone {
  readonly recent: HashSet.HashSet<TaskArn>
  readonly older: HashSet.HashSet<TaskArn>
  /** When each of the two began, by the slow clock: they may be dropped only after a time. */
  readonly turnedAt: number
  readonly olderSince: number
}

/**
 * Makes the state of a fleet of which nothing is known yet.
 *
 * @example
 * ```ts
 * import { Ecs, Evidence, LedgerState } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const now = { fast: 0, slow: 0 }
 * const location = { partition: undefined, region: undefined, account: undefined, cluster: undefined }
 * const empty = LedgerState.make({ cap: 16, exclusiveKeys: false, lagBound: 300_000, location }, now)
 *
 * const running = [Ecs.TaskArn("arn:aws:ecs:eu-central-1:123456789012:task/workers/1")]
 * const { ledger } = Evidence.adopt(empty, { running, stopped: undefined }, now)
 * assert.equal(LedgerState.used(ledger), 1)
 * ```
 *
 * @category constructors
 */
export const make = (description: Description, { slow: now }: Time.Time): LedgerState => ({
  cap: description.cap,
  exclusiveKeys: description.exclusiveKeys,
  lagBound: description.lagBound,
  location: description.location,
  slots: HashMap.empty(),
  byKey: HashMap.empty(),
  byArn: HashMap.empty(),
  requests: HashMap.empty(),
  readingBegunAt: Number.NEGATIVE_INFINITY,
  turn: {
    reader: undefined,
    begunAt: Number.NEGATIVE_INFINITY,
    dueAt: Number.NEGATIVE_INFINITY,
    servesFor: 0,
    contested: false,
    failed: []
  },
  gone: { recent: HashSet.empty(), older: HashSet.empty(), turnedAt: now, olderSince: now },
  foreignOver: 0,
  sequence: 0
})

/**
 * Returns how many tasks are counted.
 *
 * @category accessors
 */
export const used = (ledger: SlotTable): number => HashMap.size(ledger.slots)

/**
 * Returns how many slots, besides one, their holders are about to give back, for the gate has turned them back.
 *
 * @category accessors
 */
export const turnedBack = (ledger: SlotTable, besides: SlotId): number => {
  let count = 0
  for (const { id, state } of HashMap.values(ledger.slots)) {
    if (id !== besides && state._tag === "Reserved" && state.turnedBack) count++
  }
  return count
}

/**
 * Returns how many tasks are known to be no launch under this ledger.
 *
 * @category accessors
 */
export const foreignTasks = (ledger: SlotTable): number => {
  let count = 0
  for (const { key, state } of HashMap.values(ledger.slots)) {
    if (key === undefined && state._tag === "Launched" && state.lastStatus !== undefined) count++
  }
  return count
}

/**
 * Returns how many tasks were listed a while ago and have never been described.
 *
 * @category accessors
 */
export const undescribedTasks = (ledger: SlotTable, now: Time.Time): number => {
  let count = 0
  for (const { key, state } of HashMap.values(ledger.slots)) {
    if (key !== undefined || state._tag !== "Launched" || state.lastStatus !== undefined) continue
    if (Time.atLeast(state.knownSince, now) > undescribedAfter) count++
  }
  return count
}

/**
 * Returns the slot with an id.
 *
 * @category accessors
 */
export const find = (ledger: SlotTable, id: SlotId): Slot | undefined =>
  Option.getOrUndefined(HashMap.get(ledger.slots, id))

/**
 * Returns the slot that stands for a task.
 *
 * @category accessors
 */
export const findByArn = (ledger: SlotTable, arn: TaskArn): Slot | undefined => {
  const id = HashMap.get(ledger.byArn, arn)
  return Option.isSome(id) ? find(ledger, id.value) : undefined
}

/**
 * Returns the slot whose launch is in flight for a key or, where keys are
 * exclusive, whose task has it.
 *
 * @category accessors
 */
export const findByKey = (ledger: SlotTable, key: Key): Slot | undefined => {
  const id = HashMap.get(ledger.byKey, key)
  return Option.isSome(id) ? find(ledger, id.value) : undefined
}

/**
 * Returns whether a task is known to have stopped.
 *
 * @category guards
 */
export const isGone = (ledger: LedgerState, arn: TaskArn): boolean =>
  HashSet.has(ledger.gone.recent, arn) || HashSet.has(ledger.gone.older, arn)
