/**
 * The queue of events to come, in the order of their times.
 *
 * A binary heap: what comes next is found without looking at all that is to come.
 */

/**
 * Something that happens at a time. Of two at the same time the lower rank comes
 * first, then the one that was put in first.
 *
 * @category models
 */
export interface Entry {
  /** Epoch milliseconds. */
  readonly at: number
  readonly rank: number
}

interface Slot<E> {
  readonly entry: E
  readonly order: number
}

/**
 * An event queue. It is changed by {@link add} and {@link takeDue}.
 *
 * @category models
 */
export interface EventQueue<E extends Entry> {
  readonly slots: Array<Slot<E>>
  added: number
}

/**
 * Creates an empty event queue.
 *
 * @category constructors
 */
export const make = <E extends Entry>(): EventQueue<E> => ({ slots: [], added: 0 })

const before = (a: Slot<Entry>, b: Slot<Entry>): boolean => {
  if (a.entry.at !== b.entry.at) return a.entry.at < b.entry.at
  return a.entry.rank === b.entry.rank ? a.order < b.order : a.entry.rank < b.entry.rank
}

/**
 * Puts an entry in. What never happens is not kept.
 *
 * @category operations
 */
export const add = <E extends Entry>(eventQueue: EventQueue<E>, entry: E): void => {
  if (entry.at === Infinity) return
  const { slots } = eventQueue
  const slot = { entry, order: eventQueue.added++ }
  let index = slots.length
  slots.push(slot)
  while (index > 0) {
    const above = (index - 1) >> 1
    const parent = slots[above]
    if (parent === undefined || !before(slot, parent)) break
    slots[index] = parent
    index = above
  }
  slots[index] = slot
}

/**
 * Takes out the first entry, if its time has come.
 *
 * @category operations
 */
export const takeDue = <E extends Entry>(eventQueue: EventQueue<E>, now: number): E | undefined => {
  const { slots } = eventQueue
  const first = slots[0]
  if (first === undefined || first.entry.at > now) return undefined
  const last = slots.pop()
  if (last !== undefined && last !== first) sink(slots, last)
  return first.entry
}

const sink = <E extends Entry>(slots: Array<Slot<E>>, slot: Slot<E>): void => {
  let index = 0
  for (;;) {
    const left = slots[2 * index + 1]
    const right = slots[2 * index + 2]
    const useRight = left !== undefined && right !== undefined && before(right, left)
    const child = useRight ? right : left
    if (child === undefined || !before(child, slot)) break
    slots[index] = child
    index = 2 * index + (useRight ? 2 : 1)
  }
  slots[index] = slot
}
