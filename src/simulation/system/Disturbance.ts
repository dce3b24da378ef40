/**
 * Disturbs processes that share a ledger: their machines, their clocks, their way to the
 * ledger, and what they see of ECS.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Checks } from "./Checks.ts"
import type { Network } from "./Network.ts"
import type { PausableMachine } from "./PausableMachine.ts"
import type { RunningProcess } from "./RunningProcess.ts"
import * as RunningProcesses from "./RunningProcess.ts"
import type { Disturbance } from "./System.ts"

/**
 * A process that shares a ledger with others.
 *
 * @category models
 */
export interface Replica extends RunningProcess {
  readonly machine: PausableMachine
  readonly network: Network
  readonly end: Effect.Effect<void>
}

/**
 * The places in which processes run, and how they are disturbed.
 *
 * @category models
 */
export interface Places {
  readonly checks: Checks
  readonly scope: Scope.Scope
  /** The processes that run, by their places. */
  readonly replicas: Array<Replica | undefined>
  /** The processes that have stood still or been cut off. */
  readonly disturbed: Set<Replica>
  /** The error of the store's clock, in milliseconds. */
  storeError: number
}

/**
 * Disturbs the process at the place of an event, if one runs there, or the store.
 *
 * @category running
 */
export const disturb = (places: Places, event: Disturbance): Effect.Effect<void> => {
  const { log } = places.checks
  switch (event._tag) {
    case "Pause":
      return forAWhile(places, event, (replica) => {
        log.tell(replica.process.name, () => "stands still")
        replica.machine.stop()
        return () => RunningProcesses.resume(log, replica)
      })
    case "Suspend":
      return forAWhile(places, event, (replica) => {
        log.tell(replica.process.name, () => "is suspended with its machine")
        replica.machine.suspend()
        return () => RunningProcesses.resume(log, replica)
      })
    case "Cut":
      return forAWhile(places, event, ({ network }) => {
        network.cut(event.way)
        return network.heal
      })
    case "SetClock":
      return Effect.sync(() => {
        const replica = places.replicas[event.replica ?? 0]
        if (replica === undefined) return
        log.tell(replica.process.name, () => `has its wall clock set by ${event.by} ms`)
        replica.machine.setWall(event.by)
      })
    case "SetStoreClock": {
      const { by, takes } = event
      const set = setStoreClock(places, by)
      return takes === undefined
        ? set
        : Effect.asVoid(Effect.andThen(set, later(places, takes, setStoreClock(places, -by))))
    }
    case "Blind":
      return Effect.sync(() => {
        const process = places.replicas[event.replica]?.process
        if (process === undefined) return
        log.tell(process.name, () => `cannot read ECS any more (${event.how})`)
        process.blindness = event.how
        places.checks.callers.blinded()
      })
  }
}

const later = ({ scope }: Places, millis: number, effect: Effect.Effect<void>) =>
  Effect.forkIn(Effect.andThen(Effect.sleep(millis), effect), scope)

/** Disturbs the process at a place, if one runs there, and undoes that after a while. */
const forAWhile = (
  places: Places,
  { replica: place = 0, takes }: { readonly replica?: number | undefined; readonly takes: number },
  begin: (replica: Replica) => () => void
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const replica = places.replicas[place]
    if (replica === undefined) return Effect.void
    places.disturbed.add(replica)
    return Effect.asVoid(later(places, takes, Effect.sync(begin(replica))))
  })

const setStoreClock = (places: Places, by: number): Effect.Effect<void> =>
  Effect.sync(() => {
    places.checks.log.tell("ledger", () => `has its clock set by ${by} ms`)
    places.storeError += by
  })
