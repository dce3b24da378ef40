/**
 * The key that a caller asks for a worker with.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/**
 * The number of characters of a key at most.
 *
 * @category configuration
 */
export const maxKeyLength = 256

/**
 * A key: 1 to 256 characters (UTF-16 code units), none of them a control
 * character or half of a surrogate pair.
 *
 * **Details**
 *
 * Keys are compared exactly as they are written: neither case nor white space is
 * folded. The worker finds its key in its environment, as `FLEETCAP_KEY`.
 *
 * @category schemas
 */
export const Key = Schema.String.check(
  Schema.makeFilter((text) => reasonAgainst(text), { expected: "a key" }, true),
  // Says nothing new, but generators of keys and of documentation can read it.
  Schema.isBetweenLength(1, maxKeyLength)
).pipe(Schema.brand("Key"))

/**
 * A string that has been found to be a key.
 *
 * @category models
 */
export type Key = typeof Key.Type

/**
 * A key that was found to be one before it was stored.
 *
 * @category schemas
 */
export const StoredKey = Schema.String.pipe(Schema.brand("Key"))

/**
 * Returns the key, or the reason why the string is none, in plain words.
 *
 * @example
 * ```ts
 * import { Result } from "effect"
 * import { Key } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * assert.equal(Result.getOrThrow(Key.parseKey("upload-1.csv")), "upload-1.csv")
 * assert.deepEqual(Key.parseKey(""), Result.fail("expected 1 to 256 characters, got none"))
 * ```
 *
 * @category constructors
 */
export const parseKey = (text: string): Result.Result<Key, string> =>
  Result.mapError(decode(text), () => reasonAgainst(text) ?? "expected a string")

const reasonAgainst = (text: string): string | undefined => {
  if (text.length === 0) return `expected 1 to ${maxKeyLength} characters, got none`
  if (text.length > maxKeyLength) return `expected 1 to ${maxKeyLength} characters, got ${text.length}`
  const unfit = /[\p{Control}\p{Surrogate}]/u.exec(text)?.[0]
  if (unfit === undefined) return undefined
  const name = `U+${unfit.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`
  return /\p{Control}/u.test(unfit)
    ? `expected no control characters, got ${name}`
    : `expected well-formed text, got half of a surrogate pair, ${name}`
}

const decode = Schema.decodeResult(Key)
