/**
 * Explains failures of the database, in words that say what to do.
 */
import * as Predicate from "effect/Predicate"
import { AuthenticationError, ConnectionError, SqlError, type SqlErrorReason } from "effect/sql/SqlError"
import * as Details from "../../Detail.ts"
import { LedgerUnavailable } from "../Ledger.ts"
import { Refused } from "../shared/SharedLedger.ts"
import * as Servers from "./Server.ts"

/** The client's messages about bytes that are none of PostgreSQL's. */
const foreign = /Failed to parse|Invalid SSLRequest response|Protocol desync/

/** Says why there is no connection. Other failures are told in the server's own words. */
const wordsOf = (reason: SqlErrorReason, server: Servers.Server): string | undefined => {
  const { cause, message, operation } = reason
  if (operation !== "connect") return undefined
  const address = Servers.address(server)
  if (Predicate.hasProperty(cause, "severity")) return `PostgreSQL at ${address} takes no connection: ${saidBy(reason)}`
  if (reason._tag === "AuthenticationError" && /No password configured/.test(message ?? "")) {
    return `PostgreSQL at ${address} asks for a password, and none is given: set PGPASSWORD, or PGPASSFILE to a file ` +
      "that has it and that only its owner may read"
  }
  if (reason._tag !== "ConnectionError") return undefined
  if (foreign.test(message ?? "")) return `expected PostgreSQL at ${address}, and what answers there is something else`
  return `expected PostgreSQL at ${address}: ${saidBy(reason)}`
}

const saidBy = ({ _tag, cause, message }: SqlErrorReason): string =>
  cause instanceof Error && cause.message.length > 0 ? cause.message : `${_tag}: ${message}`

/**
 * Returns the error with what was expected and where, if there was no way to the
 * database at all, and without the password, if the server repeats it.
 *
 * @category conversions
 */
export const inWords = (error: SqlError, server: Servers.Server): SqlError => {
  const said = saidBy(error.reason)
  const words = wordsOf(error.reason, server) ?? said
  if (words === said && !server.secrets.some((secret) => said.includes(secret))) return error
  const message = Details.of(words, server.secrets)
  const Reason = error.reason._tag === "AuthenticationError" ? AuthenticationError : ConnectionError
  const code = stateOf(error)
  const cause = Object.assign(new Error(message), code === undefined ? {} : { code })
  return new SqlError({ reason: new Reason({ cause, message, operation: "ledger" }) })
}

/**
 * Says that the database did not do what it was asked, in the server's own words
 * where it has said any: never the statement, nor what it was given.
 *
 * @category constructors
 */
export const unavailable = (error: SqlError, server: Servers.Server): LedgerUnavailable =>
  new LedgerUnavailable({
    reason: reasonOf(error),
    detail: Details.of(detailOf(inWords(error, server)), server.secrets)
  })

/**
 * Whether it is a mistake, which no waiting mends: a wrong password, a database or a
 * schema that is not there, what a role may not do.
 */
const reasonOf = (error: SqlError): LedgerUnavailable["reason"] => {
  const state = stateOf(error) ?? ""
  if (waited.test(state)) return "busy"
  if (error.reason._tag === "AuthenticationError" || foreign.test(error.reason.message ?? "")) return "rejected"
  return /^(?:0A|22|23|25001|28|3D|3F|42|54)/.test(state) ? "rejected" : "away"
}

/** The states of a statement that has waited for others for too long, or must not go on beside them. */
const waited = /^(?:40|55P03|57014)/

const detailOf = (error: SqlError): string =>
  waited.test(stateOf(error) ?? "") ? `too many concurrent writers: ${saidBy(error.reason)}` : saidBy(error.reason)

/**
 * Reads what a call failed with. What is sent again unchanged is refused again
 * where it is its text that the server does not take.
 *
 * @category constructors
 */
export const ofCall = (error: SqlError, server: Servers.Server): LedgerUnavailable | Refused =>
  /^(?:22|23|54)/.test(stateOf(error) ?? "")
    ? new Refused({ detail: Details.of(saidBy(error.reason), server.secrets) })
    : unavailable(error, server)

const stateOf = ({ reason: { cause } }: SqlError): string | undefined =>
  Predicate.hasProperty(cause, "code") && Predicate.isString(cause.code) ? cause.code : undefined
