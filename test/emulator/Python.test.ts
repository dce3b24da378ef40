import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Layer, Schema } from "effect"
import { Emulator, Http } from "fleetcap/emulator"
import { execFile, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const noBoto3 = spawnSync("python3", ["-c", "import boto3"]).status !== 0
const noCli = spawnSync("aws", ["--version"]).status !== 0

class ProgramFailed extends Data.TaggedError("ProgramFailed")<{ readonly message: string }> {}

/** Runs a program with none of the machine's AWS settings, and gives what it printed. */
const run = (program: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  Effect.callback<string, ProgramFailed>((resume) => {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"))
    const child = execFile(
      program,
      args,
      {
        env: {
          ...Object.fromEntries(inherited),
          AWS_CONFIG_FILE: "/dev/null",
          AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
          AWS_EC2_METADATA_DISABLED: "true",
          ...env
        }
      },
      (error, stdout, stderr) =>
        resume(error === null ? Effect.succeed(stdout) : Effect.fail(new ProgramFailed({ message: stderr })))
    )
    return Effect.sync(() => child.kill())
  })

const parse = Schema.decodeSync(Schema.fromJsonString(Schema.Json))

describe("boto3", () => {
  it.live.skipIf(noBoto3)(
    "takes the emulator for ECS (skipped where python3 has no boto3)",
    () =>
      Effect.gen(function*() {
        const { url } = yield* Http.Server
        const script = fileURLToPath(new URL("./boto3_client.py", import.meta.url))
        assert.deepStrictEqual(parse(yield* run("python3", [script, url])), {
          revision: 1,
          listed: 120,
          replayed: true,
          tags: [{ key: "k", value: "v" }],
          createdInYear: new Date().getFullYear(),
          missing: ["MISSING"],
          stopCode: "UserInitiated",
          clusters: [
            "arn:aws:ecs:eu-west-1:123456789012:cluster/c",
            "arn:aws:ecs:eu-west-1:123456789012:cluster/default"
          ],
          running: 119,
          definitions: 1,
          errors: [
            ["InvalidParameterException", "InvalidParameterException", "Tasks cannot be empty."],
            ["ClusterNotFoundException", "ClusterNotFoundException", "Cluster not found."],
            ["ClientException", "ClientException", "Unable to describe task definition."],
            [
              "ClusterContainsTasksException",
              "ClusterContainsTasksException",
              "The Cluster cannot be deleted while Tasks are active."
            ],
            [
              "ConflictException",
              "ConflictException",
              "The provided client token has already been used with different request parameters."
            ]
          ]
        })
      }).pipe(Effect.provide(Layer.provideMerge(Http.layer(), Emulator.layer({ strict: true })))),
    30_000
  )
})

describe("the AWS CLI", () => {
  it.live.skipIf(noCli)("takes the emulator for ECS (skipped where there is no aws)", () =>
    Effect.gen(function*() {
      const { url } = yield* Http.Server
      const { live } = yield* Emulator.Emulator
      const aws = (...args: ReadonlyArray<string>) =>
        run("aws", ["ecs", ...args], {
          AWS_ENDPOINT_URL_ECS: url,
          AWS_DEFAULT_REGION: "us-west-2",
          AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
          AWS_SECRET_ACCESS_KEY: "secret"
        })
      yield* aws("run-task", "--task-definition", "w", "--count", "2")
      const text = ["--query", "taskArns", "--output", "text"]
      const arns = (yield* aws("list-tasks", "--family", "w", ...text)).trim().split(/\s+/)
      assert.strictEqual(arns.length, 2)
      assert.match(arns[0] ?? "", /^arn:aws:ecs:us-west-2:123456789012:task\/default\//)
      yield* aws("wait", "tasks-running", "--tasks", ...arns)
      yield* aws("stop-task", "--task", arns[0] ?? "")
      yield* aws("wait", "tasks-stopped", "--tasks", arns[0] ?? "")
      assert.strictEqual(yield* live(), 1)
      const { message } = yield* Effect.flip(aws("stop-task", "--task", "nonsense"))
      assert.include(
        message,
        "(InvalidParameterException) when calling the StopTask operation: Task Identifier is invalid"
      )
    }).pipe(Effect.provide(Layer.provideMerge(Http.layer(), Emulator.layer()))), 60_000)
})
