/**
 * Makes a failing scenario smaller, for as long as it still fails.
 */
import { run } from "./Run.ts"
import type { Event, Scenario } from "./scenario/Scenario.ts"

/**
 * A scenario that was made smaller.
 *
 * @category models
 */
export interface Shrunk {
  readonly scenario: Scenario
  /** The number of runs that it took. */
  readonly runs: number
}

/** Each way to make a scenario simpler, apart from its events. */
const simpler: ReadonlyArray<(scenario: Scenario) => Scenario> = [
  (scenario) => ({ ...scenario, ledger: undefined }),
  (scenario) => ({ ...scenario, conflicts: 0 }),
  (scenario) => ({ ...scenario, settings: {} }),
  (scenario) => ({ ...scenario, launchPermits: 20 }),
  (scenario) => ({ ...scenario, pausesAtTheEnd: false }),
  (scenario) => ({ ...scenario, exclusiveKeys: false }),
  (scenario) => ({ ...scenario, yieldProbability: 0 }),
  (scenario) => calmNetwork(scenario),
  (scenario) => ({ ...scenario, ecs: { ...scenario.ecs, faults: [] } }),
  (scenario) => ({ ...scenario, ecs: { ...scenario.ecs, lag: {} } }),
  (scenario) => ({ ...scenario, ecs: { ...scenario.ecs, pages: {}, transit: 0, rates: false, capacity: undefined } }),
  (scenario) => ({ ...scenario, ecs: { ...scenario.ecs, lifecycle: {} } }),
  (scenario) => ({
    ...scenario,
    ecs: { ...scenario.ecs, latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 } }
  })
]

/** Nothing is lost or late on its own. What is cut off is an event. */
const calmNetwork = (scenario: Scenario): Scenario =>
  scenario.sharing === undefined
    ? scenario
    : { ...scenario, sharing: { ...scenario.sharing, lost: 0, late: 0, lateBy: 0, twice: 0, clockError: 0 } }

/** The scenario without one of its faults, or one of its settings, for each of them. */
const without = (scenario: Scenario): ReadonlyArray<Scenario> => {
  const { ecs, settings } = scenario
  const faults = ecs.faults ?? []
  const fewer: Array<Scenario> = []
  for (const fault of faults) {
    fewer.push({ ...scenario, ecs: { ...ecs, faults: faults.filter((other) => other !== fault) } })
  }
  for (const name of Object.keys(settings)) {
    const others = Object.entries(settings).filter(([other]) => other !== name)
    fewer.push({ ...scenario, settings: Object.fromEntries(others) })
  }
  return fewer
}

/** An event that is simpler, if there is any. */
const plainer = (event: Event): Event | undefined => {
  if (event._tag !== "Ask") return undefined
  if (event.givesUpAfter !== undefined) return { ...event, givesUpAfter: undefined }
  return undefined
}

/**
 * Drops events and simplifies the world, as long as a run still breaks one of the
 * rules that it broke at first.
 *
 * **Details**
 *
 * Halves are dropped first, then quarters, and so on down to single events: a
 * workload of some dozen events takes about a hundred runs.
 *
 * @category constructors
 */
export const shrink = (scenario: Scenario, options: { readonly maxRuns?: number | undefined } = {}): Shrunk => {
  const maxRuns = options.maxRuns ?? 400
  const rules = new Set(run(scenario).violations.map(({ rule }) => rule))
  let runs = 1
  let best = scenario

  const attempt = (candidate: Scenario): boolean => {
    if (runs >= maxRuns) return false
    runs++
    if (!run(candidate).violations.some(({ rule }) => rules.has(rule))) return false
    best = candidate
    return true
  }

  if (rules.size === 0) return { scenario, runs }
  for (let changed = true; changed;) {
    changed = false
    for (let size = Math.ceil(best.events.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let from = 0; from < best.events.length;) {
        const events = [...best.events.slice(0, from), ...best.events.slice(from + size)]
        if (attempt({ ...best, events })) changed = true
        else from += size
      }
    }
    for (const simplify of simpler) {
      const candidate = simplify(best)
      if (JSON.stringify(candidate) !== JSON.stringify(best) && attempt(candidate)) changed = true
    }
    for (let index = 0; index < without(best).length;) {
      const candidate = without(best)[index]
      if (candidate !== undefined && attempt(candidate)) changed = true
      else index++
    }
    for (let index = 0; index < best.events.length; index++) {
      const event = best.events[index]
      const plain = event === undefined ? undefined : plainer(event)
      if (plain !== undefined && attempt({ ...best, events: best.events.with(index, plain) })) changed = true
    }
  }
  return { scenario: best, runs }
}
