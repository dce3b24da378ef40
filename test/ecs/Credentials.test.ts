import { assert, describe, it, vi } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { type Answer, type Exchange, json, page, reset, serve } from "./FaultServer.ts"
import { accepted, brief, credentials, ecsAt, hurried, request, serveEcs, unhurried } from "./fixtures.ts"

/** An answer of STS. */
const sts = (status: number, body: string): Answer => ({ response }) => {
  response.writeHead(status, { "content-type": "text/xml" })
  response.end(body)
}

const denial = (status: number, code: string, message: string): Answer =>
  sts(status, `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`)

const assumed = sts(
  200,
  "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKIDEXAMPLE</AccessKeyId>" +
    "<SecretAccessKey>a-secret-access-key</SecretAccessKey><SessionToken>a-session-token</SessionToken>" +
    "<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn>" +
    "<AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
)

/** A process whose environment says nothing of AWS but this. */
const environment = (variables: Record<string, string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined)
      const nowhere = { AWS_CONFIG_FILE: "/nowhere", AWS_SHARED_CREDENTIALS_FILE: "/nowhere" }
      const all = { ...nowhere, AWS_EC2_METADATA_DISABLED: "true", ...variables }
      for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value)
    }),
    () => Effect.sync(() => vi.unstubAllEnvs())
  )

const file = (name: string, text: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => Fs.mkdtempSync(Path.join(Os.tmpdir(), "fleetcap-"))),
      (directory) => Effect.sync(() => Fs.rmSync(directory, { recursive: true }))
    ),
    (directory) => {
      Fs.writeFileSync(Path.join(directory, name), text)
      return Path.join(directory, name)
    }
  )

/** A process that finds its own credentials. */
const ecsOfProcess = Effect.flatMap(
  serve(accepted),
  (server) => Effect.map(ecsAt(server.url, { credentials: undefined }), (ecs) => ({ ecs, server }))
)

/** An ECS whose calls wait for credentials until there are some. */
const waitingForCredentials = Effect.gen(function*() {
  const context = yield* Effect.context<never>()
  const late = yield* Deferred.make<typeof credentials>()
  const asked = yield* Deferred.make<void>()
  const { ecs, server } = yield* serveEcs([accepted], {
    credentials: () => {
      Deferred.doneUnsafe(asked, Effect.void)
      return Effect.runPromiseWith(context)(Deferred.await(late))
    }
  })
  return { asked, ecs, late, server }
})

