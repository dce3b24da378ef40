/**
 * The server that a client connects to, and the user that it connects as.
 */
import type { PgClientConfig } from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"

/**
 * A server, and who logs in there.
 *
 * @category models
 */
export interface Server {
  readonly host: string
  readonly port: number
  readonly user: string | undefined
  readonly database: string | undefined
  /** The password, where the client was given one, in each of its spellings. */
  readonly secrets: ReadonlyArray<string>
}

const decoded = Option.liftThrowable(decodeURIComponent)

const textOf = (text: string | undefined): string | undefined =>
  text === undefined || text === "" ? undefined : Option.getOrElse(decoded(text), () => text)

/**
 * Reads what the client's own settings say, as the client does: its URL has the
 * last word in its query, and single settings come before all of it.
 *
 * @category constructors
 */
export const of = (config: PgClientConfig): Server => {
  const text = config.url === undefined ? "" : Redacted.value(config.url)
  const url = URL.canParse(text) ? new URL(text) : undefined
  const inQuery = (name: string): string | undefined => url?.searchParams.get(name) ?? undefined
  const { password } = config
  const given = password === undefined || Effect.isEffect(password) ? undefined : Redacted.value(password)
  return {
    host: config.host ?? inQuery("host") ?? textOf(url?.hostname.replace(/^\[|\]$/g, "")) ?? "localhost",
    port: config.port ?? Number(inQuery("port") ?? (url?.port || 5432)),
    user: config.username ?? inQuery("user") ?? textOf(url?.username),
    database: config.database ?? inQuery("dbname") ?? textOf(url?.pathname.slice(1)),
    secrets: [given, inQuery("password"), textOf(url?.password), url?.password].flatMap((secret) => secret || [])
  }
}

/**
 * Names a server, as URLs do.
 *
 * @category formatting
 */
export const address = ({ host, port }: Server): string => `${host.includes(":") ? `[${host}]` : host}:${port}`

/**
 * Names the place of a ledger, without what is secret.
 *
 * @category formatting
 */
export const place = (server: Server): string =>
  `PostgreSQL at ${address(server)}${server.database === undefined ? "" : `/${server.database}`}`
