/**
 * Tells those who follow the launch of another holder when something happens to it.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Change } from "../ledger/Change.ts"
import type { SlotId } from "../ledger/Slot.ts"

/**
 * The followers of slots.
 *
 * @category models
 */
export interface Watch {
  /** Returns what waits until something happens to a slot, from now on. */
  readonly next: (slotId: SlotId) => Effect.Effect<void>
  /** Tells those who follow the slot of a change. */
  readonly tell: (change: Change) => void
  /** Tells all who wait: some changes were missed. */
  readonly tellAll: () => void
}

/**
 * Makes a watch that has no follower yet.
 *
 * @category constructors
 */
export const make = (): Watch => {
  const followed = new Map<SlotId, Deferred.Deferred<void>>()

  const tell = (slotId: SlotId): void => {
    const told = followed.get(slotId)
    if (told === undefined) return
    followed.delete(slotId)
    Deferred.doneUnsafe(told, Effect.void)
  }

  return {
    next: (slotId) => {
      const told = followed.get(slotId) ?? Deferred.makeUnsafe<void>()
      followed.set(slotId, told)
      return Deferred.await(told)
    },
    tell: (change) => {
      if ("slotId" in change) tell(change.slotId)
    },
    tellAll: () => {
      for (const slotId of followed.keys()) tell(slotId)
    }
  }
}
