/**
 * What went wrong in a world, from the lives of its tasks: more than the cap at
 * once, or two with the same key. It is computed from every launch and every stop,
 * so that nothing that was wrong for a moment is missed.
 */
import { Option, Schema } from "effect"
import type { GroundTruth } from "../../src/emulator/index.ts"

/** A task: what it was launched for, and from when until when it was live. */
export interface Life {
  readonly key: string
  readonly from: number
  /** Infinite for one that is live. */
  readonly until: number
}

/** What is wrong with a launch. */
export interface Violation {
  readonly at: number
  readonly what: "over" | "twice"
  readonly detail: string
}

/** What happened in a world. */
export interface Account {
  readonly launched: number
  readonly peak: number
  readonly violations: ReadonlyArray<Violation>
}

const decodeOverrides = Schema.decodeUnknownOption(Schema.Struct({
  containerOverrides: Schema.Array(Schema.Struct({
    environment: Schema.optional(Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.String })))
  }))
}))

const keyOf = (task: GroundTruth.TaskLife): string => {
  const { containerOverrides } = Option.getOrThrow(decodeOverrides(task.overrides))
  const key = containerOverrides.flatMap(({ environment = [] }) => environment).find(({ name }) =>
    name === "FLEETCAP_KEY"
  )
  if (key === undefined) throw new Error(`${task.arn} was told no key`)
  return key.value
}

export const ofTask = (task: GroundTruth.TaskLife): Life => ({
  key: keyOf(task),
  from: task.createdAt,
  until: task.stoppedAt ?? Infinity
})

/** A task that stops at the moment at which another is launched is not live beside it. */
export const account = (lives: ReadonlyArray<Life>, cap: number): Account => {
  let live: Array<Life> = []
  let peak = 0
  const violations: Array<Violation> = []
  for (const life of [...lives].sort((a, b) => a.from - b.from)) {
    live = live.filter(({ until }) => until > life.from)
    const same = live.filter(({ key }) => key === life.key).length
    live.push(life)
    peak = Math.max(peak, live.length)
    if (live.length > cap) violations.push({ at: life.from, what: "over", detail: `${live.length} of ${cap}` })
    if (same > 0) violations.push({ at: life.from, what: "twice", detail: `${life.key}, ${same + 1} at once` })
  }
  return { launched: lives.length, peak, violations }
}

/** The longest time between two launches, or between one and an end of the time that is looked at. */
export const longestPause = (launches: ReadonlyArray<number>, from: number, until: number): number => {
  const times = [from, ...launches.filter((at) => at > from && at < until).sort((a, b) => a - b), until]
  return times.reduce((longest, at, index) => Math.max(longest, at - (times[index - 1] ?? at)), 0)
}
