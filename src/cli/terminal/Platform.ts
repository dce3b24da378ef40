/**
 * The platform services that `effect/cli` requires of every command. They are those that
 * this command uses, so that `npx fleetcap` runs without `@effect/platform-node`, which
 * brings a Redis client and a web socket server with it.
 *
 * No flag reads a file, nothing prompts (the wizard is not among the built-in flags), no
 * process is started, and output goes through `Screen`. A use of the terminal or of a
 * child process is therefore a mistake in the command: it fails as a defect.
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as ChildProcessSpawner from "effect/process/ChildProcessSpawner"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"

const unused = Effect.suspend(() => Effect.die(new Error("the fleetcap command neither prompts nor starts processes")))

const terminal = Terminal.make({
  columns: Effect.sync(() => process.stdout.columns ?? 0),
  rows: Effect.sync(() => process.stdout.rows ?? 0),
  size: unused,
  readInput: unused,
  readLine: unused,
  display: () => unused
})

const stdio = Stdio.make({
  args: Effect.sync(() => process.argv.slice(2)),
  stdinIsTerminal: Effect.sync(() => process.stdin.isTTY),
  stdoutIsTerminal: Effect.sync(() => process.stdout.isTTY),
  stderrIsTerminal: Effect.sync(() => process.stderr.isTTY),
  stdin: Stream.fromEffect(unused),
  stdout: () => Sink.fromEffect(unused),
  stderr: () => Sink.fromEffect(unused)
})

/**
 * Provides what `effect/cli` requires.
 *
 * @category layers
 */
export const layer = Layer.mergeAll(
  FileSystem.layerNoop({}),
  Path.layer,
  Layer.succeed(Terminal.Terminal, terminal),
  Layer.succeed(Stdio.Stdio, stdio),
  Layer.succeed(ChildProcessSpawner.ChildProcessSpawner, ChildProcessSpawner.make(() => unused))
)