describe("EcsAws with credentials that are not there", { concurrent: false }, () => {
  const passing: ReadonlyArray<readonly [title: string, answer: Answer]> = [
    ["asks to be slower", json(429, { message: "Too many requests" })],
    ["answers with a page", page(200)]
  ]
  for (const [title, answer] of passing) {
    it.live(`waits for a container's endpoint that ${title}, and takes what it gives then`, () =>
      Effect.gen(function*() {
        const given = json(200, {
          AccessKeyId: "a",
          SecretAccessKey: "secret",
          Token: "token",
          Expiration: "2100-01-01T00:00:00Z"
        })
        let isUp = false
        const endpoint = yield* serve((exchange: Exchange) => (isUp ? given : answer)(exchange))
        yield* environment({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/credentials` })
        const { ecs, server } = yield* ecsOfProcess
        assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Rejected credentials")
        assert.strictEqual(server.seen.length, 0)
        isUp = true
        assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Accepted")
      }))
  }

  const answersOfSts: ReadonlyArray<readonly [title: string, answer: Answer, verdict: string]> = [
    ["cannot reach the identity provider", denial(400, "IDPCommunicationError", "Not reached"), "credentials"],
    [
      "cannot get its key",
      denial(400, "InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider"),
      "credentials"
    ],
    ["says that the token has expired", denial(400, "ExpiredTokenException", "Token expired"), "credentials"],
    ["asks to be slower", denial(400, "Throttling", "Rate exceeded"), "credentials"],
    ["fails", denial(503, "ServiceUnavailable", "Oops"), "credentials"],
    ["closes the connection", reset, "credentials"],
    ["denies the role", denial(403, "AccessDenied", "Not authorized to perform sts:AssumeRole"), "access-denied"],
    [
      "knows no such provider",
      denial(400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account"),
      "access-denied"
    ]
  ]
  for (const [title, answer, reason] of answersOfSts) {
    it.live(`reads an STS that ${title} as ${reason}`, () =>
      Effect.gen(function*() {
        const faulty = [answer, answer, answer]
        const endpoint = yield* serve(...faulty)
        yield* environment({
          AWS_WEB_IDENTITY_TOKEN_FILE: yield* file("token", "a-web-identity-token"),
          AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/worker",
          AWS_ENDPOINT_URL_STS: endpoint.url
        })
        const { ecs, server } = yield* ecsOfProcess
        assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), `Rejected ${reason}`)
        assert.strictEqual(server.seen.length, 0)
      }))
  }

  it.live("launches once STS gives credentials again", () =>
    Effect.gen(function*() {
      const endpoint = yield* serve(denial(400, "InvalidIdentityToken", "No verification key"), assumed)
      yield* environment({
        AWS_WEB_IDENTITY_TOKEN_FILE: yield* file("token", "a-web-identity-token"),
        AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/worker",
        AWS_ENDPOINT_URL_STS: endpoint.url
      })
      const { ecs } = yield* ecsOfProcess
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Rejected credentials")
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Accepted")
    }))

  it.live("says at once that someone has to log in", () =>
    Effect.gen(function*() {
      const config = yield* file(
        "config",
        "[profile dev]\nsso_session=s\nsso_account_id=123456789012\nsso_role_name=r\n" +
          "[sso-session s]\nsso_region=us-east-1\nsso_start_url=https://example.awsapps.com/start\n"
      )
      yield* environment({ AWS_CONFIG_FILE: config, AWS_PROFILE: "dev", HOME: Path.dirname(config) })
      const { ecs } = yield* ecsOfProcess
      const verdict = yield* ecs.runTask(request, unhurried)
      assert.strictEqual(brief(verdict), "Rejected access-denied")
      assert.include(JSON.stringify(verdict), "aws sso login")
    }))

  it.live("says what sets the region where none is set", () =>
    Effect.gen(function*() {
      yield* environment({})
      const server = yield* serve(accepted)
      const ecs = yield* ecsAt(server.url, { region: undefined })
      const verdict = yield* ecs.runTask(request, unhurried)
      assert.strictEqual(brief(verdict), "Rejected invalid")
      assert.include(JSON.stringify(verdict), "set AWS_REGION")
      assert.strictEqual(server.seen.length, 0)
    }))

  it.effect("gives up on credentials after five minutes without any, and is told what to do", () =>
    Effect.gen(function*() {
      const ecs = yield* ecsAt("http://127.0.0.1:1", {
        credentials: () =>
          Promise.reject(
            Object.assign(new Error("Could not load credentials from any providers"), {
              name: "CredentialsProviderError"
            })
          )
      })
      const ask = Effect.map(ecs.runTask(request, unhurried), brief)
      assert.strictEqual(yield* ask, "Rejected credentials")
      yield* TestClock.adjust("299 seconds")
      assert.strictEqual(yield* ask, "Rejected credentials")
      yield* TestClock.adjust("1 second")
      const verdict = yield* ecs.runTask(request, unhurried)
      assert.strictEqual(brief(verdict), "Rejected access-denied")
      assert.include(JSON.stringify(verdict), "set the credentials of the client")
    }))

  it.effect("counts the time without credentials anew once some have worked", () =>
    Effect.gen(function*() {
      let areThere = false
      const { ecs } = yield* serveEcs([accepted], {
        credentials: () =>
          areThere
            ? Promise.resolve({ ...credentials, expiration: new Date(0) })
            : Promise.reject(new Error("the vault does not answer"))
      })
      const ask = Effect.map(ecs.runTask(request, unhurried), brief)
      assert.strictEqual(yield* ask, "Rejected credentials")
      yield* TestClock.adjust("200 seconds")
      areThere = true
      assert.strictEqual(yield* ask, "Accepted")
      areThere = false
      yield* TestClock.adjust("200 seconds")
      assert.strictEqual(yield* ask, "Rejected credentials")
    }))

  it.effect("does not wait for credentials that do not come, and sends nothing when they do", () =>
    Effect.gen(function*() {
      const { asked, ecs, late, server } = yield* waitingForCredentials
      const fiber = yield* Effect.forkChild(ecs.runTask(request, unhurried))
      yield* Deferred.await(asked)
      yield* TestClock.adjust("5 seconds")
      const verdict = yield* Fiber.join(fiber)
      assert.strictEqual(brief(verdict), "Rejected credentials")
      yield* Deferred.succeed(late, credentials)
      // A later call, which finds them, is the first to arrive.
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Accepted")
      assert.strictEqual(server.seen.length, 1)
    }))

  it.live("sends nothing once the gate was passed too long ago, however long credentials take", () =>
    Effect.gen(function*() {
      const slow = new Promise<{ accessKeyId: string; secretAccessKey: string }>((resolve) => {
        setTimeout(() => resolve({ accessKeyId: "a", secretAccessKey: "s" }), 30)
      })
      const { ecs, server } = yield* serveEcs([accepted], { credentials: () => slow })
      assert.strictEqual(brief(yield* ecs.runTask(request, { ...unhurried, sendWithin: 5 })), "Rejected credentials")
      assert.strictEqual(server.seen.length, 0)
    }))

  it.live("knows that a provider of credentials that lost its own connection launched nothing", () =>
    Effect.gen(function*() {
      const { ecs, server } = yield* serveEcs([accepted], {
        credentials: () => Promise.reject(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }))
      })
      assert.strictEqual(brief(yield* ecs.runTask(request, unhurried)), "Rejected credentials")
      assert.strictEqual(server.seen.length, 0)
    }))

  it.live("does not send when credentials come too late", () =>
    Effect.gen(function*() {
      const { asked, ecs, late, server } = yield* waitingForCredentials
      const verdict = yield* ecs.runTask(request, hurried)
      assert.strictEqual(brief(verdict), "Rejected credentials")
      yield* Deferred.await(asked)
      yield* Deferred.succeed(late, credentials)
      yield* Effect.sleep("50 millis")
      assert.strictEqual(server.seen.length, 0)
    }))
})
