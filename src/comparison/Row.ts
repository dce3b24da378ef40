/**
 * The result of one policy in one situation.
 */

/**
 * A number of live tasks from a time on, in milliseconds since the start.
 *
 * @category models
 */
export interface Step {
  readonly at: number
  readonly live: number
}

/**
 * The result of one policy in one situation. What ran is the truth of the emulator.
 *
 * @category models
 */
export interface Row {
  readonly policy: string
  readonly cap: number
  /** The most tasks that were live at once. */
  readonly peak: number
  /** The number of them that were over the cap. */
  readonly over: number
  /** For how long more than the cap were live, in milliseconds. */
  readonly overMs: number
  /** The number of slots that no caller got, though a caller was turned away or still asked in the end. */
  readonly unused: number
  /** Live task-seconds of the cap's task-seconds, those over the cap not counted. From 0 to 1. */
  readonly share: number
  readonly requests: number
  readonly launched: number
  /** The number of requests that were told that the fleet is full, and did not ask again. */
  readonly turnedAway: number
  /** The number of failures, after each of which the request was made again. */
  readonly failures: number
  /** The number of requests that still asked when it ended. */
  readonly open: number
  /** The time at which the last request was decided, in milliseconds. Absent if some never were. */
  readonly decidedMs: number | undefined
  readonly listTasks: number
  readonly describeTasks: number
  readonly runTask: number
  readonly end: number
  readonly steps: ReadonlyArray<Step>
}

/**
 * Draws up how a policy fared.
 *
 * @category constructors
 */
export const make = (
  measured:
    & Omit<Row, "peak" | "over" | "overMs" | "unused" | "share" | "decidedMs">
    & { readonly decidedAt: number }
): Row => {
  const { cap, decidedAt, end, steps, ...others } = measured
  const peak = steps.reduce((most, { live }) => Math.max(most, live), 0)
  const lasting = steps.map(({ at, live }, index) => ({ live, ms: Math.max(0, (steps[index + 1]?.at ?? end) - at) }))
  const wanted = others.turnedAway + others.open > 0
  return {
    ...others,
    cap,
    end,
    steps,
    peak,
    over: Math.max(0, peak - cap),
    overMs: lasting.reduce((sum, { live, ms }) => live > cap ? sum + ms : sum, 0),
    unused: wanted ? Math.max(0, cap - peak) : 0,
    share: lasting.reduce((sum, { live, ms }) => sum + Math.min(live, cap) * ms, 0) / (cap * end),
    decidedMs: others.open === 0 ? decidedAt : undefined
  }
}
