/**
 * The password of a role, from where PostgreSQL's own clients take it: `PGPASSWORD`,
 * or a password file (`PGPASSFILE`, or the user's `.pgpass`).
 *
 * A password in a URL is seen in lists of processes, in the history of shells and
 * wherever the URL is logged.
 */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { readFile, stat } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import type { Server } from "./Server.ts"

/** `host:port:database:user:password`, where a backslash takes the next character as it is. */
const entry = new RegExp(`^${String.raw`((?:\\.|[^\\:])*):`.repeat(4)}(.*)$`)

const unescaped = (text: string): string => text.replace(/\\(.)/g, "$1")

/**
 * Finds a password in the text of a password file: that of the first line that fits.
 *
 * @category parsing
 */
export const inFile = (text: string, { database, host, port, user }: Omit<Server, "secrets">): string | undefined => {
  // A database that is not named is that of the user's name.
  const wanted = [host, String(port), database ?? user, user]
  for (const line of text.split(/\r?\n/)) {
    const [, ...fields] = line.startsWith("#") ? [] : entry.exec(line) ?? []
    const password = fields.pop()
    const fits = fields.every((field, index) => field === "*" || unescaped(field) === wanted[index])
    if (password !== undefined && fits) return unescaped(password)
  }
  return undefined
}

const variable = (name: string): Effect.Effect<string | undefined> =>
  Effect.map(
    Effect.orDie(Config.option(Config.Redacted(name))),
    (found) => Option.match(found, { onNone: () => undefined, onSome: Redacted.value }) || undefined
  )

const defaultFile = (appData: string | undefined): string =>
  process.platform === "win32"
    ? join(appData ?? homedir(), "postgresql", "pgpass.conf")
    : join(homedir(), ".pgpass")

/** The text of a password file, unless others may read it: that is how PostgreSQL's own clients have it. */
const readPasswordFile = async (path: string): Promise<string> => {
  const { mode } = await stat(path)
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new Error(`others may read it, or write it: its mode is ${(mode & 0o777).toString(8)}, and has to be 600`)
  }
  return readFile(path, "utf8")
}

const reasonOf = (error: unknown): string => Predicate.isError(error) ? error.message : String(error)

/**
 * Finds the password for a server whose client was given none.
 *
 * @category running
 */
export const find = Effect.fnUntraced(function*(server: Server): Effect.fn.Return<Redacted.Redacted | undefined> {
  if (server.secrets.length > 0) return undefined
  const password = yield* variable("PGPASSWORD")
  if (password !== undefined) return Redacted.make(password)
  const named = yield* variable("PGPASSFILE")
  const path = named ?? defaultFile(yield* variable("APPDATA"))
  const user = server.user ?? (yield* variable("USER")) ?? (yield* variable("USERNAME"))
  const text = yield* Effect.tryPromise({ try: () => readPasswordFile(path), catch: reasonOf }).pipe(
    Effect.catch((reason) =>
      named === undefined && reason.includes("ENOENT")
        ? Effect.succeed("")
        : Effect.as(Effect.logWarning(`Password file ${path} is not used: ${reason}`), "")
    )
  )
  const found = inFile(text, { ...server, user })
  return found === undefined || found === "" ? undefined : Redacted.make(found)
})
