/**
 * The story of a run, for readers who do not know the code.
 */
import type { Run } from "./Run.ts"
import type { Event } from "./scenario/Scenario.ts"

const pad = (value: number, digits: number): string => String(value).padStart(digits, "0")

/**
 * Writes a virtual time: hours, minutes, seconds and milliseconds since the run began.
 *
 * @category formatting
 */
export const clock = (millis: number): string => {
  const seconds = Math.floor(millis / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60, 2)}:${pad(seconds % 60, 2)}.${pad(millis % 1000, 3)}`
}

const at = (replica: number | undefined): string => replica === undefined ? "" : `at place ${replica + 1} `

/**
 * Writes what is going to happen, in words.
 *
 * @category formatting
 */
export const event = (event: Event): string => {
  switch (event._tag) {
    case "Ask":
      return `a caller asks ${at(event.replica)}for ${event.key}${event.waits ? ", and waits in line" : ""}${
        event.givesUpAfter === undefined ? "" : `, and gives up after ${event.givesUpAfter} ms`
      }`
    case "Resize":
      return `the cap is set to ${event.cap}`
    case "Foreign":
      return `another program launches ${event.count} ${event.copies === true ? "copies of tasks" : "tasks"}, for ${
        event.lifetime / 1000
      } s`
    case "StopWorkers":
      return `an operator asks ${at(event.replica)}to stop the workers for ${event.key}`
    case "Stop":
      return `up to ${event.count} tasks are stopped`
    case "Release":
      return "an operator asks to free what is unknown"
    case "Restart":
      return event.replica === undefined
        ? `the process ends (${event.how}), and the next one has the ledger ${event.ledger}`
        : `the process at place ${event.replica + 1} ends (${event.how}), and another follows after ${event.takes} ms`
    case "Pause":
      return `the process at place ${event.replica + 1} stands still for ${event.takes} ms`
    case "Suspend":
      return `the machine ${at(event.replica)}is suspended for ${event.takes} ms`
    case "SetClock":
      return `the wall clock ${at(event.replica)}is set by ${event.by} ms`
    case "SetStoreClock":
      return `the clock of the ledger is set by ${event.by} ms${
        event.takes === undefined ? "" : `, and back after ${event.takes} ms`
      }`
    case "Cut":
      return `the process at place ${event.replica + 1} is cut off from the ledger for ${event.takes} ms: ${
        event.way === "both" ? "nothing passes" : `no ${event.way} pass`
      }`
    case "Blind":
      return `the process at place ${event.replica + 1} cannot read ECS any more: ${event.how}`
    case "Weather":
      return `ECS: ${event.name}`
  }
}

/**
 * Writes the whole story: what the world was, what happened when, and what went wrong.
 *
 * @example
 * ```ts
 * import { draw, run, Story } from "fleetcap/simulation"
 * import assert from "node:assert/strict"
 *
 * const story = Story.write(run(draw(7), { withStory: true }))
 * assert.match(story, /What happened:/)
 * ```
 *
 * @category formatting
 */
export const write = ({ lines, scenario, time, violations }: Run): string => {
  const { cap, ecs, events, exclusiveKeys, ledger, name, seed, settings, sharing } = scenario
  const faults = ecs.faults ?? []
  return [
    `Seed ${seed}: ${name}, a cap of ${cap}${exclusiveKeys ? ", exclusive keys" : ""}`,
    `settings: ${JSON.stringify(settings)}`,
    `lags of ECS: ${JSON.stringify(ecs.lag ?? {})}`,
    `lives of tasks: ${JSON.stringify(ecs.lifecycle ?? {})}`,
    `faults: ${faults.length === 0 ? "none" : faults.map(({ fault }) => fault._tag).join(", ")}`,
    ...(ledger === undefined ? [] : [`the ledger: ${JSON.stringify(ledger)}`]),
    ...(sharing === undefined ? [] : [`the shared ledger: ${JSON.stringify(sharing)}`]),
    "",
    "What is going to happen:",
    ...events.map((planned) => `  ${clock(planned.at)}  ${event(planned)}`),
    "",
    "What happened:",
    ...lines.map(({ at, what, who }) => `  ${clock(at)}  ${who.padEnd(11)} ${what}`),
    "",
    violations.length === 0
      ? `Nothing was violated in ${clock(time)} of virtual time.`
      : `${violations.length} violations:`,
    ...violations.map(({ at, rule, text }) => `  ${clock(at)}  ${rule}: ${text}`),
    ""
  ].join("\n")
}
