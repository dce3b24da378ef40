/**
 * An emulated ECS: run programs against it in process or over HTTP, make it as
 * late and as unreliable as needed, and ask it for the truth.
 *
 * This folder holds an ECS that runs anywhere: plain data and operations, a service over
 * the clock of the program, and HTTP. It knows nothing of the ledger or the provisioner,
 * and may import `ecs`.
 */
export * as Control from "./Control.ts"
export * as EcsInProcess from "./EcsInProcess.ts"
export * as Emulator from "./Emulator.ts"
export * as World from "./Engine.ts"
export * as GroundTruth from "./GroundTruth.ts"
export * as Http from "./http/Server.ts"
export * as Fault from "./model/Fault.ts"
export * as Settings from "./model/Settings.ts"
