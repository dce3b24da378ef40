/**
 * A slot: the right to one live task, from before its `RunTask` is sent until
 * the task is proved stopped.
 *
 * ```text
 *  reserve ---> Reserved --- gate ---> Launching --- verdict or reading ---> Launched <--- adopt
 *                  |                       |                                     |
 *                  | withdrawn             | refused, absent                     | stopped, merged, forgotten
 *                  v                       v                                     v
 *                freed                   freed                                 freed
 * ```
 *
 * A slot is `Reserved` while its `RunTask` has certainly not been sent,
 * `Launching` from the first time it may have been, and `Launched` once its task
 * is known. A `Reserved` slot may be given back by its holder. From
 * `Launching` on, only evidence about its task frees it: nothing here looks at
 * a clock to decide that a task is gone, save where evidence cannot reach.
 */
import * as Brand from "effect/Brand"
import * as Schema from "effect/Schema"
import { cut } from "../Detail.ts"
import type { Failure, TaskArn } from "../ecs/Ecs.ts"
import * as Time from "../Time.ts"
import { type Key, StoredKey } from "./Key.ts"
import { gateValidity, replayWindow, signatureLifetime } from "./SafetyLimits.ts"
import { Launched, Launching, Reserved } from "./SlotState.ts"

/**
 * Identifies a slot. A launch's id is a bare UUID, and is also the client token
 * and the `startedBy` of its task. An adopted task's slot has the task's ARN.
 *
 * @category models
 */
export type SlotId = string & Brand.Brand<"SlotId">

/**
 * Brands a fresh UUID, or the ARN of a task to adopt, as the id of its slot.
 *
 * @category constructors
 */
export const SlotId = Brand.nominal<SlotId>()

/**
 * The id of a slot, as it is stored.
 *
 * @category schemas
 */
export const SlotIdSchema = Schema.String.pipe(Schema.fromBrand("SlotId", SlotId))

/**
 * The right to act on a slot. It is made by granting the slot, or by taking it
 * over, and is worth nothing once another holder has taken the slot over.
 *
 * @category schemas
 */
export const Ticket = Schema.Struct({ slotId: SlotIdSchema, fence: Schema.Finite })
export type Ticket = typeof Ticket.Type

/**
 * An answer of ECS about a launch that cannot be true.
 *
 * @category schemas
 */
export const Contradiction = Schema.Struct({
  detail: Schema.String,
  /** It named a task in another location, where no reading of this fleet can show it: that none does proves nothing. */
  elsewhere: Schema.Boolean
})
export type Contradiction = typeof Contradiction.Type

/**
 * The right to one live task.
 *
 * @category schemas
 */
export const Slot = Schema.Struct({
  id: SlotIdSchema,
  /** The key that the task is for. An adopted task has none. */
  key: Schema.UndefinedOr(StoredKey),
  /** The holder that may act on it; undefined when that holder is gone. */
  holder: Schema.UndefinedOr(Schema.String),
  /** Grows each time the slot changes hands. */
  fence: Schema.Finite,
  /** By the fast clock of the ledger. */
  since: Schema.Finite,
  state: Schema.Union([Reserved, Launching, Launched]),
  /** The latest answer of ECS about it that was not believed. */
  contradiction: Schema.UndefinedOr(Contradiction),
  /** Why its task is to be stopped, once that was asked for. */
  stopReason: Schema.UndefinedOr(Schema.String)
})
export type Slot = typeof Slot.Type

/**
 * The status of a slot in reports: its state, and `unknown` for a launch without a
 * verdict, `adopted` for a task that was launched elsewhere.
 *
 * @category schemas
 */
export const SlotStatus = Schema.Literals(["reserved", "launching", "unknown", "launched", "adopted"])
export type SlotStatus = typeof SlotStatus.Type

/**
 * Returns the status of a slot.
 *
 * @example
 * ```ts
 * import { Ecs, Slot } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const arn = Ecs.TaskArn("arn:aws:ecs:eu-central-1:123456789012:task/workers/1")
 * assert.equal(Slot.status(Slot.adopted(arn, { fast: 0, slow: 0 })), "adopted")
 * ```
 *
 * @category accessors
 */
export const status = (slot: Slot): SlotStatus => {
  switch (slot.state._tag) {
    case "Reserved":
      return "reserved"
    case "Launching":
      return slot.state.ambiguous ? "unknown" : "launching"
    case "Launched":
      return slot.key === undefined ? "adopted" : "launched"
  }
}

/**
 * Returns the ARN of a slot's task, once it is known.
 *
 * @category accessors
 */
