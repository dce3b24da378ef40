/**
 * Counts of a family's live tasks, now and at any time before.
 */

/**
 * The count of one family in one cluster, and one origin.
 *
 * **Details**
 *
 * It is exact: between calls tasks only stop, so that a count can only rise when
 * something is launched.
 *
 * @category models
 */
export interface LiveCount {
  readonly cluster: string
  readonly family: string
  readonly origin: "own" | "foreign"
  live: number
  peak: number
  /** The times at which it changed, and how many were live from then on. */
  readonly times: Array<number>
  readonly counts: Array<number>
}

/**
 * A selection of tasks. A field that is left out does not matter.
 *
 * @category models
 */
export interface Filter {
  /** The name of a cluster, or its ARN. */
  readonly cluster?: string | undefined
  readonly family?: string | undefined
  /** `own`: launched by a `RunTask` call; `foreign`: launched through the control of the emulator. */
  readonly origin?: "own" | "foreign" | undefined
}

/**
 * A number of live tasks from a time on.
 *
 * @category models
 */
export interface Step {
  /** Epoch milliseconds. */
  readonly at: number
  readonly live: number
}

/**
 * Creates the count of nothing.
 *
 * @category constructors
 */
export const make = (cluster: string, family: string, origin: "own" | "foreign"): LiveCount => ({
  cluster,
  family,
  origin,
  live: 0,
  peak: 0,
  times: [],
  counts: []
})

/**
 * Counts a task that is launched (1) or has stopped (-1).
 *
 * @category operations
 */
export const change = (liveCount: LiveCount, by: 1 | -1, at: number): void => {
  liveCount.live += by
  liveCount.peak = Math.max(liveCount.peak, liveCount.live)
  const last = liveCount.times.length - 1
  if (liveCount.times[last] === at) {
    liveCount.counts[last] = liveCount.live
  } else {
    liveCount.times.push(at)
    liveCount.counts.push(liveCount.live)
  }
}

/**
 * Returns whether a count is meant.
 *
 * @category guards
 */
export const matches = (liveCount: Pick<LiveCount, "cluster" | "family" | "origin">, filter: Filter): boolean =>
  (filter.cluster === undefined || filter.cluster === liveCount.cluster ||
    liveCount.cluster.endsWith(`/${filter.cluster}`)) &&
  (filter.family === undefined || filter.family === liveCount.family) &&
  (filter.origin === undefined || filter.origin === liveCount.origin)

/**
 * Returns the number of live tasks.
 *
 * @category getters
 */
export const live = (liveCounts: ReadonlyArray<LiveCount>): number =>
  liveCounts.reduce((sum, liveCount) => sum + liveCount.live, 0)

/**
 * Returns the number of live tasks at every time, as the steps of their sum.
 *
 * @category getters
 */
export const steps = (liveCounts: ReadonlyArray<LiveCount>): ReadonlyArray<Step> => {
  const changes = liveCounts.flatMap((liveCount) =>
    liveCount.times.map((at, index) => ({
      at,
      by: (liveCount.counts[index] ?? 0) - (liveCount.counts[index - 1] ?? 0)
    }))
  )
  changes.sort((a, b) => a.at - b.at)
  const sum: Array<{ at: number; live: number }> = []
  let live = 0
  for (const { at, by } of changes) {
    live += by
    const last = sum.at(-1)
    if (last?.at === at) last.live = live
    else sum.push({ at, live })
  }
  return sum
}

/**
 * The most tasks that were live at once.
 *
 * @category getters
 */
export const peak = (liveCounts: ReadonlyArray<LiveCount>): number => {
  const [first, ...others] = liveCounts
  if (first === undefined) return 0
  return others.length === 0 ? first.peak : steps(liveCounts).reduce((most, step) => Math.max(most, step.live), 0)
}
