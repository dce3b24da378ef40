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

/**
 * When a caller came.
 *
 * @category models
 */
export interface Arrival {
  /** Where they stand in the order of those who came to this line. */
  readonly order: number
  /** In epoch milliseconds, by the ledger's time. */
  readonly at: number
}

/**
 * A place in line: what it waits for, and what it will be served with.
 *
 * @category models
 */
export interface Place<in out W, in out A, in out E> {
  readonly key: Key
  readonly served: Deferred.Deferred<A, E>
  /** When the first of its callers came. */
  arrival: Arrival
  /** Those who stand in it now. */
  readonly callers: Set<Caller<W>>
}

/**
 * A caller in line, and what it wants for its key.
 *
 * @category models
 */
export interface Caller<out W> {
  readonly wanted: W
  readonly arrival: Arrival
}

/**
 * A line of those who wait for a slot.
 *
 * @category models
 */
export interface WaitingLine<in out W, in out A, in out E> {
  /** Takes a number: the order of these is the order of the line. */
  readonly arrive: (at: number) => Arrival
  /** Stands in line until served. Interrupting it leaves the line, if no other caller waits in the same place. */
  readonly stand: (key: Key, wanted: W, arrival: Arrival) => Effect.Effect<A, E>
  /** How many are in line. */
  readonly size: () => number
  /**
   * Keeps a place for a key that was served and lost what it was served with, until it is back in line: a key that
   * came after it does not overtake it on its way.
   */
  readonly expect: (key: Key, arrival: Arrival) => void
  /** Keeps no place any more for a key that no caller wants. */
  readonly forget: (key: Key) => void
  /** How many stand before a key that is at the head, further back, or not in line at all, and how many are expected. */
  readonly ahead: (key: Key) => number
  /** When those in line for a key began to wait, if there are any. */
  readonly since: (key: Key) => number | undefined
  /** What the caller wants who came first of those in line for a key. One who has left wants nothing. */
  readonly wanted: (key: Key) => W | undefined
  /** Who is next. */
  readonly head: () => Place<W, A, E> | undefined
  /** Answers those in line for a key, if there are any. */
  readonly serve: (key: Key, answer: Effect.Effect<A, E>) => void
  /** Fails all callers in line, and all who come after. */
  readonly dismiss: (error: E) => void
  /** Waits until a caller is in line. */
  readonly awaitCaller: Effect.Effect<void>
}

/**
 * Makes an empty line.
 *
 * @category constructors
 */
export const make = <W, A, E extends object>(): WaitingLine<W, A, E> => {
  // A Map keeps the order of insertion, and forgets a key at no cost.
  const places = new Map<Key, Place<W, A, E>>()
  const expected = new Map<Key, Arrival>()
  const occupied = Latch.makeUnsafe(false)
  let arrivals = 0
  let last = 0
  let dismissal: E | undefined

  const head = (): Place<W, A, E> | undefined => places.values().next().value

  const enter = (key: Key, caller: Caller<W>): Place<W, A, E> => {
    const { arrival } = caller
    const place = places.get(key) ?? { key, arrival, served: Deferred.makeUnsafe<A, E>(), callers: new Set() }
    place.callers.add(caller)
    expected.delete(key)
    const isNew = !places.has(key)
    const isEarlier = arrival.order < place.arrival.order
    if (isEarlier) place.arrival = arrival
    places.set(key, place)
    // A key that was served, and lost its slot again, comes back to where it stood.
    if (isEarlier || (isNew && arrival.order < last)) reorder()
    last = Math.max(last, arrival.order)
    occupied.openUnsafe()
    return place
  }

  const reorder = (): void => {
    const inOrder = [...places.values()].sort((a, b) => a.arrival.order - b.arrival.order)
    places.clear()
    for (const place of inOrder) places.set(place.key, place)
  }

  /** How many are on their way back that came before a key. */
  const expectedBefore = (key: Key): number => {
    const order = places.get(key)?.arrival.order ?? Number.POSITIVE_INFINITY
    let count = 0
    for (const [other, arrival] of expected) if (other !== key && arrival.order < order) count++
    return count
  }

  const remove = (place: Place<W, A, E>): void => {
    if (places.get(place.key) === place) places.delete(place.key)
    if (places.size === 0) occupied.closeUnsafe()
  }

  return {
    arrive: (at) => ({ order: ++arrivals, at }),
    stand: (key, wanted, arrival) => {
      const caller = { wanted, arrival }
      return Effect.acquireUseRelease(
        Effect.sync(() => enter(key, caller)),
        (place) => dismissal === undefined ? Deferred.await(place.served) : Effect.fail(dismissal),
        (place) =>
          Effect.sync(() => {
            place.callers.delete(caller)
            if (place.callers.size === 0) remove(place)
          })
      )
    },
    size: () => places.size,
    expect: (key, arrival) => {
      if (!places.has(key)) expected.set(key, arrival)
    },
    forget: (key) => {
      expected.delete(key)
    },
    ahead: (key) => (head()?.key === key ? 0 : places.size) + expectedBefore(key),
    since: (key) => places.get(key)?.arrival.at,
    wanted: (key) => {
      let first: Caller<W> | undefined
      for (const caller of places.get(key)?.callers ?? []) {
        if (first === undefined || caller.arrival.order < first.arrival.order) first = caller
      }
      return first?.wanted
    },
    head,
    serve: (key, answer) => {
      const place = places.get(key)
      if (place === undefined) return
      remove(place)
      Deferred.doneUnsafe(place.served, answer)
    },
    dismiss: (error) => {
      dismissal = error
      for (const place of places.values()) {
        remove(place)
        Deferred.doneUnsafe(place.served, Effect.fail(error))
      }
    },
    awaitCaller: occupied.await
  }
}
