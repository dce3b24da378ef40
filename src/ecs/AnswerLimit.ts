/**
 * A bound on how large an answer of AWS may be, for which the SDK has no setting:
 * it collects a body that does not end until the memory is used up.
 */
import * as Predicate from "effect/Predicate"
import { pipeline, Readable, Transform } from "node:stream"

/**
 * The size limit of an answer: 16 MB, in bytes.
 *
 * The largest that is asked for describes 100 tasks. Each may have overrides of 8 KB
 * and ten containers with the same again in statuses, images and networks, which
 * makes some megabytes. An item of DynamoDB has 400 KB at most.
 *
 * @category configuration
 */
export const answerLimit = 16 * 1024 * 1024

/**
 * Cuts the body of an answer off where it is longer than {@link answerLimit}: the
 * connection is closed, and reading the body fails.
 *
 * **Details**
 *
 * It takes what the innermost middleware of the SDK has from the connection, before
 * anything is read of it.
 *
 * @category combinators
 */
export const limit = (response: unknown): void => {
  if (!Predicate.hasProperty(response, "body") || !(response.body instanceof Readable)) return
  let length = 0
  const limited = new Transform({
    transform: (chunk: Uint8Array, _, next) => {
      length += chunk.length
      if (length > answerLimit) next(new AnswerTooLarge())
      else next(null, chunk)
    }
  })
  // The reader of the body gets the error.
  pipeline(response.body, limited, () => {})
  response.body = limited
}

class AnswerTooLarge extends Error {
  constructor() {
    super(`The answer has more than ${answerLimit / 1024 / 1024} MB and was cut off; check that the endpoint is AWS`)
    this.name = "AnswerTooLarge"
  }
}
