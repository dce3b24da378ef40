/**
 * Worlds in which the simulation found something, made small, each with what it
 * was. They are data, so that drawing other worlds does not change them.
 */
import type { Event, Scenario } from "../../src/simulation/index.ts"

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

const ask = (at: number, key: string, waits: boolean): Event => ({
  at,
  _tag: "Ask",
  key,
  waits,
  givesUpAfter: undefined
})

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
    sentence: "a process that shuts down as it begins ends",
    scenario: world(
      Array.from({ length: 20 }, () => ({ at: 0, _tag: "Restart", how: "close", ledger: "kept", takes: 0 }))
    )
  }
]
