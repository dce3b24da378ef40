/**
 * The `fleetcap` command, from its arguments to its exit code.
 *
 * This folder holds the command: `burst`, `emulate` and `simulate` have a folder each,
 * and share `terminal`. It writes to the terminal, and is the only one that ends the
 * process. It may import every folder of `src`, and none may import it.
 */
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { burst } from "./burst/Command.ts"
import { emulate } from "./emulate/Command.ts"
import { simulate } from "./simulate/Command.ts"
import * as ExitCode from "./terminal/ExitCode.ts"
import * as Platform from "./terminal/Platform.ts"
import * as Screens from "./terminal/Screen.ts"
import * as Usage from "./terminal/Usage.ts"
import { version } from "./Version.ts"

const fleetcap = Command.make("fleetcap").pipe(
  Command.withDescription("Launch ECS tasks on demand, and never let a fleet exceed its cap."),
  Command.withSubcommands([burst, emulate, simulate])
)

/** Everything but the wizard, which asks for one flag after the other. */
const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions, GlobalFlag.LogLevel]

/**
 * Runs the command, and returns the code with which the process is to exit.
 *
 * @category running
 */
export const main = Effect.fnUntraced(function*(
  args: ReadonlyArray<string>
): Effect.fn.Return<number, never, Screens.Screen> {
  const screen = yield* Screens.Screen
  return yield* Command.runWith(fleetcap, { version })(args).pipe(
    Effect.as(0),
    Effect.catch((error) => {
      if (error instanceof ExitCode.Exited) return Effect.succeed(error.code)
      if (error instanceof Usage.UsageError) return Effect.as(screen.note(error.message), ExitCode.usage)
      // The presenter has said what is wrong; help that was asked for is no error.
      if (CliError.isCliError(error) && error._tag === "ShowHelp") {
        return Effect.succeed(error.errors.length > 0 ? ExitCode.usage : 0)
      }
      return Effect.as(screen.note(error.message), ExitCode.failure)
    }),
    Effect.catchDefect((defect) =>
      Effect.as(screen.note(`this is a bug: ${Cause.pretty(Cause.die(defect))}`), ExitCode.failure)
    ),
    Effect.provide(Layer.mergeAll(Platform.layer, CliConfig.layer({ builtIns }), Usage.presenter(screen)))
  )
})
