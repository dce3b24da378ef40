/**
 * Tells the subscribers of a provisioner what happens: what the ledger says, and
 * between that which requests were turned away here.
 *
 * A request that is told that the fleet is full changes nothing. The ledger does not
 * hear of it: where processes share one, each refusal would be a write, and push out
 * what others wait to be told.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Fleet } from "../fleet/Fleet.ts"
import type { AtCapacity, Event } from "../ledger/Change.ts"
import type { Key } from "../ledger/Key.ts"
import type { FleetLedger } from "../ledger/Ledger.ts"
import type { Answer } from "./Answer.ts"
import * as Journal from "./ChangeLog.ts"

/**
 * The events that the subscribers of a provisioner see.
 *
 * @category models
 */
export interface Bulletin {
  /** The events from when the stream is run. */
  readonly events: Stream.Stream<Event>
  /** Tells that a request was told that the fleet is full. */
  readonly turnedAway: (key: Key, answer: Extract<Answer, { readonly _tag: "AtCapacity" }>) => Effect.Effect<void>
}

/**
 * Makes the bulletin of one provisioner.
 *
 * @category constructors
 */
export const make = (fleet: Fleet, holder: string, ledger: FleetLedger): Bulletin => {
  const subscribers = new Set<Queue.Enqueue<AtCapacity>>()
  const subscribe = Effect.acquireRelease(
    Effect.tap(
      ledger.subscribe<AtCapacity>(fleet.settings.changesCapacity),
      (queue) => Effect.sync(() => subscribers.add(queue))
    ),
    (queue) => Effect.sync(() => subscribers.delete(queue))
  )
  return {
    events: Stream.unwrap(Effect.map(subscribe, Stream.fromQueue)),
    turnedAway: (key, { cap, occupied }) =>
      Effect.flatMap(ledger.now, (at) => {
        const event: AtCapacity = { _tag: "AtCapacity", key, at, occupied, cap }
        for (const subscriber of subscribers) Queue.offerUnsafe(subscriber, event)
        return Journal.log(fleet.id, holder, event)
      })
  }
}
