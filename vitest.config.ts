import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^fleetcap$/, replacement: src("index.ts") },
      { find: /^fleetcap\/postgres$/, replacement: src("ledger/postgres/index.ts") },
      { find: /^fleetcap\/(emulator|simulation|testing)$/, replacement: src("$1/index.ts") }
    ]
  },
  test: {
    globalSetup: ["test/postgres/setup.ts"],
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    sequence: { concurrent: true },
    // Machines are shared: what a test waits for is virtual time, and a slow machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000
  }
})
