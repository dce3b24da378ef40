import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { HttpAnswer, Snapshot } from "fleetcap"

class Files extends HttpApiGroup.make("files").add(
  HttpApiEndpoint.post("convert", "/files", {
    payload: Schema.Struct({ name: Schema.String }),
    success: HttpAnswer.Accepted.pipe(HttpApiSchema.status(202))
  }),
  HttpApiEndpoint.get("fleet", "/fleet", { success: Snapshot.Snapshot })
) {}

export class Api extends HttpApi.make("converter").add(Files) {}
