/**
 * The line of callers that wait for a slot.
 *
 * One place per key, in the order in which the keys came, shared by all callers
 * of the key: the first of them decides where it stands, and it is given up
 * when the last of them leaves. The fiber that serves the line takes the place at its
 * head; a newcomer that does not wait counts those ahead of it as served.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { Key } from "../ledger/Key.ts"
import type { Arrival, Caller, Environment } from "./Caller.ts"
import type { Flight } from "./FlightState.ts"
import type { ProvisionError } from "./ProvisionError.ts"

/**
 * A place in line.
 *
 * @category models
 */
export interface Place {
  readonly key: Key
  /** The flight that got a slot for the key. */
  readonly served: Deferred.Deferred<Flight, ProvisionError>
  /** When the first of its callers came. */
  arrival: Arrival
  /** The callers that stand in it now. */
  readonly callers: Set<Caller>
}

/**
 * The line of one provisioner.
 *
 * @category models
 */
export interface WaitingLine {
  /** By key. A Map keeps the order of insertion, and forgets a key at no cost. */
  readonly places: Map<Key, Place>
  /** The places of keys that were served and lost their slot, until they are back in line. */
  readonly expected: Map<Key, Arrival>
  /** The number of callers that ask for a key, in line or not, until each has its answer or has gone. */
  readonly asking: Map<Key, number>
  readonly occupied: Latch.Latch
  arrivals: number
  /** The order of the last to stand in line. */
  last: number
  dismissal: ProvisionError | undefined
}

/**
 * Makes an empty line.
 *
 * @category constructors
 */
export const make = (): WaitingLine => ({
  places: new Map(),
  expected: new Map(),
  asking: new Map(),
  occupied: Latch.makeUnsafe(false),
  arrivals: 0,
  last: 0,
  dismissal: undefined
})

/**
 * Notes that a caller came: the order of arrivals is the order of the line.
 *
 * @category callers
 */
export const arrive = (line: WaitingLine, at: number): Arrival => ({ order: ++line.arrivals, at })

/**
 * Counts a caller of a key for as long as it asks.
 *
 * @category callers
 */
export const whileAsking = <A, E>(line: WaitingLine, key: Key, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.acquireUseRelease(
    Effect.sync(() => line.asking.set(key, (line.asking.get(key) ?? 0) + 1)),
    () => effect,
    () =>
      Effect.sync(() => {
        const others = (line.asking.get(key) ?? 1) - 1
        if (others > 0) return line.asking.set(key, others)
        line.asking.delete(key)
        return line.expected.delete(key)
      })
  )

/**
 * Returns whether a caller asks for a key.
 *
 * @category callers
 */
export const isAskedFor = (line: WaitingLine, key: Key): boolean => line.asking.has(key)

/**
 * Stands in line until served. Interrupting it leaves the line, if no other caller
 * waits in the same place.
 *
 * @category callers
 */
export const stand = (line: WaitingLine, key: Key, caller: Caller): Effect.Effect<Flight, ProvisionError> =>
  Effect.acquireUseRelease(
    Effect.sync(() => enter(line, key, caller)),
    (place) => line.dismissal === undefined ? Deferred.await(place.served) : Effect.fail(line.dismissal),
    (place) =>
      Effect.sync(() => {
        place.callers.delete(caller)
        if (place.callers.size === 0) remove(line, place)
      })
  )

const enter = (line: WaitingLine, key: Key, caller: Caller): Place => {
  const { places } = line
  const { arrival } = caller
  const place = places.get(key) ?? { key, arrival, served: Deferred.makeUnsafe(), callers: new Set() }
  place.callers.add(caller)
  line.expected.delete(key)
  const isNew = !places.has(key)
  const isEarlier = arrival.order < place.arrival.order
  if (isEarlier) place.arrival = arrival
  places.set(key, place)
  // A key that was served, and lost its slot again, comes back to where it stood.
  if (isEarlier || (isNew && arrival.order < line.last)) reorder(line)
  line.last = Math.max(line.last, arrival.order)
  line.occupied.openUnsafe()
  return place
}

const reorder = ({ places }: WaitingLine): void => {
  const inOrder = [...places.values()].sort((a, b) => a.arrival.order - b.arrival.order)
  places.clear()
  for (const place of inOrder) places.set(place.key, place)
}

const remove = (line: WaitingLine, place: Place): void => {
  if (line.places.get(place.key) === place) line.places.delete(place.key)
  if (line.places.size === 0) line.occupied.closeUnsafe()
}

/**
 * Keeps the place of a key that was served and lost its slot, as long as a caller asks
 * for it: a key that came after it does not overtake it on its way back to the line.
 *
 * @category keys
 */
export const expect = (line: WaitingLine, key: Key, arrival: Arrival): void => {
  if (line.asking.has(key) && !line.places.has(key)) line.expected.set(key, arrival)
}

/**
 * Returns how many stand before a key that is at the head, further back, or not in line
 * at all, and how many are expected back.
 *
 * @category keys
 */
export const ahead = (line: WaitingLine, key: Key): number =>
  (head(line)?.key === key ? 0 : line.places.size) + expectedBefore(line, key)

/** Returns the number of keys on their way back that came before a key. */
const expectedBefore = ({ expected, places }: WaitingLine, key: Key): number => {
  const order = places.get(key)?.arrival.order ?? Number.POSITIVE_INFINITY
  let count = 0
  for (const [other, arrival] of expected) if (other !== key && arrival.order < order) count++
  return count
}

/**
 * Returns when those in line for a key began to wait, if there are any.
 *
 * @category keys
 */
export const since = (line: WaitingLine, key: Key): number | undefined => line.places.get(key)?.arrival.at

/**
 * Returns what the caller wants that came first of those in line for a key: one that has
 * left wants nothing.
 *
 * @category keys
 */
export const wanted = (line: WaitingLine, key: Key): Environment => {
  let first: Caller | undefined
  for (const caller of line.places.get(key)?.callers ?? []) {
    if (first === undefined || caller.arrival.order < first.arrival.order) first = caller
  }
  return first?.environment ?? {}
}

/**
 * Returns the place that is next.
 *
 * @category serving
 */
export const head = (line: WaitingLine): Place | undefined => line.places.values().next().value

/**
 * Answers those in line for a key, if there are any.
 *
 * @category serving
 */
export const serve = (line: WaitingLine, key: Key, answer: Effect.Effect<Flight, ProvisionError>): void => {
  const place = line.places.get(key)
  if (place === undefined) return
  remove(line, place)
  Deferred.doneUnsafe(place.served, answer)
}

/**
 * Fails all callers in line, and all who come after.
 *
 * @category serving
 */
export const dismiss = (line: WaitingLine, error: ProvisionError): void => {
  line.dismissal = error
  for (const place of line.places.values()) {
    remove(line, place)
    Deferred.doneUnsafe(place.served, Effect.fail(error))
  }
}
