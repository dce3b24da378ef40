/**
 * `fleetcap simulate`: worlds that try to break the cap, and a comparison with
 * what others use.
 *
 * This folder runs and shows simulations and comparisons. It may import `cli/terminal`,
 * the table of `cli/burst`, `comparison`, `simulation` and `Detail.ts`.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { flags } from "./Flags.ts"
import { fromFlags } from "./Options.ts"

const description = `Try to break the cap in simulated worlds, each drawn from a seed.

  A seed draws a fleet, a workload, and an ECS that lags, loses answers, throttles and
  fails. All of fleetcap runs in it, in virtual time and in an order that the seed
  decides, and the tasks that really run are checked at every step. A seed always
  gives the same run: one that breaks a rule is printed with the command that shows
  what happened.

  With --compare, fleetcap and the policies that others use run in the same
  situations, and the results are printed as a table; --markdown, --html and --svg
  write them to files.

  Exit codes: 0 done, and no rule was broken; 1 a rule was broken, or a file could not
  be written; 2 invalid flags; 129, 130 and 143 after SIGHUP, SIGINT and SIGTERM, which
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
  Command.withShortDescription("Try to break the cap in simulated worlds, each drawn from a seed"),
  Command.withExamples([
    { command: "fleetcap simulate --seeds 10000", description: "Run ten thousand worlds" },
    { command: "fleetcap simulate --seed 7", description: "Show what happens in the world of seed 7" },
    {
      command: "fleetcap simulate --scenario restart --max-workers 40 --list-lag 2m",
      description: "Restarts, caps of up to 40, and lists that lag by up to two minutes"
    },
    {
      command: "fleetcap simulate --compare --html compare.html",
      description: "Compare with the policies that others use, as a page with charts"
    }
  ])
)
