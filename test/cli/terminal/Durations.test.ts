import { assert, describe, it } from "@effect/vitest"
import { Duration, Option } from "effect"
import * as TimeText from "../../../src/cli/terminal/Durations.ts"

const millis = (text: string) => Option.getOrUndefined(Option.map(TimeText.parse(text), Duration.toMillis))

describe("TimeText", () => {
  it("reads a number with its unit", () => {
    assert.strictEqual(millis("500ms"), 500)
    assert.strictEqual(millis("5s"), 5000)
    assert.strictEqual(millis("2m"), 120_000)
    assert.strictEqual(millis("1h"), 3_600_000)
    assert.strictEqual(millis("1.5s"), 1500)
    assert.strictEqual(millis("0s"), 0)
  })

  it("reads nothing else", () => {
    for (
      const text of ["", "5", "s", "5 s", "-5s", "5sec", "5S", "1h30m", "1e3s", ".5s", "Infinity", "99999999999999h"]
    ) {
      assert.isUndefined(millis(text), text)
    }
  })

  it("reads ranges from the shorter to the longer, and forever", () => {
    assert.deepStrictEqual(TimeText.parseSpan("5s"), Option.some(Duration.seconds(5)))
    assert.deepStrictEqual(
      TimeText.parseSpan("500ms..2s"),
      Option.some({ min: Duration.millis(500), max: Duration.seconds(2) })
    )
    assert.deepStrictEqual(TimeText.parseSpan("forever"), Option.some(Duration.infinity))
    for (const text of ["2s..1s", "1s..", "..1s", "1s..2s..3s", "1s-2s", "forever..1s"]) {
      assert.isTrue(Option.isNone(TimeText.parseSpan(text)), text)
    }
  })

  it("writes times with the precision that is of use", () => {
    assert.deepStrictEqual([0, 449, 12_345, 99_949, 99_950, 125_000, 3_600_000, 5_400_000].map(TimeText.format), [
      "0.0 s",
      "0.4 s",
      "12.3 s",
      "99.9 s",
      "1 min 40 s",
      "2 min 5 s",
      "1 h 0 min",
      "1 h 30 min"
    ])
  })
})
