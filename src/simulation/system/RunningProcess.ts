/**
 * A process with a real provisioner: it starts, crashes, goes on after its machine
 * stood still, and shuts down.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Ecs } from "../../ecs/Ecs.ts"
import type { LaunchPermits } from "../../ecs/LaunchPermits.ts"
import { LaunchId } from "../../provisioner/LaunchId.ts"
import type { Provisioner } from "../../provisioner/Provisioner.ts"
import type { Process } from "../checks/Process.ts"
import type { RunLog } from "../checks/RunLog.ts"
import type { Checks } from "./Checks.ts"
import type { PausableMachine } from "./PausableMachine.ts"

/**
 * A process that runs.
 *
 * @category models
 */
export interface RunningProcess {
  readonly process: Process
  readonly provisioner: Provisioner["Service"]
  /** Its machine, where that may stand still. */
  readonly machine?: PausableMachine | undefined
}

/**
 * Starts the provisioner of a process in a scope of its own, which is closed again
 * where it fails to start.
 *
 * @category constructors
 */
export const start = <E>(options: {
  /** ECS as the process reaches it. */
  readonly ecs: Effect.Effect<Ecs["Service"], never, Scope.Scope>
  /** Makes the provisioner, anew each time it is started. */
  readonly provisioner: (ecs: Ecs["Service"]) => Effect.Effect<Provisioner["Service"], E, Scope.Scope>
  readonly launchId: Effect.Effect<string>
  readonly onFailure?: (error: E) => void
}) =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const ecs = yield* Scope.provide(options.ecs, scope)
    const provisioner = yield* options.provisioner(ecs).pipe(
      Effect.provideService(LaunchId, options.launchId),
      Scope.provide(scope),
      Effect.tapError((error) => {
        options.onFailure?.(error)
        return Scope.close(scope, Exit.fail(error))
      })
    )
    return { provisioner, scope }
  })

/**
 * Marks a process as crashed: nothing of it reaches the ledger or ECS any more, and its
 * callers hear nothing.
 *
 * @category processes
 */
export const crash = ({ callers }: Checks, process: Process): void => {
  process.crashed = true
  for (const caller of callers.waiting()) if (caller.process === process) callers.left(caller, "is cut off")
}

/**
 * Lets a process go on whose machine stands still, unless it has crashed meanwhile.
 *
 * @category processes
 */
export const resume = (
  log: RunLog,
  { machine, process }: { readonly process: Process; readonly machine: PausableMachine }
): void => {
  if (process.crashed || !machine.isStopped()) return
  process.resumedAt = log.now()
  log.tell(process.name, () => "goes on")
  machine.resume()
}

/**
 * Shuts a process down, and checks that it has given back all launch permits: one that
 * it lost would be lost for all fleets that share them.
 *
 * @category processes
 */
export const shutDown = (options: {
  readonly log: RunLog
  readonly process: Process
  readonly permits: LaunchPermits
  readonly close: Effect.Effect<void>
  /** Whether the process has nothing to wait for as it begins to shut down, where that can be told. */
  readonly isIdle: () => boolean
}): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { close, log, permits, process } = options
    const { name } = process
    const closingAt = log.now()
    process.closingAt = closingAt
    const isIdle = options.isIdle()
    log.tell(name, () => "begins to shut down")
    return Effect.map(close, () => {
      process.ended = true
      if (!process.crashed && permits.held() > 0) {
        log.violate("closing gives all launch permits back", `${name} has ended, and ${permits.held()} are held`)
      }
      const took = log.now() - closingAt
      if (isIdle && took > 0 && !process.crashed && !process.leaseLost) {
        log.violate("closing waits only for what may have been sent", `${name} took ${took} ms to shut down`)
      }
      log.tell(name, () => "has ended")
    })
  })
