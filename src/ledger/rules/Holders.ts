/**
 * Hands the slots of a holder that is gone to another holder.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Time } from "../../Time.ts"
import { StoredKey } from "../Key.ts"
import { SentRequest } from "../SentRequest.ts"
import * as Slots from "../Slot.ts"
import { Ticket } from "../Slot.ts"
import type { Holder } from "./Launch.ts"
import type { LedgerState } from "./LedgerState.ts"
import * as LedgerStates from "./LedgerState.ts"
import type { Decision } from "./Transaction.ts"
import * as Transactions from "./Transaction.ts"

/**
 * Records that a holder is gone: what it had not sent is freed, and what it had
 * may be taken over.
 *
 * @category decisions
 */
export const abandon = (ledger: LedgerState, holder: string, now: Time): Decision<void> =>
  Transactions.decide(ledger, now, (tx) => {
    for (const slot of HashMap.values(ledger.slots)) {
      if (slot.holder !== holder || slot.state._tag === "Launched") continue
      if (Slots.isUnsent(slot)) Transactions.free(tx, slot.id, "withdrawn")
      else {
        Transactions.put(tx, { ...slot, holder: undefined })
        Transactions.note(tx, { _tag: "Abandoned", ...Transactions.launchOf(slot) })
      }
    }
    if (ledger.turn.reader === holder) {
      tx.ledger = { ...tx.ledger, turn: { ...tx.ledger.turn, reader: undefined } }
    }
    if (ledger.turn.failed.some((reader) => reader.holder === holder)) {
      const failed = ledger.turn.failed.filter((reader) => reader.holder !== holder)
      tx.ledger = { ...tx.ledger, turn: { ...tx.ledger.turn, failed } }
    }
  })

/**
 * A launch taken over from a holder that is gone.
 *
 * @category schemas
 */
export const TakenOver = Schema.Struct({
  ticket: Ticket,
  key: StoredKey,
  /** The request that was sent, and is to be sent again, byte for byte. */
  request: SentRequest
})
export type TakenOver = typeof TakenOver.Type

/**
 * Takes over the launches that no holder has and that may still be sent again.
 *
 * @category decisions
 */
export const takeOver = (ledger: LedgerState, holder: Holder, now: Time): Decision<ReadonlyArray<TakenOver>> =>
  Transactions.decide(ledger, now, (tx) => {
    const taken: Array<TakenOver> = []
    for (const slot of HashMap.values(ledger.slots)) {
      if (slot.holder !== undefined || slot.key === undefined || slot.state._tag !== "Launching") continue
      if (holder.closing || LedgerStates.findByKey(ledger, slot.key)?.id !== slot.id) continue
      const request = Option.getOrUndefined(HashMap.get(ledger.requests, slot.id))
      if (request === undefined) continue
      const mine = Slots.takenOver(slot, slot.state, holder.id)
      Transactions.put(tx, mine)
      taken.push({ ticket: { slotId: mine.id, fence: mine.fence }, key: slot.key, request })
    }
    return taken
  })
