/**
 * The delta of a decision on a shared fleet: what has to be written, and what a
 * holder that was behind has to take over.
 *
 * A fleet as a whole is its delta from nothing.
 */
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { type TaskArn, TaskArnSchema } from "../../ecs/Ecs.ts"
import { Location } from "../../ecs/Location.ts"
import * as Time from "../../Time.ts"
import { Cap, Change } from "../Change.ts"
import type { LedgerState } from "../rules/LedgerState.ts"
import * as LedgerStates from "../rules/LedgerState.ts"
import { SentRequest } from "../SentRequest.ts"
import type { SlotId } from "../Slot.ts"
import * as Slots from "../Slot.ts"
import { keptChanges, Member, type SharedState } from "./SharedState.ts"
import { DecidedAt } from "./StoreClock.ts"

/**
 * A delta, as it is written down.
 *
 * @category schemas
 */
export const Delta = Schema.Struct({
  /** The fields that are written anew each time. */
  head: Schema.Struct({
    description: LedgerStates.Description,
    cap: Cap,
    location: Location,
    readingBegunAt: LedgerStates.FastTime,
    turn: LedgerStates.Turn,
    /** When the ARNs of stopped tasks that are remembered now began to be, and those before. */
    goneSince: Schema.Finite,
    goneBefore: Schema.Finite,
    foreignOver: Schema.Finite,
    sequence: Schema.Finite,
    decidedAt: DecidedAt
  }),
  /** Slots that are new or not as they were, with what was sent for those that are new. */
  slots: Schema.Array(Schema.Struct({
    slot: Slots.Slot,
    holdsKey: Schema.Boolean,
    request: Schema.UndefinedOr(SentRequest)
  })),
  freed: Schema.Array(Slots.SlotIdSchema),
  /** Tasks that have stopped, by when their ARNs began to be remembered. */
  gone: Schema.Array(Schema.Struct({ taskArn: TaskArnSchema, since: Schema.Finite })),
  members: Schema.Array(Schema.Struct({ id: Schema.String, member: Member })),
  forgotten: Schema.Array(Schema.String),
  changes: Schema.Array(Change)
})

/**
 * The changes of one decision.
 *
 * @category models
 */
export type Delta = typeof Delta.Type

/**
 * Returns what has changed from one state of a fleet to the next.
 *
 * @category constructors
 */
export const between = (before: SharedState | undefined, after: SharedState): Delta => {
  const { ledger } = after
  const sequence = before?.ledger.sequence ?? 0
  return {
    head: {
      description: {
        cap: after.description.cap,
        exclusiveKeys: after.description.exclusiveKeys,
        lagBound: after.description.lagBound,
        location: after.description.location
      },
      cap: ledger.cap,
      location: ledger.location,
      readingBegunAt: ledger.readingBegunAt,
      turn: ledger.turn,
      goneSince: ledger.gone.turnedAt,
      goneBefore: ledger.gone.olderSince,
      foreignOver: ledger.foreignOver,
      sequence: ledger.sequence,
      decidedAt: after.decidedAt
    },
    slots: before?.ledger === ledger ? [] : changedSlots(before?.ledger, ledger),
    freed: before === undefined || before.ledger === ledger
      ? []
      : [...HashMap.keys(before.ledger.slots)].filter((id) => !HashMap.has(ledger.slots, id)),
    gone: changedGone(before?.ledger.gone, ledger.gone),
    members: [...after.members]
      .filter(([id, member]) => before?.members.get(id) !== member)
      .map(([id, member]) => ({ id, member })),
    forgotten: before === undefined ? [] : [...before.members.keys()].filter((id) => !after.members.has(id)),
    changes: after.changes.filter((change) => change.sequence > sequence)
  }
}

/**
 * Returns the state of a fleet after a change.
 *
 * @category constructors
 */
