/**
 * The kinds of flags that the commands have. Each says of a wrong value what a
 * right one looks like.
 */
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as TimeText from "./Durations.ts"

const read = <A>(name: string, options: {
  readonly metavar: string
  readonly description: string
  readonly parse: (text: string) => Option.Option<A>
  readonly expected: string
}): Flag.Flag<A> =>
  Flag.String(name).pipe(
    Flag.withMetavar(options.metavar),
    Flag.withDescription(options.description),
    Flag.filterMap(options.parse, () => options.expected)
  )

const number = (pattern: RegExp, isFit: (value: number) => boolean) => (text: string): Option.Option<number> =>
  pattern.test(text) ? Option.filter(Option.some(Number(text)), isFit) : Option.none()

/**
 * A flag with a text that is not empty.
 *
 * @category flags
 */
export const text = (name: string, metavar: string, description: string): Flag.Flag<string> =>
  read(name, {
    metavar,
    description,
    parse: (text) => text.trim() === "" ? Option.none() : Option.some(text),
    expected: "a text that is not empty"
  })

/**
 * A flag with a whole number.
 *
 * @category flags
 */
export const whole = (
  name: string,
  range: { readonly minimum: number; readonly maximum: number },
  description: string
): Flag.Flag<number> =>
  read(name, {
    metavar: "N",
    description,
    parse: number(/^[+-]?\d+$/, (value) => value >= range.minimum && value <= range.maximum),
    expected: `a whole number from ${range.minimum} to ${range.maximum}`
  })

/**
 * A flag with a number above 0.
 *
 * @category flags
 */
export const positive = (name: string, metavar: string, description: string): Flag.Flag<number> =>
  read(name, {
    metavar,
    description,
    parse: number(/^\+?(?:\d+\.?\d*|\.\d+)$/, (value) => value > 0 && Number.isFinite(value)),
    expected: "a number above 0"
  })

/**
 * A flag that says how likely something is.
 *
 * @category flags
 */
export const probability = (name: string, description: string): Flag.Flag<number> =>
  read(name, {
    metavar: "P",
    description,
    parse: number(/^(?:\d+\.?\d*|\.\d+)$/, (value) => value <= 1),
    expected: "a probability from 0 to 1"
  })

/**
 * A flag with a time above 0.
 *
 * @category flags
 */
export const time = (name: string, description: string): Flag.Flag<Duration.Duration> =>
  read(name, {
    metavar: "TIME",
    description,
    parse: (text) => Option.filter(TimeText.parse(text), (duration) => Duration.toMillis(duration) > 0),
    expected: `${TimeText.expected}, above 0`
  })

/**
 * A flag with a time that may be 0, or drawn from a range.
 *
 * @category flags
 */
export const span = (name: string, description: string) =>
  read(name, { metavar: "TIME", description, parse: TimeText.parseSpan, expected: TimeText.expectedSpan })

/**
 * A flag with an HTTP URL.
 *
 * @category flags
 */
export const url = (name: string, description: string): Flag.Flag<string> =>
  read(name, {
    metavar: "URL",
    description,
    parse: (text) => /^https?:\/\/[^/]/.test(text) && URL.canParse(text) ? Option.some(text) : Option.none(),
    expected: "a URL such as http://127.0.0.1:4566"
  })
