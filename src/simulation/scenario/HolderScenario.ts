/**
 * Worlds of processes that share a ledger, in which one of them is gone, deaf or about to
 * leave at the moment that matters. Their wall clocks agree on nothing.
 */
import type { RandomFault, Settings as EcsSettings, Span } from "../../emulator/model/Settings.ts"
import { defaultLease as lease } from "../../ledger/shared/Lease.ts"
import type { Cut, Event, Restart, Scenario } from "./Scenario.ts"
import type { SeededChoice } from "./SeededChoice.ts"
import type { DrawWorld } from "./ShortScenario.ts"

/**
 * What a world is about.
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
  const { choice, maxWorkers, seed } = world
  const theme = choice.pick<Theme>("unheard", "leaving", "leaving", "reading", "reading", "relapse", "late")
  const replicas = theme === "reading" ? 3 : theme === "leaving" ? 2 : choice.pick(2, 2, 3)
  const isLossy = theme === "leaving" && choice.chance(0.5)
  return {
    seed,
    name: "holders",
    cap: choice.between(2, Math.max(2, maxWorkers)),
    exclusiveKeys: choice.chance(0.2),
    launchPermits: 20,
    yieldProbability: choice.pick(0.02, 0.05, 0.15),
    settings: {
      // As often it is looked for what others have left behind, too.
      backgroundReadingInterval: theme === "leaving" ? choice.pick(2, 5) * second : 20 * second,
      // At the gate again and again: a launch is there when its process becomes deaf.
      ...(theme === "unheard" ? { replayBackoffBase: 50 } : {}),
      replayBackoffMax: theme === "unheard" ? choice.pick(200, second) : choice.pick(2, 5) * second,
      attemptTimeout: choice.between(1, 10) * second,
      // Who asks soon after the reading began needs another one.
      ...(theme === "reading" ? { readingMaxAge: second } : {})
    },
    ecs: { seed, lag: { unlisted: { min: 0, max: choice.pick(0, 3 * second) } }, ...ecsOf(choice, theme) },
    conflicts: 0,
    ledger: undefined,
    sharing: {
      replicas,
      latency: choice.pick(5, 50),
      lost: isLossy ? 0.2 : 0,
      late: theme === "late" ? 0.3 : 0,
      lateBy: theme === "late" ? 30 * second : 0,
      twice: theme === "late" ? 0.5 : 0,
      clockError: 0,
      wallError: choice.pick(0, 100, 60 * minute)
    },
    events: eventsOf(choice, theme, replicas),
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

const ecsOf = (choice: SeededChoice, theme: Theme): EcsSettings => {
  const reads = theme === "reading" ? { min: second, max: 4 * second } : 40
  return {
    latencyOf: {
      RunTask: theme === "leaving" || theme === "relapse" ? { min: 500, max: 4 * second } : 50,
      ListTasks: reads,
      DescribeTasks: 40
    },
    lifecycle: { lifetime: choice.pick<Span>({ min: second, max: 10 * second }, minute) },
    faults: theme === "unheard"
      ? [{ operation: "RunTask", probability: 0.8, fault: { _tag: "Throttle" } }, refused]
      : theme === "leaving"
      ? [unanswered(false), unanswered(true)]
      : choice.chance(0.5)
      ? [{ ...refused, probability: 0.2 }]
      : []
  }
}

const eventsOf = (choice: SeededChoice, theme: Theme, replicas: number): ReadonlyArray<Event> => {
  const at = choice.between(0, 3 * second)
  switch (theme) {
    case "unheard":
      return [
        ...asks(choice, replicas, 3 * second),
        ...asks(choice, 1, second, at),
        cut(at + choice.between(50, second), choice.between(5, 15) * second, "answers"),
        // The end is kind: until then, what is sent is refused.
        ask(at + 20 * second, "k0", replicas - 1)
      ]
    case "leaving": {
      const lapses = at + lease
      return [
        ...asks(choice, replicas, 4 * second),
        // Who has these under way is a while in leaving.
        ...asks(choice, replicas, 4 * second, lapses - 6 * second),
        crash(at, 20 * second),
        ...Array.from({ length: replicas - 1 }, (_, index): Event => {
          const soon = lapses - choice.between(-second, 4 * second)
          return choice.chance(0.6)
            ? { ...crash(soon, choice.between(0, 20 * second)), how: "close", replica: index + 1 }
            : { ...cut(soon, choice.between(4, 9) * second, "answers"), replica: index + 1 }
        }),
        ask(lapses + 25 * second, "k0", replicas - 1)
      ]
    }
    case "reading":
      return [
        ask(at, "k0", 0),
        {
          at: at + choice.between(100, 3 * second),
          _tag: "Pause",
          replica: 0,
          takes: lease + choice.between(0, 8 * second)
        },
        // The others wait for their turn before the first one has lost it, and after.
        ...Array.from(
          { length: 20 },
          (_, index) =>
            ask(at + choice.between(5 * second, lease + 12 * second), `k${index + 1}`, choice.between(1, replicas - 1))
        )
      ]
    case "relapse": {
      const back = at + lease + choice.between(second, 5 * second)
      return [
        ...asks(choice, replicas, 2 * second),
        { at, _tag: "Pause", replica: 0, takes: back - at },
        ask(back + choice.between(0, 2 * second), "k0", 0),
        crash(back + choice.between(100, 5 * second), 60 * second),
        ...asks(choice, replicas, 20 * second, back + lease)
      ]
    }
    case "late":
      return [
        ...asks(choice, replicas, 10 * second),
        { ...crash(at + second, choice.between(0, 5 * second)), how: "close" },
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

const asks = (choice: SeededChoice, replicas: number, within: number, from = 0): ReadonlyArray<Event> =>
  Array.from(
    { length: choice.between(2, 8) },
    () =>
      ask(
        from + choice.between(0, within),
        `k${choice.between(1, 40)}`,
        choice.between(0, replicas - 1),
        choice.chance(0.3)
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
