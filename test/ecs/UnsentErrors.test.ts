import { assert, describe, it } from "@effect/vitest"
import type { ObservedError } from "../../src/ecs/ObservedError.ts"
import { credentialsPatience, meaningOf } from "../../src/ecs/UnsentErrors.ts"

const errorOf = (name: string, message: string, more: Partial<ObservedError> = {}): ObservedError => ({
  name,
  message,
  attempts: 0,
  ...more
})

/** What failed where credentials come from, and what it is told as when it has gone on for too long. */
const lasting: ReadonlyArray<readonly [title: string, error: ObservedError, reason: string]> = [
  ["STS fails", errorOf("ServiceUnavailable", "Oops", { httpStatus: 503 }), "credentials"],
  ["STS asks to be slower", errorOf("Throttling", "Rate exceeded", { httpStatus: 400 }), "credentials"],
  ["there are too many calls", errorOf("Unknown", "UnknownError", { httpStatus: 429 }), "credentials"],
  ["the identity provider is away", errorOf("IDPCommunicationErrorException", "", { httpStatus: 400 }), "credentials"],
  ["its key is", errorOf("InvalidIdentityToken", "No verification key", { httpStatus: 400 }), "credentials"],
  ["the connection is lost", errorOf("TimeoutError", "socket hang up", { code: "ECONNRESET" }), "credentials"],
  ["the host is not found", errorOf("Error", "getaddrinfo", { code: "ENOTFOUND" }), "credentials"],
  ["nothing comes in time", errorOf("TimeoutError", "Credentials did not come in time"), "credentials"],
  ["a clock is wrong", errorOf("SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2"), "credentials"],
  ["a token has expired", errorOf("ExpiredTokenException", "Token expired", { httpStatus: 400 }), "access-denied"],
  ["no provider has any", errorOf("CredentialsProviderError", "Could not load credentials"), "access-denied"],
  ["the file of a token is missing", errorOf("Error", "no such file", { code: "ENOENT" }), "access-denied"]
]

describe("a call that was not sent", () => {
  for (const [title, error, reason] of lasting) {
    it(`is told as credentials at first, where ${title}, and as ${reason} in the end`, () => {
      assert.strictEqual(meaningOf(error).reason, "credentials")
      assert.strictEqual(meaningOf({ ...error, withoutCredentials: credentialsPatience - 1 }).reason, "credentials")
      assert.strictEqual(meaningOf({ ...error, withoutCredentials: credentialsPatience }).reason, reason)
    })
  }
})
