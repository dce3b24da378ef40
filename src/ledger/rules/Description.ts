/**
 * The description of a fleet that holders agree on, and changes of its cap.
 */
import * as HashMap from "effect/HashMap"
import * as Locations from "../../ecs/Location.ts"
import type { Time } from "../../Time.ts"
import type { Cap } from "../Change.ts"
import type { Description, LedgerState } from "./LedgerState.ts"
import type { Decision } from "./Transaction.ts"
import * as Transactions from "./Transaction.ts"

/**
 * Changes the cap. A cap below use stops growth, and nothing else.
 *
 * @category decisions
 */
export const resize = (ledger: LedgerState, cap: Cap, now: Time): Decision<void> =>
  Transactions.decide(ledger, now, (tx) => {
    tx.ledger = { ...tx.ledger, cap }
    Transactions.note(tx, { _tag: "Resized" })
  })

/**
 * Takes over what a holder says of the fleet when it attaches and no other is:
 * a cap that was changed since the last holder came stays, unless this one
 * describes another than that one did. A fleet that has no slots is where its next
 * holder says.
 *
 * @category decisions
 */
export const describe = (
  ledger: LedgerState,
  before: Description,
  description: Description,
  now: Time
): Decision<void> =>
  Transactions.decide(ledger, now, (tx) => {
    const { exclusiveKeys, lagBound } = description
    const cap = description.cap === before.cap ? ledger.cap : description.cap
    const location = Locations.differ(ledger.location, description.location)
      ? description.location
      : Locations.complete(ledger.location, description.location)
    tx.ledger = { ...tx.ledger, cap, exclusiveKeys, lagBound, location }
    for (const slot of HashMap.values(ledger.slots)) {
      if (slot.state._tag !== "Launched" || slot.key === undefined) continue
      if (exclusiveKeys) Transactions.claimKey(tx, slot.key, slot.id)
      else Transactions.dropKey(tx, slot)
    }
    if (cap !== ledger.cap) Transactions.note(tx, { _tag: "Resized" })
  })

/**
 * Says how a description differs from what those who hold the fleet rely on. The
 * cap may be the one in force, or the one that they described before it was changed.
 *
 * @category accessors
 */
export const mismatch = (ledger: LedgerState, relied: Description, description: Description): string | undefined => {
  const away = elsewhere(ledger, description)
  if (away !== undefined) return away
  if (description.cap !== relied.cap && description.cap !== ledger.cap) {
    return `its cap is ${ledger.cap}, not ${description.cap}: call \`resize\` first, then deploy with the new cap`
  }
  if (description.exclusiveKeys !== relied.exclusiveKeys) return `its exclusiveKeys is ${relied.exclusiveKeys}`
  if (description.lagBound !== relied.lagBound) return `its lagBound is ${relied.lagBound} ms`
  return undefined
}

/**
 * Says how a holder is in another location than the fleet. What it reads there shows
 * none of the fleet's tasks, so that it may decide nothing.
 *
 * @category accessors
 */
export const elsewhere = (ledger: LedgerState, { location }: Pick<Description, "location">): string | undefined =>
  Locations.differ(ledger.location, location)
    ? `it is in ${Locations.text(ledger.location)}, and this process calls ECS in ${Locations.text(location)}: ` +
      "give the process that region and account, or the fleet another id"
    : undefined

/**
 * Says why a holder may not attach where no other holder is attached: there are slots,
 * and their tasks are in another location.
 *
 * @category accessors
 */
export const moved = (ledger: LedgerState, description: Description): string | undefined =>
  HashMap.isEmpty(ledger.slots) ? undefined : elsewhere(ledger, description)

/**
 * Lets a holder join others: what it knows of the location completes what they know.
 *
 * @category decisions
 */
export const join = (ledger: LedgerState, { location }: Description, now: Time): Decision<void> =>
  Transactions.decide(ledger, now, (tx) => {
    const completed = Locations.complete(ledger.location, location)
    if (completed !== ledger.location) tx.ledger = { ...tx.ledger, location: completed }
  })
