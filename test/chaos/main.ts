/**
 * Chaos for as long as wanted: `npm run chaos -- --seconds 600 --seed 1`.
 */
import { Console, Effect } from "effect"
import { parseArgs } from "node:util"
import * as Chaos from "./Chaos.ts"

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: "1" }
  }
})

const main = Effect.gen(function*() {
  const report = yield* Effect.scoped(Chaos.run({ seconds: Number(values.seconds), seed: Number(values.seed) }))
  yield* Console.log(Chaos.describe(report))
  if (!Chaos.isSound(report)) yield* Effect.sync(() => process.exitCode = 1)
})

await Effect.runPromise(main)
