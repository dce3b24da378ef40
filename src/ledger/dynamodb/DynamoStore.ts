/**
 * Keeps a fleet in one item of a table, for one holder.
 *
 * The item is written whole, on the condition that it has the version that was
 * decided on. What another process wrote in between comes with the refusal.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type { RunTaskRequest } from "../../ecs/Ecs.ts"
import type { LedgerUnavailable } from "../Ledger.ts"
import * as LedgerStates from "../rules/LedgerState.ts"
import type { Delta } from "../shared/Delta.ts"
import * as Deltas from "../shared/Delta.ts"
import { Refused } from "../shared/SharedLedger.ts"
import type { SharedState } from "../shared/SharedState.ts"
import { type Calls, decisionValidity, type Kept, type VersionedStore, type Written } from "../shared/VersionedStore.ts"
import type { SlotId } from "../Slot.ts"
import { CallFailed, unavailable } from "./DynamoError.ts"
import * as ItemCodec from "./ItemCodec.ts"
import * as Requests from "./Requests.ts"
import type { ServerTime } from "./ServerTime.ts"
import type { FleetItem, Table } from "./Table.ts"
import { itemLimit, readFleet } from "./Table.ts"

/**
 * Keeps a fleet in an item, and says how large the item is.
 *
 * @category models
 */
export interface DynamoStore extends VersionedStore {
  /** The length of the item's body as this holder knows it, in bytes, and how many tasks it counts. */
  readonly size: () => { readonly bytes: number; readonly occupied: number }
}

/** How many requests are read or written at once. */
const concurrency = 16

/** Maximum repeats of a throttled call before the caller gets its error. */
const throttledTries = 4

interface Known {
  readonly version: number
  readonly fleet: SharedState | undefined
  readonly gone: ItemCodec.Gone
  readonly size: number
}

/**
 * Makes what keeps a fleet for a holder.
 *
 * @category constructors
 */
