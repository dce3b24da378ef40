/**
 * `fleetcap simulate`: worlds that try to break the cap, and a comparison with
 * what others use.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { flags } from "./Flags.ts"
import { fromFlags } from "./Options.ts"

const description = `Try to break the cap, in worlds that seeds draw.

  Each seed draws a fleet, a workload, and an ECS that lags, loses answers, throttles
  and fails, and runs all of fleetcap in it, in virtual time and in an order that the
  seed decides. What really ran is watched at every step. The same seed does the same
  again: one that breaks a rule is printed with the command that tells its story.

  With --compare, what others use and fleetcap meet the same situations, and how they
  fared is printed as a table; --markdown, --html and --svg write it to files.

  Exit codes: 0 done, and no rule was broken; 1 a rule was broken, or a file could not
  be written; 2 wrong flags; 129, 130 and 143 after SIGHUP, SIGINT and SIGTERM, which
  end it early.`

/**
 * `fleetcap simulate`.
 *
 * @category commands
 */
export const simulate = Command.make(
  "simulate",
  flags,
  Effect.fnUntraced(function*(given) {
    const options = yield* Effect.fromResult(fromFlags(given))
    switch (options._tag) {
      case "Compare": {
        const SimulateCompare = yield* Effect.promise(() => import("./Compare.ts"))
        return yield* SimulateCompare.run(options, given.json)
      }
      case "Seed": {
        const SimulateSeed = yield* Effect.promise(() => import("./Seed.ts"))
        return yield* SimulateSeed.run(options, given.json)
      }
      case "Seeds": {
        const SimulateSeeds = yield* Effect.promise(() => import("./Seeds.ts"))
        return yield* SimulateSeeds.run(options, given.json)
      }
    }
  })
).pipe(
  Command.withDescription(description),
  Command.withShortDescription("Try to break the cap, in worlds that seeds draw"),
  Command.withExamples([
    { command: "fleetcap simulate --seeds 10000", description: "Run ten thousand worlds" },
    { command: "fleetcap simulate --seed 7", description: "Tell what happens in the world of seed 7" },
    {
      command: "fleetcap simulate --scenario restart --max-workers 40 --list-lag 2m",
      description: "Restarts, up to 40 workers, and lists up to two minutes late"
    },
    {
      command: "fleetcap simulate --compare --html compare.html",
      description: "Compare with what others use, and draw it"
    }
  ])
)
