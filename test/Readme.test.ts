import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { readFileSync } from "node:fs"
import { defaults } from "../src/fleet/Settings.ts"

const root = new URL("../", import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), "utf8")

describe("README.md", () => {
  const readme = read("README.md")

  for (const path of ["examples/app.ts", "examples/main.ts", "examples/app.test.ts", "examples/settings.test.ts"]) {
    it(`shows ${path} as it is compiled and run`, () => {
      const [, shown] = new RegExp(`<!-- ${path} -->\n\`\`\`ts\n([^]*?)\`\`\``).exec(readme) ?? []
      assert.strictEqual(shown, read(path))
    })
  }

  it("shows every setting with its default", () => {
    for (const [name, value] of Object.entries(defaults)) {
      const [, shown] = new RegExp(`^\\| \`${name}\` \\| ([^|]+) \\|`, "m").exec(readme) ?? []
      if (typeof value === "number") assert.strictEqual(shown, String(value), name)
      else {assert.strictEqual(
          Duration.toMillis(Duration.fromInputUnsafe(spelled(shown))),
          Duration.toMillis(value),
          name
        )}
    }
  })
})

const units = { ms: "millis", s: "seconds", m: "minutes" } as const

/** Reads a duration as it is written in the table, such as `20 s` or `15m`. */
const spelled = (shown: string | undefined): Duration.Input => {
  const [, amount, unit] = /^(\d+) ?(ms|s|m)?$/.exec(shown ?? "") ?? []
  return `${Number(amount)} ${unit === "ms" || unit === "s" || unit === "m" ? units[unit] : "millis"}`
}