export const make = (options: {
  readonly table: Table
  readonly time: ServerTime
  readonly fleet: string
  readonly holder: string
  /** How long a read or a write may take altogether. */
  readonly timeout: Duration.Duration
}): DynamoStore => {
  const { fleet: fleetId, holder, table, time, timeout } = options
  const nothing: Known = { version: 0, fleet: undefined, gone: [], size: 0 }
  let known = nothing
  /** What slots of this holder are to be launched with, until that is in the table. A launch that is not sent does not need it. */
  const unwritten = new Map<SlotId, RunTaskRequest>()
  /** Requests that were looked for in vain. */
  const lost = new Set<SlotId>()
  /** Whether requests have been found that the holder has not been told of: it may have stopped waiting meanwhile. */
  let isUntold = false

  const tell = (since: number): Effect.Effect<Kept, CallFailed> =>
    Effect.suspend(() => {
      const now = time.now()
      if (now === undefined) return withoutTime
      const { fleet, version } = known
      const whole = isUntold || version !== since
      isUntold = false
      return Effect.succeed({
        version,
        now,
        changed: whole && fleet !== undefined ? [Deltas.between(undefined, fleet)] : [],
        whole
      })
    })

  const learn = (item: FleetItem | undefined): Effect.Effect<void, CallFailed> =>
    Effect.suspend(() => {
      if (item === undefined) known = nothing
      if (item === undefined || item.version === known.version) return Effect.void
      const decoded = ItemCodec.decode(item.body)
      if (Result.isFailure(decoded)) {
        return new CallFailed({ reason: "refused", detail: `fleet ${fleetId} cannot be read: ${decoded.failure}` })
      }
      const whole = decoded.success
      const fleet = Deltas.apply(undefined, whole)
      const requests = known.fleet?.occupancy.requests ?? HashMap.empty()
      known = {
        version: item.version,
        // Whatever is known of the requests need not be read again.
        fleet: { ...fleet, occupancy: Requests.withRequests(fleet.occupancy, requests) },
        gone: whole.gone,
        size: item.body.length
      }
      return Effect.void
    })

  /** Reads the requests of those launches that a holder has to take over. Says whether there are some that were not known. */
  const fetchRequests = (fleet: SharedState): Effect.Effect<boolean, CallFailed> =>
    Effect.gen(function*() {
      const needed = [...Requests.abandoned(fleet.occupancy), ...Requests.takenOver(fleet, holder)].filter((id) =>
        !HashMap.has(fleet.occupancy.requests, id) && !lost.has(id)
      )
      const found = yield* Effect.forEach(
        needed,
        (id) => Effect.map(table.readRequest(fleetId, id), (request) => ({ id, request })),
        { concurrency }
      )
      let requests = known.fleet?.occupancy.requests ?? HashMap.empty()
      let isNew = false
      for (const { id, request } of found) {
        if (request === undefined) {
          lost.add(id)
          yield* Effect.logWarning(`The request of launch ${id} is not in the table: it cannot be sent again`)
        } else {
          isNew = true
          requests = HashMap.set(requests, id, request)
        }
      }
      if (isNew) isUntold = true
      if (isNew && known.fleet !== undefined) {
        known = {
          ...known,
          fleet: { ...known.fleet, occupancy: Requests.withRequests(known.fleet.occupancy, requests) }
        }
      }
      return isNew
    })

  /** What the item holds now, of which a holder knows a version. */
  const told = (item: FleetItem | undefined, since: number) =>
    Effect.gen(function*() {
      yield* learn(item)
      if (known.fleet !== undefined) yield* fetchRequests(known.fleet)
      if (known.fleet !== undefined) known = { ...known, fleet: Requests.withOwnAnswers(known.fleet, holder) }
      return yield* tell(since)
    })

  const read = (since: number) => Effect.flatMap(table.readFleet(fleetId), (item) => told(item, since))

  const conflict = (kept: Effect.Effect<Kept, CallFailed>) =>
    Effect.map(kept, (kept): Written => ({ _tag: "Conflict", kept }))

  const put = Effect.fnUntraced(function*(after: SharedState, delta: Delta) {
    const { decidedAt: { store: decidedAt } } = delta.head
    for (const { request, slot } of delta.slots) if (request !== undefined) unwritten.set(slot.id, request)
    // Before the first attempt may be sent, and not before: of many decisions on the same state only one is written.
    const launching = delta.slots.flatMap(({ slot: { id, state } }) => {
      const request = state._tag === "Reserved" ? undefined : unwritten.get(id)
      return request === undefined ? [] : [{ id, request }]
    })
    yield* Effect.forEach(launching, ({ id, request }) =>
      Effect.tap(
        table.writeRequest(fleetId, id, request, decidedAt),
        () => Effect.sync(() => unwritten.delete(id))
      ), { concurrency, discard: true })
    const gone = ItemCodec.remember(known.gone, delta)
    const body = ItemCodec.encode(after, gone)
    if (body.length > itemLimit) {
      return yield* new CallFailed({
        reason: "unfit",
        detail: `the item of fleet ${fleetId} would have ${body.length} bytes, and DynamoDB takes 400 KB`
      })
    }
    const version = known.version + 1
    const { occupancy } = after
    yield* table.writeFleet(fleetId, { body, version }, { occupied: LedgerStates.used(occupancy), cap: occupancy.cap })
    known = { version, fleet: after, gone, size: body.length }
    for (const id of unwritten.keys()) if (LedgerStates.find(occupancy, id) === undefined) unwritten.delete(id)
    const answer: Written = { _tag: "Written", now: time.now() ?? decidedAt }
    return answer
  })

  const write = (version: number, delta: Delta): Effect.Effect<Written, CallFailed> =>
    Effect.gen(function*() {
      const now = time.now()
      // A process that was held up looks again: the time that it decided by is not that of the others any more.
      const isLate = now === undefined || now - delta.head.decidedAt.store > decisionValidity
      if (isLate || version !== known.version) return yield* conflict(read(version))
      const after = Deltas.apply(known.fleet, delta)
      // A launch that is abandoned by this very decision may be taken over by it, too.
      if (yield* fetchRequests(after)) return yield* conflict(tell(version))
      return yield* Effect.catch(put(after, delta), (error) => {
        if (error.reason !== "conflict") return Effect.fail(error)
        const item = error.found === undefined ? table.readFleet(fleetId) : readFleet(error.found, fleetId)
        return conflict(Effect.flatMap(item, (item) => told(item, version)))
      })
    })

  const within = <A>(call: Effect.Effect<A, CallFailed>): Effect.Effect<A, LedgerUnavailable | Refused> =>
    patiently(call).pipe(
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () =>
          Effect.fail(new CallFailed({ reason: "unknown", detail: `no answer in ${Duration.format(timeout)}` }))
      }),
      Effect.mapError((error) => error.reason === "unfit" ? new Refused({ detail: error.detail }) : unavailable(error))
    )

  const calls: Calls = {
    read: (since) => within(read(since)),
    write: (version, delta) => within(write(version, delta))
  }
  return {
    ...calls,
    inLine: (losses, decision) => Effect.andThen(spread(losses), decision(calls)),
    // DynamoDB has no push notifications: this holder hears what others do when it looks.
    word: Effect.never,
    size: () => ({
      bytes: known.size,
      occupied: known.fleet === undefined ? 0 : LedgerStates.used(known.fleet.occupancy)
    })
  }
}

/** Being throttled for a moment is no news. */
const patiently = <A>(call: Effect.Effect<A, CallFailed>, tries = 0): Effect.Effect<A, CallFailed> =>
  Effect.catchIf(
    call,
    ({ reason }) => reason === "throttled" && tries < throttledTries,
    () =>
      Effect.flatMap(Random.next, (random) =>
        Effect.andThen(
          Effect.sleep(Duration.millis((0.5 + random / 2) * 50 * 2 ** tries)),
          patiently(call, tries + 1)
        ))
  )

/** DynamoDB has no line: those who have just met wait at random, the longer the more often they were not first. */
const spread = (losses: number): Effect.Effect<void> =>
  Effect.flatMap(
    Random.next,
    (random) => Effect.sleep(Duration.millis(random * Math.min(25 * 2 ** losses, 1000)))
  )

const withoutTime = new CallFailed({
  reason: "refused",
  detail: "the answers of DynamoDB have no Date header, from which the time is taken: what stands in for it, an " +
    "emulator or a proxy, has to send it, or the layer be told to take the time of the process with clock: \"local\""
})
