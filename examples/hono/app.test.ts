import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger, ManagedRuntime } from "effect"
import { LedgerMemory, Provisioner, ProvisionError } from "fleetcap"
import { Emulator, TestEcs } from "fleetcap/testing"
import { makeApp } from "./app.ts"

const fleet = Provisioner.layer({
  cluster: "workers",
  taskDefinition: "converter:7",
  subnets: ["subnet-0a1b2c3d"],
  cap: 2
}).pipe(Layer.provide(LedgerMemory.layer), Layer.provideMerge(TestEcs.layer()))

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

it("logs what it does not tell its client", async () => {
  const logged: Array<unknown> = []
  const logger = Logger.make(({ message }) => logged.push(message))
  const runtime = ManagedRuntime.make(Layer.provideMerge(fleet, Logger.layer([logger])))
  const denied = {
    _tag: "ServiceError",
    name: "AccessDeniedException",
    message: "role/secret may not",
    status: 400
  } as const
  await runtime.runPromise(Effect.flatMap(
    Emulator.Emulator,
    (emulator) => emulator.script({ operation: "RunTask", fault: denied })
  ))

  const response = await makeApp(runtime).request("/files/a.csv", { method: "POST" })
  assert.strictEqual(response.status, 500)
  assert.notInclude(await response.text(), "secret")
  const errors = logged.flat().filter((part) => part instanceof ProvisionError.PermanentError)
  assert.deepStrictEqual(errors.map(({ reason }) => reason), ["access-denied"])

  await runtime.dispose()
})
