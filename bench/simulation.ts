/**
 * Many seeded worlds in one run: `node bench/simulation.ts --seeds 100000`.
 *
 * It is the simulation of the tests, for as long as its user wants to wait: what
 * it prints at the end are the figures, and every seed that broke a rule.
 */
import { parseArgs } from "node:util"
import { describeFailures, names, simulate } from "../src/simulation/index.ts"

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    scenario: { type: "string", default: "mixed" }
  }
})
const seeds = Number(values.seeds)
const scenario = names.find((name) => name === values.scenario)
const before = process.cpuUsage()
const summary = simulate({
  seeds,
  from: Number(values.from),
  scenario,
  onSeed: ({ runs, seed, violations: [first] }) => {
    if (first !== undefined) process.stdout.write(`seed ${seed}: ${first.rule}: ${first.text}\n`)
    if (runs % 10_000 === 0) process.stdout.write(`${runs} of ${seeds} worlds\n`)
  }
})
const { system, user } = process.cpuUsage(before)
const seconds = (user + system) / 1e6
const sorted = (counts: ReadonlyMap<string, number>) => [...counts].sort(([a], [b]) => a < b ? -1 : 1)
const table = (counts: ReadonlyMap<string, number>) =>
  sorted(counts).map(([name, count]) => `${String(count).padStart(12)}  ${name}\n`).join("")
process.stdout.write(`
${summary.runs} worlds, from seed ${summary.from}: ${summary.failures} broke a rule
${Math.round(summary.runs / seconds)} worlds per second of processor time, ${Math.round(seconds)} s in all
${summary.steps} scheduler steps, ${Math.round(summary.time / 3_600_000)} hours of virtual time
${summary.expectedOvershoots} launches beyond the cap where the lag bound is broken on purpose

${table(summary.scenarios)}
${table(summary.counts)}
${describeFailures(summary)}
`)
