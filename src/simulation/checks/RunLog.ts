/**
 * The log of a run: the rules that were broken, the faults and events that were tried
 * and, on demand, the story.
 *
 * This folder holds the rules that must hold in every run, and the log of a run. It
 * may import `simulation`, `emulator/model`, `provisioner`, `fleet`, `ledger`, `ecs`
 * and `Time.ts`.
 */

/**
 * Something that happened and must not.
 *
 * @category models
 */
export interface Violation {
  /** The promise, in few words. */
  readonly rule: string
  /** Virtual milliseconds since the run began. */
  readonly at: number
  readonly text: string
}

/**
 * One line of a story.
 *
 * @category models
 */
export interface LogEntry {
  /** Virtual milliseconds since the run began. */
  readonly at: number
  /** The one that did it: a process, a caller, ECS, the ledger. */
  readonly who: string
  readonly what: string
}

/**
 * The slots that the ledger counted from a time on, and its cap.
 *
 * @category models
 */
export interface OccupancySample {
  /** Virtual milliseconds since the run began. */
  readonly at: number
  readonly occupied: number
  readonly cap: number | "unlimited"
}

/**
 * The log of a run.
 *
 * @category models
 */
export interface RunLog {
  /** Virtual milliseconds since the run began. */
  readonly now: () => number
  /** Adds to the story. The text is made only where the story is kept. */
  readonly tell: (who: string, what: () => string) => void
  /** Adds a sample of the fleet's occupancy, where the story is kept. */
  readonly sample: (sample: OccupancySample) => void
  /** Counts something that was tried. */
  readonly count: (what: string) => void
  /** Writes down that a rule was broken. */
  readonly violate: (rule: string, text: string) => void
  readonly violations: ReadonlyArray<Violation>
  readonly lines: ReadonlyArray<LogEntry>
  readonly samples: ReadonlyArray<OccupancySample>
  readonly counts: ReadonlyMap<string, number>
}

/** One broken rule tends to break others: the first ones say what went wrong. */
const keptViolations = 20

/**
 * Makes an empty log.
 *
 * @category constructors
 */
export const make = (options: {
  readonly now: () => number
  /** Whether the story and the samples are kept. */
  readonly withStory: boolean
}): RunLog => {
  const { now, withStory } = options
  const violations: Array<Violation> = []
  const lines: Array<LogEntry> = []
  const samples: Array<OccupancySample> = []
  const counts = new Map<string, number>()
  const tell = (who: string, what: () => string): void => {
    if (withStory) lines.push({ at: now(), who, what: what() })
  }
  const count = (what: string): void => {
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  return {
    now,
    tell,
    sample: (sample) => {
      if (withStory) samples.push(sample)
    },
    count,
    violate: (rule, text) => {
      tell("VIOLATION", () => `${rule}: ${text}`)
      if (violations.length < keptViolations) violations.push({ rule, at: now(), text })
    },
    violations,
    lines,
    samples,
    counts
  }
}
