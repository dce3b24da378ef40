/**
 * The replies of ECS: a status and a body.
 */
import type * as Schema from "effect/Schema"

/**
 * An answer of ECS. A body that is text is that of a load balancer in front of it.
 *
 * @category models
 */
export interface Reply {
  readonly status: number
  readonly body: Schema.JsonObject | string
}

/**
 * Creates the answer of a call that did what it was asked.
 *
 * @category constructors
 */
export const ok = (body: Schema.JsonObject): Reply => ({ status: 200, body })

/**
 * Creates an error as ECS words it.
 *
 * **Details**
 *
 * The code is in the body, as `__type`: boto3 and the AWS CLI look nowhere else.
 *
 * @category constructors
 */
export const error = (code: string, message: string, status = 400, rest: Schema.JsonObject = {}): Reply => ({
  status,
  body: { __type: code, message, ...rest }
})

/**
 * Creates the error of a parameter that ECS does not accept.
 *
 * @category constructors
 */
export const invalid = (message: string): Reply => error("InvalidParameterException", message)

/**
 * The error of too many calls.
 *
 * @category constructors
 */
export const throttled: Reply = error("ThrottlingException", "Rate exceeded")

/**
 * The error of a body whose members have the wrong types.
 *
 * @category constructors
 */
export const malformed: Reply = error("SerializationException", "The request body is not valid for this operation.")

/**
 * The error of an operation that ECS does not have.
 *
 * @category constructors
 */
export const unknownOperation: Reply = error(
  "UnknownOperationException",
  "The requested operation is not recognized by the service."
)
