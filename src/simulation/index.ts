/**
 * Whole systems under seeded schedulers, against an ECS that is as hostile as the
 * seed says: prove your own settings with thousands of worlds, and read the story
 * of any of them.
 */
export type { LogEntry, OccupancySample, Violation } from "./checks/RunLog.ts"
export { type Run, run } from "./Run.ts"
export { draw, type DrawOptions, type Name, names } from "./scenario/DrawScenario.ts"
export type { Cut, Event, LedgerFaults, LedgerOperation, Restart, Scenario, Sharing } from "./scenario/Scenario.ts"
export { shrink, type Shrunk } from "./Shrink.ts"
export {
  describeFailures,
  type FailedSeed,
  report,
  runSeed,
  type SeedReport,
  type SeedResult,
  shrinkSeed,
  simulate,
  type SimulateOptions,
  type Summary,
  type WorldOptions
} from "./Simulate.ts"
export * as Story from "./Story.ts"
