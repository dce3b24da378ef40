/**
 * The words of a comparison, the same ones wherever it is shown.
 */
import type { Comparison, WorldsRow } from "../Compare.ts"
import type { Row } from "../Row.ts"
import type { Situation } from "../Situation.ts"

/**
 * Writes milliseconds: `0.1 s`, `3 min 5 s`.
 *
 * @category formatting
 */
export const time = (millis: number): string => {
  if (millis < 99_950) return `${(millis / 1000).toFixed(1)} s`
  const seconds = Math.round(millis / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/**
 * Writes a number with its thousands set apart.
 *
 * @category formatting
 */
export const count = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ",")

/**
 * Writes how many lists were read.
 *
 * @category formatting
 */
export const lists = (listTasks: number): string =>
  listTasks === 0 ? "no list" : listTasks === 1 ? "1 list" : `${count(listTasks)} lists`

/**
 * Writes a share of 1.
 *
 * @category formatting
 */
export const percent = (share: number): string => `${Math.round(share * 100)} %`

/** Below this share of the cap, slots that callers ask for are not granted as they should be. */
const fairShare = 0.85

/**
 * Returns whether a policy did what it is for: no task too many, no slot left unused.
 *
 * @category guards
 */
export const isGood = ({ measure }: Situation, row: Row): boolean =>
  row.over === 0 && row.unused === 0 && (measure === "time" || row.share >= fairShare)

/**
 * Writes how many there are of something.
 *
 * @category formatting
 */
export const plural = (value: number, one: string, many: string): string =>
  `${count(value)} ${value === 1 ? one : many}`

/**
 * Says in a word or two how a policy did.
 *
 * @category formatting
 */
export const verdict = (situation: Situation, row: Row): string => {
  if (row.over > 0) return `${count(row.over)} over the cap`
  if (row.unused > 0) return `${plural(row.unused, "slot", "slots")} unused`
  return isGood(situation, row) ? "held" : "too little used"
}

/**
 * Remarks on a row besides the most tasks at once, in a few words each.
 *
 * @category formatting
 */
export const remarks = ({ measure }: Situation, row: Row): ReadonlyArray<string> => [
  ...(measure === "share" ? [`${percent(row.share)} used`] : []),
  lists(row.listTasks),
  ...(measure === "time" && row.decidedMs !== undefined ? [time(row.decidedMs)] : [])
]

/**
 * Names the worlds that seeds drew.
 *
 * @category formatting
 */
export const worldsTitle = ({ worlds: { from, seeds } }: Comparison): string =>
  seeds === 1
    ? `the world of seed ${from}: everything at once`
    : `${seeds} worlds drawn from seeds ${from} to ${from + seeds - 1}: everything at once`

/**
 * Remarks on the worlds besides the number of those in which the cap was passed.
 *
 * **Details**
 *
 * Sums and averages are rounded: what one world more or less changes is not what
 * the policies differ in.
 *
 * @category formatting
 */
export const worldsRemarks = (row: WorldsRow): ReadonlyArray<string> => [
  ...(row.worstOver > 0 ? [`up to ${row.worstOver} too many`] : []),
  lists(Number(row.listTasks.toPrecision(2))),
  ...(row.servedMs === undefined ? [] : [`${(row.servedMs / 60_000).toFixed(1)} min`])
]

/**
 * Says what the worlds are that seeds drew.
 *
 * @category formatting
 */
export const worldsNote = ({ worlds: { from, seeds } }: Comparison): string =>
  `${
    seeds === 1 ? "A world" : `${seeds} worlds`
  } drawn from seeds, from ${from} on: late lists, lost answers, throttles, short pages, ` +
  "short lives. A dot is the most tasks that ran at once; the larger, the more worlds."

/**
 * Begins a text with a capital letter.
 *
 * @category formatting
 */
export const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/**
 * Writes the title of a situation as a heading, with the cap where it does not say it itself.
 *
 * @category formatting
 */
export const heading = ({ cap, title }: Situation): string =>
  sentence(title.includes("cap ") ? title : `${title}, cap ${cap}`)

/**
 * Writes the time at the end of an axis.
 *
 * @category formatting
 */
export const axisTime = (millis: number): string =>
  millis < 60_000 ? `${Math.round(millis / 100) / 10} s` : `${Math.round(millis / 6000) / 10} min`
