/**
 * The network between one simulated process and the shared ledger: it loses, delays and
 * doubles messages, and at times none pass.
 *
 * A message travels by itself: it arrives although its sender is paused, has gone or no
 * longer waits.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { LedgerUnavailable } from "../../ledger/Ledger.ts"
import type { SeededRandom } from "../../testing/SeededRandom.ts"
import type { RunLog } from "../checks/RunLog.ts"
import type { Cut, Sharing } from "../scenario/Scenario.ts"
import type { PausableHost } from "./PausableHost.ts"
import type { Link } from "./SharedStore.ts"

/**
 * The way of one process to the shared ledger.
 *
 * @category models
 */
export interface Network {
  readonly link: Link
  /** Lets nothing pass from now on. */
  readonly cut: (way: Cut["way"]) => void
  /** Lets everything pass again, and what was held up too. */
  readonly heal: () => void
}

/** How long a process waits for a message that does not come: a store ends its calls within a bound. */
const bound = 3000

type Leg = "request" | "answer"

/** How long a message is on its way; `Lost` for ever, `Held` until it passes again. */
type Fate = number | "Lost" | "Held"

/**
 * Makes a way on which everything passes.
 *
 * @category constructors
 */
export const make = (options: {
  readonly name: string
  readonly host: PausableHost
  /** How the network is at the moment. */
  readonly sharing: () => Sharing
  readonly random: SeededRandom
  readonly log: RunLog
  /** Runs what belongs to no process. */
  readonly run: (effect: Effect.Effect<unknown>) => void
}): Network => {
  const { log, host, name, random, run } = options
  let way: Cut["way"] | undefined
  let healed = Deferred.makeUnsafe<void>()

  const count = (what: string): void => log.count(`network: ${what}`)

  const isCut = (leg: Leg): boolean =>
    way !== undefined && (way === "both" || way === (leg === "request" ? "requests" : "answers"))

  const fate = (leg: Leg): Fate => {
    const { late, lateBy, latency, lost } = options.sharing()
    if (isCut(leg)) {
      const isHeld = random.nextDoubleUnsafe() < 0.5
      count(`${leg} ${isHeld ? "held up" : "lost"} where nothing passes`)
      return isHeld ? "Held" : "Lost"
    }
    if (random.nextDoubleUnsafe() < lost) {
      count(`${leg} lost`)
      return "Lost"
    }
    const delay = random.nextBelowUnsafe(latency + 1)
    if (random.nextDoubleUnsafe() >= late) return delay
    count(`${leg} late`)
    return delay + random.nextBelowUnsafe(lateBy + 1)
  }

  const travel = (
    on: Fate,
    arrived: Effect.Effect<unknown>,
    breaks: Effect.Effect<unknown>
  ): Effect.Effect<unknown> => {
    if (on === "Lost") return breaks
    if (on === "Held") return Effect.andThen(Effect.suspend(() => Deferred.await(healed)), arrived)
    return on === 0 ? arrived : Effect.andThen(Effect.sleep(on), arrived)
  }

  const carry = <A>(call: Effect.Effect<A, LedgerUnavailable>): Effect.Effect<A, LedgerUnavailable> =>
    Effect.suspend(() => {
      const reply = Deferred.makeUnsafe<A, LedgerUnavailable>()
      const answer = (exit: Exit.Exit<A, LedgerUnavailable>) =>
        Effect.sync(() => host.deliver(() => Deferred.doneUnsafe(reply, exit)))
      const fails = (detail: string) => answer(Exit.fail(new LedgerUnavailable({ detail })))
      // A connection that breaks is noticed at once, or not at all.
      const breaks = Effect.suspend(() => random.nextDoubleUnsafe() < 0.5 ? fails("the connection broke") : Effect.void)
      /** Most messages need no watch over their time, and it would be most of what they cost. */
      const watch = (on: Fate): void => {
        if (typeof on !== "number" || on > bound / 2) run(Effect.andThen(Effect.sleep(bound), fails("no answer")))
      }
      const there = fate("request")
      watch(there)
      const arrived = Effect.flatMap(Effect.exit(call), (exit) => {
        const back = fate("answer")
        watch(back)
        return travel(back, answer(exit), breaks)
      })
      run(travel(there, arrived, breaks))
      const { lateBy, twice } = options.sharing()
      if (random.nextDoubleUnsafe() < twice) {
        count("request doubled")
        run(Effect.andThen(Effect.sleep(random.nextBelowUnsafe(lateBy + 1)), Effect.exit(call)))
      }
      return Deferred.await(reply)
    })

  /** A word that is not heard is not said again. */
  const word = (spoken: Effect.Effect<void>): Effect.Effect<void> =>
    Effect.flatMap(Effect.andThen(spoken, host.awake), () => {
      const { latency, lost } = options.sharing()
      if (isCut("answer") || random.nextDoubleUnsafe() < lost) return word(spoken)
      return Effect.sleep(random.nextBelowUnsafe(latency + 1))
    })

  return {
    link: Object.assign(carry, { word }),
    cut: (which) => {
      way = which
      log.tell("network", () => `lets no ${which === "both" ? "message" : which} of ${name} pass`)
    },
    heal: () => {
      if (way === undefined) return
      way = undefined
      log.tell("network", () => `lets all messages of ${name} pass again`)
      const told = healed
      healed = Deferred.makeUnsafe()
      Deferred.doneUnsafe(told, Effect.void)
    }
  }
}
