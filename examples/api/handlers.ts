import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { type Answer, HttpAnswer, Provisioner, type ProvisionError } from "fleetcap"
import { Api } from "./Api.ts"

const respond = (answer: Answer.Answer | ProvisionError.ProvisionError) =>
  Effect.map(
    HttpAnswer.make(answer),
    ({ body, headers, status }) => HttpServerResponse.jsonUnsafe(body, { status, headers })
  )

export const handlers = HttpApiBuilder.group(
  Api,
  "files",
  Effect.fnUntraced(function*(handlers) {
    const provisioner = yield* Provisioner.Provisioner
    return handlers.handleAll({
      convert: ({ payload }) =>
        provisioner.request(payload.name).pipe(
          // What the client is not told, the operator has to see.
          Effect.tapError((error) => Effect.logWarning("No worker", error)),
          Effect.catch(Effect.succeed),
          Effect.flatMap(respond)
        ),
      fleet: () => Effect.catch(provisioner.snapshot, respond)
    })
  })
)
