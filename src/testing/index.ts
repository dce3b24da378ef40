/**
 * Tools for the tests of an application: an ECS whose lag and faults they set, and
 * schedulers, clocks and ids that a seed decides.
 *
 * This folder holds what users' own tests need, besides the emulator. The simulation and
 * the comparison are built on it. It may import `ecs`, `emulator` and `provisioner`.
 */
export * as Emulator from "../emulator/Emulator.ts"
export * as JumpingClock from "./JumpingClock.ts"
export * as SeededLaunchId from "./SeededLaunchId.ts"
export * as SeededRandom from "./SeededRandom.ts"
export * as SeededScheduler from "./SeededScheduler.ts"
export * as Simulation from "./Simulation.ts"
export * as TestEcs from "./TestEcs.ts"
