import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

/** What takes long begins first: begun last, it would keep one processor busy while the others have nothing to do. */
class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const rank = ({ moduleId }: TestSpecification) => /\/test\/(simulation|chaos)\//.test(moduleId) ? 0 : 1
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^fleetcap$/, replacement: src("index.ts") },
      { find: /^fleetcap\/(dynamodb|postgres)$/, replacement: src("ledger/$1/index.ts") },
      { find: /^fleetcap\/(emulator|simulation|testing)$/, replacement: src("$1/index.ts") }
    ]
  },
  test: {
    globalSetup: ["test/postgres/setup.ts"],
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    sequence: { concurrent: true, sequencer: LongestFirst },
    // Most of a small file's time goes into loading what it tests. No test changes a module, so they can share it.
    isolate: false,
    maxWorkers: "100%",
    server: { deps: { external: [/\/src\/.*\.ts$/, /\/fleetcap-mutants-/] } },
    // Machines are shared: what a test waits for is virtual time, and a slow machine is no failure.
    testTimeout: 180_000,
    hookTimeout: 180_000
  }
})
