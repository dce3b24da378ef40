/**
 * Runs many seeds, and says what was tried and what went wrong.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { FailedSeed, Summary } from "../../simulation/index.ts"
import * as Simulation from "../../simulation/index.ts"
import * as ExitCode from "../terminal/ExitCode.ts"
import { Screen } from "../terminal/Screen.ts"
import * as Signals from "../terminal/Signals.ts"
import type { RunningSeeds } from "./Options.ts"
import { replay } from "./Options.ts"
import * as SimulateSummary from "./Summary.ts"

/** For how long seeds are run without a look at what else there is to do. */
const chunkMs = 100

/** The interval between two lines of progress on an output that is no terminal, in milliseconds. */
const tellEveryMs = 5000

/** Beyond these, failures are counted only: the first ones say what is wrong. */
const shownFailures = 10

/**
 * Runs the seeds, and prints each that breaks a rule with the command that tells
 * its story.
 *
 * @category running
 */
export const run = Effect.fnUntraced(function*({ from, given, seeds }: RunningSeeds, json: boolean) {
  const screen = yield* Screen
  const clock = yield* Clock.Clock
  const startedAt = clock.currentTimeMillisUnsafe()
  const elapsed = () => clock.currentTimeMillisUnsafe() - startedAt
  const signal = yield* Effect.forkScoped(yield* Signals.listen)

  const show = (failed: ReadonlyArray<FailedSeed>, before: number) =>
    Effect.forEach(failed.slice(0, Math.max(0, shownFailures - before)), (one) =>
      screen.print(
        screen.style.red(SimulateSummary.failure(one)),
        `  ${replay(one.seed, given)}`
      ), { discard: true })

  let summary = SimulateSummary.empty(from)
  let toldAt = 0
  while (summary.runs < seeds && signal.pollUnsafe() === undefined) {
    const begunAt = elapsed()
    const next = Simulation.simulate({
      ...given,
      from: from + summary.runs,
      seeds: seeds - summary.runs,
      onSeed: () => elapsed() - begunAt < chunkMs
    })
    if (!json) yield* show(next.failed, summary.failures)
    summary = SimulateSummary.add(summary, next)
    if (!json) {
      const line = SimulateSummary.progress(summary, seeds, elapsed())
      if (screen.canRedraw) yield* screen.redraw([line])
      else if (elapsed() - toldAt >= tellEveryMs) {
        toldAt = elapsed()
        yield* screen.print(line)
      }
    }
    // Signals have their turn.
    yield* Effect.yieldNow
  }
  if (!json) yield* screen.redraw([])

  yield* screen.print(
    ...(json
      ? [JSON.stringify(toJson(summary, elapsed(), (seed) => replay(seed, given)))]
      : SimulateSummary.lines(summary, elapsed(), { style: screen.style, width: yield* screen.width }))
  )
  const ended = signal.pollUnsafe()
  if (ended !== undefined && Exit.isSuccess(ended)) {
    return yield* new ExitCode.Exited({ code: ExitCode.ofSignal[ended.value] })
  }
  if (summary.failures > 0) return yield* new ExitCode.Exited({ code: ExitCode.failure })
}, Effect.scoped)

const toJson = (summary: Summary, elapsedMs: number, replay: (seed: number) => string) => ({
  from: summary.from,
  seeds: summary.runs,
  elapsedMs,
  virtualMs: summary.time,
  steps: summary.steps,
  failures: summary.failures,
  failed: summary.failed.map((failed) => ({ ...failed, replay: replay(failed.seed) })),
  expectedOvershoots: summary.expectedOvershoots,
  scenarios: Object.fromEntries(summary.scenarios),
  counts: Object.fromEntries(summary.counts)
})
