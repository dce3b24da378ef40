import { assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { execFile, execFileSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { tmpdir } from "node:os"
import { delimiter, dirname, join, resolve } from "node:path"
import { Emulator, layer as layerEmulator } from "../src/emulator/Emulator.ts"
import * as Http from "../src/emulator/http/Server.ts"
import { serveProxy } from "./ecs/ProxyServer.ts"
import { cert, serveTls } from "./ecs/TlsServer.ts"

const root = resolve(import.meta.dirname, "..")
const read = (path: string) => readFileSync(join(root, path), "utf8")

type Ranges = Readonly<Record<string, string>>

interface Manifest {
  readonly dependencies: Ranges
  readonly devDependencies: Ranges
  readonly peerDependencies: Ranges
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>
}

const manifest: Manifest = JSON.parse(read("package.json"))

const isOptional = (name: string): boolean => manifest.peerDependenciesMeta[name]?.optional === true

/** The packages that npm puts beside fleetcap where only fleetcap is asked for. */
const installed = [
  ...Object.keys(manifest.dependencies),
  ...Object.keys(manifest.peerDependencies).filter((name) => !isOptional(name))
]

const packageOf = (specifier: string): string => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")

/** Examples in comments import the package by its name. */
const withoutComments = (source: string): string => source.replaceAll(/\/\*\*[^]*?\*\//g, "")

/** What a module imports, types, side effects and what is loaded when it is needed included. */
const specifiersOf = (file: string): ReadonlyArray<string> =>
  [...withoutComments(read(file)).matchAll(/^(?:import|export)\b(?:[^"]*? from)? "([^"]+)"|\bimport\("([^"]+)"\)/gm)]
    .map(([, specifier, lazy = ""]) => specifier ?? lazy)

/** The modules that a module reaches, and the packages. */
const reach = (entry: string): ReadonlySet<string> => {
  const reached = new Set<string>()
  const visit = (file: string) => {
    if (reached.has(file)) return
    reached.add(file)
    for (const specifier of specifiersOf(file)) {
      if (specifier.startsWith(".")) visit(join(dirname(file), specifier))
      else reached.add(specifier)
    }
  }
  visit(entry)
  return reached
}

describe("the core", () => {
  for (const room of ["", "testing/", "simulation/", "emulator/"]) {
    const entry = `src/${room}index.ts`
    it(`${entry} stands on stable modules of Effect, and on no platform`, () => {
      const outside = [...reach(entry)].filter((module) => !module.startsWith("src/"))
      assert.deepStrictEqual(outside.filter((module) => module.startsWith("@effect/")), [])
      assert.deepStrictEqual(outside.filter((module) => /^effect\/[a-z]/.test(module)), [])
      const packages = outside.filter((module) => !module.startsWith("node:")).map(packageOf)
      assert.deepStrictEqual(packages.filter((name) => !installed.includes(name)), [])
    })
  }
})

describe("the packages that package.json names", () => {
  it("are those that src imports, and no others", () => {
    const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    const imported = files.filter((file) => file.endsWith(".ts")).flatMap((file) => specifiersOf(join("src", file)))
    const packages = new Set(imported.filter((to) => !/^(?:\.|node:)/.test(to)).map(packageOf))
    const named = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]
    assert.deepStrictEqual([...packages].sort(), named.sort())
  })

  it("are installed for the tests where they are optional, and are the same in the lock file", () => {
    for (const [name, range] of Object.entries(manifest.peerDependencies).filter(([name]) => isOptional(name))) {
      assert.strictEqual(manifest.devDependencies[name], range, name)
    }
    const { packages }: { readonly packages: Readonly<Record<string, Manifest>> } = JSON.parse(
      read("package-lock.json")
    )
    for (
      const list of ["dependencies", "devDependencies", "peerDependencies", "peerDependenciesMeta"] as const
    ) {
      assert.deepStrictEqual(packages[""]?.[list], manifest[list], list)
    }
  })
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
    const fleetcap = join(home, "node_modules", "fleetcap")
    mkdirSync(fleetcap, { recursive: true })
    const tsc = join(root, "node_modules", ".bin", "tsc")
    execFileSync(tsc, ["-p", "tsconfig.build.json", "--outDir", join(fleetcap, "dist")], { cwd: root })
    cpSync(join(root, "package.json"), join(fleetcap, "package.json"))
    for (const name of installed) {
      mkdirSync(dirname(join(home, "node_modules", name)), { recursive: true })
      symlinkSync(join(root, "node_modules", name), join(home, "node_modules", name))
    }
    writeFileSync(join(home, "package.json"), JSON.stringify({ type: "module" }))
    for (const name of ["app", "main", "proxy"]) {
      const source = stripTypeScriptTypes(read(`examples/${name}.ts`)).replace("./app.ts", "./app.js")
      writeFileSync(join(home, `${name}.js`), source)
    }
  }, 60_000)

  /** The Node that runs these tests, and the one that the machine has of its own. */
  const others = (process.env["PATH"] ?? "").split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .map((folder) => join(folder, "node"))
    .filter(existsSync)
  const nodes = [...new Set([process.execPath, ...others.slice(0, 1)])]
    .map((node) => ({ node, version: execFileSync(node, ["--version"]).toString().trim() }))

  for (const { node, version } of nodes) {
    it.live(
      `runs the first program of the README on ${version}`,
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

  it("passes the tests of the docs under vitest's own defaults", async () => {
    for (const name of ["vitest", "@effect/vitest"]) {
      mkdirSync(dirname(join(home, "node_modules", name)), { recursive: true })
      symlinkSync(join(root, "node_modules", name), join(home, "node_modules", name))
    }
    const copies = join(home, "copied")
    for (const name of ["app.ts", "app.test.ts", "settings.test.ts"]) {
      cpSync(join(root, "examples", name), join(copies, name))
    }
    const vitest = join(home, "node_modules/vitest/vitest.mjs")
    const { code, stdout } = await runNode([vitest, "run", "--root", copies])
    assert.strictEqual(code, 0, stdout)
    assert.include(stdout, "41 passed")
  })

  it.live("reads ECS through the proxy that HTTPS_PROXY names, as the docs do it", () =>
    Effect.gen(function*() {
      const server = yield* serveTls("{\"taskArns\":[]}")
      const proxy = yield* serveProxy
      const authority = join(home, "authority.pem")
      writeFileSync(authority, cert)
      const script = `
        import { Effect } from "effect"
        import { Ecs } from "fleetcap"
        import { ecs } from "./proxy.js"
        const query = { cluster: "workers", family: "converter", desiredStatus: "RUNNING" }
        const list = Effect.flatMap(Ecs.Ecs, (service) => service.listTasks(query))
        console.log((await Effect.runPromise(Effect.provide(list, ecs))).taskArns.length)`
      const { code, stderr, stdout } = yield* Effect.promise(() =>
        runNode(["--input-type=module", "--eval", script], {
          env: {
            HTTPS_PROXY: proxy.url,
            NODE_EXTRA_CA_CERTS: authority,
            AWS_ENDPOINT_URL: `https://127.0.0.1:${server.port}`,
            AWS_REGION: "eu-central-1",
            AWS_ACCESS_KEY_ID: "nobody",
            AWS_SECRET_ACCESS_KEY: "nothing"
          }
        })
      )
      assert.deepStrictEqual([code, stdout], [0, "0\n"], stderr)
      assert.deepStrictEqual(proxy.asked, [`127.0.0.1:${server.port}`])
      assert.strictEqual(server.asked(), 1)
    }), 30_000)

  interface Ended {
    readonly code: unknown
    readonly stdout: string
    readonly stderr: string
  }

  interface RunOptions {
    readonly interruptAt?: string | undefined
    readonly node?: string
    readonly env?: Readonly<Record<string, string>>
  }

  const runNode = (
    args: ReadonlyArray<string>,
    { env, interruptAt, node = process.execPath }: RunOptions = {}
  ): Promise<Ended> =>
    new Promise((resolve) => {
      // The AWS SDK warns of a Node that it will give up.
      const quiet = { NODE_NO_WARNINGS: "1", ...env }
      const child = execFile(node, args, { cwd: home, env: quiet }, (error, stdout, stderr) => {
        resolve({ code: error?.code ?? error?.signal ?? 0, stdout, stderr })
      })
      child.stdout?.on("data", (text: string) => {
        if (interruptAt !== undefined && text.includes(interruptAt)) child.kill("SIGINT")
      })
    })

  const command = (line: string, options?: RunOptions) =>
    runNode([join(home, "node_modules/fleetcap/dist/cli/bin.js"), ...line.split(" ")], options)

  it("shows every command in its help without the clients of shared ledgers", async () => {
    const { code, stderr, stdout } = await command("--help")
    assert.deepStrictEqual([code, stderr], [0, ""])
    for (const name of ["burst", "emulate", "simulate"]) assert.include(stdout, name)
  })

  for (
    const [line, interruptAt] of [
      ["burst --json --requests 2 --max-workers 2"],
      ["emulate --port 0", "listening"],
      ["simulate --seed 1 --json"]
    ] as const
  ) {
    for (const { node, version } of nodes) {
      it(`runs fleetcap ${line} on ${version} without the clients of shared ledgers`, async () => {
        const { code, stderr } = await command(line, { interruptAt, node })
        assert.deepStrictEqual([code, stderr], [0, ""])
      }, 120_000)
    }
  }

  for (
    const [store, ledger, client] of [
      ["postgres", "postgres://app@localhost/app", "@effect/sql-pg"],
      ["dynamodb", "dynamodb:fleetcap", "@aws-sdk/client-dynamodb"]
    ] as const
  ) {
    it(`says how to install ${client} when --ledger needs it`, async () => {
      const target =
        "--endpoint-url http://127.0.0.1:1 --region eu-central-1 --cluster c --subnet subnet-1 --task-definition t:1"
      const { code, stderr, stdout } = await command(`burst ${target} --json --ledger ${ledger}`)
      assert.strictEqual(code, 1)
      assert.include(stderr, `run \`npm install ${client}\``)
      assert.include(JSON.parse(stdout).error, `npm install ${client}`)
    })

    it(`fails to load fleetcap/${store} without ${client}, and names it`, async () => {
      const { code, stderr } = await runNode(["--input-type=module", "--eval", `import "fleetcap/${store}"`])
      assert.strictEqual(code, 1)
      assert.include(stderr, "ERR_MODULE_NOT_FOUND")
      assert.include(stderr, `Cannot find package '${client}'`)
      const source = read(`src/ledger/${store}/index.ts`)
      assert.include(source, `npm install ${client}`)
    })
  }
})
