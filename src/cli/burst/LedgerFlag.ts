/**
 * Where a burst keeps its ledger: in memory, or where other processes share it.
 */
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
 * Says which place it is that processes share, without what nobody else may know.
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
        Effect.promise(() => import("../../ledger/postgres/LedgerPostgres.ts")),
        ({ layerConnect }) => layerConnect({ url: place.url, startTimeout })
      ))
    case "DynamoDb":
      return Layer.unwrap(Effect.map(
        Effect.promise(() => import("../../ledger/dynamodb/LedgerDynamoDb.ts")),
        ({ layer }) => layer({ table: place.table, region, startTimeout })
      ))
  }
}
