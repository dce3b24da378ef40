import { assert, describe, it } from "@effect/vitest"
import * as Details from "../src/Detail.ts"

const token = `IQoJb3JpZ2luX2VjE${"x+/9".repeat(120)}==`

describe("the detail of an error", () => {
  it("is one line of up to 500 characters, cut between two", () => {
    assert.strictEqual(Details.of("first\nsecond"), "first")
    assert.strictEqual(Details.of("first\r\nsecond"), "first")
    assert.strictEqual(Details.of(`${"x".repeat(499)}😀 and more`), "x".repeat(499))
    assert.strictEqual(Details.of("y".repeat(3_000_000)).length, 500)
  })

  it("repeats nothing that is known to be secret, as it is or as a part of a URL", () => {
    for (const shown of [token, encodeURIComponent(token)]) {
      assert.strictEqual(
        Details.of(`Not valid: ${shown}, and again ${shown}.`, [token]),
        "Not valid: ***, and again ***."
      )
    }
    assert.strictEqual(Details.of("no entry for pa55word", ["pa55word", ""]), "no entry for ***")
  })

  it("repeats no beginning of a long secret, wherever another has cut it", () => {
    assert.strictEqual(Details.of(`Not valid: ${token.slice(0, 100)}...`, [token]), "Not valid: ***...")
    assert.strictEqual(Details.of(`${"z".repeat(490)}${token}`, [token]), `${"z".repeat(490)}***`)
  })

  it("leaves a text readable where a secret is so short that it is in every word", () => {
    assert.strictEqual(Details.of("the database is away", ["a", "abc"]), "the database is away")
  })

  it("repeats nothing that looks like a secret, though it is known to be none", () => {
    const texts = [
      "x-amz-security-token: s3cret",
      "Credential=s3cret, Signature=s3cret",
      "password=s3cret",
      "postgres://me:s3cret@host/database",
      "postgres://me:s3c/s3cret@host/database",
      "ftp://s3cret@host"
    ]
    for (const text of texts) assert.notInclude(Details.of(text), "s3cret", text)
    assert.strictEqual(Details.of("at http://me:s3cret@host:80/path"), "at http://***@host:80/path")
    assert.strictEqual(Details.of("at http://host:80/path"), "at http://host:80/path")
  })
})
