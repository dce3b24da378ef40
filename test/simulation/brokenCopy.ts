/**
 * Copies of the source, broken by patches, that run beside the real one.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type * as Simulations from "../../src/simulation/index.ts"
import { apply, type Patch } from "../patch.ts"

type Simulation = typeof Simulations

const root = fileURLToPath(new URL("../..", import.meta.url))

const source = join(root, "src")

/** What can be broken, and what uses it. All else is linked: it would take its time to load again for every copy. */
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

const link = (from: string, to: string, path: string): void => {
  for (const name of readdirSync(join(from, path))) {
    const inner = join(path, name)
    if (copied.includes(inner)) cpSync(join(from, inner), join(to, inner), { recursive: true })
    else if (copied.some((file) => file.startsWith(`${inner}/`))) {
      mkdirSync(join(to, inner))
      link(from, to, inner)
    } else symlinkSync(join(from, inner), join(to, inner))
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
      mkdirSync(copy)
      link(source, copy, "")
      for (const patch of patches) {
        const { file } = patch
        if (!copied.some((name) => file === name || file.startsWith(`${name}/`))) {
          throw new Error(`${file} is not copied`)
        }
        apply(copy, patch)
      }
      return import(/* @vite-ignore */ pathToFileURL(join(copy, "simulation/index.ts")).href)
    },
    remove: () => rmSync(directory, { recursive: true, force: true })
  }
}
