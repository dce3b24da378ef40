/**
 * An emulated ECS: run programs against it in process or over HTTP, make it as
 * late and as unreliable as needed, and ask it for the truth.
 */
export * as Control from "./Control.ts"
export * as EcsInProcess from "./EcsInProcess.ts"
export * as Emulator from "./Emulator.ts"
export * as Fault from "./Fault.ts"
export * as Http from "./Http.ts"
export * as Settings from "./Settings.ts"
export * as Truth from "./Truth.ts"
export * as World from "./World.ts"
