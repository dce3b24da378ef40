/**
 * The table of errors of calls that were sent, or may have been: answers of ECS, of what
 * stands before it, and connections that were lost.
 */
import type { FailureReason } from "./Ecs.ts"
import type { Condition, ObservedError, Status } from "./ObservedError.ts"
import { expiredCredentials, matches, skewedClock, throttling } from "./ObservedError.ts"
import * as UnsentErrors from "./UnsentErrors.ts"

/**
 * The meaning of an error: what it says of a launch, why the call failed, and what can be done about it.
 *
 * @category models
 */
export interface Meaning {
  readonly launch: "Rejected" | "Throttled" | "Unknown"
  readonly reason: FailureReason
  readonly advice: string | undefined
}

type Row = readonly [when: Condition, launch: Meaning["launch"], reason: FailureReason, advice?: string]

/** ECS refuses with a 4xx: its words are not believed with any other status. */
const answered: ReadonlyArray<Status> = ["none", "4xx"]
const unanswered: ReadonlyArray<Status> = ["none"]

const exception = /Exception$/

const authentication = new RegExp(
  "^(AccessDenied|AccessDeniedException|AuthFailure|BlockedException"
    + "|IncompleteSignature|IncompleteSignatureException|InvalidAccessKeyId|InvalidClientTokenId"
    + "|InvalidSignatureException|MissingAuthenticationToken|MissingAuthenticationTokenException|NotAuthorized"
    + "|OptInRequired|SignatureDoesNotMatch|UnauthorizedOperation|UnrecognizedClientException)$"
)

const noRoom = new RegExp(
  "provisioning capacity limit exceeded|provisioning state|capacity is unavailable|limit on the number of"
    + "|no container instances were found|\\(ErrorCode: Insufficient\\w*\\)",
  "i"
)

const noServiceRole = /unable to assume the service linked role/i
const noTaskRole = /unable to assume (the )?role|\(ErrorCode: (UnauthorizedOperation|AuthFailure|AccessDenied\w*)\)/i

const noDefinition = /task ?definition (was |is )?(not found|inactive)|unable to describe task definition/i

/** What EC2 answered to ECS stands at the end of its words. */
const ec2Throttles = /request ?limit ?exceeded|rate exceeded|\(ErrorCode: \w*(Throttl|SlowDown)\w*\)/i
const ec2Fails =
  /\(ErrorCode: (Internal(Error|Failure|ServerError|ServiceError)|(Service)?Unavailable|RequestTimeout|ServerInternal)\w*\)/i

/** Node's names for a certificate that it does not trust. It finds out before it sends anything. */
const untrusted = new RegExp(
  "^(CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED"
    + "|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)"
)

/** A handshake that failed: what waits to be written fails with it. A connection that was secure fails otherwise. */
const noHandshake = /SSL routines:.*(wrong version number|packet length too long|http request|alert protocol version)/

/** The first row that matches decides. */
const table: ReadonlyArray<Row> = [
  // An answer that does not say what became of the request.
  [{ status: ["5xx"], name: throttling }, "Unknown", "throttled"],
  [{ status: ["5xx"] }, "Unknown", "unavailable"],
  [{ name: /^(ServerException|InternalFailure|ServiceUnavailable)/ }, "Unknown", "unavailable"],
  [{ name: /^(RequestTimeout|RequestAborted)(Exception)?$/ }, "Unknown", "unavailable"],
  // These speak of an earlier request, which may be one with the same token.
  [{ name: /^(PriorRequestNotComplete|TransactionInProgressException)$/ }, "Unknown", "throttled"],
  [{ name: /^ConflictException$/ }, "Unknown", "invalid"],

  // Too many calls. ECS passes on the throttles of the services behind it under other names.
  [{ status: ["429"] }, "Throttled", "throttled"],
  [{ status: answered, name: throttling }, "Throttled", "throttled"],
  [{ status: answered, name: exception, message: ec2Throttles }, "Throttled", "throttled"],

  // Refused for now.
  [{ status: answered, name: /^LimitExceededException$/ }, "Rejected", "capacity"],
  [{ status: answered, name: /^(Client|InvalidParameter)Exception$/, message: noRoom }, "Rejected", "capacity"],
  [{ status: answered, name: exception, message: ec2Fails }, "Rejected", "unavailable"],
  [{ status: answered, name: exception, message: noServiceRole }, "Rejected", "unavailable"],
  ...skewedClock.map((when): Row => [{ status: answered, ...when }, "Rejected", "unavailable"]),

  // Refused for good.
  [{ status: answered, name: authentication }, "Rejected", "access-denied"],
  [{ status: answered, name: exception, message: noTaskRole }, "Rejected", "access-denied"],
  [{ status: answered, name: /NotFoundException$/ }, "Rejected", "not-found"],
  [{ status: answered, name: exception, message: noDefinition }, "Rejected", "not-found"],
  [{ status: answered, name: /^(Client|InvalidParameter|UnsupportedFeature)Exception$/ }, "Rejected", "invalid"],
  [{ status: ["4xx"], name: /Exception$|^ValidationError$/ }, "Rejected", "invalid"],

  // Not an answer of ECS, and the next will be no other.
  [
    { status: ["4xx", "not-implemented", "other"] },
    "Unknown",
    "invalid",
    "this is no answer of ECS: check the endpoint, and what stands before it"
  ],

  // Never sent.
  [
    { status: unanswered, code: /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/, syscall: /^(connect|getaddrinfo)?$/ },
    "Rejected",
    "unreachable"
  ],
  [{ status: unanswered, code: /^E/, syscall: /^connect$/ }, "Rejected", "unreachable"],
  [
    { status: unanswered, name: /^TimeoutError$/, code: /^$/, message: /did not establish a connection/ },
    "Rejected",
    "unreachable"
  ],
  [
    { status: unanswered, code: /^ERR_PROXY_TUNNEL$/ },
    "Rejected",
    "unreachable",
    "the proxy opens no tunnel to the endpoint"
  ],
  [
    { status: unanswered, code: untrusted },
    "Rejected",
    "invalid",
    "set NODE_EXTRA_CA_CERTS to the file of the authority that signed the certificate, and check the endpoint"
  ],
  [
    { status: unanswered, code: /^EPROTO$/, syscall: /^write$/, message: noHandshake },
    "Rejected",
    "invalid",
    "the endpoint does not speak TLS as this client does: check its scheme (http or https) and its port"
  ],

  // Mistakes in the settings of the client. They show before anything is sent, but only `attempts` proves that.
  [{ status: unanswered, message: /^(Region is missing|Invalid URL)/ }, "Unknown", "invalid"],
  [{ status: unanswered, message: /credential object is not valid/ }, "Unknown", "access-denied"]
]

/** Lost connections, answers that make no sense, and whatever else comes up. */
const unrecognised: Row = [{}, "Unknown", "unreachable"]

/**
 * Returns the meaning of an error of a call that was sent, or may have been.
 *
 * @category verdicts
 */
export const meaningOf = (error: ObservedError): Meaning => {
  // Only what renews them knows whether they will be.
  if (error.httpStatus !== undefined && isExpired(error)) {
    return { launch: "Rejected", ...UnsentErrors.meaningOf(error) }
  }
  const [, launch, reason, advice] = table.find(([when]) => matches(error, when)) ?? unrecognised
  return { launch, reason, advice }
}

const isExpired = (error: ObservedError): boolean => matches(error, { status: answered, name: expiredCredentials })
