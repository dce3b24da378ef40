/**
 * Worlds in which workers are stopped on request, at any moment of their launch and their life,
 * by an ECS that does not hear it, or does not say so.
 */
import type { Fault } from "../../emulator/model/Fault.ts"
import type { RandomFault } from "../../emulator/model/Settings.ts"
import type { SeededRandom } from "../../testing/SeededRandom.ts"
import type { Event, Scenario } from "./Scenario.ts"
import * as SharedWorld from "./SharedLedgerScenario.ts"
import * as ShortWorld from "./ShortScenario.ts"

const second = 1000

/**
 * Draws a world in which workers are stopped.
 *
 * @category constructors
 */
export const draw = (world: ShortWorld.DrawWorld): Scenario => {
  const { random } = world
  const base = random.chance(0.5)
    ? SharedWorld.draw(world)
    : ShortWorld.draw(world, random.pick("burst", "trickle", "same-key", "restart", "lost-answers"))
  return {
    ...base,
    name: "stops",
    ecs: { ...base.ecs, faults: [...faults(random), ...base.ecs.faults ?? []] },
    events: [...base.events, ...stops(random, base)]
  }
}

const faults = (random: SeededRandom): ReadonlyArray<RandomFault> =>
  random.chance(0.3) ? [] : [
    faulty(random, { _tag: "Reset", processed: true }),
    faulty(random, { _tag: "Reset", processed: false }),
    faulty(random, { _tag: "Throttle" }),
    faulty(random, { _tag: "ServerError", processed: false }),
    faulty(random, { _tag: "LateProcessing", by: random.between(1, 30) * second })
  ]

const faulty = (random: SeededRandom, fault: Fault): RandomFault => ({
  operation: "StopTask",
  probability: random.upTo(0.4),
  fault
})

/** Half of the keys are not wanted any more a moment after they were asked for, or later. */
const stops = (random: SeededRandom, { events, sharing }: Scenario): ReadonlyArray<Event> =>
  events.flatMap((event): ReadonlyArray<Event> =>
    event._tag !== "Ask" || random.chance(0.5) ? [] : [{
      at: event.at + random.between(0, random.pick(200, 3 * second, 30 * second)),
      _tag: "StopWorkers",
      key: event.key,
      replica: sharing === undefined ? undefined : random.between(0, sharing.replicas - 1)
    }]
  )
