/**
 * Where the password of a ledger in PostgreSQL comes from, and that it stays there.
 */
import { PgClient } from "@effect/sql-pg"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Logger, Redacted } from "effect"
import { Emulator, Http } from "fleetcap/emulator"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as LedgerPostgres from "../../../src/ledger/postgres/LedgerPostgres.ts"
import { inFile } from "../../../src/ledger/postgres/Password.ts"
import { start } from "../../cli/process.ts"
import * as PostgresServer from "../../postgres/PostgresServer.ts"

const password = "pa55:w\\rd*"

/** Makes the roles that are asked for a password. */
const makeRoles = Effect.gen(function*() {
  const sql = yield* PgClient.PgClient
  for (const { method, role } of PostgresServer.asked) {
    yield* sql.unsafe(`SET password_encryption = '${method === "md5" ? "md5" : "scram-sha-256"}'`)
    yield* sql.unsafe(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD '${password}'`)
  }
})

const passwordFile = (text: string, mode = 0o600) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const directory = mkdtempSync(join(tmpdir(), "fleetcap-passwords-"))
      const path = join(directory, "passwords")
      writeFileSync(path, text)
      chmodSync(path, mode)
      return { directory, path }
    }),
    ({ directory }) => Effect.sync(() => rmSync(directory, { recursive: true }))
  ).pipe(Effect.map(({ path }) => path))

const escaped = (text: string): string => text.replace(/[\\:]/g, "\\$&")

/** What is told of a ledger that is built with these variables, and what is logged. */
const built = Effect.fnUntraced(function*(url: string, env: Record<string, string>) {
  const logged: Array<string> = []
  const logger = Logger.make<unknown, void>(({ message }) => void logged.push(String(message)))
  const told = yield* Layer.build(LedgerPostgres.layerConnect({ url: Redacted.make(url) })).pipe(
    Effect.scoped,
    Effect.match({
      onSuccess: () => "built",
      onFailure: (error) => error.message
    }),
    Effect.provide(Logger.layer([logger])),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))
  )
  return { told, logged }
})

const nothing = { PGPASSFILE: "/dev/null/nothing" }

describe("the password of LedgerPostgres.layerConnect", () => {
  let server: PostgresServer.PostgresServer
  let [host, pathname] = ["", ""]

  beforeAll(async () => {
    server = await PostgresServer.start()
    const pool = PgClient.layer({ url: Redacted.make(server.url), maxConnections: 1 })
    await Effect.runPromise(Effect.provide(makeRoles, pool))
    const url = new URL(server.url)
    ;[host, pathname] = [url.host, url.pathname]
  })

  afterAll(() => server.stop())

  it.live("comes from PGPASSWORD, or from the file that PGPASSFILE names, for every way to ask for it", () =>
    Effect.gen(function*() {
      const [name, port] = host.split(":")
      for (const { role } of PostgresServer.asked) {
        const url = `postgres://${role}@${host}${pathname}`
        assert.strictEqual((yield* built(url, { PGPASSWORD: password })).told, "built", role)
        const line = `${name}:${port}:postgres:${role}:${escaped(password)}\n`
        const path = yield* passwordFile(`# mine\n\n*:*:*:other:wrong\n${line}*:*:*:*:later\n`)
        const fromFile = yield* built(url, { PGPASSFILE: path })
        assert.deepStrictEqual(fromFile, { told: "built", logged: [] }, role)
        // As PostgreSQL's own clients have it: the URL, then PGPASSWORD, then the file.
        const wrong = yield* built(url, { PGPASSWORD: "wrong", PGPASSFILE: path })
        assert.include(wrong.told, "password authentication failed", role)
        const inUrl = `postgres://${role}:${encodeURIComponent(password)}@${host}${pathname}`
        assert.strictEqual((yield* built(inUrl, { PGPASSWORD: "wrong" })).told, "built", role)
      }
      const without = yield* built(`postgres://by_scram@${host}${pathname}`, nothing)
      assert.include(without.told, `PostgreSQL at ${host} asks for a password`)
      assert.include(without.told, "PGPASSWORD")
      assert.include(without.told, "PGPASSFILE")
    }).pipe(Effect.scoped))

  it.live("does not come from a file that others may read, which is said", () =>
    Effect.gen(function*() {
      const path = yield* passwordFile(`*:*:*:*:${escaped(password)}\n`, 0o640)
      const { logged, told } = yield* built(`postgres://by_scram@${host}${pathname}`, { PGPASSFILE: path })
      assert.include(told, "asks for a password")
      assert.deepStrictEqual(logged, [
        `Password file ${path} is not used: others may read it, or write it: its mode is 640, and has to be 600`
      ])
    }).pipe(Effect.scoped))

  it.live("need not stand in the command, and is in nothing that the command writes", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      const path = yield* passwordFile(`*:*:*:*:${escaped(password)}\n`)
      const burst =
        `burst --endpoint-url ${url} --cluster c --subnet subnet-1 --task-definition f:1 --requests 1 --ledger`
      const ledger = `postgres://by_scram@${host}${pathname}`
      for (const env of [{ PGPASSWORD: password }, { PGPASSFILE: path }]) {
        const { code, stderr } = yield* Effect.promise(() => start([...burst.split(" "), ledger], env).ended)
        assert.strictEqual(code, 0, stderr)
        assert.notInclude(stderr, password)
      }
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(Http.layer(), Emulator.layer()))))
})

describe("a password file", () => {
  const wanted = { host: "db", port: 5432, database: "d", user: "u" }

  const lines: ReadonlyArray<readonly [text: string, password: string | undefined]> = [
    ["db:5432:d:u:p", "p"],
    ["*:*:*:*:p", "p"],
    ["db:*:d:*:p\r\n", "p"],
    ["other:5432:d:u:wrong\ndb:5432:d:u:p\ndb:5432:d:u:later", "p"],
    ["#db:5432:d:u:wrong", undefined],
    ["db:5433:d:u:wrong", undefined],
    ["db:5432:d:other:wrong", undefined],
    ["db:5432:d:u", undefined],
    ["**:5432:d:u:wrong", undefined],
    ["\\*:5432:d:u:wrong", undefined],
    ["d\\b:5432:d:u:p", "p"],
    ["db:5432:d:u:a:b\\:c\\\\d\\", "a:b:c\\d\\"],
    ["", undefined]
  ]
  for (const [text, password] of lines) {
    it(`has ${password === undefined ? "none" : JSON.stringify(password)} in ${JSON.stringify(text)}`, () => {
      assert.strictEqual(inFile(text, wanted), password)
    })
  }

  it("takes a colon or a star in a name by its backslash, and the user's name for a database that is not named", () => {
    assert.strictEqual(inFile("fe80\\:\\:1:5432:u:u:p", { ...wanted, host: "fe80::1", database: undefined }), "p")
    assert.strictEqual(inFile("db:5432:\\*:u:p", { ...wanted, database: "*" }), "p")
  })
})
