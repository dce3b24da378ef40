/**
 * `fleetcap burst`: asks for many workers at once.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { flags } from "./Flags.ts"
import { fromFlags } from "./Options.ts"

const description = `Ask for many workers at once, and never run more than the cap.

  Without a cluster, this is a demonstration: two emulated ECS are started, whose
  lists lag. fleetcap works against one, the naive "count, then launch" against
  the other, until all requests are served. Requests wait in line, or ask again
  with --retry-every. No AWS setting of this machine is used.

  With --cluster, --task-definition and --subnet, it works against that ECS, and
  launches real tasks there. Each request asks once; with --for, it asks again
  every --retry-every until then; with --wait, it waits in line, until --for has
  passed. Where --endpoint-url is on this machine and no region or credentials
  are known, made-up ones are used, as an emulator takes any.

  With --ledger, processes that use the same place share the cap: PostgreSQL, whose
  password comes from PGPASSWORD, or from a password file (PGPASSFILE, or ~/.pgpass),
  for in a URL all users of this machine can see it; or a table of DynamoDB, that the
  AWS SDK finds.

  SIGINT, SIGTERM and SIGHUP end it early: nothing more is sent, launches that were
  sent settle, and the summary so far is printed. A second SIGINT or SIGTERM ends it
  at once.

  Exit codes: 0 done (being at capacity is no failure); 1 a request failed or, in
  the demonstration, the cap was broken or a request not served; 2 wrong flags;
  129 after SIGHUP, 130 after SIGINT, 143 after SIGTERM.`

/**
 * `fleetcap burst`.
 *
 * @category commands
 */
export const burst = Command.make(
  "burst",
  flags,
  Effect.fnUntraced(function*(given) {
    const { options, target } = yield* Effect.fromResult(fromFlags(given))
    // The SDK takes a while to load: it is imported only for a run, so that `--help` answers at once.
    if (target === undefined) {
      const Demo = yield* Effect.promise(() => import("./Demo.ts"))
      return yield* Demo.run(options)
    }
    const Target = yield* Effect.promise(() => import("./AwsRun.ts"))
    return yield* Target.run(target, options)
  })
).pipe(
  Command.withDescription(description),
  Command.withShortDescription("Ask for many workers at once, and never run more than the cap"),
  Command.withExamples([
    { command: "fleetcap burst", description: "See what fleetcap does, beside what counting the list does" },
    {
      command:
        "fleetcap burst --cluster prod --task-definition worker:7 --subnet subnet-1 --requests 40 --max-workers 10",
      description: "Launch up to 10 tasks for 40 requests"
    },
    {
      command: "fleetcap burst --wait --for 10m --json --cluster prod --task-definition worker:7 --subnet subnet-1",
      description: "Give each of 24 requests a worker as soon as there is room, and report as JSON"
    },
    {
      command: "PGPASSFILE=secrets/pgpass fleetcap burst --ledger postgres://app@db/app " +
        "--cluster prod --task-definition worker:7 --subnet subnet-1",
      description: "Share the cap with all that use that database"
    }
  ])
)
