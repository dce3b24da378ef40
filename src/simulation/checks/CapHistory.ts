/**
 * The history of the cap. A launch is checked against the highest cap since it passed the
 * gate, because a later, lower cap cannot take it back.
 */
import type { Cap } from "../../ledger/Change.ts"

/**
 * The caps of the ledgers of a run.
 *
 * @category models
 */
export interface CapHistory {
  /** Notes that a cap is in force from now on. */
  readonly set: (generation: number, cap: Cap, at: number) => void
  readonly current: (generation: number) => Cap
  /** The highest cap in force at any moment since a time. Unlimited is infinity. */
  readonly highestSince: (generation: number, since: number) => number
}

const numberOf = (cap: Cap): number => cap === "unlimited" ? Infinity : cap

/**
 * Makes the caps of a run that has not begun.
 *
 * @category constructors
 */
export const make = (): CapHistory => {
  const histories = new Map<number, Array<{ readonly at: number; readonly cap: Cap }>>()
  const historyOf = (generation: number) => {
    const known = histories.get(generation) ?? []
    histories.set(generation, known)
    return known
  }
  return {
    set: (generation, cap, at) => {
      historyOf(generation).push({ at, cap })
    },
    current: (generation) => historyOf(generation).at(-1)?.cap ?? 0,
    highestSince: (generation, since) => {
      const history = historyOf(generation)
      let highest = 0
      for (let index = history.length - 1; index >= 0; index--) {
        const entry = history[index]
        if (entry === undefined) break
        highest = Math.max(highest, numberOf(entry.cap))
        // What was set in this very millisecond may have come after what is looked at.
        if (entry.at < since) break
      }
      return highest
    }
  }
}
