/**
 * `fleetcap burst`: asks for many workers at once.
 *
 * This folder has a burst against the emulator or AWS: its flags, its run, and its
 * summary. It may import `cli/terminal`, `comparison/policies`, `emulator`, `provisioner`,
 * `fleet`, `ledger` and `ecs`.
 */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import { flags } from "./Flags.ts"
import { fromFlags } from "./Options.ts"

const description = `Request many workers at once, and never run more than the cap.

  Without a cluster, this is a demonstration against two identical emulated ECS
  endpoints whose lists lag: fleetcap uses one, the naive policy "count, then launch"
  the other, until every request is served. Requests wait in line, or are repeated
  with --retry-every. The AWS configuration of this machine is not used.

  With --cluster, --task-definition and --subnet, it launches real tasks in that
  cluster. Each request is made once; with --for, it is repeated every --retry-every
  until that time has passed; with --wait, it waits in line, at most for --for. If
  --endpoint-url is on this machine and no region or credentials are configured,
  placeholders are used, which an emulator accepts.

  With --ledger, all processes that name the same ledger share the cap. It is a
  PostgreSQL database or a DynamoDB table. The password of PostgreSQL is read from
  PGPASSWORD or a password file (PGPASSFILE, or ~/.pgpass): in the URL, other users
  of this machine could see it. The table is looked up as the AWS SDK is configured.

  SIGINT, SIGTERM and SIGHUP end the burst early: no more requests are sent, launches
  in flight settle, and the summary so far is printed. A second SIGINT or SIGTERM
  ends it immediately.

  Exit codes: 0 done (being at capacity is not a failure); 1 a request failed or, in
  the demonstration, the cap was exceeded or a request not served; 2 invalid flags;
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
  Command.withShortDescription("Request many workers at once, and never run more than the cap"),
  Command.withExamples([
    { command: "fleetcap burst", description: "Compare fleetcap with counting the list" },
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
      description: "Share the cap with every process that uses that database"
    }
  ])
)
