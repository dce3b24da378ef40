import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { FailureReason, Verdict } from "../../src/ecs/Ecs.ts"
import { callErrorOf, type ObservedError, verdictOfError, verdictOfOutput } from "../../src/ecs/EcsErrors.ts"
import { arn, ecs, errors } from "./errorRows.ts"

const tagOf = ({ _tag }: Verdict) => _tag

describe("verdictOfError", () => {
  for (const [title, error, launch, reason] of errors) {
    it(`reads ${title} as ${launch} (${reason})`, () => {
      const verdict = verdictOfError(error)
      assert.strictEqual(tagOf(verdict), launch)
      if ("failure" in verdict) assert.strictEqual(verdict.failure.reason, reason)
      const read = callErrorOf("ListTasks", error)
      assert.strictEqual(read.reason, reason)
      assert.strictEqual(read.operation, "ListTasks")
    })

    it(`believes ${title} after a second request no refusal`, () => {
      assert.strictEqual(tagOf(verdictOfError({ ...error, attempts: 2 })), "Unknown")
    })

    it(`reads ${title} before any request as no launch`, () => {
      assert.notStrictEqual(tagOf(verdictOfError({ ...error, attempts: 0 })), "Unknown")
    })
  }

  it("takes the task that a conflict names, after any number of requests", () => {
    const error: ObservedError = { ...ecs("ConflictException"), resourceIds: [arn], attempts: 3 }
    assert.deepStrictEqual(verdictOfError(error), { _tag: "Accepted", taskArn: arn })
  })

  it("takes a conflict that names several tasks for a contradiction, and one that names the same twice for that", () => {
    const conflict = (...resourceIds: ReadonlyArray<string>) =>
      tagOf(verdictOfError({ ...ecs("ConflictException"), resourceIds, attempts: 1 }))
    assert.strictEqual(conflict(arn, arn.replace("0123", "3210")), "Contradictory")
    assert.strictEqual(conflict(arn, arn), "Accepted")
    assert.strictEqual(conflict("arn:aws:s3:::bucket"), "Unknown")
  })

  it("cuts a long message between two characters", () => {
    const verdict = verdictOfError({ name: "Error", message: `${"x".repeat(499)}😀 and more` })
    assert.strictEqual("failure" in verdict ? verdict.failure.detail : "", `Error: ${"x".repeat(499)}`)
  })

  it("bounds whatever an answer fills it with", () => {
    const long = "x".repeat(100_000)
    const verdicts = [
      verdictOfError({ name: long, code: long, message: long }),
      verdictOfOutput({ failures: [{ reason: long, detail: long }] }, { taskDefinition: "worker:7", startedBy: "id" })
    ]
    for (const verdict of verdicts) assert.isBelow(JSON.stringify(verdict).length, 1700)
    assert.isBelow(callErrorOf("ListTasks", { name: long, message: long }).detail.length, 1100)
  })

  it("keeps what the call was signed with out of the detail", () => {
    const error: ObservedError = { ...ecs("ServerException", "bare IQoJb3JpZ2lu"), secrets: ["IQoJb3JpZ2lu"] }
    assert.notInclude(JSON.stringify(verdictOfError(error)), "IQoJ")
    assert.notInclude(callErrorOf("ListTasks", error).detail, "IQoJ")
  })

  it("keeps credentials out of the detail", () => {
    const verdict = verdictOfError(ecs(
      "IncompleteSignatureException",
      "Authorization=AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20260101, Signature=5e7a; for ASIAIOSFODNN7EXAMPLE\n"
        + "The Canonical String should have been\n'POST\n/\n\nx-amz-security-token:IQoJb3JpZ2lu"
    ))
    const text = JSON.stringify(verdict)
    for (const secret of ["ASIAIOSFODNN7EXAMPLE", "5e7a", "IQoJb3JpZ2lu"]) assert.notInclude(text, secret)
    const denied = "User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: ecs:RunTask"
    assert.include(JSON.stringify(verdictOfError(ecs("AccessDeniedException", denied))), denied)
  })

  const Names = Schema.Literals([...new Set(errors.map(([, error]) => error.name))])
  const Messages = Schema.Literals([...new Set(errors.map(([, error]) => error.message))])
  const Codes = Schema.Literals(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH"])

  it.prop("never calls an error with a status other than a 4xx a refusal", {
    name: Schema.Union([Names, Schema.String]),
    message: Schema.Union([Messages, Schema.String]),
    code: Schema.optional(Codes),
    syscall: Schema.optional(Schema.Literals(["connect", "read", "getaddrinfo"])),
    httpStatus: Schema.Literals([200, 204, 301, 302, 307, 500, 501, 502, 503, 504, 505, 509])
  }, (error) => {
    assert.strictEqual(tagOf(verdictOfError({ ...error, attempts: 1 })), "Unknown")
  })

  it.prop("never calls an unknown error a refusal", {
    name: Schema.Literals(["Error", "TypeError", "SyntaxError", "AbortError", "TimeoutError", "Unknown", "", "Foo"]),
    message: Schema.Union([Messages, Schema.String]),
    code: Schema.Literals(["ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"]),
    syscall: Schema.optional(Schema.Literals(["read", "write", "shutdown"])),
    httpStatus: Schema.optional(Schema.Literals([400, 401, 403, 404, 407, 408]))
  }, (error) => {
    assert.strictEqual(tagOf(verdictOfError({ ...error, attempts: 1 })), "Unknown")
  })

  it.prop("never calls a fault of TLS a refusal that may come after the handshake", {
    name: Schema.Literals(["Error", "TimeoutError"]),
    message: Schema.Union([Messages, Schema.String]),
    code: Schema.Literals(["EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_BAD_RECORD_TYPE"]),
    syscall: Schema.optional(Schema.Literals(["read", "shutdown"]))
  }, (error) => {
    assert.strictEqual(tagOf(verdictOfError({ ...error, attempts: 1 })), "Unknown")
  })

  it.prop("never calls anything after a second request a refusal", {
    name: Schema.Union([Names, Schema.String]),
    message: Schema.Union([Messages, Schema.String]),
    httpStatus: Schema.optional(Schema.Int),
    code: Schema.optional(Codes),
    attempts: Schema.Literals([2, 3, 5])
  }, (error) => {
    assert.strictEqual(tagOf(verdictOfError(error)), "Unknown")
  })
})

describe("verdictOfOutput", () => {
  const other = arn.replace("0123", "3210")
  const verdictOf = (output: Parameters<typeof verdictOfOutput>[0]) =>
    verdictOfOutput(output, { startedBy: "id", taskDefinition: "worker" })

  const declined: ReadonlyArray<readonly [string, string | undefined, FailureReason]> = [
    ["RESOURCE:MEMORY", undefined, "capacity"],
    ["RESOURCE:FARGATE", undefined, "capacity"],
    ["AGENT", "agent not connected", "capacity"],
    ["ATTRIBUTE", "ecs.capability.secrets.asm.environment-variables", "invalid"],
    ["LOCATION", undefined, "invalid"],
    [
      "Capacity is unavailable at this time. Please try again later or in a different availability zone",
      undefined,
      "capacity"
    ],
    ["You’ve reached the limit on the number of vCPUs you can run concurrently", undefined, "capacity"],
    ["MISSING", undefined, "not-found"],
    ["INACTIVE", undefined, "not-found"],
    ["something new", undefined, "capacity"]
  ]
  for (const [reason, detail, expected] of declined) {
    it(`declines for ${reason}`, () => {
      const verdict = verdictOf({ tasks: [], failures: [{ reason, detail }] })
      assert.deepStrictEqual(verdict, {
        _tag: "Declined",
        failure: { reason: expected, detail: detail === undefined ? reason : `${reason}: ${detail}` }
      })
    })
  }

  it("declines for a failure that has lost its reason", () => {
    assert.strictEqual(tagOf(verdictOf({ failures: [{}] })), "Declined")
  })

  it("accepts a task, whatever its status", () => {
    assert.deepStrictEqual(verdictOf({ tasks: [{ taskArn: arn, lastStatus: "STOPPED" }], failures: [] }), {
      _tag: "Accepted",
      taskArn: arn,
      lastStatus: "STOPPED"
    })
  })

  const strange: ReadonlyArray<readonly [string, Parameters<typeof verdictOfOutput>[0]]> = [
    ["two tasks", { tasks: [{ taskArn: arn }, { taskArn: other }] }],
    ["a task and a failure", { tasks: [{ taskArn: arn }], failures: [{ reason: "AGENT" }] }],
    ["a task that another launch has started", { tasks: [{ taskArn: arn, startedBy: "another" }] }],
    ["a task of another family", {
      tasks: [{ taskArn: arn, taskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/other:3" }]
    }],
    ["an ARN that is none", { tasks: [{ taskArn: "arn:aws:s3:::bucket" }] }]
  ]
  for (const [what, answer] of strange) {
    it(`takes ${what} for a contradiction, and for no verdict`, () => {
      assert.strictEqual(tagOf(verdictOf(answer)), "Contradictory")
    })
  }

  it("accepts a task that says what was sent", () => {
    const taskDefinitionArn = "arn:aws:ecs:us-east-1:123456789012:task-definition/worker:3"
    assert.strictEqual(tagOf(verdictOf({ tasks: [{ taskArn: arn, startedBy: "id", taskDefinitionArn }] })), "Accepted")
  })

  it("learns nothing from an answer without a task and without a failure", () => {
    assert.strictEqual(tagOf(verdictOf({})), "Unknown")
    assert.strictEqual(tagOf(verdictOf({ tasks: [], failures: [] })), "Unknown")
    assert.strictEqual(tagOf(verdictOf({ tasks: [{}], failures: [{ reason: "AGENT" }] })), "Unknown")
    assert.strictEqual(tagOf(verdictOf({ tasks: [{ taskArn: "" }] })), "Unknown")
  })
})
