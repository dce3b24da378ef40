/**
 * Copies of the source, broken by patches, that run beside the real one.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type * as Simulations from "../../src/simulation/index.ts"
import { applied, type Patch } from "../patch.ts"

type Simulation = typeof Simulations

const root = fileURLToPath(new URL("../..", import.meta.url))

const source = join(root, "src")

/** What can be broken, and what uses it. All else is never copied: it would take its time to load again. */
const copied: ReadonlyArray<string> = [
  "ecs/Ecs.ts",
  "ecs/LaunchPermits.ts",
  "ecs/Location.ts",
  "ledger",
  "provisioner",
  "simulation/Convergence.ts",
  "simulation/Run.ts",
  "simulation/Shrink.ts",
  "simulation/Simulate.ts",
  "simulation/index.ts",
  "simulation/system/ManyProcesses.ts",
  "simulation/system/OneProcess.ts",
  "simulation/system/SharedStore.ts"
]

const isCopied = (file: string): boolean => copied.some((name) => file === name || file.startsWith(`${name}/`))

/** An import of another file of ours, unless of its types only. */
const imports = /^((?:import|export)\b(?! type\b)[^"]*")(\.[^"]+)(?=")/gm

/** Which of the files above import a file. */
const importers: ReadonlyMap<string, ReadonlyArray<string>> = (() => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && isCopied(file))
  const pairs = files.flatMap((file) =>
    [...readFileSync(join(source, file), "utf8").matchAll(imports)]
      .map(([, , to = ""]) => ({ file, to: join(dirname(file), to) }))
  )
  const all = new Map<string, Array<string>>()
  for (const { file, to } of pairs) all.set(to, [...(all.get(to) ?? []), file])
  return all
})()

/** The files that are broken, and those that reach them: the others run as they are, for all copies. */
const reaching = (broken: ReadonlyArray<string>): ReadonlySet<string> => {
  const files = new Set(broken)
  for (const file of files) for (const importer of importers.get(file) ?? []) files.add(importer)
  return files
}

const write = (copy: string, patches: ReadonlyArray<Patch>): void => {
  const files = reaching(["simulation/index.ts", ...patches.map(({ file }) => file)])
  for (const file of files) {
    if (!isCopied(file)) throw new Error(`${file} is not copied`)
    const text = patches.filter((patch) => patch.file === file).reduce(
      applied,
      readFileSync(join(source, file), "utf8")
    )
    mkdirSync(join(copy, dirname(file)), { recursive: true })
    writeFileSync(
      join(copy, file),
      text.replace(imports, (all, before: string, to: string) => {
        const imported = join(dirname(file), to)
        return files.has(imported) ? all : before + pathToFileURL(join(source, imported)).href
      })
    )
  }
}

/** A directory for copies, and how to make one. */
export interface Copies {
  /** Copies the source, and breaks it. It throws where a patch does not fit exactly once. */
  readonly make: (patches: ReadonlyArray<Patch>) => Promise<Simulation>
  readonly remove: () => void
}

export const make = (): Copies => {
  const directory = mkdtempSync(join(tmpdir(), "fleetcap-mutants-"))
  let copies = 0
  writeFileSync(join(directory, "package.json"), "{ \"type\": \"module\" }")
  // A link, and not a copy: the effect library must be the same one for all.
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"))
  return {
    make: (patches) => {
      const copy = join(directory, `copy-${++copies}`)
      write(copy, patches)
      return import(/* @vite-ignore */ pathToFileURL(join(copy, "simulation/index.ts")).href)
    },
    remove: () => rmSync(directory, { recursive: true, force: true })
  }
}
