import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { execFile, execFileSync } from "node:child_process"
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { tmpdir } from "node:os"
import { delimiter, dirname, join, resolve } from "node:path"
import { Emulator, layer as layerEmulator } from "../src/emulator/Emulator.ts"
import * as Http from "../src/emulator/http/Server.ts"

const root = resolve(import.meta.dirname, "..")
const read = (path: string) => readFileSync(join(root, path), "utf8")

/** The modules that a module reaches, and the packages. */
const reach = (entry: string): ReadonlySet<string> => {
  const reached = new Set<string>()
  const visit = (file: string) => {
    if (reached.has(file)) return
    reached.add(file)
    for (const [, specifier = ""] of read(file).matchAll(/^(?:import|export)[^"]*? from "([^"]+)"/gm)) {
      if (specifier.startsWith(".")) visit(join(dirname(file), specifier))
      else reached.add(specifier)
    }
  }
  visit(entry)
  return reached
}

describe("the core", () => {
  for (const entry of ["src/index.ts", "src/testing/index.ts"]) {
    it(`${entry} stands on stable modules of Effect, and on no platform`, () => {
      const outside = [...reach(entry)].filter((module) => !module.startsWith("src/"))
      assert.deepStrictEqual(outside.filter((module) => module.startsWith("@effect/")), [])
      assert.deepStrictEqual(outside.filter((module) => /^effect\/[a-z]/.test(module)), [])
    })
  }
})

describe("the lock file", () => {
  it("has a hash for every package, but for those of other platforms that CONTRIBUTING.md names", () => {
    const { packages }: {
      readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly optional?: boolean }>>
    } = JSON.parse(read("package-lock.json"))
    const without = Object.entries(packages).filter(([path, { integrity }]) => path !== "" && integrity === undefined)
    const named = /^node_modules\/(@dprint\/|@effect\/tsgo-)/
    assert.deepStrictEqual(without.filter(([path, { optional }]) => !named.test(path) || optional !== true), [])
    assert.include(read("CONTRIBUTING.md"), `${without.length} are left without`)
  })
})

describe("the package as it is installed", () => {
  let home = ""

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "fleetcap-package-"))
    const installed = join(home, "node_modules", "fleetcap")
    mkdirSync(installed, { recursive: true })
    const tsc = join(root, "node_modules", ".bin", "tsc")
    execFileSync(tsc, ["-p", "tsconfig.build.json", "--outDir", join(installed, "dist")], { cwd: root })
    cpSync(join(root, "package.json"), join(installed, "package.json"))
    for (const name of ["effect", "@aws-sdk", "@smithy", "@effect"]) {
      symlinkSync(join(root, "node_modules", name), join(home, "node_modules", name))
    }
    writeFileSync(join(home, "package.json"), JSON.stringify({ type: "module" }))
    for (const name of ["app", "main"]) {
      const source = stripTypeScriptTypes(read(`examples/${name}.ts`)).replace("./app.ts", "./app.js")
      writeFileSync(join(home, `${name}.js`), source)
    }
  }, 60_000)

  /** The Node that runs these tests, and the one that the machine has of its own. */
  const others = (process.env["PATH"] ?? "").split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => join(folder, "node"))
    .filter(existsSync)
  const nodes = [process.execPath, ...others.slice(0, 1)]

  for (const node of new Set(nodes)) {
    it.live(
      `runs the first program of the README on ${execFileSync(node, ["--version"]).toString().trim()}`,
      () =>
        Effect.gen(function*() {
          const { url } = yield* Http.serve()
          const output = yield* Effect.callback<string, Error>((resume) => {
            execFile(
              node,
              [join(home, "main.js")],
              {
                env: {
                  AWS_ENDPOINT_URL: url,
                  AWS_REGION: "eu-central-1",
                  AWS_ACCESS_KEY_ID: "nobody",
                  AWS_SECRET_ACCESS_KEY: "nothing"
                }
              },
              (error, stdout) => resume(error === null ? Effect.succeed(stdout) : Effect.fail(error))
            )
          })
          const lines = output.trim().split("\n")
          assert.deepStrictEqual(lines.map((line) => line.slice(0, 5)), ["a.csv", "b.csv", "c.csv"])
          assert.strictEqual(lines.filter((line) => line.includes("arn:aws:ecs:eu-central-1:")).length, 2)
          assert.deepStrictEqual(lines.filter((line) => !line.includes("arn:")), ["c.csv: queued"])
          assert.strictEqual(yield* (yield* Emulator).peak(), 2)
        }).pipe(Effect.provide(Layer.fresh(layerEmulator()))),
      30_000
    )
  }
})
