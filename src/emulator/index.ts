/**
 * An emulated ECS: run programs against it in process or over HTTP, make it as
 * late and as unreliable as needed, and ask it for the truth.
 */
export * as Control from "./Control.ts"
export * as EcsInProcess from "./EcsInProcess.ts"
export * as Emulator from "./Emulator.ts"
export * as World from "./Engine.ts"
export * as GroundTruth from "./GroundTruth.ts"
export * as Http from "./http/Server.ts"
export * as Fault from "./model/Fault.ts"
export * as Settings from "./model/Settings.ts"
