/**
 * The arrows between the rooms of `src/`: who may import whom, types included.
 */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { posix } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../src/", import.meta.url))

/** From the top floor down: a room imports rooms below it only. `index.ts` is what applications import. */
const floors: ReadonlyArray<ReadonlyArray<string>> = [
  ["cli"],
  ["comparison"],
  ["simulation"],
  ["testing", "index.ts"],
  ["provisioner", "emulator"],
  ["fleet"],
  ["ledger"],
  ["ecs"],
  ["Detail.ts", "Time.ts"]
]

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))

const importsOf = (file: string): ReadonlyArray<string> =>
  [...readFileSync(posix.join(root, file), "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)]
    .map(([, specifier = ""]) => specifier)

const targetsOf = (file: string): ReadonlyArray<string> =>
  importsOf(file).filter((to) => to.startsWith(".")).map((to) => posix.join(posix.dirname(file), to))

const roomOf = (file: string): string => file.split("/")[0] ?? file

const floorOf = (file: string): number => floors.findIndex((rooms) => rooms.includes(roomOf(file)))

describe("the modules of src", () => {
  it("stand in a room that has a floor", () => {
    assert.deepStrictEqual(files.filter((file) => floorOf(file) === -1), [])
  })

  it("import rooms below their own, and never one above or beside", () => {
    const wrong = files.flatMap((file) =>
      targetsOf(file).filter((to) => roomOf(to) !== roomOf(file) && floorOf(to) <= floorOf(file)).map((to) =>
        `${file} -> ${to}`
      )
    )
    assert.deepStrictEqual(wrong, [])
  })

  it("import what the first file of their folder says that the folder may import", () => {
    const wrong = files.flatMap((first) => {
      const header = /^\/\*\*[^]*?\*\//.exec(readFileSync(posix.join(root, first), "utf8"))?.[0] ?? ""
      const [, , sentence] = /This folder ([^]*) may import ([^]*?)\.\n/.exec(header.replaceAll(/\n \* ?/g, "\n")) ?? []
      if (sentence === undefined || sentence.startsWith("every folder")) return []
      const folder = posix.dirname(first)
      const allowed = [folder, ...[...sentence.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name)]
      return files.filter((file) => posix.dirname(file) === folder).flatMap((file) =>
        targetsOf(file)
          .filter((to) => !allowed.some((name) => to === name || to.startsWith(`${name}/`)))
          .map((to) => `${file} -> ${to}`)
      )
    })
    assert.deepStrictEqual(wrong, [])
  })

  it("make no circle, not even of types", () => {
    const done = new Set<string>()
    const visit = (file: string, path: ReadonlyArray<string>): void => {
      if (path.includes(file)) assert.fail([...path.slice(path.indexOf(file)), file].join(" -> "))
      if (done.has(file)) return
      for (const to of targetsOf(file)) visit(to, [...path, file])
      done.add(file)
    }
    for (const file of files) visit(file, [])
  })

  it("need no platform, database driver or command line below the rooms that are for them", () => {
    const heavy = /^(@effect\/|@aws-sdk\/client-dynamodb|effect\/(?:cli|sql|http|platform))/
    const rooms = /^(cli\/|ledger\/postgres\/|ledger\/dynamodb\/|emulator\/http\/)/
    const wrong = files.filter((file) => !rooms.test(file)).flatMap((file) =>
      importsOf(file).filter((to) => heavy.test(to)).map((to) => `${file} -> ${to}`)
    )
    assert.deepStrictEqual(wrong, [])
  })
})
