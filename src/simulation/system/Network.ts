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
import type { PausableMachine } from "./PausableMachine.ts"
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

/** The time that a process waits for a message that does not come: a store ends its calls within a bound. */
const bound = 3000

type Leg = "request" | "answer"

/** The time that a message is on its way; `Lost` for ever, `Held` until it passes again. */
type Fate = number | "Lost" | "Held"

interface Options {
  readonly name: string
  readonly machine: PausableMachine
  /** Returns the state of the network at the moment. */
  readonly sharing: () => Sharing
  readonly random: SeededRandom
  readonly log: RunLog
  /** Runs what belongs to no process. */
  readonly run: (effect: Effect.Effect<unknown>) => void
}

interface State extends Options {
  /** The direction in which nothing passes, if any. */
  way: Cut["way"] | undefined
  /** Completed when everything passes again, and then replaced. */
  healed: Deferred.Deferred<void>
}

/**
 * Makes a way on which everything passes.
 *
 * @category constructors
 */
export const make = (options: Options): Network => {
  const { log, name } = options
  const state: State = { ...options, way: undefined, healed: Deferred.makeUnsafe() }
  return {
    link: Object.assign(<A>(call: Effect.Effect<A, LedgerUnavailable>) => carry(state, call), {
      word: (spoken: Effect.Effect<void>) => word(state, spoken)
    }),
    cut: (way) => {
      state.way = way
      log.tell("network", () => `lets no ${way === "both" ? "message" : way} of ${name} pass`)
    },
    heal: () => {
      if (state.way === undefined) return
      state.way = undefined
      log.tell("network", () => `lets all messages of ${name} pass again`)
      const told = state.healed
      state.healed = Deferred.makeUnsafe()
      Deferred.doneUnsafe(told, Effect.void)
    }
  }
}

const isCut = ({ way }: State, leg: Leg): boolean =>
  way !== undefined && (way === "both" || way === (leg === "request" ? "requests" : "answers"))

const drawFate = (state: State, leg: Leg): Fate => {
  const { log, random } = state
  const { late, lateBy, latency, lost } = state.sharing()
  if (isCut(state, leg)) {
    const isHeld = random.nextDoubleUnsafe() < 0.5
    log.count(`network: ${leg} ${isHeld ? "held up" : "lost"} where nothing passes`)
    return isHeld ? "Held" : "Lost"
  }
  if (random.nextDoubleUnsafe() < lost) {
    log.count(`network: ${leg} lost`)
    return "Lost"
  }
  const delay = random.nextBelowUnsafe(latency + 1)
  if (random.nextDoubleUnsafe() >= late) return delay
  log.count(`network: ${leg} late`)
  return delay + random.nextBelowUnsafe(lateBy + 1)
}

const travel = (
  state: State,
  fate: Fate,
  arrived: Effect.Effect<unknown>,
  breaks: Effect.Effect<unknown>
): Effect.Effect<unknown> => {
  if (fate === "Lost") return breaks
  if (fate === "Held") return Effect.andThen(Effect.suspend(() => Deferred.await(state.healed)), arrived)
  return fate === 0 ? arrived : Effect.andThen(Effect.sleep(fate), arrived)
}

const carry = <A>(
  state: State,
  call: Effect.Effect<A, LedgerUnavailable>
): Effect.Effect<A, LedgerUnavailable> =>
  Effect.suspend(() => {
    const { machine, log, random, run } = state
    const reply = Deferred.makeUnsafe<A, LedgerUnavailable>()
    const answer = (exit: Exit.Exit<A, LedgerUnavailable>) =>
      Effect.sync(() => machine.deliver(() => Deferred.doneUnsafe(reply, exit)))
    const fails = (detail: string) => answer(Exit.fail(new LedgerUnavailable({ detail })))
    // A connection that breaks is noticed at once, or not at all.
    const breaks = Effect.suspend(() => random.nextDoubleUnsafe() < 0.5 ? fails("the connection broke") : Effect.void)
    /** Most messages need no watch over their time, and it would be most of what they cost. */
    const watch = (fate: Fate): void => {
      if (typeof fate !== "number" || fate > bound / 2) run(Effect.andThen(Effect.sleep(bound), fails("no answer")))
    }
    const there = drawFate(state, "request")
    watch(there)
    const arrived = Effect.flatMap(Effect.exit(call), (exit) => {
      const back = drawFate(state, "answer")
      watch(back)
      return travel(state, back, answer(exit), breaks)
    })
    run(travel(state, there, arrived, breaks))
    const { lateBy, twice } = state.sharing()
    if (random.nextDoubleUnsafe() < twice) {
      log.count("network: request doubled")
      run(Effect.andThen(Effect.sleep(random.nextBelowUnsafe(lateBy + 1)), Effect.exit(call)))
    }
    return Deferred.await(reply)
  })

/** A word that is not heard is not said again. */
const word = (state: State, spoken: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.flatMap(Effect.andThen(spoken, state.machine.awake), () => {
    const { random } = state
    const { latency, lost } = state.sharing()
    if (isCut(state, "answer") || random.nextDoubleUnsafe() < lost) return word(state, spoken)
    return Effect.sleep(random.nextBelowUnsafe(latency + 1))
  })
