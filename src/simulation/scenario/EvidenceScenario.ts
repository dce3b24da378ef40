/**
 * Worlds in which what ECS shows of the fleet's tasks is as late, as incomplete and
 * as misleading as the rules allow for: to the second, where they speak of minutes.
 */
import type { RandomFault, Settings as EcsSettings, Span } from "../../emulator/model/Settings.ts"
import * as Hostility from "./EcsFaults.ts"
import type { Event, Scenario } from "./Scenario.ts"
import type { DrawWorld } from "./ShortScenario.ts"
import * as Workload from "./Workload.ts"

/**
 * The subject of a world.
 *
 * - `latest`: the last attempt of a launch is processed as late, and its task listed as late, as AWS lets it be
 * - `flicker`: ECS mislays tasks that it should long know, and shows them again, one way and the other
 * - `forgotten`: a fleet without a cap, of which ECS forgets tasks that stopped
 * - `stale`: lists go on showing what has stopped for nearly as long as ECS remembers it
 * - `copies`: another program launches copies of the fleet's tasks, with the `startedBy` that those have
 * - `unreadable`: pages fail again and again, or are never answered, and readings with them
 */
type Theme = "latest" | "flicker" | "forgotten" | "stale" | "copies" | "unreadable"

const second = 1000
const minute = 60 * second

/**
 * Draws a world of doubtful evidence.
 *
 * @category constructors
 */
export const draw = (world: DrawWorld): Scenario => {
  const { random } = world
  switch (
    random.pick<Theme>("latest", "latest", "flicker", "forgotten", "stale", "copies", "unreadable", "unreadable")
  ) {
    case "latest":
      return latest(world)
    case "flicker":
      return flicker(world)
    case "forgotten":
      return forgotten(world)
    case "stale":
      return stale(world)
    case "copies":
      return copies(world)
    case "unreadable":
      return unreadable(world)
  }
}

/** As many ask as there are slots: every later caller causes a reading. */
const full = (
  { random, maxWorkers, seed }: DrawWorld
): Scenario & { readonly cap: number; readonly ecs: EcsSettings } => {
  const cap = random.between(1, Math.min(3, maxWorkers))
  return {
    seed,
    name: "evidence",
    cap,
    exclusiveKeys: random.chance(0.2),
    launchPermits: 20,
    yieldProbability: random.pick(0.02, 0.1),
    settings: {},
    ecs: { seed, latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 }, lag: { replicas: 1 } },
    conflicts: 0,
    ledger: undefined,
    events: Array.from({ length: cap }, (_, index): Event => ask(0, `k${index}`)),
    pausesAtTheEnd: false,
    breaksLagBound: false
  }
}

const ask = (at: number, key: string): Event => ({ at, _tag: "Ask", key, waits: false, givesUpAfter: undefined })

const weather = (at: number, name: string, ecs: EcsSettings): Event => ({ at, _tag: "Weather", name, ecs })

const runTask = (fault: RandomFault["fault"]): EcsSettings => ({
  faults: [{ operation: "RunTask", probability: 1, fault }]
})

/**
 * Nothing arrives until the last attempt, and that as late as its signature lets it: its
 * task is listed just before the lag bound ends, or is stopping by then and listed there only.
 */
const latest = (world: DrawWorld): Scenario => {
  const { random } = world
  const drawn = full(world)
  const last = 45 * minute - random.between(1, 60) * second
  return {
    ...drawn,
    settings: { replayBackoffBase: 10 * second, replayBackoffMax: minute, requestTimeout: 5 * second },
    ecs: {
      ...drawn.ecs,
      lifecycle: random.pick<NonNullable<EcsSettings["lifecycle"]>>({}, {
        lifetime: 5 * second,
        deactivating: 20 * minute
      }),
      lag: { unlisted: 5 * minute - 2 * second, missing: 0, replicas: 1 },
      ...runTask({ _tag: "Reset", processed: false })
    },
    // Between the gate and the wire an attempt may wait, too.
    ledger: random.chance(0.5) ? { away: 0, slow: 29 * second, slowness: 1, slowAt: "pass the gate" } : undefined,
    events: [
      ...drawn.events,
      ask(random.between(10, 44) * minute, "k0"),
      weather(
        last,
        "it processes what it is sent 5 minutes later",
        runTask({
          _tag: "LateProcessing",
          by: 5 * minute - second
        })
      ),
      ...Workload.visits(random, 49 * minute, 54 * minute, 15),
      ...Workload.visits(random, 54 * minute, 56 * minute, 25)
    ]
  }
}

/** ECS shows a task in a list, when it is asked about it, in both, or not at all. */
const shows = (listed: boolean, described: boolean): EcsSettings => ({
  lag: { unlisted: listed ? 0 : "Infinity", missing: described ? 0 : "Infinity" }
})

