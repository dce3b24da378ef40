/**
 * One PostgreSQL server for all test files: that of `DATABASE_URL`, or one that is
 * started for them.
 */
import type { TestProject } from "vitest/node"
import * as PostgresServer from "./PostgresServer.ts"

declare module "vitest" {
  interface ProvidedContext {
    readonly databaseUrl: string
  }
}

export default async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  const url = process.env["DATABASE_URL"]
  if (url !== undefined) {
    provide("databaseUrl", url)
    return () => Promise.resolve()
  }
  const server = await PostgresServer.start()
  provide("databaseUrl", server.url)
  return server.stop
}
