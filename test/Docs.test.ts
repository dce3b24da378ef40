import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { defaults } from "../src/fleet/Settings.ts"

const root = fileURLToPath(new URL("../", import.meta.url))
const read = (path: string) => readFileSync(join(root, path), "utf8")

const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)
const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", ...docs]

/** What a page says, without its examples, in which brackets are no links. */
const prose = (path: string): string => read(path).replaceAll(/^```[^]*?^```$/gm, "")

const links = (path: string): ReadonlyArray<string> =>
  [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target)

/** The names by which GitHub finds the headings of a page. */
const anchors = (path: string): ReadonlyArray<string> =>
  [...prose(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  )

const examples = {
  "README.md": ["examples/app.ts", "examples/main.ts", "examples/app.test.ts"],
  "docs/http.md": [
    "examples/api/Api.ts",
    "examples/api/handlers.ts",
    "examples/api/server.ts",
    "examples/api/main.ts",
    "examples/hono/app.ts"
  ],
  "docs/running-on-aws.md": ["examples/proxy.ts"],
  "docs/verification.md": ["examples/settings.test.ts"]
}

describe("an example in the docs", () => {
  for (const [page, paths] of Object.entries(examples)) {
    for (const path of paths) {
      it(`is ${path} in ${page}, as it is compiled and run`, () => {
        const [, shown] = new RegExp(`<!-- ${path} -->\n\`\`\`ts\n([^]*?)\`\`\``).exec(read(page)) ?? []
        assert.strictEqual(shown, read(path))
      })
    }
  }
})

describe("README.md", () => {
  it("has at most 160 lines", () => {
    assert.isAtMost(read("README.md").trimEnd().split("\n").length, 160)
  })

  it("leads to every page of docs", () => {
    assert.deepStrictEqual(docs.filter((page) => !links("README.md").includes(page)), [])
  })
})

describe("docs/how-it-works.md", () => {
  it("leads through at most twelve source files", () => {
    const files = links("docs/how-it-works.md").filter((target) => target.startsWith("../src/"))
    assert.isAtMost(new Set(files).size, 12)
    assert.isAbove(files.length, 0)
  })
})

describe("docs/configuration.md", () => {
  it("shows every setting with its default", () => {
    const configuration = read("docs/configuration.md")
    for (const [name, value] of Object.entries(defaults)) {
      const [, shown] = new RegExp(`^\\| \`${name}\` \\| ([^|]+) \\|`, "m").exec(configuration) ?? []
      if (typeof value === "number") assert.strictEqual(shown, String(value), name)
      else {assert.strictEqual(
          Duration.toMillis(Duration.fromInputUnsafe(spelled(shown))),
          Duration.toMillis(value),
          name
        )}
    }
  })
})

describe("the links of", () => {
  for (const page of pages) {
    it(`${page} lead to files and headings that exist`, () => {
      const broken = links(page).filter((target) => {
        if (/^[a-z]+:/.test(target)) return false
        const [path = "", anchor] = target.split("#")
        const file = path === "" ? page : join(dirname(page), path)
        return !existsSync(join(root, file)) || (anchor !== undefined && !anchors(file).includes(anchor))
      })
      assert.deepStrictEqual(broken, [])
    })
  }
})

const units = { ms: "millis", s: "seconds", m: "minutes" } as const

/** Reads a duration as it is written in the table, such as `20 s` or `15m`. */
const spelled = (shown: string | undefined): Duration.Input => {
  const [, amount, unit] = /^(\d+) ?(ms|s|m)?$/.exec(shown ?? "") ?? []
  return `${Number(amount)} ${unit === "ms" || unit === "s" || unit === "m" ? units[unit] : "millis"}`
}
