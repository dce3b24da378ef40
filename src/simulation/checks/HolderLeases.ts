/**
 * The leases of holders, by the truth: when the ledger heard of each holder last, and how
 * far its clock may be off.
 */
import { defaultLease as lease } from "../../ledger/shared/Lease.ts"
import type { RunLog } from "./RunLog.ts"

/**
 * The leases of the holders of a run.
 *
 * @category models
 */
export interface HolderLeases {
  /** The error of the ledger's time at most, in milliseconds. */
  readonly slack: number
  readonly heard: (holder: string) => void
  readonly left: (holder: string) => void
  readonly hasLeft: (holder: string) => boolean
  /** Whether it is beyond doubt that the ledger knows a holder to be there. */
  readonly isHere: (holder: string) => boolean
  /** Whether a holder has left, or has not been heard of for the length of its lease. */
  readonly isGone: (holder: string) => boolean
  /** Whether the ledger may have taken a holder to be gone, since it is silent. */
  readonly mayHaveLapsed: (holder: string) => boolean
  /** Whether the ledger may take a silent holder to be there as well as to be gone. */
  readonly isInDoubt: (holder: string) => boolean
}

/**
 * Makes the leases of a run that has not begun.
 *
 * @category constructors
 */
export const make = (log: RunLog, slack: number): HolderLeases => {
  /** When each holder was heard of last, in virtual milliseconds. */
  const heard = new Map<string, number>()
  const left = new Set<string>()
  const silence = (holder: string): number => log.now() - (heard.get(holder) ?? -Infinity)
  return {
    slack,
    heard: (holder) => {
      heard.set(holder, log.now())
    },
    left: (holder) => {
      left.add(holder)
    },
    hasLeft: (holder) => left.has(holder),
    isHere: (holder) => !left.has(holder) && silence(holder) < lease - slack,
    isGone: (holder) => left.has(holder) || silence(holder) > lease + slack,
    mayHaveLapsed: (holder) => silence(holder) > lease - slack,
    isInDoubt: (holder) => silence(holder) > lease - slack && silence(holder) < lease + slack
  }
}
