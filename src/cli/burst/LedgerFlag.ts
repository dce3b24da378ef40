/**
 * The ledger of a burst: in memory, or one that other processes share.
 */
import * as Data from "effect/Data"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as LedgerMemory from "../../ledger/LedgerMemory.ts"

/**
 * Where a ledger is kept.
 *
 * @category models
 */
export type LedgerPlace =
  | { readonly _tag: "Memory" }
  | { readonly _tag: "Postgres"; readonly url: Redacted.Redacted }
  | { readonly _tag: "DynamoDb"; readonly table: string }

/**
 * What stands for a place on the command line.
 *
 * @category formatting
 */
export const expected = "memory, postgres://USER@HOST/DATABASE or dynamodb:TABLE"

/**
 * Reads a place.
 *
 * @category parsing
 */
export const parse = (text: string): Option.Option<LedgerPlace> => {
  if (text === "memory") return Option.some({ _tag: "Memory" })
  if (/^postgres(?:ql)?:\/\/[^/]/.test(text) && URL.canParse(text)) {
    return Option.some({ _tag: "Postgres", url: Redacted.make(text) })
  }
  const table = /^dynamodb:(\S+)$/.exec(text)?.[1]
  return table === undefined ? Option.none() : Option.some({ _tag: "DynamoDb", table })
}

/**
 * Writes where the processes keep the shared ledger, without passwords and other secrets.
 *
 * @category formatting
 */
export const describe = (place: Exclude<LedgerPlace, { readonly _tag: "Memory" }>): string => {
  if (place._tag === "DynamoDb") return `in table ${place.table} of DynamoDB`
  const { host, pathname } = new URL(Redacted.value(place.url))
  // An @ that is left is in a password with a slash.
  return `in PostgreSQL at ${`${host}${pathname}`.replace(/^.*@/, "***@")}`
}

/**
 * The client of a ledger is not installed: who does not share a ledger does not need it.
 *
 * @category errors
 */
export class MissingClient extends Data.TaggedError("MissingClient")<{ readonly client: string }> {
  override get message(): string {
    return `this ledger needs ${this.client}, which is not installed: run \`npm install ${this.client}\`, ` +
      `or with npx: \`npx -p fleetcap -p ${this.client} fleetcap burst ...\``
  }
}

/** Whether it is this package that Node did not find, and not one that an incomplete installation lacks. */
const isMissing = (defect: unknown, name: string): boolean =>
  defect instanceof Error && "code" in defect && defect.code === "ERR_MODULE_NOT_FOUND" &&
  defect.message.includes(`'${name}'`)

const load = <A>(client: string, module: () => Promise<A>): Effect.Effect<A, MissingClient> =>
  Effect.catchDefect(
    Effect.promise(module),
    (defect) => isMissing(defect, client) ? Effect.fail(new MissingClient({ client })) : Effect.die(defect)
  )

/**
 * Provides the ledger of a place, which is waited for as long as may be, if it is
 * away. What reaches a database is loaded when it is needed.
 *
 * @category layers
 */
export const layer = (place: LedgerPlace, region: string, startTimeout: Duration.Duration | undefined) => {
  switch (place._tag) {
    case "Memory":
      return LedgerMemory.layer
    case "Postgres":
      return Layer.unwrap(Effect.map(
        load("@effect/sql-pg", () => import("../../ledger/postgres/LedgerPostgres.ts")),
        ({ layerConnect }) => layerConnect({ url: place.url, startTimeout })
      ))
    case "DynamoDb":
      return Layer.unwrap(Effect.map(
        load("@aws-sdk/client-dynamodb", () => import("../../ledger/dynamodb/LedgerDynamoDb.ts")),
        ({ layer }) => layer({ table: place.table, region, startTimeout })
      ))
  }
}
