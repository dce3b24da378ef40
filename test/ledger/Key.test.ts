import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { Key, parseKey } from "../../src/ledger/Key.ts"

const reason = (text: string) =>
  Result.match(parseKey(text), { onFailure: (reason) => reason, onSuccess: () => "a key" })

describe("Key", () => {
  it("is any text of 1 to 256 characters", () => {
    for (const text of ["a", " ", "a b/ü#😀\"\\", "x".repeat(256)]) {
      assert.strictEqual(reason(text), "a key")
      assert.isTrue(Schema.is(Key)(text))
    }
  })

  it("is neither empty nor longer", () => {
    assert.strictEqual(reason(""), "expected 1 to 256 characters, got none")
    assert.strictEqual(reason("x".repeat(257)), "expected 1 to 256 characters, got 257")
  })

  it("has no control characters, whatever their range", () => {
    for (const [text, name] of [["a\u0000", "U+0000"], ["\n", "U+000A"], ["\u007f", "U+007F"], ["\u0085", "U+0085"]]) {
      assert.strictEqual(reason(`${text}`), `expected no control characters, got ${name}`)
    }
  })

  it("is well-formed text, for a worker has to find it in its environment", () => {
    assert.strictEqual(reason("a\ud83d"), "expected well-formed text, got half of a surrogate pair, U+D83D")
  })

  it("is compared as it is written", () => {
    assert.deepStrictEqual(Result.getOrThrow(parseKey(" A ")), " A ")
  })

  it("is a schema whose messages give the same reasons", () => {
    const decoded = Schema.decodeResult(Key)("")
    assert(Result.isFailure(decoded))
    assert.strictEqual(decoded.failure.message, "expected 1 to 256 characters, got none")
  })
})
