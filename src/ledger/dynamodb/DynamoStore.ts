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
import type { LedgerUnavailable } from "../Ledger.ts"
import * as LedgerStates from "../rules/LedgerState.ts"
import type { Delta } from "../shared/Delta.ts"
import * as Deltas from "../shared/Delta.ts"
import { Refused } from "../shared/SharedLedger.ts"
import type { SharedState } from "../shared/SharedState.ts"
import {
  type Calls,
  decisionValidity,
  type Update,
  type VersionedStore,
  type Written
} from "../shared/VersionedStore.ts"
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

/** Maximum repeats of a throttled call before the caller gets its error. */
const throttledTries = 4

/** The item as a holder knows it. */
interface Known {
  readonly version: number
  readonly fleet: SharedState | undefined
  readonly gone: ItemCodec.Gone
  readonly size: number
}

const nothing: Known = { version: 0, fleet: undefined, gone: [], size: 0 }

/**
 * The table, and the fleet and the holder in it.
 *
 * @category options
 */
export interface Options {
  readonly table: Table
  readonly time: ServerTime
  readonly fleet: string
  readonly holder: string
  /** The time limit of a read or a write. */
  readonly timeout: Duration.Duration
}

interface State extends Options {
  readonly requests: Requests.Requests
  known: Known
  /** Whether requests have been found that the holder has not been told of: it may have stopped waiting meanwhile. */
  isUntold: boolean
}

/**
 * Makes what keeps a fleet for a holder.
 *
 * @category constructors
 */
export const make = (options: Options): DynamoStore => {
  const self: State = { ...options, requests: Requests.make(options), known: nothing, isUntold: false }
  const calls: Calls = {
    read: (since) => within(read(self, since), options.timeout),
    write: (version, delta) => within(write(self, version, delta), options.timeout)
  }
  return {
    ...calls,
    inLine: (losses, decision) => Effect.andThen(spread(losses), decision(calls)),
    // DynamoDB has no push notifications: this holder hears what others do when it looks.
    word: Effect.never,
    size: () => ({
      bytes: self.known.size,
      occupied: self.known.fleet === undefined ? 0 : LedgerStates.used(self.known.fleet.ledger)
    })
  }
}

const read = (self: State, since: number): Effect.Effect<Update, CallFailed> =>
  Effect.flatMap(self.table.readFleet(self.fleet), (item) => told(self, item, since))

const write = Effect.fnUntraced(function*(
  self: State,
  version: number,
  delta: Delta
): Effect.fn.Return<Written, CallFailed> {
  const now = self.time.now()
  // A process that was held up looks again: the time that it decided by is not that of the others any more.
  const isLate = now === undefined || now - delta.head.decidedAt.store > decisionValidity
  if (isLate || version !== self.known.version) return conflict(yield* read(self, version))
  const after = Deltas.apply(self.known.fleet, delta)
  // A launch that is abandoned by this very decision may be taken over by it, too.
  if (yield* fetchRequests(self, after)) return conflict(yield* tell(self, version))
  return yield* Effect.catch(put(self, after, delta), (error) => {
    if (error.reason !== "conflict") return Effect.fail(error)
    const item = error.found === undefined ? self.table.readFleet(self.fleet) : readFleet(error.found, self.fleet)
    return Effect.map(Effect.flatMap(item, (item) => told(self, item, version)), conflict)
  })
})

const conflict = (update: Update): Written => ({ _tag: "Conflict", update })

/** Writes what a decision leads to, if the item still has the version that it was made on. */
const put = Effect.fnUntraced(function*(
  self: State,
  after: SharedState,
  delta: Delta
): Effect.fn.Return<Written, CallFailed> {
  const { fleet, known, requests, table, time } = self
  const { ledger } = after
  yield* Requests.writeLaunching(requests, delta)
  const gone = ItemCodec.remember(known.gone, delta)
  const body = ItemCodec.encode(after, gone)
  if (body.length > itemLimit) {
    return yield* new CallFailed({
      reason: "unfit",
      detail: `the item of fleet ${fleet} would have ${body.length} bytes, and DynamoDB takes 400 KB`
    })
  }
  const version = known.version + 1
  yield* table.writeFleet(fleet, { body, version }, { occupied: LedgerStates.used(ledger), cap: ledger.cap })
  self.known = { version, fleet: after, gone, size: body.length }
  Requests.forget(requests, ledger)
  return { _tag: "Written", now: time.now() ?? delta.head.decidedAt.store }
})

/** Takes what the item holds now, and tells it to a holder that knows a version of it. */
const told = Effect.fnUntraced(function*(self: State, item: FleetItem | undefined, since: number) {
  yield* learn(self, item)
  if (self.known.fleet !== undefined) yield* fetchRequests(self, self.known.fleet)
  if (self.known.fleet !== undefined) {
    self.known = { ...self.known, fleet: Requests.withOwnAnswers(self.known.fleet, self.holder) }
  }
  return yield* tell(self, since)
})

const tell = (self: State, since: number): Effect.Effect<Update, CallFailed> =>
  Effect.suspend(() => {
    const now = self.time.now()
    if (now === undefined) return withoutTime
    const { fleet, version } = self.known
    const whole = self.isUntold || version !== since
    self.isUntold = false
    const changed = whole && fleet !== undefined ? [Deltas.between(undefined, fleet)] : []
    return Effect.succeed({ version, now, changed, whole })
  })

const learn = Effect.fnUntraced(function*(self: State, item: FleetItem | undefined) {
  if (item === undefined) self.known = nothing
  if (item === undefined || item.version === self.known.version) return
  const decoded = ItemCodec.decode(item.body)
  if (Result.isFailure(decoded)) {
    return yield* new CallFailed({
      reason: "refused",
      detail: `fleet ${self.fleet} cannot be read: ${decoded.failure}`
    })
  }
  self.known = {
    version: item.version,
    // The requests that are known need not be read again.
    fleet: Requests.withRequests(Deltas.apply(undefined, decoded.success), requestsOf(self.known)),
    gone: decoded.success.gone,
    size: item.body.length
  }
})

const requestsOf = ({ fleet }: Known) => fleet?.ledger.requests ?? HashMap.empty()

/** Reads the requests of the launches that the holder has to take over. Says whether some were not known. */
const fetchRequests = Effect.fnUntraced(function*(
  self: State,
  fleet: SharedState
): Effect.fn.Return<boolean, CallFailed> {
  const found = yield* Requests.fetch(self.requests, fleet)
  if (HashMap.isEmpty(found)) return false
  self.isUntold = true
  if (self.known.fleet !== undefined) {
    const requests = HashMap.union(requestsOf(self.known), found)
    self.known = { ...self.known, fleet: Requests.withRequests(self.known.fleet, requests) }
  }
  return true
})

/** Ends a call within a bound, the repeats of what DynamoDB throttles included. */
const within = <A>(
  call: Effect.Effect<A, CallFailed>,
  timeout: Duration.Duration
): Effect.Effect<A, LedgerUnavailable | Refused> =>
  patiently(call).pipe(
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () =>
        Effect.fail(new CallFailed({ reason: "unknown", detail: `no answer in ${Duration.format(timeout)}` }))
    }),
    Effect.mapError((error) => error.reason === "unfit" ? new Refused({ detail: error.detail }) : unavailable(error))
  )

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
