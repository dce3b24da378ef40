/**
 * `fleetcap emulate`: an ECS that runs on this machine.
 *
 * This folder has the flags of an emulator and runs it until a signal comes. It may
 * import `cli/terminal` and `emulator`.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { flags, settingsOf } from "./Flags.ts"

const description = `Run an ECS on this machine, for AWS SDKs, the AWS CLI and fleetcap itself.

  It speaks the ECS API and launches nothing: tasks exist in memory only. It lags
  and fails as the flags say; without any, it is always consistent and never fails.
  Times may be ranges, such as 2s..5s, from which each one is drawn. The first call of
  each kind that AWS would refuse is logged on standard error; --strict refuses them.

  Its true state, and its controls, are at the same address:

    GET  /_fleetcap/truth      live and running tasks, their peak, and all calls
    GET  /_fleetcap/tasks      the tasks that are live
    GET  /_fleetcap/launches   what RunTask was asked
    GET  /_fleetcap/mistakes   what AWS would have refused
    POST /_fleetcap/control    {"settings":{..},"faults":[..],"launch":{..},"stop":{..},"reset":true}

  It runs until SIGINT, SIGTERM or SIGHUP, and then exits with 0; it exits with 1 if
  it cannot listen, and with 2 after invalid flags.`

/**
 * `fleetcap emulate`.
 *
 * @category commands
 */
export const emulate = Command.make(
  "emulate",
  flags,
  Effect.fnUntraced(function*(given) {
    const Emulation = yield* Effect.promise(() => import("./Emulation.ts"))
    return yield* Emulation.run({ host: given.host, port: given.port, settings: settingsOf(given) })
  })
).pipe(
  Command.withDescription(description),
  Command.withShortDescription("Run an ECS on this machine"),
  Command.withExamples([
    { command: "fleetcap emulate", description: "A perfect ECS" },
    {
      command: "fleetcap emulate --list-lag 2s..5s --task-lifetime 10s --lost-answers 0.2",
      description: "Lists that lag, tasks that run for 10 s, and one RunTask in five whose answer is lost"
    }
  ])
)
