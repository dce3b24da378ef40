/**
 * The clock and credentials that the SDK signs a request with.
 */
import * as Predicate from "effect/Predicate"

const propertyOf = (owner: unknown, key: string): unknown => Predicate.hasProperty(owner, key) ? owner[key] : undefined

/**
 * Returns the parts of credentials, each of which is secret.
 *
 * @category getters
 */
export const partsOf = (credentials: unknown): ReadonlyArray<string> =>
  ["accessKeyId", "secretAccessKey", "sessionToken"]
    .map((key) => propertyOf(credentials, key))
    .filter(Predicate.isString)

/**
 * Returns the secrets that a request is signed with, as the SDK tells a middleware
 * of it.
 *
 * @category getters
 */
export const secretsOf = (context: unknown): ReadonlyArray<string> =>
  partsOf(propertyOf(propertyOf(propertyOf(context, "__smithy_context"), "selectedHttpAuthScheme"), "identity"))
