import { assert, describe, it } from "@effect/vitest"
import { Duration, Result, Schema } from "effect"
import * as Settings from "../../src/fleet/Settings.ts"
import * as SafetyLimits from "../../src/ledger/SafetyLimits.ts"

const decode = (options: unknown) =>
  Schema.decodeUnknownResult(Settings.Settings)(options, {
    errors: "all",
    onExcessProperty: "error",
    reportInput: true
  })

const message = (options: unknown) =>
  Result.match(decode(options), {
    onFailure: (error) => error.message.replaceAll("\n  at ", " "),
    onSuccess: () => "fine"
  })

describe("Settings", () => {
  it("are the defaults where nothing is set", () => {
    assert.deepStrictEqual(Result.getOrThrow(decode({})), Settings.defaults)
    assert.deepStrictEqual(Result.getOrThrow(decode({ lagBound: undefined })), Settings.defaults)
  })

  it("take every form in which Effect writes a duration", () => {
    const options: Settings.Options = {
      requestTimeout: "3 seconds",
      readingMaxAge: 3_000,
      readingInterval: 3_000_000_000n,
      lagBound: Duration.seconds(3),
      attemptTimeout: { seconds: 3 },
      shutdownTimeout: [3, 0]
    }
    const settings = Result.getOrThrow(decode(options))
    for (
      const name of [
        "requestTimeout",
        "readingMaxAge",
        "readingInterval",
        "lagBound",
        "attemptTimeout",
        "shutdownTimeout"
      ] as const
    ) assert.strictEqual(Duration.toMillis(settings[name]), 3_000, name)
  })

  it("are written back in a form that can be read again", () => {
    const settings = { ...Settings.defaults, lagBound: Duration.minutes(7), changesCapacity: 5 }
    assert.deepStrictEqual(Result.getOrThrow(decode(Schema.encodeSync(Settings.Settings)(settings))), settings)
  })

  it("refuse what is no duration", () => {
    for (const wrong of ["soon", "5", null, true, { second: 5 }, [1]]) {
      assert.match(
        message({ requestTimeout: wrong }),
        /^Expected a duration such as "30 seconds", got .* \["requestTimeout"\]$/
      )
    }
  })

  it("refuse times that are not positive or without end, save a hold of zero", () => {
    for (const wrong of [0, -1, NaN, "0 seconds", "Infinity", "10 nanos"] as const) {
      assert.match(message({ lagBound: wrong }), /^expected a finite duration of at least 1ms, got .* \["lagBound"\]$/)
    }
    assert.strictEqual(message({ startupHold: 0 }), "fine")
    assert.match(message({ startupHold: -1 }), /at least 0, got -1ms/)
  })

  it("refuse counts that are fractional, too small or no numbers", () => {
    assert.match(message({ readPageRetries: -1 }), /expected a whole number from 0 up, got -1/)
    assert.match(message({ readPageRetries: 1.5 }), /expected a whole number from 0 up, got 1.5/)
    assert.match(message({ changesCapacity: 0 }), /expected a whole number from 1 up, got 0/)
    assert.match(message({ changesCapacity: "many" }), /Expected number/)
  })

  it("refuse a backoff that begins above its own maximum", () => {
    assert.match(
      message({ replayBackoffBase: "1 minute" }),
      /expected no more than replayBackoffMax \["replayBackoffBase"\]/
    )
  })

  it("refuse attempts longer than the time in which a launch is sent", () => {
    assert.match(message({ attemptTimeout: "46 minutes" }), /no more than the 45 minutes/)
  })

  it("refuse names that are none", () => {
    assert.match(message({ requestTimout: "1 second" }), /\["requestTimout"\]/)
  })

  it("leave replays well inside the hour for which ECS surely knows a token", () => {
    const hour = Duration.toMillis("1 hour")
    assert.isBelow(SafetyLimits.replayWindow + SafetyLimits.gateValidity + SafetyLimits.signatureLifetime, hour)
    assert.isAbove(SafetyLimits.stoppedRetention, hour)
    assert.isAbove(SafetyLimits.goneRetention, hour)
  })
})