export const apply = (before: SharedState | undefined, delta: Delta): SharedState => {
  const { changes, forgotten, head, members } = delta
  const { description, goneBefore, goneSince } = head
  const start = before?.ledger ?? LedgerStates.make(description, Time.of(goneSince))
  const next = new Map(before?.members)
  for (const { id, member } of members) next.set(id, member)
  for (const id of forgotten) next.delete(id)
  return {
    description,
    ledger: {
      ...slotsAfter(start, delta),
      cap: head.cap,
      exclusiveKeys: description.exclusiveKeys,
      lagBound: description.lagBound,
      location: head.location,
      readingBegunAt: head.readingBegunAt,
      turn: head.turn,
      gone: {
        recent: goneAfter(start.gone, delta.gone, goneSince),
        older: goneAfter(start.gone, delta.gone, goneBefore),
        turnedAt: goneSince,
        olderSince: goneBefore
      },
      foreignOver: head.foreignOver,
      sequence: head.sequence
    },
    members: next,
    changes: [...before?.changes ?? [], ...changes].slice(-keptChanges),
    decidedAt: head.decidedAt
  }
}

const holdsKey = (ledger: LedgerState, { id, key }: Slots.Slot): boolean =>
  key !== undefined && Option.getOrUndefined(HashMap.get(ledger.byKey, key)) === id

const changedSlots = (before: LedgerState | undefined, after: LedgerState): Delta["slots"] => {
  const changed: Array<Delta["slots"][number]> = []
  for (const slot of HashMap.values(after.slots)) {
    const earlier = before === undefined ? undefined : LedgerStates.find(before, slot.id)
    const holds = holdsKey(after, slot)
    if (before !== undefined && earlier === slot && holdsKey(before, slot) === holds) continue
    const request = earlier === undefined ? Option.getOrUndefined(HashMap.get(after.requests, slot.id)) : undefined
    changed.push({ slot, holdsKey: holds, request })
  }
  return changed
}

type Gone = LedgerState["gone"]

const changedGone = (before: Gone | undefined, after: Gone): Delta["gone"] => {
  if (before === after) return []
  const known = before?.turnedAt === after.turnedAt ? before.recent : HashSet.empty<TaskArn>()
  const recent = [...after.recent].filter((arn) => !HashSet.has(known, arn))
  // A whole fleet is told of those before, too. To a holder that knows it, they are the recent ones of before.
  const older = before === undefined ? [...after.older] : []
  return [
    ...recent.map((taskArn) => ({ taskArn, since: after.turnedAt })),
    ...older.map((taskArn) => ({ taskArn, since: after.olderSince }))
  ]
}

/** Returns the stopped tasks that are remembered since a time: those known then already, and those that came. */
const goneAfter = (before: Gone, come: Delta["gone"], since: number): HashSet.HashSet<TaskArn> => {
  let gone = HashSet.empty<TaskArn>()
  if (before.turnedAt === since) gone = before.recent
  else if (before.olderSince === since) gone = before.older
  for (const { since: at, taskArn } of come) if (at === since) gone = HashSet.add(gone, taskArn)
  return gone
}

const slotsAfter = (before: LedgerState, { freed, slots }: Delta): LedgerState => {
  let { byArn, byKey, requests, slots: held } = before
  const letGo = (id: SlotId, key: Slots.Slot["key"]): void => {
    if (key !== undefined && Option.getOrUndefined(HashMap.get(byKey, key)) === id) byKey = HashMap.remove(byKey, key)
  }
  for (const id of freed) {
    const slot = Option.getOrUndefined(HashMap.get(held, id))
    if (slot === undefined) continue
    const arn = Slots.taskArn(slot)
    letGo(id, slot.key)
    held = HashMap.remove(held, id)
    requests = HashMap.remove(requests, id)
    if (arn !== undefined && Option.getOrUndefined(HashMap.get(byArn, arn)) === id) byArn = HashMap.remove(byArn, arn)
  }
  for (const { holdsKey, request, slot } of slots) {
    const arn = Slots.taskArn(slot)
    held = HashMap.set(held, slot.id, slot)
    if (arn !== undefined) {
      byArn = HashMap.set(byArn, arn, slot.id)
      requests = HashMap.remove(requests, slot.id)
    } else if (request !== undefined) requests = HashMap.set(requests, slot.id, request)
    if (slot.key !== undefined && holdsKey) byKey = HashMap.set(byKey, slot.key, slot.id)
    else letGo(slot.id, slot.key)
  }
  return { ...before, slots: held, requests, byKey, byArn }
}
