/**
 * A broken variant of fleetcap, as a patch of its source.
 */
import type { Name } from "../../../src/simulation/index.ts"
import type { Patch } from "../../patch.ts"

/** A broken variant. */
export interface Mutant {
  readonly name: string
  /** What is broken. */
  readonly rule: string
  readonly patches: ReadonlyArray<Patch>
  /** Within how many seeds it is caught. */
  readonly within: number
  /** The first of them: what it takes long to come to is not run every time. It is 1 unless said. */
  readonly from?: number
  /** Which worlds show it, where any will not do. */
  readonly scenario?: Name
}

export const mutant = (
  rule: string,
  name: string,
  within: number,
  patches: ReadonlyArray<readonly [file: string, find: string, replace: string]>,
  scenario?: Name
): Mutant => ({
  name,
  rule,
  within,
  patches: patches.map(([file, find, replace]) => ({ file, find, replace })),
  ...(scenario === undefined ? {} : { scenario })
})
