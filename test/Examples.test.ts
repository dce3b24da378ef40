/**
 * Compiles and runs the `@example` blocks of the public modules.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import packageJson from "../package.json" with { type: "json" }

const root = fileURLToPath(new URL("../", import.meta.url))
const read = (path: string) => readFileSync(join(root, path), "utf8")

/** The source of each entry point, by the name that applications import it with. */
const entries = Object.entries(packageJson.exports).filter(([, to]) => to.endsWith(".js")).map(([name, to]) => ({
  name: `fleetcap${name.slice(1)}`,
  path: to.replace("./dist/", "src/").replace(".js", ".ts")
}))

/** The modules that an entry point exports under a name, and the one that `fleetcap/simulation` is about. */
const modules = [
  ...new Set(
    entries.flatMap(({ path }) =>
      [...read(path).matchAll(/export \* as \w+ from "(.+)"/g)].map(([, to = ""]) => join(path, "..", to))
    )
  ),
  "src/simulation/Simulate.ts"
]

const examples = modules.flatMap((path) =>
  [...read(path).matchAll(/@example\n( \* ```ts\n[^]*?\n) \* ```/g)].map(([, block = ""]) => ({
    path,
    code: block.replaceAll(/^ \* ?/gm, "").replace("```ts\n", "")
  }))
)

const fileOf = (path: string) => path.replaceAll(/[/.]/g, "-").replace(/-ts$/, ".ts")

describe("the examples", () => {
  const directory = mkdtempSync(join(tmpdir(), "fleetcap-examples-"))
  afterAll(() => rmSync(directory, { recursive: true }))
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"))
  writeFileSync(join(directory, "package.json"), "{ \"type\": \"module\" }")

  it("are in every public module", () => {
    assert.deepStrictEqual(modules.filter((path) => !examples.some((example) => example.path === path)), [])
  })

  it("compile", async () => {
    for (const { code, path } of examples) writeFileSync(join(directory, fileOf(path)), code)
    const config = { extends: join(root, "tsconfig.json"), include: ["*.ts"] }
    writeFileSync(join(directory, "tsconfig.json"), JSON.stringify(config))
    const tsc = join(root, "node_modules/.bin/tsc")
    await promisify(execFile)(tsc, ["-p", directory]).catch(({ stdout }) => assert.fail(stdout))
  })

  it("run", async () => {
    const runs = examples.map(({ code, path }) => {
      const run = join(directory, `run-${fileOf(path)}`.replace(/ts$/, "mts"))
      const sources = entries.map(({ name, path }) => [name, pathToFileURL(join(root, path)).href] as const)
      writeFileSync(
        run,
        sources.reduce((text, [name, url]) => text.replaceAll(`from "${name}"`, `from "${url}"`), code)
      )
      return `./${relative(directory, run)}`
    })
    const main = join(directory, "main.mjs")
    writeFileSync(main, runs.map((run) => `await import("${run}")`).join("\n"))
    await promisify(execFile)(process.execPath, [main]).catch(({ stderr }) => assert.fail(stderr))
  })
})
