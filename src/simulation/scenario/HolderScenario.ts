/**
 * Worlds of processes that share a ledger, in which one of them is gone, deaf or about to
 * leave at the moment that matters. Their wall clocks agree on nothing.
 */
import type { RandomFault, Settings as EcsSettings, Span } from "../../emulator/model/Settings.ts"
import { defaultLease as lease } from "../../ledger/shared/Lease.ts"
import type { SeededRandom } from "../../testing/SeededRandom.ts"
import type { Cut, Event, Restart, Scenario } from "./Scenario.ts"
import type { DrawWorld } from "./ShortScenario.ts"

/**
 * The subject of a world.
 *
 * - `unheard`: an attempt is let through, and its sender hears so when it waits for it no more; ECS refuses what is sent
 * - `leaving`: a process crashes, and the one that would take over its launches shuts down, or does not hear of them
 * - `reading`: the process that reads stands still for longer than its lease, and ends its turn after others have begun theirs
 * - `relapse`: a process comes back that was taken to be gone, and crashes
 * - `late`: what a process sent arrives long after it has left
 */
type Theme = "unheard" | "leaving" | "reading" | "relapse" | "late"

const second = 1000
const minute = 60 * second

/**
 * Draws a world of processes that are not there when it matters.
 *
 * @category constructors
 */
export const draw = (world: DrawWorld): Scenario => {
  const { random, maxWorkers, seed } = world
  const theme = random.pick<Theme>("unheard", "leaving", "leaving", "reading", "reading", "relapse", "late")
  const replicas = theme === "reading" ? 3 : theme === "leaving" ? 2 : random.pick(2, 2, 3)
  const isLossy = theme === "leaving" && random.chance(0.5)
  return {
    seed,
    name: "holders",
    cap: random.between(2, Math.max(2, maxWorkers)),
    exclusiveKeys: random.chance(0.2),
    launchPermits: 20,
    yieldProbability: random.pick(0.02, 0.05, 0.15),
    settings: {
      // As often it is looked for what others have left behind, too.
      backgroundReadingInterval: theme === "leaving" ? random.pick(2, 5) * second : 20 * second,
      // At the gate again and again: a launch is there when its process becomes deaf.
      ...(theme === "unheard" ? { replayBackoffBase: 50 } : {}),
      replayBackoffMax: theme === "unheard" ? random.pick(200, second) : random.pick(2, 5) * second,
      attemptTimeout: random.between(1, 10) * second,
      // Who asks soon after the reading began needs another one.
      ...(theme === "reading" ? { readingMaxAge: second } : {})
    },
    ecs: { seed, lag: { unlisted: { min: 0, max: random.pick(0, 3 * second) } }, ...ecsOf(random, theme) },
    conflicts: 0,
    ledger: undefined,
    sharing: {
      replicas,
      latency: random.pick(5, 50),
      lost: isLossy ? 0.2 : 0,
      late: theme === "late" ? 0.3 : 0,
      lateBy: theme === "late" ? 30 * second : 0,
      twice: theme === "late" ? 0.5 : 0,
      clockError: 0,
      wallError: random.pick(0, 100, 60 * minute)
    },
    events: eventsOf(random, theme, replicas),
    pausesAtTheEnd: false,
    breaksLagBound: false
  }
}

const refused: RandomFault = {
  operation: "RunTask",
  probability: 0.8,
  fault: {
    _tag: "ServiceError",
    name: "AccessDeniedException",
    message: "User is not authorized to perform: ecs:RunTask"
  }
}

const unanswered = (processed: boolean): RandomFault => ({
  operation: "RunTask",
  probability: 0.5,
  fault: { _tag: "Reset", processed }
})

const ecsOf = (random: SeededRandom, theme: Theme): EcsSettings => {
  const reads = theme === "reading" ? { min: second, max: 4 * second } : 40
  return {
    latencyOf: {
      RunTask: theme === "leaving" || theme === "relapse" ? { min: 500, max: 4 * second } : 50,
      ListTasks: reads,
      DescribeTasks: 40
    },
    lifecycle: { lifetime: random.pick<Span>({ min: second, max: 10 * second }, minute) },
    faults: theme === "unheard"
      ? [{ operation: "RunTask", probability: 0.8, fault: { _tag: "Throttle" } }, refused]
      : theme === "leaving"
      ? [unanswered(false), unanswered(true)]
      : random.chance(0.5)
      ? [{ ...refused, probability: 0.2 }]
      : []
  }
}

const eventsOf = (random: SeededRandom, theme: Theme, replicas: number): ReadonlyArray<Event> => {
  const at = random.between(0, 3 * second)
  switch (theme) {
    case "unheard":
      return [
        ...asks(random, replicas, 3 * second),
        ...asks(random, 1, second, at),
        cut(at + random.between(50, second), random.between(5, 15) * second, "answers"),
        // The faults stop at the end: until then, what is sent is refused.
        ask(at + 20 * second, "k0", replicas - 1)
      ]
    case "leaving": {
      const lapses = at + lease
      return [
        ...asks(random, replicas, 4 * second),
        // Who has these under way is a while in leaving.
        ...asks(random, replicas, 4 * second, lapses - 6 * second),
        crash(at, 20 * second),
        ...Array.from({ length: replicas - 1 }, (_, index): Event => {
          const soon = lapses - random.between(-second, 4 * second)
          return random.chance(0.6)
            ? { ...crash(soon, random.between(0, 20 * second)), how: "close", replica: index + 1 }
            : { ...cut(soon, random.between(4, 9) * second, "answers"), replica: index + 1 }
        }),
        ask(lapses + 25 * second, "k0", replicas - 1)
      ]
    }
    case "reading":
      return [
        ask(at, "k0", 0),
        {
          at: at + random.between(100, 3 * second),
          _tag: "Pause",
          replica: 0,
          takes: lease + random.between(0, 8 * second)
        },
        // The others wait for their turn before the first one has lost it, and after.
        ...Array.from(
          { length: 20 },
          (_, index) =>
            ask(at + random.between(5 * second, lease + 12 * second), `k${index + 1}`, random.between(1, replicas - 1))
        )
      ]
    case "relapse": {
      const back = at + lease + random.between(second, 5 * second)
      return [
        ...asks(random, replicas, 2 * second),
        { at, _tag: "Pause", replica: 0, takes: back - at },
        ask(back + random.between(0, 2 * second), "k0", 0),
        crash(back + random.between(100, 5 * second), 60 * second),
        ...asks(random, replicas, 20 * second, back + lease)
      ]
    }
    case "late":
      return [
        ...asks(random, replicas, 10 * second),
        { ...crash(at + second, random.between(0, 5 * second)), how: "close" },
        { ...crash(at + 20 * second, 0), how: "close", replica: 1 }
      ]
  }
}

const ask = (at: number, key: string, replica: number, waits = false): Event => ({
  at,
  _tag: "Ask",
  key,
  waits,
  givesUpAfter: undefined,
  replica
})

const asks = (random: SeededRandom, replicas: number, within: number, from = 0): ReadonlyArray<Event> =>
  Array.from(
    { length: random.between(2, 8) },
    () =>
      ask(
        from + random.between(0, within),
        `k${random.between(1, 40)}`,
        random.between(0, replicas - 1),
        random.chance(0.3)
      )
  )

const cut = (at: number, takes: number, way: Cut["way"]): Cut => ({ at, _tag: "Cut", replica: 0, takes, way })

const crash = (at: number, takes: number): Restart => ({
  at,
  _tag: "Restart",
  how: "crash",
  ledger: "kept",
  takes,
  replica: 0
})
