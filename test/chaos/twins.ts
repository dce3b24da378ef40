/**
 * Broken twins of fleetcap, as patches of its source: each lacks one of the things
 * that a shared ledger rests on, and has to be caught.
 *
 * `directed` is the scenario that shows it every time; `within` is in how many
 * seconds chaos does, where it does by chance.
 */
import { Effect } from "effect"
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { apply, type Patch } from "../patch.ts"
import type * as Scenarios from "./Scenarios.ts"

export interface Twin {
  readonly name: string
  readonly patches: ReadonlyArray<Patch>
  readonly directed?: Scenarios.Name
  readonly within?: number
}

const launch = "ledger/rules/Launch.ts"
const schema = "ledger/postgres/Schema.ts"

export const twins: ReadonlyArray<Twin> = [
  {
    name: "time alone frees what was sent",
    within: 120,
    directed: "killed before it tells a verdict",
    patches: [{
      file: "ledger/rules/Holders.ts",
      find: "      if (Slots.isUnsent(slot)) Transactions.free(tx, slot.id, \"withdrawn\")\n",
      replace: "      if (slot.key !== undefined) Transactions.free(tx, slot.id, \"withdrawn\")\n"
    }]
  },
  {
    name: "the gate always passes",
    directed: "stopped before the gate",
    patches: [
      {
        file: launch,
        find:
          "    if (slot === undefined) return { _tag: \"Lost\" }\n    if (slot.state._tag === \"Launched\") return { _tag: \"Launched\", taskArn: slot.state.taskArn }\n    const others",
        replace:
          "    if (slot === undefined) return { _tag: \"Pass\" }\n    if (slot.state._tag === \"Launched\") return { _tag: \"Launched\", taskArn: slot.state.taskArn }\n    const others"
      },
      {
        file: launch,
        find: "const over = ledger.cap !== \"unlimited\" && !(others < ledger.cap)",
        replace: "const over = others < 0"
      }
    ]
  },
  {
    name: "what a decision was made on is compared with nothing when it is written",
    within: 10,
    patches: [
      {
        file: schema,
        find: "    IF v_version IS DISTINCT FROM p_version\n      OR ",
        replace: "    p_version := v_version;\n    IF "
      },
      // The tables guard one key, and one write for each version, besides.
      { file: schema, find: "CREATE UNIQUE INDEX slot_key", replace: "CREATE INDEX slot_key" },
      { file: schema, find: "CREATE UNIQUE INDEX slot_task", replace: "CREATE INDEX slot_task" }
    ]
  },
  {
    name: "a ticket is good though another holder has the slot",
    directed: "comes back after another has taken over",
    patches: [{
      file: launch,
      find: "return slot?.fence === ticket.fence ? slot : undefined",
      replace: "return slot"
    }]
  }
]

const root = fileURLToPath(new URL("../..", import.meta.url))

/** Makes a twin's sources, and gives their directory as a URL. They are removed with the scope. */
export const make = (patches: ReadonlyArray<Patch>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const directory = mkdtempSync(join(tmpdir(), "fleetcap-twin-"))
      writeFileSync(join(directory, "package.json"), "{ \"type\": \"module\" }")
      symlinkSync(join(root, "node_modules"), join(directory, "node_modules"))
      const copy = join(directory, "src")
      cpSync(join(root, "src"), copy, { recursive: true })
      for (const patch of patches) apply(copy, patch)
      return { directory, source: `${pathToFileURL(copy).href}/` }
    }),
    ({ directory }) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  ).pipe(Effect.map(({ source }) => source))
