/** What calls of ECS were seen to throw, and what that says. */
import { type FailureReason, TaskArn } from "../../src/ecs/Ecs.ts"
import type { ObservedError } from "../../src/ecs/EcsErrors.ts"

export const arn = TaskArn("arn:aws:ecs:us-east-1:123456789012:task/default/0123456789abcdef0123456789abcdef")

/** An answer of ECS: a name, a message, and 400 unless said. */
export const ecs = (name: string, message = "", httpStatus = 400): ObservedError => ({
  name,
  message,
  httpStatus,
  attempts: 1
})

/** What the system says of a connection. */
const system = (name: string, code: string | undefined, syscall?: string, message = ""): ObservedError => ({
  name,
  message,
  code,
  syscall,
  attempts: 1
})

const html = "Unexpected token '<', \"<html>\r\n<he\"... is not valid JSON"
const hint =
  "\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object."
const noConnection =
  "@smithy/node-http-handler - the request socket did not establish a connection with the server within the configured timeout of 5000 ms."

export type Launch = "Rejected" | "Throttled" | "Unknown"

export const errors: ReadonlyArray<
  readonly [title: string, error: ObservedError, launch: Launch, reason: FailureReason]
> = [
  // Modeled errors.
  ["a server error", ecs("ServerException", "Service Unavailable", 500), "Unknown", "unavailable"],
  ["a server error with a wrong status", ecs("ServerException", "oops", 400), "Unknown", "unavailable"],
  ["a throttle", ecs("ThrottlingException", "Rate exceeded"), "Throttled", "throttled"],
  [
    "a bad request",
    ecs("ClientException", "Task definition does not support launch_type FARGATE."),
    "Rejected",
    "invalid"
  ],
  [
    "a bad parameter",
    ecs("InvalidParameterException", "Container Overrides length must be at most 8192"),
    "Rejected",
    "invalid"
  ],
  ["a long startedBy", ecs("InvalidParameterException", "startedBy longer than 36."), "Rejected", "invalid"],
  [
    "a denial",
    ecs("AccessDeniedException", "User is not authorized to perform: ecs:RunTask"),
    "Rejected",
    "access-denied"
  ],
  ["an unknown cluster", ecs("ClusterNotFoundException", "Cluster not found."), "Rejected", "not-found"],
  [
    "a deleted cluster",
    ecs("ClusterNotFoundException", "The referenced cluster was inactive."),
    "Rejected",
    "not-found"
  ],
  ["an inactive definition", ecs("InvalidParameterException", "TaskDefinition is inactive"), "Rejected", "not-found"],
  ["an unknown definition", ecs("ClientException", "TaskDefinition not found."), "Rejected", "not-found"],
  [
    "an undescribable definition",
    ecs("ClientException", "Unable to describe task definition."),
    "Rejected",
    "not-found"
  ],
  ["an unknown service", ecs("ServiceNotFoundException", "Service not found."), "Rejected", "not-found"],
  ["a blocked account", ecs("BlockedException", "Your AWS account was blocked."), "Rejected", "access-denied"],
  ["an unknown platform", ecs("PlatformUnknownException", "The platform is unknown"), "Rejected", "invalid"],
  [
    "a platform that does not fit",
    ecs("PlatformTaskDefinitionIncompatibilityException", "incompatible"),
    "Rejected",
    "invalid"
  ],
  ["an unsupported feature", ecs("UnsupportedFeatureException", "not in this Region"), "Rejected", "invalid"],
  ["a conflict without ARNs", ecs("ConflictException", "token in use"), "Unknown", "invalid"],
  [
    "a conflict with something else",
    { ...ecs("ConflictException"), resourceIds: ["", "something"] },
    "Unknown",
    "invalid"
  ],

  // Throttles and shortages under other names.
  [
    "a throttle of EC2",
    ecs(
      "InvalidParameterException",
      "Error retrieving security group information for [sg-05937427457b61ff5]: Request limit exceeded. (ErrorCode: RequestLimitExceeded)"
    ),
    "Throttled",
    "throttled"
  ],
  [
    "a throttle of EC2 under another name",
    ecs(
      "InvalidParameterException",
      "Error retrieving subnet information for [subnet-1]: slow down (ErrorCode: Throttling)"
    ),
    "Throttled",
    "throttled"
  ],
  ...["InternalError", "InternalFailure", "Unavailable", "ServiceUnavailable", "RequestTimeout"].map((code) =>
    [
      `a passing fault of EC2, ${code},`,
      ecs(
        "InvalidParameterException",
        `Error retrieving security group information for [sg-1]: An internal error has occurred (ErrorCode: ${code})`
      ),
      "Rejected",
      "unavailable"
    ] as const
  ),
  [
    "a security group that does not exist",
    ecs(
      "InvalidParameterException",
      "Error retrieving security group information for [sg-1]: The security group 'sg-1' does not exist (ErrorCode: InvalidGroup.NotFound)"
    ),
    "Rejected",
    "invalid"
  ],
  [
    "a subnet that does not exist",
    ecs(
      "InvalidParameterException",
      "Error retrieving subnet information for [subnet-1]: The subnet ID 'subnet-1' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
    ),
    "Rejected",
    "invalid"
  ],
  [
    "EC2's own denial",
    ecs(
      "InvalidParameterException",
      "Error retrieving security group information for [sg-1]: You are not authorized (ErrorCode: UnauthorizedOperation)"
    ),
    "Rejected",
    "access-denied"
  ],
  [
    "a role that cannot be assumed",
    ecs(
      "ClientException",
      "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/worker' that was provided for this task. " +
        "Please verify that the role being passed has the proper trust relationship and permissions"
    ),
    "Rejected",
    "access-denied"
  ],
  ["a throttle of another service", ecs("ClientException", "Rate exceeded"), "Throttled", "throttled"],
  ["a limit on requests", ecs("RequestLimitExceeded", "Request limit exceeded."), "Throttled", "throttled"],
  ["a throttle named by its status", ecs("Unknown", "UnknownError", 429), "Throttled", "throttled"],
  ["a page with 429", ecs("SyntaxError", html + hint, 429), "Throttled", "throttled"],
  ["a throttle with a 5xx", ecs("SlowDown", "Please reduce your request rate.", 503), "Unknown", "throttled"],
  [
    "a used-up limit",
    ecs("LimitExceededException", "The limit for the resource was exceeded."),
    "Rejected",
    "capacity"
  ],
  [
    "the quota of provisioning tasks",
    ecs("ClientException", "Tasks provisioning capacity limit exceeded."),
    "Rejected",
    "capacity"
  ],
  [
    "the quota of vCPUs",
    ecs("ClientException", "You’ve reached the limit on the number of vCPUs you can run concurrently"),
    "Rejected",
    "capacity"
  ],
  [
    "an empty cluster of instances",
    ecs("InvalidParameterException", "No Container Instances were found in your cluster."),
    "Rejected",
    "capacity"
  ],
  [
    "a role that is not there yet",
    ecs(
      "InvalidParameterException",
      "Unable to assume the service linked role. Please verify that the ECS service linked role exists."
    ),
    "Rejected",
    "unavailable"
  ],

  // Signatures and credentials.
  [
    "expired credentials",
    ecs("ExpiredTokenException", "The security token included in the request is expired"),
    "Rejected",
    "credentials"
  ],
  [
    "unknown credentials",
    ecs("UnrecognizedClientException", "The security token included in the request is invalid."),
    "Rejected",
    "access-denied"
  ],
  [
    "a wrong signature",
    ecs("InvalidSignatureException", "The request signature we calculated does not match", 403),
    "Rejected",
    "access-denied"
  ],
  [
    "a signature from a wrong clock",
    ecs("InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z"),
    "Rejected",
    "unavailable"
  ],
  [
    "an STS signature from a wrong clock",
    ecs("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z", 403),
    "Rejected",
    "unavailable"
  ],
  [
    "credentials that have been expired for long",
    { ...ecs("ExpiredToken", "The provided token has expired."), withoutCredentials: 300_000 },
    "Rejected",
    "access-denied"
  ],
  ["a skewed clock", ecs("RequestTimeTooSkewed", "The difference is too large", 403), "Rejected", "unavailable"],
  [
    "no signature",
    ecs("MissingAuthenticationTokenException", "Missing Authentication Token"),
    "Rejected",
    "access-denied"
  ],
  [
    "no credentials",
    system("CredentialsProviderError", undefined, undefined, "Could not load credentials from any providers"),
    "Rejected",
    "credentials"
  ],
  [
    "no bearer token",
    system("TokenProviderError", undefined, undefined, "Token is expired"),
    "Rejected",
    "credentials"
  ],

  // Other answers.
  ["another 4xx of ECS", ecs("UnknownOperationException", "", 404), "Rejected", "invalid"],
  ["a validation", ecs("ValidationError", "The input fails to satisfy the constraints"), "Rejected", "invalid"],
  ["an aborted request", ecs("RequestAbortedException", "The client closed the connection"), "Unknown", "unavailable"],
  ["a request that took long", ecs("RequestTimeoutException", "timed out", 408), "Unknown", "unavailable"],
  ["a prior request", ecs("PriorRequestNotComplete", "Try again"), "Unknown", "throttled"],
  ["a page with 503", ecs("SyntaxError", html + hint, 503), "Unknown", "unavailable"],
  ["a page with 403", ecs("SyntaxError", html + hint, 403), "Unknown", "invalid"],
  ["an empty 503", ecs("Unknown", "UnknownError", 503), "Unknown", "unavailable"],
  ["a redirect", ecs("Unknown", "UnknownError", 301), "Unknown", "invalid"],
  ["a page with 404", ecs("SyntaxError", html + hint, 404), "Unknown", "invalid"],
  ["a server that implements nothing", ecs("Unknown", "UnknownError", 501), "Unknown", "invalid"],
  ["a server of another HTTP", ecs("Unknown", "UnknownError", 505), "Unknown", "invalid"],
  ["a refusal with a 5xx", ecs("ClientException", "TaskDefinition not found.", 500), "Unknown", "unavailable"],
  ["a refusal with a 200", ecs("InvalidParameterException", "Rate exceeded", 200), "Unknown", "unreachable"],
  ["a 200 that is not JSON", ecs("SyntaxError", `Unexpected end of JSON input${hint}`, 200), "Unknown", "unreachable"],
  [
    "a 200 with a bad time",
    ecs("TypeError", `Expected real number, got implicit NaN${hint}`, 200),
    "Unknown",
    "unreachable"
  ],
  ["a cut body", { ...system("Error", "ECONNRESET", undefined, "aborted"), httpStatus: 200 }, "Unknown", "unreachable"],
  [
    "a stalled body",
    {
      ...system(
        "TimeoutError",
        undefined,
        undefined,
        "@smithy/node-http-handler - the request socket timed out after 30000 ms of inactivity (configured by client requestHandler)."
      ),
      httpStatus: 200
    },
    "Unknown",
    "unreachable"
  ],

  // Connections.
  ["a refused connection", system("TimeoutError", "ECONNREFUSED", "connect"), "Rejected", "unreachable"],
  ["a refused connection without a call", system("Error", "ECONNREFUSED"), "Rejected", "unreachable"],
  ["an unknown host", system("Error", "ENOTFOUND", "getaddrinfo"), "Rejected", "unreachable"],
  ["a name server that is away", system("Error", "EAI_AGAIN", "getaddrinfo"), "Rejected", "unreachable"],
  [
    "a connection that took long",
    system("TimeoutError", undefined, undefined, noConnection),
    "Rejected",
    "unreachable"
  ],
  ["a host without a route", system("Error", "EHOSTUNREACH", "connect"), "Rejected", "unreachable"],
  ["a network without a route", system("Error", "ENETUNREACH", "connect"), "Rejected", "unreachable"],
  ["a connection that was reset at once", system("TimeoutError", "ECONNRESET", "connect"), "Rejected", "unreachable"],
  ["a connect that timed out", system("TimeoutError", "ETIMEDOUT", "connect"), "Rejected", "unreachable"],
  [
    "a certificate that is not trusted",
    system("Error", "SELF_SIGNED_CERT_IN_CHAIN", undefined, "self-signed certificate in certificate chain"),
    "Rejected",
    "invalid"
  ],
  [
    "a proxy that refuses its tunnel",
    system("Error", "ERR_PROXY_TUNNEL", undefined, "Failed to establish tunnel: HTTP/1.1 403 Forbidden"),
    "Rejected",
    "unreachable"
  ],
  ["a certificate of another host", system("Error", "ERR_TLS_CERT_ALTNAME_INVALID"), "Rejected", "invalid"],
  ["an expired certificate", system("Error", "CERT_HAS_EXPIRED"), "Rejected", "invalid"],
  [
    "plain HTTP where TLS is spoken",
    system(
      "Error",
      "EPROTO",
      "write",
      "write EPROTO 40BD:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:"
    ),
    "Rejected",
    "invalid"
  ],
  [
    "what is no TLS on a secure connection",
    system(
      "Error",
      "ERR_SSL_WRONG_VERSION_NUMBER",
      undefined,
      "40BD:error:0A00010B:SSL routines:x:wrong version number:"
    ),
    "Unknown",
    "unreachable"
  ],
  ["a lost route", system("Error", "EHOSTUNREACH", "read"), "Unknown", "unreachable"],
  ["a lost route without a call", system("Error", "EHOSTUNREACH"), "Unknown", "unreachable"],
  ["a reset", system("TimeoutError", "ECONNRESET", "read", "read ECONNRESET"), "Unknown", "unreachable"],
  ["a hung-up socket", system("TimeoutError", "ECONNRESET", undefined, "socket hang up"), "Unknown", "unreachable"],
  ["a broken pipe", system("TimeoutError", "EPIPE", "write", "write EPIPE"), "Unknown", "unreachable"],
  [
    "a request that timed out",
    system("TimeoutError", "ETIMEDOUT", undefined, "a request has exceeded the configured 30000 ms requestTimeout."),
    "Unknown",
    "unreachable"
  ],
  ["an abort", system("AbortError", undefined, undefined, "Request aborted"), "Unknown", "unreachable"],
  ["something that is not an error", system("undefined", undefined), "Unknown", "unreachable"],
  ["a missing region", system("Error", undefined, undefined, "Region is missing"), "Unknown", "invalid"]
]
