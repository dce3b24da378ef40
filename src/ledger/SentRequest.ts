/**
 * The input of a `RunTask` that was sent, as it is stored: as text, for a database
 * that orders the fields of JSON anew must not change a byte of it.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { RunTaskRequest } from "../ecs/Ecs.ts"

const isRequest = (input: unknown): input is RunTaskRequest =>
  Predicate.isObject(input) &&
  "clientToken" in input && typeof input["clientToken"] === "string" &&
  "taskDefinition" in input && typeof input["taskDefinition"] === "string" &&
  "startedBy" in input && input["startedBy"] === input["clientToken"] &&
  "count" in input && input["count"] === 1

/**
 * A request that was sent, and is sent again byte for byte.
 *
 * @category schemas
 */
export const SentRequest = Schema.fromJsonString(Schema.declare(isRequest))
