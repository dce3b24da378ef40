/**
 * Explains failed calls to DynamoDB, in words that say what to do.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb"
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb"
import * as Data from "effect/Data"
import * as Predicate from "effect/Predicate"
import * as Details from "../../Detail.ts"
import { LedgerUnavailable } from "../Ledger.ts"

/**
 * A call that did not do what it was asked.
 *
 * - `conflict`: the item is not as it was expected; nothing was written
 * - `throttled`: too many calls, or too large ones; nothing was written
 * - `refused`: nothing was written, nor will be until an operator changes something
 * - `unfit`: it is too large to be written, ever
 * - `unknown`: what was to be written may be written, or may be yet
 *
 * @category errors
 */
export class CallFailed extends Data.TaggedError("CallFailed")<{
  readonly reason: "conflict" | "throttled" | "refused" | "unfit" | "unknown"
  readonly detail: string
  /** The item as a condition found it, where DynamoDB said it. */
  readonly found?: Record<string, AttributeValue> | undefined
}> {}

/**
 * Reads what a call threw, that was signed with those secrets.
 *
 * @category constructors
 */
export const ofThrown = (thrown: unknown, table: string, secrets: ReadonlyArray<string> = []): CallFailed => {
  const said = named(thrown)
  const [name, message] = [Details.of(said.name, secrets), Details.of(said.message, secrets)]
  if (thrown instanceof ConditionalCheckFailedException) {
    return new CallFailed({ reason: "conflict", detail: "another process was first", found: thrown.Item })
  }
  if (throttles.has(name)) {
    return new CallFailed({ reason: "throttled", detail: `DynamoDB throttles table ${table}: ${message}` })
  }
  const advice = name === "ResourceNotFoundException"
    ? `there is no table ${table} in this account and region: create it, once, with LedgerDynamoDb.createTable`
    : denials.has(name)
    ? `access to table ${table} is denied; it takes dynamodb:GetItem and dynamodb:PutItem`
    : name === "ValidationException"
    ? `table ${table} does not take it; its keys have to be the strings pk and sk`
    : name === "CredentialsProviderError"
    ? "there are no AWS credentials"
    : undefined
  return advice === undefined
    ? new CallFailed({ reason: "unknown", detail: `DynamoDB gives no answer: ${name}: ${message}` })
    : new CallFailed({ reason: "refused", detail: `${advice} (${message})` })
}

/**
 * Makes the error that callers of the ledger get.
 *
 * @category conversions
 */
export const unavailable = ({ detail, reason }: CallFailed): LedgerUnavailable =>
  new LedgerUnavailable({
    reason: reason === "refused" ? "rejected" : reason === "throttled" ? "busy" : "away",
    detail
  })

const throttles = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  "TransactionConflictException"
])

const denials = new Set([
  "AccessDeniedException",
  "ExpiredTokenException",
  "IncompleteSignatureException",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "UnrecognizedClientException"
])

const named = (thrown: unknown): { readonly name: string; readonly message: string } =>
  Predicate.isError(thrown)
    ? { name: thrown.name, message: thrown.message }
    : { name: "Unknown", message: String(thrown) }
