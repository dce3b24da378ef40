import { Effect, type ManagedRuntime } from "effect"
import { HttpAnswer, Provisioner } from "fleetcap"
import { Hono } from "hono"

/** Makes an app over a runtime that has a provisioner. Dispose of the runtime once the server has closed. */
export const makeApp = (runtime: ManagedRuntime.ManagedRuntime<Provisioner.Provisioner, unknown>): Hono =>
  new Hono().post("/files/:name", async (context) => {
    const answer = Effect.flatMap(Provisioner.Provisioner, (fleet) => fleet.request(context.req.param("name"))).pipe(
      Effect.tapError((error) => Effect.logWarning("No worker", error)),
      Effect.catch(Effect.succeed),
      Effect.flatMap(HttpAnswer.make)
    )
    const { body, headers, status } = await runtime.runPromise(answer, { signal: context.req.raw.signal })
    return context.body(JSON.stringify(body), status, headers)
  })