export const taskArn = (slot: Slot): TaskArn | undefined =>
  slot.state._tag === "Launched" ? slot.state.taskArn : undefined

/**
 * Makes the slot of a request that was granted.
 *
 * @category constructors
 */
export const reserved = (options: {
  readonly id: SlotId
  readonly key: Key
  readonly holder: string
  readonly now: Time.Time
}): Slot => ({
  id: options.id,
  key: options.key,
  holder: options.holder,
  fence: 1,
  since: options.now.fast,
  state: { _tag: "Reserved", turnedBack: false },
  contradiction: undefined,
  stopReason: undefined
})

/**
 * Makes the slot of a task that the ledger did not know.
 *
 * @category constructors
 */
export const adopted = (arn: TaskArn, now: Time.Time): Slot => ({
  id: SlotId(arn),
  key: undefined,
  holder: undefined,
  fence: 1,
  since: now.fast,
  state: launchedState(arn, undefined, now),
  contradiction: undefined,
  stopReason: undefined
})

/**
 * Marks that an attempt passes the gate. If the one before it never reported its
 * verdict, the launch is ambiguous from here on.
 *
 * @category transitions
 */
export const sending = (slot: Slot, now: Time.Time): Slot => {
  const before = slot.state._tag === "Launching" ? slot.state : undefined
  return {
    ...slot,
    state: {
      _tag: "Launching",
      firstSentAt: before?.firstSentAt ?? now,
      lastSentAt: now,
      attempts: (before?.attempts ?? 0) + 1,
      underWay: true,
      ambiguous: before !== undefined && (before.ambiguous || before.underWay),
      lastFailure: before?.lastFailure,
      absentSince: undefined
    }
  }
}

/**
 * Marks that the gate has turned back a launch that was not sent, or launched nothing.
 *
 * @category transitions
 */
export const turnedBack = (slot: Slot): Slot => ({ ...slot, state: { _tag: "Reserved", turnedBack: true } })

/**
 * Records that an attempt ended without a verdict, or is to be sent again.
 *
 * @category transitions
 */
export const attempted = (
  slot: Slot,
  state: Launching,
  { ambiguous, failure: { detail, reason } }: { readonly ambiguous: boolean; readonly failure: Failure }
): Slot => ({
  ...slot,
  state: {
    ...state,
    underWay: false,
    ambiguous: state.ambiguous || ambiguous,
    lastFailure: { reason, detail: cut(detail, failureLength) }
  }
})

/** The number of characters that a slot keeps of ECS's words: thousands of slots may be stored as one item. */
const failureLength = 200

/**
 * Records which task a slot's launch became.
 *
 * @category transitions
 */
export const launched = (slot: Slot, arn: TaskArn, lastStatus: string | undefined, now: Time.Time): Slot => ({
  ...slot,
  state: launchedState(arn, lastStatus, now),
  contradiction: undefined
})

/**
 * Hands a slot to another holder. What the last one did with it is not known to
 * the next, so a launch is ambiguous from here on.
 *
 * @category transitions
 */
export const takenOver = (slot: Slot, state: Launching, holder: string): Slot => ({
  ...slot,
  holder,
  fence: slot.fence + 1,
  state: { ...state, underWay: false, ambiguous: true }
})

/**
 * Returns whether nothing sent for a slot has launched a task, or still can.
 *
 * @category guards
 */
export const isUnsent = ({ state }: Slot): boolean =>
  state._tag === "Reserved" || (state._tag === "Launching" && !state.ambiguous && !state.underWay)

/**
 * Returns whether the same client token may still be sent. Past this, ECS may
 * have forgotten it, and would launch a second task.
 *
 * @category guards
 */
export const mayReplay = (state: Launching, now: Time.Time): boolean =>
  Time.atMost(state.firstSentAt, now) < replayWindow

/**
 * Returns in how many milliseconds a launch without a verdict must be visible to a
 * full reading, if there is a task: its last request can no longer arrive, and the
 * lag bound has passed. It is visible once this is negative.
 *
 * @category accessors
 */
export const visibleIn = (state: Launching, lagBound: number, now: Time.Time): number =>
  Math.max(
    replayWindow - Time.atLeast(state.firstSentAt, now),
    gateValidity + signatureLifetime + lagBound - Time.atLeast(state.lastSentAt, now)
  )

const launchedState = (arn: TaskArn, lastStatus: string | undefined, now: Time.Time): Launched => ({
  _tag: "Launched",
  taskArn: arn,
  knownSince: now,
  lastStatus,
  missingSince: undefined
})
