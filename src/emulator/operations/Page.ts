/**
 * Cuts lists that do not change while they are read into pages.
 */
import type * as Schema from "effect/Schema"
import * as Reply from "../model/Reply.ts"

/**
 * Answers with one page of a list.
 *
 * @category operations
 */
export const pageOf = (
  name: string,
  all: ReadonlyArray<string>,
  query: { readonly maxResults?: number | null | undefined; readonly nextToken?: string | null | undefined }
): Reply.Reply => {
  const size = query.maxResults ?? 100
  const from = /^[0-9]{1,9}$/.test(query.nextToken ?? "0") ? Number(query.nextToken ?? 0) : undefined
  if (size < 1 || size > 100) return Reply.invalid("maxResults must be between 1 and 100.")
  if (from === undefined) return Reply.invalid("Invalid token.")
  const page: Schema.JsonObject = { [name]: all.slice(from, from + size) }
  return Reply.ok(from + size < all.length ? { ...page, nextToken: String(from + size) } : page)
}
