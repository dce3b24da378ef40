/**
 * Bursts of several processes that keep their ledger in the same place.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { afterAll, beforeAll, inject } from "vitest"
import { open } from "../../ledger/dynamodb/dynamo.ts"
import { layerPool } from "../../postgres/ledger.ts"
import type { Running } from "../process.ts"
import { start } from "../process.ts"

describe("fleetcap burst --ledger", { timeout: 60_000 }, () => {
  let emulator: Running
  let url: string

  beforeAll(async () => {
    emulator = start("emulate --port 0 --list-lag 2s..3s --task-lifetime 1500ms --latency 5ms..20ms".split(" "))
    url = String((await emulator.saw(/listening on (http:\S+)/))[1])
  })

  afterAll(async () => {
    emulator.kill("SIGINT")
    await emulator.ended
  })

  /** Three processes wait for 4 workers each, two of them for the same ones. */
  const together = async (family: string, ledger: string, env: Record<string, string> = {}) => {
    const target = `--endpoint-url ${url} --cluster demo --subnet subnet-1 --task-definition ${family}:1`
    const asked = `--region eu-central-1 --max-workers 3 --wait --requests 4 --json --ledger ${ledger}`
    const ended = await Promise.all(
      ["a/", "b/", "b/"].map((prefix) =>
        start(["burst", ...`${target} ${asked} --key-prefix ${prefix}`.split(" ")], env).ended
      )
    )
    for (const { code, stderr, stdout } of ended) {
      assert.strictEqual(code, 0, stderr)
      assert.strictEqual(JSON.parse(stdout).launched, 4)
    }
    const response = await fetch(`${url}/_fleetcap/truth?family=${family}`)
    const { peak } = (await response.json()) as { readonly peak: number }
    assert.strictEqual(peak, 3)
    return ended
  }

  it("holds one cap for all that share a PostgreSQL, and never prints its password", async () => {
    const database = `burst_${crypto.randomUUID().replaceAll("-", "_")}`
    const run = (statement: string) =>
      Effect.runPromise(
        Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(statement)).pipe(Effect.provide(layerPool()))
      )
    const place = new URL(inject("databaseUrl"))
    place.pathname = `/${database}`
    if (place.password === "") place.password = "pa55word"
    await run(`CREATE DATABASE ${database}`)
    try {
      for (const { stderr } of await together("postgres", place.href)) {
        assert.include(stderr, `ledger in PostgreSQL at ${place.host}/${database}`)
        assert.notInclude(stderr, place.password)
      }
    } finally {
      await run(`DROP DATABASE ${database} WITH (FORCE)`)
    }
  })

  it.live("holds one cap for all that share a table of DynamoDB", () =>
    Effect.gen(function*() {
      const { endpoint, table } = yield* open
      yield* Effect.promise(() =>
        together("dynamodb", `dynamodb:${table}`, {
          AWS_ENDPOINT_URL_DYNAMODB: endpoint,
          AWS_ACCESS_KEY_ID: "nobody",
          AWS_SECRET_ACCESS_KEY: "nothing"
        })
      )
    }))

  it("waits for a ledger that cannot be reached for as long as it has, and says then which and why", async () => {
    const args = `--endpoint-url ${url} --cluster demo --subnet subnet-1 --task-definition away:1 --json --for 1s`
    const ended = await start(["burst", ...args.split(" "), "--ledger", "postgres://u:pa55word@127.0.0.1:9/d"]).ended
    assert.strictEqual(ended.code, 1)
    const why = "The ledger could not be asked: PostgreSQL at 127.0.0.1:9/d: " +
      "expected PostgreSQL at 127.0.0.1:9: connect ECONNREFUSED 127.0.0.1:9"
    assert.include(
      ended.stderr,
      "\nfleetcap: warning: The ledger in PostgreSQL at 127.0.0.1:9/d is away, and is waited for"
    )
    assert.include(ended.stderr, `\nfleetcap: ${why}, after `)
    const { error, launched } = JSON.parse(ended.stdout)
    assert.include(error, why)
    assert.strictEqual(launched, 0)
    assert.notInclude(ended.stderr + ended.stdout, "pa55word")
  })
})
