/**
 * What a burst costs: `npm run bench`.
 *
 * Whole provisioners over an emulated ECS, in virtual time, so that what is
 * measured is fleetcap and not the waiting. Machines are shared and noisy:
 * compare the lines of one run, not runs.
 */
import { Effect, Layer } from "effect"
import * as LedgerMemory from "../src/ledger/LedgerMemory.ts"
import * as Provisioner from "../src/provisioner/Provisioner.ts"
import * as Simulation from "../src/testing/Simulation.ts"
import * as TestEcs from "../src/testing/TestEcs.ts"

const burst = (requests: number, cap: number) =>
  Effect.gen(function*() {
    const provisioner = yield* Provisioner.Provisioner
    const answers = yield* Effect.forEach(
      Array.from({ length: requests }, (_, index) => `key-${index}`),
      (key) => provisioner.request(key),
      { concurrency: "unbounded" }
    )
    return answers.filter((answer) => answer._tag === "Launched").length
  }).pipe(Effect.provide(
    Provisioner.layer({ cluster: "c", taskDefinition: "worker:1", subnets: ["subnet-1"], cap }).pipe(
      Layer.provide([LedgerMemory.layer, TestEcs.layer({ latency: "50 millis" })])
    )
  ))

const run = (requests: number, cap: number): string => {
  globalThis.gc?.()
  const memory = process.memoryUsage().heapUsed
  const cpu = process.cpuUsage()
  let peak = 0
  const outcome = Simulation.run(burst(requests, cap), {
    seed: 1,
    yieldProbability: 0,
    maxSteps: Number.POSITIVE_INFINITY,
    onStep: (step) => {
      if (step % 500 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed)
    }
  })
  if (outcome._tag !== "Completed" || outcome.exit._tag !== "Success") return Simulation.describe(outcome)
  const { system, user } = process.cpuUsage(cpu)
  const millis = (user + system) / 1000
  return [
    `${requests} requests`,
    `cap ${cap}`,
    `${outcome.exit.value} launched`,
    `${millis.toFixed(0)} ms CPU`,
    `${((millis * 1000) / requests).toFixed(0)} us a request`,
    `${(outcome.steps / requests).toFixed(2)} scheduler steps a request`,
    `${Math.max(0, (peak - memory) / 1e6).toFixed(0)} MB heap at most`
  ].map((column, index) => column.padEnd([18, 12, 18, 15, 19, 36, 0][index] ?? 0)).join("")
}

run(1000, 100) // warms up
for (const [requests, cap] of [[1000, 100], [10_000, 1000], [10_000, 10_000], [100_000, 1000]] as const) {
  process.stdout.write(`${run(requests, cap)}\n`)
}
