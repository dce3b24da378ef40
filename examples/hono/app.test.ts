import { assert, it } from "@effect/vitest"
import { Layer, ManagedRuntime } from "effect"
import { LedgerMemory, Provisioner } from "fleetcap"
import { TestEcs } from "fleetcap/testing"
import { makeApp } from "./app.ts"

const fleet = Provisioner.layer({
  cluster: "workers",
  taskDefinition: "converter:7",
  subnets: ["subnet-0a1b2c3d"],
  cap: 2
}).pipe(Layer.provide([LedgerMemory.layer, TestEcs.layer()]))

it("starts a worker for each of two uploads, and turns the third away for a while", async () => {
  const runtime = ManagedRuntime.make(fleet)
  const app = makeApp(runtime)
  const upload = (name: string) => app.request(`/files/${name}`, { method: "POST" })

  const responses = await Promise.all(["a.csv", "b.csv", "c.csv"].map(upload))
  assert.deepStrictEqual(responses.map(({ status }) => status), [202, 202, 429])
  assert.strictEqual(responses[2]?.headers.get("content-type"), "application/problem+json")
  assert.isAbove(Number(responses[2]?.headers.get("retry-after")), 0)
  assert.strictEqual((await upload("x".repeat(300))).status, 400)

  await runtime.dispose()
})
