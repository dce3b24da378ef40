/**
 * Writes results to standard output and notes to standard error, and redraws a few
 * lines on a terminal.
 *
 * This folder holds what the commands share: the screen, flags, errors, exit codes,
 * signals and charts. It knows nothing of fleets, and may import `Detail.ts` and the
 * settings of `emulator/model`.
 */
import * as Cause from "effect/Cause"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Style from "./Style.ts"

/**
 * The output of the command.
 *
 * @category services
 */
export class Screen extends Context.Service<Screen, {
  readonly style: Style.Style
  /** Whether lines can be drawn again. */
  readonly canRedraw: boolean
  /** The number of characters that fit in a line. 80 where there is no terminal. */
  readonly width: Effect.Effect<number>
  /** Writes lines to standard output. */
  readonly print: (...lines: ReadonlyArray<string>) => Effect.Effect<void>
  /** Writes a line to standard error. */
  readonly note: (line: string) => Effect.Effect<void>
  /** Draws lines on the terminal in the place of those that were drawn last. */
  readonly redraw: (lines: ReadonlyArray<string>) => Effect.Effect<void>
}>()("fleetcap/cli/Screen") {}

/** Text from elsewhere, such as an error's message, must not move the cursor or break the line. */
const oneLine = (text: string): string => text.replace(/[\p{Control}\u2028\u2029]+/gu, " ").trim()

const levels: Readonly<Record<string, string>> = { Warn: "warning" }

/**
 * Provides the screen of the process, and logs to its standard error.
 *
 * @category layers
 */
export const layer: Layer.Layer<Screen> = Layer.effectContext(Effect.gen(function*() {
  const { canAnimate, canColor } = yield* TerminalCapabilities.TerminalCapabilities
  const { stderr, stdout } = process
  let drawn = 0

  const erase = (): string => {
    const up = drawn === 0 ? "" : `\u001b[${drawn}A\u001b[0J`
    drawn = 0
    return up
  }
  const print = (lines: ReadonlyArray<string>): void => {
    stdout.write(erase() + lines.map((line) => `${line}\n`).join(""))
  }
  const note = (line: string): void => {
    const up = erase()
    if (up !== "") stdout.write(up)
    stderr.write(`fleetcap: ${oneLine(line)}\n`)
  }

  const screen = Screen.of({
    style: canColor ? Style.colored : Style.plain,
    canRedraw: canAnimate,
    width: Effect.sync(() => stdout.columns || 80),
    print: (...lines) => Effect.sync(() => print(lines)),
    note: (line) => Effect.sync(() => note(line)),
    redraw: (lines) =>
      Effect.sync(() => {
        print(lines)
        drawn = lines.length
      })
  })

  const logger = Logger.make<unknown, void>(({ cause, logLevel, message }) => {
    const parts = Array.isArray(message) ? message.map(String) : [String(message)]
    if (cause.reasons.length > 0) parts.push(Cause.pretty(cause))
    note(`${levels[logLevel] ?? logLevel.toLowerCase()}: ${parts.join(" ")}`)
  })
  const loggers = yield* Layer.build(Logger.layer([logger]))
  return Context.add(loggers, Screen, screen)
}))
