/**
 * The table of errors of calls that never left the process: no credentials to sign them
 * with, or a client whose settings lead nowhere.
 *
 * Nothing was sent, so that only one question is open: whether waiting may mend it. Credentials
 * come from an endpoint of the container or machine, from STS, from a file that is renewed, or
 * from a program, and each of them fails for a moment now and then.
 */
import type { FailureReason } from "./Ecs.ts"
import type { Condition, ObservedError } from "./ObservedError.ts"
import { expiredCredentials, matches, skewedClock, throttling } from "./ObservedError.ts"

/**
 * The time for which credentials that are not there, for a reason that the SDK does not tell, are
 * waited for: 5 minutes, in milliseconds.
 *
 * The SDK says the same of an endpoint that fails for a moment as of a process that has no
 * credentials at all ("Could not load credentials from any providers").
 *
 * @category configuration
 */
export const credentialsPatience = 5 * 60_000

/** `missing`: it passes, or has to be mended, and only time tells which. */
type Row = readonly [when: Condition, reason: FailureReason | "missing", advice?: string]

/** The first row that matches decides. */
const table: ReadonlyArray<Row> = [
  [{ message: /^Region is missing/ }, "invalid", "set AWS_REGION, or `region` of the client"],
  [{ message: /^Invalid URL/ }, "invalid", "check `endpoint` of the client, and AWS_ENDPOINT_URL_ECS"],

  // What provides them fails for a moment.
  [{ name: throttling }, "credentials"],
  [{ status: ["429", "5xx"] }, "credentials"],
  [{ name: /^(IDPCommunicationError|RequestTimeout|Timeout)/ }, "credentials"],
  [{ message: /verification key/i }, "credentials"],
  ...skewedClock.map((when): Row => [when, "credentials"]),
  [{ code: /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_)|ENOTFOUND)/ }, "credentials"],

  // They may be renewed.
  [{ name: expiredCredentials }, "missing"],

  // Denied for good.
  [
    {
      message:
        /\b(profile|(aws|sso|re-?authenticate using) (sso )?login|multi-factor|credential object is not valid)\b/i
    },
    "access-denied"
  ],
  [{ status: ["4xx"] }, "access-denied"],

  [{}, "missing", "set the credentials of the client, or let AWS's SDK find them: environment, profile or role"]
]

/**
 * Returns why a call was not sent, and what can be done about it.
 *
 * @category verdicts
 */
export const meaningOf = (
  error: ObservedError
): { readonly reason: FailureReason; readonly advice: string | undefined } => {
  const [, reason, advice] = table.find(([when]) => matches(error, when)) ?? missing
  if (reason !== "missing") return { reason, advice }
  return (error.withoutCredentials ?? 0) < credentialsPatience
    ? { reason: "credentials", advice }
    : { reason: "access-denied", advice }
}

const missing: Row = [{}, "missing"]
