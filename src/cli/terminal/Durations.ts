/**
 * Times as they are written on a command line: `500ms`, `5s`, `2m`, `1h`.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { Span } from "../../emulator/model/Settings.ts"

/**
 * The form of a time, for messages and help.
 *
 * @category formatting
 */
export const expected = "a time such as 500ms, 5s, 2m or 1h"

/**
 * The form of a time that may be drawn from a range, for messages and help.
 *
 * @category formatting
 */
export const expectedSpan = `${expected}, or a range such as 2s..5s`

const units: ReadonlyMap<string, number> = new Map([["ms", 1], ["s", 1000], ["m", 60_000], ["h", 3_600_000]])

/** Beyond this, a number of milliseconds is no longer exact. */
const longest = Duration.millis(Number.MAX_SAFE_INTEGER)

/**
 * Reads a time. A number without a unit is rejected, because it could mean seconds or
 * milliseconds.
 *
 * @category parsing
 */
export const parse = (text: string): Option.Option<Duration.Duration> => {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  const factor = units.get(unit)
  if (factor === undefined) return Option.none()
  const duration = Duration.millis(Math.round(Number(digits) * factor))
  return Duration.isLessThanOrEqualTo(duration, longest) ? Option.some(duration) : Option.none()
}

/**
 * Reads a time that may be a range, `2s..5s`, or `forever`.
 *
 * @category parsing
 */
export const parseSpan = (text: string): Option.Option<Span> => {
  if (text === "forever") return Option.some(Duration.infinity)
  const [first = "", second, ...others] = text.split("..")
  if (second === undefined) return parse(text)
  return others.length > 0
    ? Option.none()
    : Option.filter(
      Option.all({ min: parse(first), max: parse(second) }),
      ({ max, min }) => Duration.isLessThanOrEqualTo(min, max)
    )
}

/**
 * Writes milliseconds as people read them: `0.4 s`, `12.3 s`, `4 min 5 s`.
 *
 * @category formatting
 */
export const format = (millis: number): string => {
  if (millis < 99_950) return `${(millis / 1000).toFixed(1)} s`
  const seconds = Math.round(millis / 1000)
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
