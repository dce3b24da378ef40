/**
 * What happens to the replicas and to their database, as a seed decides it.
 */
import * as Prng from "../../src/emulator/model/Prng.ts"

/**
 * - `Kill`: a replica is ended without a word, and another is started
 * - `Leave`: a replica is told to end, and another is started
 * - `Stop`: a replica is stopped for longer than its lease, and goes on
 * - `Cut`: the server ends every session, or every second one
 * - `Crash`: the server ends as in a power failure, and is started again, half of the time at once
 */
export type Fault =
  | { readonly _tag: "Kill"; readonly replica: number }
  | { readonly _tag: "Leave"; readonly replica: number }
  | { readonly _tag: "Stop"; readonly replica: number; readonly millis: number }
  | { readonly _tag: "Cut"; readonly every: 1 | 2 }
  | { readonly _tag: "Crash"; readonly millis: number }

export const kinds = ["Kill", "Leave", "Stop", "Cut", "Crash"] as const

/** A fault, and how long after the one before it happens. */
export interface Planned {
  readonly after: number
  readonly fault: Fault
}

/** One round: every kind happens in each, in an order of its own, those that harm most often more often. */
const round: ReadonlyArray<Fault["_tag"]> = ["Kill", "Kill", "Kill", "Stop", "Stop", "Stop", "Leave", "Cut", "Crash"]

const pause = { min: 300, max: 1200 }

const shuffled = <A>(prng: Prng.Prng, all: ReadonlyArray<A>): ReadonlyArray<A> =>
  all.map((item) => ({ item, at: Prng.next(prng) })).sort((a, b) => a.at - b.at).map(({ item }) => item)

/** Draws faults for ever. A stop lasts from a little more than a lease to three of them, and a server is away for as long. */
export const draw = function*(
  options: { readonly seed: number; readonly replicas: number; readonly lease: number }
): Generator<Planned> {
  const prng = Prng.make(options.seed, 0)
  const lasting = { min: Math.round(options.lease * 1.2), max: options.lease * 3 }
  const replica = () => Prng.within(prng, { min: 0, max: options.replicas - 1 })
  const make = (kind: Fault["_tag"]): Fault => {
    switch (kind) {
      case "Kill":
      case "Leave":
        return { _tag: kind, replica: replica() }
      case "Stop":
        return { _tag: kind, replica: replica(), millis: Prng.within(prng, lasting) }
      case "Cut":
        return { _tag: kind, every: Prng.chance(prng, 0.5) ? 1 : 2 }
      case "Crash":
        return { _tag: kind, millis: Prng.chance(prng, 0.5) ? 0 : Prng.within(prng, lasting) }
    }
  }
  for (;;) {
    for (const kind of shuffled(prng, round)) yield { after: Prng.within(prng, pause), fault: make(kind) }
  }
}