/** Not at all, for no longer than what two readings are apart before a task is taken to be forgotten. */
const flicker = (world: DrawWorld): Scenario => {
  const { random } = world
  const drawn = full(world)
  const events: Array<Event> = [
    ...drawn.events,
    // ECS remembers what has stopped for an hour: what it does not show before that is not forgotten.
    weather(random.between(10, 30) * minute, "it shows no task at all, for long", shows(false, false)),
    ...Workload.visits(random, 31 * minute, 60 * minute, 6),
    weather(60 * minute, "it shows its tasks again", shows(true, true))
  ]
  let at = random.between(66, 90) * minute
  for (let phase = random.between(4, 8); phase > 0; phase--) {
    const dark = random.between(60, 290) * second
    const seen = random.between(60, random.pick(120, 480)) * second
    const [listed, described] = random.pick<readonly [boolean, boolean]>([true, false], [false, true], [true, true])
    events.push(
      weather(at, "it shows no task at all", shows(false, false)),
      weather(at + dark, "it shows some again", shows(listed, described)),
      // A reading in each of them, and more.
      ...Workload.visits(random, at, at + dark, Math.floor(dark / (25 * second))),
      ...Workload.visits(random, at + dark, at + dark + seen, Math.floor(seen / (25 * second)))
    )
    at += dark + seen
  }
  events.push(weather(at, "it shows its tasks again", shows(true, true)))
  const lifetime = random.pick<Span>("Infinity", 4 * 60 * minute)
  return { ...drawn, ecs: { ...drawn.ecs, lifecycle: { lifetime } }, events }
}

/** Where there is no cap, nothing is listed, unless ECS may have forgotten a task. */
const forgotten = (world: DrawWorld): Scenario => {
  const { random } = world
  const drawn = full(world)
  const begins = random.between(5, 60) * second
  const takes = random.between(70, 100) * minute
  return {
    ...drawn,
    cap: "unlimited",
    ecs: { ...drawn.ecs, lifecycle: { lifetime: { min: second, max: 10 * minute } } },
    events: [
      ...drawn.events,
      ...Hostility.outage(random, begins, takes),
      ...Workload.visits(random, begins, begins + takes, 3),
      ...Workload.visits(random, begins + takes, begins + takes + 20 * minute, 3)
    ]
  }
}

/** One after the other launches a task that is soon over, for hours. */
const stale = (world: DrawWorld): Scenario => {
  const { random } = world
  const drawn = full(world)
  const until = random.between(100, 150) * minute
  return {
    ...drawn,
    ecs: {
      ...drawn.ecs,
      lifecycle: { lifetime: { min: second, max: 5 * second } },
      lag: { lingering: { min: random.between(10, 50) * minute, max: 60 * minute }, replicas: random.pick(1, 3) }
    },
    events: [...drawn.events, ...Workload.visits(random, minute, until, 30)]
  }
}

/** Copies stop while the tasks that they are copies of run on; and an operator takes one for the other. */
const copies = (world: DrawWorld): Scenario => {
  const { random } = world
  const drawn = full(world)
  const until = random.between(60, 120) * second
  return {
    ...drawn,
    ecs: {
      ...drawn.ecs,
      ...Hostility.latency(random),
      lag: { status: { min: 0, max: random.pick(0, 5 * second) }, replicas: random.pick(1, 3) }
    },
    events: [
      ...drawn.events,
      ...Array.from({ length: random.between(1, 3) }, (): Event => ({
        at: random.between(5 * second, until - 30 * second),
        _tag: "Foreign",
        count: random.between(1, 3),
        lifetime: random.between(2, 20) * second,
        copies: true
      })),
      ...(random.chance(0.5) ? [{ at: until, _tag: "Release", isMistaken: true } as const] : []),
      ...Workload.visits(random, 5 * second, until + 10 * second, 8)
    ]
  }
}

/** Many pages, of which some fail until their reading does. */
const unreadable = (world: DrawWorld): Scenario => {
  const { random } = world
  const drawn = full(world)
  const likely = random.pick(0.3, 0.5, 0.8)
  const fails = (operation: string): RandomFault => ({
    operation,
    probability: likely,
    fault: random.pick<RandomFault["fault"]>(
      { _tag: "ServerError", processed: false },
      { _tag: "ServerError", processed: false },
      { _tag: "LateAnswer", by: 3 * 60 * minute }
    )
  })
  return {
    ...drawn,
    // A full fleet is read again though the last reading is recent enough.
    settings: { readingMaxAge: random.pick(10, 30) * second },
    ecs: {
      ...drawn.ecs,
      lifecycle: { lifetime: random.pick<Span>({ min: second, max: 10 * second }, "Infinity") },
      pages: Hostility.pages(random, true),
      faults: random.pick([fails("ListTasks")], [fails("DescribeTasks")], [fails("ListTasks"), fails("DescribeTasks")])
    },
    events: [
      ...drawn.events,
      ...Workload.trickle(random, random.between(8, 20), { waiting: random.pick(0, 0.5), givingUp: 0.3, keys: 100 })
    ]
  }
}
