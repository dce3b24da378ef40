/**
 * Worlds of hours: where evidence is late, lost or forgotten, and time is all that
 * is left to go by.
 */
import type { RandomFault, Span } from "../../emulator/model/Settings.ts"
import * as Hostility from "./EcsFaults.ts"
import type { Event, Scenario } from "./Scenario.ts"
import type { DrawWorld } from "./ShortScenario.ts"
import * as Workload from "./Workload.ts"

/**
 * The names of the scenarios that are long.
 *
 * @category configuration
 */
export const names = ["blackout", "outage", "endurance", "broken-bound"] as const

/**
 * The scenarios that are long.
 *
 * @category models
 */
export type Name = (typeof names)[number]

const second = 1000
const minute = 60 * second

/**
 * Draws a long world.
 *
 * @category constructors
 */
export const draw = (world: DrawWorld, name: Name): Scenario => {
  switch (name) {
    case "outage":
      return outage(world)
    case "endurance":
      return endurance(world)
    case "blackout":
    case "broken-bound":
      return blackout(world, name)
  }
}

/** No caller waits in line for hours: a full fleet is read every second for that. */
const calm = ({ random, maxWorkers, seed }: DrawWorld, name: Name): Scenario => ({
  seed,
  name,
  cap: random.between(1, Math.min(3, maxWorkers)),
  exclusiveKeys: random.chance(0.2),
  launchPermits: 20,
  yieldProbability: random.pick(0.02, 0.1),
  settings: {
    replayBackoffBase: 10 * second,
    replayBackoffMax: random.pick(2, 4) * minute,
    requestTimeout: 5 * second
  },
  ecs: { seed, latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 }, lag: { replicas: 1 } },
  conflicts: 0,
  ledger: undefined,
  events: Workload.burst(random, random.between(1, 4), { waiting: 0, givingUp: 0.2, keys: 20 }),
  pausesAtTheEnd: false,
  breaksLagBound: false
})

const noAnswer = (processed: boolean): RandomFault => ({
  operation: "RunTask",
  probability: 1,
  fault: { _tag: "Reset", processed }
})

/** The most that the lists are believed to lag, by default. */
const lagBound = 5 * minute

const blackout = (world: DrawWorld, name: "blackout" | "broken-bound"): Scenario => {
  const { random } = world
  const drawn = calm(world, name)
  const accepts = random.chance(0.4)
  const turnsAt = random.between(35, 46) * minute
  const breaksLagBound = name === "broken-bound"
  const late = breaksLagBound ? 5 * 60 * minute : lagBound - 2 * second
  const events: ReadonlyArray<Event> = [
    ...drawn.events,
    { at: turnsAt, _tag: "Weather", name: "it accepts launches, and answers none", ecs: { faults: [noAnswer(true)] } },
    ...Workload.visits(random, 44 * minute, 75 * minute, 12),
    ...(random.chance(0.3) ? Workload.releases(random, 70 * minute) : []),
    ...(random.chance(0.3) ? Workload.restarts(random, 0, 40 * minute) : [])
  ]
  return {
    ...drawn,
    breaksLagBound,
    ecs: {
      ...drawn.ecs,
      lifecycle: { lifetime: random.pick<Span>(5 * second, "Infinity") },
      lag: { unlisted: random.pick(0, late, late), missing: 0, replicas: 1 },
      faults: [noAnswer(accepts)]
    },
    events: events.filter((event) => event._tag !== "Restart" || event.ledger === "kept")
  }
}

const outage = (world: DrawWorld): Scenario => {
  const { random } = world
  const drawn = calm(world, "outage")
  const begins = random.between(5, 60) * second
  const takes = random.between(5, 100) * minute
  return {
    ...drawn,
    ecs: {
      ...drawn.ecs,
      lifecycle: {
        lifetime: { min: second, max: random.pick(30 * second, 30 * minute) },
        retention: random.pick(3, 60) * minute
      }
    },
    events: [
      ...drawn.events,
      ...Hostility.outage(random, begins, takes),
      ...(random.chance(0.5) ? Workload.foreign(random, 2, begins + takes, 30 * minute) : []),
      ...Workload.visits(random, begins, begins + takes, 3),
      ...Workload.visits(random, begins + takes, begins + takes + 20 * minute, 3)
    ]
  }
}

const endurance = (world: DrawWorld): Scenario => {
  const { random } = world
  const drawn = calm(world, "endurance")
  const hours = random.between(66, 150) * minute
  return {
    ...drawn,
    ecs: { ...drawn.ecs, lifecycle: { lifetime: random.pick<Span>(90 * minute, "Infinity") } },
    events: [
      ...drawn.events,
      ...Hostility.blink(random, hours),
      ...Workload.visits(random, 10 * second, hours, 4),
      ...Workload.visits(random, hours + second, hours + 5 * minute, 8),
      ...(random.chance(0.5) ? Workload.stops(random, hours) : [])
    ]
  }
}
