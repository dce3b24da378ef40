/**
 * Launches ECS worker tasks on demand, and never lets the fleet pass its cap.
 *
 * Start with `Provisioner.layer`, over `LedgerMemory.layer` and `EcsAws.layer`.
 *
 * It exports what applications use, and nothing else. The other entry points are the
 * `index.ts` of `emulator`, `testing`, `simulation`, `ledger/postgres` and `ledger/dynamodb`.
 */
export * as Ecs from "./ecs/Ecs.ts"
export * as EcsAws from "./ecs/EcsAws.ts"
export * as EcsErrors from "./ecs/EcsErrors.ts"
export * as LaunchPermits from "./ecs/LaunchPermits.ts"
export * as TaskExit from "./ecs/TaskExit.ts"
export * as Fleet from "./fleet/Fleet.ts"
export * as Settings from "./fleet/Settings.ts"
export * as Change from "./ledger/Change.ts"
export * as Key from "./ledger/Key.ts"
export * as Ledger from "./ledger/Ledger.ts"
export * as LedgerMemory from "./ledger/LedgerMemory.ts"
export * as Evidence from "./ledger/rules/Evidence.ts"
export * as Launch from "./ledger/rules/Launch.ts"
export * as LedgerState from "./ledger/rules/LedgerState.ts"
export * as Release from "./ledger/rules/Release.ts"
export * as Stop from "./ledger/rules/Stop.ts"
export * as Slot from "./ledger/Slot.ts"
export * as Answer from "./provisioner/Answer.ts"
export * as HttpAnswer from "./provisioner/HttpAnswer.ts"
export * as LaunchId from "./provisioner/LaunchId.ts"
export * as Provisioner from "./provisioner/Provisioner.ts"
export * as ProvisionError from "./provisioner/ProvisionError.ts"
export * as Snapshot from "./provisioner/Snapshot.ts"
