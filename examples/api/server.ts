import { NodeHttpServer } from "@effect/platform-node"
import { Config, Effect, Layer } from "effect"
import { HttpRouter } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { createServer } from "node:http"
import { Api } from "./Api.ts"
import { handlers } from "./handlers.ts"

/**
 * Serves the API on `PORT`. When its scope closes it takes no more connections, waits for the requests that are
 * being answered, for as long as the provisioner lets one wait (`requestTimeout`), and then closes the provisioner.
 */
export const server = Layer.unwrap(Effect.map(
  Config.Int("PORT").pipe(Config.withDefault(3000)),
  (port) =>
    HttpRouter.serve(Layer.provide(HttpApiBuilder.layer(Api), handlers), { disableLogger: true }).pipe(
      Layer.provideMerge(NodeHttpServer.layer(createServer, { port, gracefulShutdownTimeout: "30 seconds" }))
    )
))
