import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestConsole } from "effect/testing"
import { main } from "../../../src/cli/Main.ts"
import { recording } from "../screen.ts"

/** Arguments, and the line that says what is wrong with them. */
const wrong: ReadonlyArray<readonly [args: string, line: string]> = [
  ["brust", "unknown command \"brust\", did you mean burst? (see fleetcap --help)"],
  ["burst --frequency 5", "unknown flag \"--frequency\" (see fleetcap burst --help)"],
  ["burst --request 5", "unknown flag \"--request\", did you mean --requests? (see fleetcap burst --help)"],
  ["burst now", "unexpected argument \"now\" (see fleetcap burst --help)"],
  ["burst --requests 0", "--requests: expected a whole number from 1 to 100000, got \"0\" (see fleetcap burst --help)"],
  [
    "burst --requests many",
    "--requests: expected a whole number from 1 to 100000, got \"many\" (see fleetcap burst --help)"
  ],
  [
    "burst --requests 1.5",
    "--requests: expected a whole number from 1 to 100000, got \"1.5\" (see fleetcap burst --help)"
  ],
  ["burst --requests", "--requests needs a value (see fleetcap burst --help)"],
  ["burst --requests=", "--requests needs a value (see fleetcap burst --help)"],
  ["burst --requests 1 --requests 2", "--requests is given more than once (see fleetcap burst --help)"],
  [
    "burst --max-workers -1",
    "--max-workers: expected a whole number from 0 to 1000000, got \"-1\" (see fleetcap burst --help)"
  ],
  ["burst --rate 0", "--rate: expected a number above 0, got \"0\" (see fleetcap burst --help)"],
  ["burst --rate NaN", "--rate: expected a number above 0, got \"NaN\" (see fleetcap burst --help)"],
  [
    "burst --for 5",
    "--for: expected a time such as 500ms, 5s, 2m or 1h, above 0, got \"5\" (see fleetcap burst --help)"
  ],
  [
    "burst --for 0s",
    "--for: expected a time such as 500ms, 5s, 2m or 1h, above 0, got \"0s\" (see fleetcap burst --help)"
  ],
  [
    "burst --retry-every soon",
    "--retry-every: expected a time such as 500ms, 5s, 2m or 1h, above 0, got \"soon\" (see fleetcap burst --help)"
  ],
  [
    "burst --endpoint-url localhost:1",
    "--endpoint-url: expected a URL such as http://127.0.0.1:4566, got \"localhost:1\" (see fleetcap burst --help)"
  ],
  [
    "burst --endpoint-url ftp://me:pa55word@host/path",
    "--endpoint-url: expected a URL such as http://127.0.0.1:4566, got \"ftp://***@host/path\" (see fleetcap burst --help)"
  ],
  [
    "burst --endpoint-url me:pa55/word@host",
    "--endpoint-url: expected a URL such as http://127.0.0.1:4566, got \"***@host\" (see fleetcap burst --help)"
  ],
  ["burst postgres://me:pa55word@host/d", "unexpected argument \"postgres://***@host/d\" (see fleetcap burst --help)"],
  [
    "burst --ledgr=postgres://me:pa55word@host/d",
    "unknown flag \"--ledgr\", did you mean --ledger? (see fleetcap burst --help)"
  ],
  ["postgres://me:pa55word@host/d", "unknown command \"postgres://***@host/d\" (see fleetcap --help)"],
  ["burst --cluster c", "--cluster requires --task-definition and --subnet"],
  ["burst --cluster c --subnet subnet-1", "--cluster requires --task-definition"],
  [
    "burst --endpoint-url http://h",
    "--endpoint-url requires --cluster, --task-definition and --subnet"
  ],
  [
    "burst --assign-public-ip",
    "--assign-public-ip requires --cluster, --task-definition and --subnet"
  ],
  ["burst --ledger dynamodb:t", "--ledger requires --cluster, --task-definition and --subnet"],
  ["burst --ledger postgre://me:pw@h/d", "--ledger: expected memory, postgres://USER@HOST/DATABASE or dynamodb:TABLE"],
  ["burst --max-workers 0", "--max-workers 0 never launches a task: set a time limit with --for"],
  [
    "burst --cluster c/d --task-definition t --subnet subnet-1",
    "--cluster: expected the name or ARN of a cluster, got \"c/d\""
  ],
  [
    "emulate --port 65536",
    "--port: expected a whole number from 0 to 65535, got \"65536\" (see fleetcap emulate --help)"
  ],
  [
    "emulate --port 0 --throttled 2",
    "--throttled: expected a probability from 0 to 1, got \"2\" (see fleetcap emulate --help)"
  ],
  [
    "emulate --port 0 --list-lag 5s..2s",
    "--list-lag: expected a time such as 500ms, 5s, 2m or 1h, or a range such as 2s..5s, got \"5s..2s\" (see fleetcap emulate --help)"
  ]
]

const run = Effect.fnUntraced(function*(args: ReadonlyArray<string>) {
  const { layer, written } = recording()
  const code = yield* Effect.provide(main(args), layer)
  return { code, ...written, logged: yield* TestConsole.logLines }
})

describe("fleetcap", () => {
  for (const [args, line] of wrong) {
    it.effect(`exits with 2 after one line on: ${args}`, () =>
      Effect.gen(function*() {
        const { code, logged, noted, printed } = yield* run(args.split(" "))
        assert.deepStrictEqual({ code, noted, printed, logged }, { code: 2, noted: [line], printed: [], logged: [] })
      }))
  }

  it.effect("says so of a key that is too long, or none", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* run(["burst", "--key-prefix", "x".repeat(255)])).noted, [
        "--key-prefix is too long: with a number, a key has up to 256 characters"
      ])
      assert.deepStrictEqual((yield* run(["burst", "--key-prefix", "a\u0007"])).noted, [
        "--key-prefix does not make a valid key: expected no control characters, got U+0007"
      ])
    }))

  it.effect("prints help and its version when it is asked for them", () =>
    Effect.gen(function*() {
      const version = yield* run(["--version"])
      assert.strictEqual(version.code, 0)
      assert.match(String(version.logged[0]), /fleetcap.*\d+\.\d+\.\d+/)
      const help = yield* run(["burst", "--help"])
      assert.strictEqual(help.code, 0)
      assert.include(String(help.logged.at(-1)), "--retry-every")
      assert.include(String(help.logged.at(-1)), "130")
      assert.include(String(help.logged.at(-1)), "PGPASSFILE")
    }))

  it.effect("says in the help of the emulator where its truth and its controls are", () =>
    Effect.gen(function*() {
      const { logged } = yield* run(["emulate", "--help"])
      for (const path of ["truth", "tasks", "launches", "mistakes", "control"]) {
        assert.match(String(logged.at(-1)), new RegExp(`(GET|POST) +/_fleetcap/${path} `))
      }
      assert.include(String(logged.at(-1)), "(4566)")
    }))
})
