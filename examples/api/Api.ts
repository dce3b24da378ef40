import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema } from "effect/http-api"
import { HttpAnswer, Snapshot } from "fleetcap"

const problem = (status: number) =>
  HttpAnswer.Problem.pipe(
    HttpApiSchema.status(status),
    HttpApiSchema.asJson({ contentType: "application/problem+json" })
  )

class Files extends HttpApiGroup.make("files").add(
  HttpApiEndpoint.post("convert", "/files", {
    payload: Schema.Struct({ name: Schema.String }),
    success: HttpAnswer.Accepted.pipe(HttpApiSchema.status(202)),
    error: [problem(400), problem(429), problem(500), problem(503)]
  }),
  HttpApiEndpoint.get("fleet", "/fleet", { success: Snapshot.Snapshot, error: problem(503) })
) {}

export class Api extends HttpApi.make("converter").add(Files) {}
