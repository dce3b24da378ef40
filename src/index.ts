/**
 * Launches ECS worker tasks on demand, and never lets the fleet pass its cap.
 *
 * Start with `Provisioner.layer`, over `Ledger.layerMemory` and `EcsAws.layer`.
 */
export * as Answer from "./Answer.ts"
export * as Change from "./Change.ts"
export * as Ecs from "./Ecs.ts"
export * as EcsAws from "./EcsAws.ts"
export * as EcsErrors from "./EcsErrors.ts"
export * as Fleet from "./Fleet.ts"
export * as Key from "./Key.ts"
export * as LaunchId from "./LaunchId.ts"
export * as LaunchPermits from "./LaunchPermits.ts"
export * as Ledger from "./Ledger.ts"
export * as Provisioner from "./Provisioner.ts"
export * as ProvisionError from "./ProvisionError.ts"
export * as Evidence from "./rules/Evidence.ts"
export * as Launch from "./rules/Launch.ts"
export * as Occupancy from "./rules/Occupancy.ts"
export * as Settings from "./Settings.ts"
export * as Slot from "./Slot.ts"
export * as Snapshot from "./Snapshot.ts"
