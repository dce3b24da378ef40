/**
 * Worlds in which the simulation found something, made small, each with what it
 * was. They are data, so that drawing other worlds does not change them.
 */
import type { Event, Scenario, Sharing } from "../../src/simulation/index.ts"

const world = (events: ReadonlyArray<Event>, rest: Partial<Scenario> = {}): Scenario => ({
  seed: 1,
  name: "regression",
  cap: 2,
  exclusiveKeys: false,
  launchPermits: 20,
  yieldProbability: 0.05,
  settings: {},
  ecs: { seed: 1, latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 } },
  conflicts: 0,
  ledger: undefined,
  pausesAtTheEnd: false,
  breaksLagBound: false,
  ...rest,
  events
})

const ask = (at: number, key: string, waits: boolean, replica?: number): Event => ({
  at,
  _tag: "Ask",
  key,
  waits,
  givesUpAfter: undefined,
  replica
})

const closing = (at: number, replica: number): Event => ({
  at,
  _tag: "Restart",
  how: "close",
  ledger: "kept",
  takes: 0,
  replica
})

const sharing: Sharing = { replicas: 2, latency: 5, lost: 0, late: 0, lateBy: 0, twice: 0, clockError: 0 }

/** Several processes ask the ledger once a second each: a run that ends in hours would take long. */
const brisk = {
  backgroundReadingInterval: "1 minute",
  attemptTimeout: "5 seconds",
  replayBackoffMax: "5 seconds"
} as const

export const regressions: ReadonlyArray<{ readonly sentence: string; readonly scenario: Scenario }> = [
  {
    sentence: "a fleet that closes while its ledger is away closes",
    scenario: world([
      ask(0, "a", true),
      { at: 1000, _tag: "Restart", how: "close", ledger: "kept", takes: 0 },
      { at: 3000, _tag: "Restart", how: "close", ledger: "kept", takes: 0 },
      { at: 6000, _tag: "Restart", how: "close", ledger: "kept", takes: 0 },
      { at: 9000, _tag: "Restart", how: "close", ledger: "kept", takes: 0 }
    ], { ledger: { away: 0.5, slow: 1, slowness: 0 } })
  },
  {
    sentence: "those whose slots are withdrawn at the gate are served in the order in which they came",
    scenario: world([
      ...["a", "b", "c", "d", "e", "f", "g", "h"].map((key, index) => ask(index, key, true)),
      { at: 1027, _tag: "Resize", cap: 5 },
      { at: 1228, _tag: "Resize", cap: 4 }
    ], {
      launchPermits: 1,
      ecs: {
        seed: 1,
        latencyOf: { RunTask: { min: 5, max: 400 }, ListTasks: { min: 5, max: 300 }, DescribeTasks: 40 },
        faults: [
          { operation: "RunTask", probability: 0.3, fault: { _tag: "Capacity" } },
          { operation: "ListTasks", probability: 0.2, fault: { _tag: "Throttle" } }
        ]
      }
    })
  },
  {
    sentence: "a launch without a verdict that is held back at the gate is sent again once there is room",
    scenario: world([
      { at: 0, _tag: "Resize", cap: 4 },
      ...["a", "b", "c", "d"].map((key) => ask(10, key, false)),
      { at: 80, _tag: "Resize", cap: 2 },
      { at: 300, _tag: "Weather", name: "it answers again", ecs: { faults: [] } }
    ], {
      ecs: {
        seed: 5,
        latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 },
        lifecycle: { lifetime: 1000 },
        faults: [{ operation: "RunTask", probability: 0.5, fault: { _tag: "Reset", processed: false } }]
      }
    })
  },
  {
    sentence: "a process that shuts down as it takes over a launch leaves it to the next, or waits for its answer",
    scenario: world([
      ask(0, "a", true),
      ask(0, "b", true),
      { at: 60, _tag: "Restart", how: "crash", ledger: "kept", takes: 5 },
      ...Array.from({ length: 12 }, (): Event => ({ at: 61, _tag: "Restart", how: "close", ledger: "kept", takes: 0 }))
    ], { seed: 53, ecs: { seed: 53, latencyOf: { RunTask: 400, ListTasks: 40, DescribeTasks: 40 } } })
  },
  {
    sentence: "a process that could not say that it has read does not keep the others from reading for ever",
    scenario: world([
      ask(0, "a", false, 0),
      { at: 200, _tag: "Cut", replica: 0, takes: 12_000, way: "answers" },
      ask(12_500, "b", true, 1)
    ], { sharing, settings: brisk, ecs: { seed: 1, latencyOf: { RunTask: 50, ListTasks: 500, DescribeTasks: 40 } } })
  },
  {
    sentence: "a caller of a process that had stood still is not taken to have waited all that time",
    scenario: world([
      ...["a", "b"].map((key) => ask(0, key, true, 0)),
      ...["c", "d", "e"].map((key, index) => ask(1000 + 200 * index, key, true, 1)),
      { at: 2000, _tag: "Pause", replica: 0, takes: 15_000 },
      ...["f", "g"].map((key) => ask(16_000, key, true, 0))
    ], { cap: 1, sharing: { ...sharing, latency: 300 }, settings: brisk })
  },
  {
    sentence: "a process that has left stays away, though what it began with arrives once more",
    scenario: world([
      ask(0, "a", true, 0),
      closing(100, 0),
      ask(200, "b", true, 1),
      ask(300, "c", true, 0),
      closing(500, 0),
      closing(1500, 1)
    ], {
      sharing: { ...sharing, twice: 0.7, late: 0.2, lateBy: 5000 },
      settings: { ...brisk, shutdownTimeout: 0 }
    })
  },
  {
    sentence: "a process that shuts down as it begins ends",
    scenario: world(
      Array.from({ length: 20 }, () => ({ at: 0, _tag: "Restart", how: "close", ledger: "kept", takes: 0 }))
    )
  }
]
