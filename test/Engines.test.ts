import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"

const root = resolve(import.meta.dirname, "..")
const read = (path: string) => readFileSync(join(root, path), "utf8")

const manifest: { readonly engines: { readonly node: string } } = JSON.parse(read("package.json"))

interface Installed {
  readonly engines?: { readonly node?: string }
  readonly optional?: boolean
  readonly dev?: boolean
  readonly devOptional?: boolean
}

type Version = readonly [major: number, minor: number]

/** Whether a range of `engines` takes a version, for the forms in which ranges are written there. */
const takes = (range: string, [major, minor]: Version): boolean =>
  range.split("||").some((part) => {
    const [, operator, least = "0", more = "0"] = /^\s*(\^|>=|\*)\s*(\d+)?(?:\.(\d+))?[\d.x]*\s*$/.exec(part) ?? []
    if (operator === undefined) throw new Error(`engines: ${range}`)
    return (major === Number(least) && minor >= Number(more)) || (operator !== "^" && major > Number(least))
  })

describe("the Node that is needed", () => {
  const { packages }: { readonly packages: Readonly<Record<string, Installed>> } = JSON.parse(read("package-lock.json"))
  // npm leaves out an optional package that does not fit.
  const needs = Object.entries(packages).filter(([path, { optional }]) => path !== "" && optional !== true)
  /** What is installed, which may be newer than what is locked. */
  const rangesOf = (entries: typeof needs): ReadonlyArray<string> =>
    entries.flatMap(([path]) => {
      const { engines }: Installed = JSON.parse(read(join(path, "package.json")))
      return engines?.node ?? []
    })
  const allTake = (ranges: ReadonlyArray<string>, version: Version) => ranges.every((range) => takes(range, version))

  it("is that of the packages of an installation, and the docs say the same", () => {
    const ranges = rangesOf(needs.filter(([, { dev, devOptional }]) => dev !== true && devOptional !== true))
    assert.isAbove(ranges.length, 20)
    const major = Number(/^>=(\d+)$/.exec(manifest.engines.node)?.[1])
    assert.isTrue(allTake(ranges, [major, 0]))
    assert.isFalse(allTake(ranges, [major - 1, 99]))
    assert.deepStrictEqual(packages[""]?.engines, manifest.engines)
    for (const page of ["README.md", "CONTRIBUTING.md", "docs/cli.md", "docs/running-on-aws.md"]) {
      assert.include(read(page), `Node ${major} or newer`, page)
    }
  })

  it("is 22.19, 24 or 26 for a checkout where npm is strict, and the docs say so", () => {
    const ranges = rangesOf(needs)
    const taken = ([[22, 18], [22, 19], [23, 9], [24, 0], [25, 9], [26, 0]] as const)
      .filter((version) => allTake(ranges, version))
    assert.deepStrictEqual(taken, [[22, 19], [24, 0], [26, 0]])
    for (const page of ["README.md", "CONTRIBUTING.md"]) assert.include(read(page), "22.19", page)
  })
})
