/**
 * Whole systems under seeded schedulers, against an ECS that is as hostile as the
 * seed says: prove your own settings with thousands of worlds, and read the story
 * of any of them.
 *
 * This folder runs all of fleetcap in worlds that seeds draw: `scenario` draws them,
 * `system` runs them, and `checks` holds what must be true. It may import `testing`,
 * `emulator`, `fleet` and `ledger`.
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
