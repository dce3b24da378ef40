/**
 * The requests that launches are sent with, each in an item of its own.
 *
 * A process knows those that it has launched itself, and writes each before its
 * launch may be sent. It reads the others when their launches have to be taken
 * over, and only then.
 */
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { RunTaskRequest } from "../../ecs/Ecs.ts"
import { isAnswerTo } from "../Operation.ts"
import type { LedgerState } from "../rules/LedgerState.ts"
import * as LedgerStates from "../rules/LedgerState.ts"
import type { Delta } from "../shared/Delta.ts"
import type { SharedState } from "../shared/SharedState.ts"
import type { SlotId } from "../Slot.ts"
import type { CallFailed } from "./DynamoError.ts"
import * as ItemCodec from "./ItemCodec.ts"
import type { Table } from "./Table.ts"

/** The number of requests that are read or written at once. */
const concurrency = 16

/**
 * The requests of a fleet, for one holder.
 *
 * @category models
 */
export interface Requests {
  readonly table: Table
  readonly fleet: string
  readonly holder: string
  /** The requests of this holder's slots that are not in the table yet. A launch that is not sent does not need one. */
  readonly unwritten: Map<SlotId, RunTaskRequest>
  /** Requests that were looked for in vain. */
  readonly lost: Set<SlotId>
}

/**
 * Makes the requests of a fleet, of which the holder knows none yet.
 *
 * @category constructors
 */
export const make = (of: Pick<Requests, "table" | "fleet" | "holder">): Requests => ({
  ...of,
  unwritten: new Map(),
  lost: new Set()
})

/**
 * Reads the requests of those launches that the holder has to take over, and whose
 * requests are not known.
 *
 * @category calls
 */
export const fetch = Effect.fnUntraced(function*(
  self: Requests,
  fleet: SharedState
): Effect.fn.Return<LedgerState["requests"], CallFailed> {
  const needed = [...abandoned(fleet.ledger), ...takenOver(fleet, self.holder)].filter((id) =>
    !HashMap.has(fleet.ledger.requests, id) && !self.lost.has(id)
  )
  const read = yield* Effect.forEach(
    needed,
    (id) => Effect.map(self.table.readRequest(self.fleet, id), (request) => ({ id, request })),
    { concurrency }
  )
  let found: LedgerState["requests"] = HashMap.empty()
  for (const { id, request } of read) {
    if (request === undefined) {
      self.lost.add(id)
      yield* Effect.logWarning(`The request of launch ${id} is not in the table: it cannot be sent again`)
    } else found = HashMap.set(found, id, request)
  }
  return found
})

/**
 * Writes the requests of the launches that may be sent once a delta is written.
 * Those of slots that are only reserved are kept until then: of many decisions on the
 * same state only one is written.
 *
 * @category calls
 */
export const writeLaunching = Effect.fnUntraced(function*(self: Requests, { head, slots }: Delta) {
  for (const { request, slot } of slots) if (request !== undefined) self.unwritten.set(slot.id, request)
  const launching = slots.flatMap(({ slot: { id, state } }) => {
    const request = state._tag === "Reserved" ? undefined : self.unwritten.get(id)
    return request === undefined ? [] : [{ id, request }]
  })
  yield* Effect.forEach(launching, ({ id, request }) =>
    Effect.tap(
      self.table.writeRequest(self.fleet, id, request, head.decidedAt.store),
      () => Effect.sync(() => self.unwritten.delete(id))
    ), { concurrency, discard: true })
})

/**
 * Forgets what slots were to be launched with that are not there any more.
 *
 * @category edits
 */
export const forget = ({ unwritten }: Requests, ledger: LedgerState): void => {
  for (const id of unwritten.keys()) if (LedgerStates.find(ledger, id) === undefined) unwritten.delete(id)
}

/**
 * Returns a fleet with those requests that may still be needed.
 *
 * @category edits
 */
export const withRequests = (fleet: SharedState, requests: LedgerState["requests"]): SharedState => {
  const isNeeded = (id: SlotId): boolean => {
    const slot = LedgerStates.find(fleet.ledger, id)
    return slot !== undefined && slot.state._tag !== "Launched"
  }
  return {
    ...fleet,
    ledger: { ...fleet.ledger, requests: HashMap.filter(requests, (_, id) => isNeeded(id)) }
  }
}

/**
 * Returns a fleet in which a holder's latest answers have their requests again.
 *
 * @category edits
 */
export const withOwnAnswers = (fleet: SharedState, holder: string): SharedState => {
  const member = fleet.members.get(holder)
  if (member === undefined) return fleet
  const requestOf = (id: SlotId) => Option.getOrUndefined(HashMap.get(fleet.ledger.requests, id))
  return { ...fleet, members: new Map(fleet.members).set(holder, ItemCodec.restore(member, requestOf)) }
}

/** The launches that the next holder to ask takes over. */
const abandoned = (ledger: LedgerState): ReadonlyArray<SlotId> =>
  [...HashMap.values(ledger.slots)].flatMap(({ holder, id, key, state }) =>
    holder === undefined && key !== undefined && state._tag === "Launching" &&
      LedgerStates.findByKey(ledger, key)?.id === id
      ? [id]
      : []
  )

/**
 * The launches that a holder took over with its latest batch, of which it may not
 * have heard, and that are not settled yet.
 */
const takenOver = (fleet: SharedState, holder: string): ReadonlyArray<SlotId> =>
  (fleet.members.get(holder)?.answers ?? []).flatMap((answer) =>
    answer !== undefined && isAnswerTo("takeOver", answer) ? answer.value.map(({ ticket }) => ticket.slotId) : []
  ).filter((id) => LedgerStates.find(fleet.ledger, id)?.state._tag === "Launching")
