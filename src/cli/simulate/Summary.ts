/**
 * The results of many seeds, for people.
 */
import type { FailedSeed, Summary } from "../../simulation/index.ts"
import { format } from "../terminal/Durations.ts"
import type { Style } from "../terminal/Style.ts"

/**
 * Creates the summary of no seed.
 *
 * @category constructors
 */
export const empty = (from: number): Summary => ({
  from,
  runs: 0,
  steps: 0,
  time: 0,
  failed: [],
  failures: 0,
  scenarios: new Map(),
  counts: new Map(),
  expectedOvershoots: 0
})

/** As many as one simulation keeps. */
const keptFailures = 100

/**
 * Adds the seeds that were run next.
 *
 * @category combining
 */
export const add = (summary: Summary, next: Summary): Summary => ({
  from: summary.from,
  runs: summary.runs + next.runs,
  steps: summary.steps + next.steps,
  time: summary.time + next.time,
  failed: [...summary.failed, ...next.failed].slice(0, keptFailures),
  failures: summary.failures + next.failures,
  scenarios: sum(summary.scenarios, next.scenarios),
  counts: sum(summary.counts, next.counts),
  expectedOvershoots: summary.expectedOvershoots + next.expectedOvershoots
})

type Counts = ReadonlyMap<string, number>

const sum = (first: Counts, second: Counts): Counts => {
  const counts = new Map(first)
  for (const [name, count] of second) counts.set(name, (counts.get(name) ?? 0) + count)
  return counts
}

const number = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ",")

const seedsOf = (count: number): string => `${number(count)} ${count === 1 ? "seed" : "seeds"}`

const rate = (runs: number, elapsedMs: number): string =>
  elapsedMs === 0 ? "" : `, ${number(Math.round((runs / elapsedMs) * 1000))} a second`

const day = 86_400_000

const virtual = (millis: number): string =>
  millis < 2 * day ? format(millis) : `${number(Math.floor(millis / day))} days`

/**
 * Says how far it has come.
 *
 * @category formatting
 */
export const progress = ({ failures, runs }: Summary, seeds: number, elapsedMs: number): string =>
  `${number(runs)} of ${seedsOf(seeds)}${rate(runs, elapsedMs)}, ` +
  (failures === 0 ? "no rule broken" : `${seedsOf(failures)} broke a rule`)

/**
 * Says what a seed broke first.
 *
 * @category formatting
 */
export const failure = ({ scenario, seed, violations: [first] }: FailedSeed): string =>
  `seed ${seed} (${scenario}) breaks the rule "${first?.rule}": ${first?.text.split("\n", 1).join("")}`

/**
 * Writes the summary.
 *
 * @category formatting
 */
export const lines = (summary: Summary, elapsedMs: number, { style, width }: {
  readonly style: Style
  readonly width: number
}): ReadonlyArray<string> => {
  const { counts, expectedOvershoots, failures, runs, scenarios, steps, time } = summary
  return [
    `${seedsOf(runs)} in ${format(elapsedMs)}${rate(runs, elapsedMs)}: ${virtual(time)} of virtual time, ` +
    `${number(steps)} steps.`,
    failures === 0 ? style.green("No rule was broken.") : style.red(`${seedsOf(failures)} broke a rule.`),
    ...(expectedOvershoots === 0
      ? []
      : [
        `Where ECS broke the bound on its lag on purpose, ${number(expectedOvershoots)} ` +
        `${expectedOvershoots === 1 ? "launch" : "launches"} went beyond the cap, as expected.`
      ]),
    "",
    style.bold("What was tried"),
    ...[["scenarios", scenarios] as const, ...groups(counts)].flatMap(([name, counts]) =>
      paragraph(name, counts, width)
    )
  ]
}

/** The name of a count has its group before a colon. */
const groups = (counts: Counts): ReadonlyArray<readonly [name: string, counts: Counts]> => {
  const all = new Map<string, Map<string, number>>()
  for (const [name, count] of counts) {
    const [, call] = /^calls of (\w+)$/.exec(name) ?? []
    const [, group = "other", what = name] = /^([^:]+): (.*)$/.exec(name) ?? []
    const [key, entry] = call === undefined ? [titles[group] ?? group, what] : ["calls", call]
    const entries = all.get(key) ?? new Map<string, number>()
    all.set(key, entries)
    entries.set(entry, count)
  }
  return [...all].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
}

const titles: Readonly<Record<string, string>> = {
  event: "events",
  RunTask: "RunTask faults",
  ListTasks: "ListTasks faults",
  DescribeTasks: "DescribeTasks faults",
  caller: "callers",
  answer: "answers",
  error: "errors",
  verdict: "verdicts"
}

const order: ReadonlyArray<string> = [
  "events",
  "weather",
  "callers",
  "calls",
  "RunTask faults",
  "ListTasks faults",
  "DescribeTasks faults",
  "verdicts",
  "answers",
  "errors"
]

const rank = (name: string): number => {
  const index = order.indexOf(name)
  return index === -1 ? order.length : index
}

const labelWidth = 22

/** The most frequent first, in lines that fit. */
const paragraph = (name: string, counts: Counts, width: number): ReadonlyArray<string> => {
  const entries = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  const drawn: Array<string> = []
  let line = `  ${name.padEnd(labelWidth)}`
  for (const [index, [entry, count]] of entries.entries()) {
    const text = `${entry} ${number(count)}${index === entries.length - 1 ? "" : ", "}`
    if (line.length + text.trimEnd().length > width && line.trim() !== name && line.trim() !== "") {
      drawn.push(line.trimEnd())
      line = " ".repeat(labelWidth + 2)
    }
    line += text
  }
  drawn.push(line.trimEnd())
  return drawn
}
