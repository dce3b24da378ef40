import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { HttpAnswer, Provisioner } from "fleetcap"
import { Api } from "./Api.ts"

export const handlers = HttpApiBuilder.group(
  Api,
  "files",
  Effect.fnUntraced(function*(handlers) {
    const provisioner = yield* Provisioner.Provisioner
    return handlers.handleAll({
      convert: Effect.fnUntraced(function*({ payload }) {
        const answer = yield* Effect.catch(provisioner.request(payload.name), (error) =>
          // What the client is not told, the operator has to see.
          Effect.as(Effect.logWarning(`No worker for ${payload.name}`, error), error))
        const { body, headers, status } = yield* HttpAnswer.make(answer)
        return HttpServerResponse.jsonUnsafe(body, { status, headers })
      }),
      fleet: () => Effect.orDie(provisioner.snapshot)
    })
  })
)
