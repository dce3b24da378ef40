/**
 * Errors in the command line, in one line each.
 */
import type * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Details from "../../Detail.ts"
import type { Screen } from "./Screen.ts"

/**
 * Flags that are right one by one and wrong together.
 *
 * @category errors
 */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

/** The text that was given, without the part before the host of a URL, however wrong the URL is. */
const quoted = (text: string): string =>
  Details.of(JSON.stringify(text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1***@")))

const suggestion = (suggestions: ReadonlyArray<string>): string =>
  suggestions.length === 0 ? "" : `, did you mean ${suggestions.join(" or ")}?`

/**
 * Says what is wrong with the arguments of a command.
 *
 * @category formatting
 */
export const describe = (error: CliError.NonShowHelpErrors): string => {
  switch (error._tag) {
    case "UnrecognizedOption":
      return `unknown flag ${quoted(error.option)}${suggestion(error.suggestions)}`
    case "UnknownSubcommand":
      return `unknown command ${quoted(error.subcommand)}${suggestion(error.suggestions)}`
    case "UnexpectedArgument":
      return `unexpected argument ${error.arguments.map(quoted).join(" ")}`
    case "MissingOption":
      return `--${error.option} is missing`
    case "InvalidValue":
      if (error.value === "") return `--${error.option} needs a value`
      return /^\d+ occurrences$/.test(error.value)
        ? `--${error.option} is given more than once`
        : `--${error.option}: expected ${error.expected}, got ${quoted(error.value)}`
    default:
      return Details.of(error.message)
  }
}

/**
 * Presents help and version as usual, and what is wrong in one line on standard error.
 *
 * @category layers
 */
export const presenter = (screen: Screen["Service"]) =>
  CliOutput.layerPresenter({
    present: (event) => {
      if (event._tag !== "InvalidInvocation") return CliOutput.defaultPresenter.present(event)
      const [error] = event.errors
      return error === undefined
        ? Effect.void
        : screen.note(`${describe(error)} (see ${event.commandPath.join(" ")} --help)`)
    }
  })
