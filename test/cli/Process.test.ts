import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Ended, Running } from "./process.ts"
import { start } from "./process.ts"

const at = (url: string, family: string, ...args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const target = `--endpoint-url ${url} --cluster demo --subnet subnet-1 --task-definition ${family}:1`
  return ["burst", ...target.split(" "), ...args]
}

const reportOf = ({ stdout }: Ended) => {
  assert.match(stdout, /^\{.*\}\n$/)
  return JSON.parse(stdout)
}

describe("the fleetcap process", { timeout: 30_000 }, () => {
  let emulator: Running
  let url: string

  beforeAll(async () => {
    emulator = start(
      "emulate --port 0 --list-lag 2s..3s --task-lifetime 1500ms --latency 5ms..20ms".split(" ")
    )
    const [, found] = await emulator.saw(/listening on (http:\S+)/)
    url = String(found)
  })

  afterAll(async () => {
    emulator.kill("SIGINT")
    const { code, stderr } = await emulator.ended
    assert.deepStrictEqual({ code, stderr }, { code: 0, stderr: "" })
  })

  const truth = async (family: string) =>
    (await (await fetch(`${url}/_fleetcap/truth?family=${family}`)).json()) as { readonly peak: number }

  it("asks each request once, and reports as JSON on standard output alone", async () => {
    const ended = await start(at(url, "once", "--json", "--requests", "5", "--max-workers", "2")).ended
    assert.strictEqual(ended.code, 0)
    assert.strictEqual(
      ended.stderr,
      `fleetcap: requesting 5 workers, once:1 in cluster demo, cap 2, at ${url} (us-east-1)\n`
    )
    const { calls, elapsedMs, tasks, ...counts } = reportOf(ended)
    assert.deepStrictEqual(counts, { requested: 5, launched: 2, atCapacity: 3, failed: 0, peakOccupied: 2 })
    assert.deepStrictEqual(calls, { RunTask: 2, ListTasks: 1, DescribeTasks: 1, StopTask: 0 })
    assert.strictEqual((await truth("once")).peak, 2)
    for (const { atMs, key, taskArn } of tasks) {
      assert.match(key, /^burst-[1-5]$/)
      assert.match(taskArn, /^arn:aws:ecs:us-east-1:\d{12}:task\/demo\/[0-9a-f]{32}$/)
      assert.isTrue(atMs >= 0 && atMs <= elapsedMs)
    }
  })

  it("waits in line until all are served", async () => {
    const args = ["--json", "--wait", "--requests", "4", "--max-workers", "2", "--key-prefix", "file/"]
    const ended = await start(at(url, "wait", ...args)).ended
    assert.strictEqual(ended.code, 0)
    const { elapsedMs, launched, tasks } = reportOf(ended)
    assert.strictEqual(launched, 4)
    assert.isAtLeast(elapsedMs, 1500)
    assert.sameMembers(tasks.map(({ key }: { key: string }) => key), ["file/1", "file/2", "file/3", "file/4"])
    assert.strictEqual((await truth("wait")).peak, 2)
  })

  it("asks again for a while, and prints a summary", async () => {
    const args = ["--requests", "30", "--max-workers", "2", "--retry-every", "250ms", "--for", "6s"]
    const ended = await start(at(url, "again", ...args), { NO_COLOR: "1" }).ended
    assert.strictEqual(ended.code, 0)
    const [, launched, atCapacity] =
      /launched +(\d+) of 30.*\n +at capacity +(\d+)\n +failed +0\n/.exec(ended.stdout) ?? []
    assert.isAtLeast(Number(launched), 3)
    assert.isAtMost(Number(launched), 8)
    assert.strictEqual(Number(launched) + Number(atCapacity), 30)
    assert.include(ended.stdout, "cap 2 ┼")
    assert.notInclude(ended.stdout, "\u001b")
    assert.strictEqual((await truth("again")).peak, 2)
  })

  it("lets what it sent settle after SIGINT, reports, and exits with 130", async () => {
    const running = start(at(url, "signal", "--json", "--wait", "--requests", "9", "--max-workers", "3"))
    await running.saw(/requesting/)
    for (let launched = 0; launched < 3;) launched = (await truth("signal")).peak
    running.kill("SIGINT")
    const ended = await running.ended
    assert.strictEqual(ended.code, 130)
    assert.include(
      ended.stderr,
      "fleetcap: SIGINT: no more requests are sent; waiting for launches in flight to settle\n"
    )
    const { atCapacity, launched, requested } = reportOf(ended)
    assert.deepStrictEqual({ requested, launched, atCapacity }, { requested: 9, launched: 3, atCapacity: 6 })
  })

  it("lets what it sent settle after SIGHUP, though its terminal is gone and says so twice", async () => {
    const slow = start("emulate --port 0 --latency 2s".split(" "))
    const [, found] = await slow.saw(/listening on (http:\S+)/)
    const launches = async () => {
      const { calls } = (await (await fetch(`${found}/_fleetcap/truth`)).json()) as {
        readonly calls: { readonly RunTask?: { readonly calls: number; readonly inFlight: number } }
      }
      return calls.RunTask ?? { calls: 0, inFlight: 0 }
    }
    const running = start(at(String(found), "hangup", "--wait", "--requests", "9", "--max-workers", "3"))
    await running.saw(/requesting/)
    while ((await launches()).calls < 3);
    running.hangUp()
    running.kill("SIGHUP")
    await new Promise((resolve) => setTimeout(resolve, 1100))
    running.kill("SIGHUP")
    assert.strictEqual((await running.ended).code, 129)
    const { calls, inFlight } = await launches()
    assert.deepStrictEqual({ calls, inFlight }, { calls: 3, inFlight: 0 })
    slow.kill("SIGHUP")
    assert.strictEqual((await slow.ended).code, 0)
  }, 60_000)

  it("fails with the first error's words where nothing can be launched", async () => {
    const ended = await start(at("http://127.0.0.1:9", "gone", "--json", "--requests", "3")).ended
    assert.strictEqual(ended.code, 1)
    assert.match(ended.stderr, /^fleetcap: 3 of 3 requests failed; the first error: .*ECONNREFUSED.*$/m)
    assert.strictEqual(reportOf(ended).failed, 3)
  })

  it("uses no AWS setting of the machine without a cluster", async () => {
    const running = start(["burst", "--json", "--requests", "2"], {
      AWS_PROFILE: "missing",
      AWS_ENDPOINT_URL: "http://127.0.0.1:9",
      AWS_USE_FIPS_ENDPOINT: "true",
      AWS_RETRY_MODE: "nonsense"
    })
    const ended = await running.ended
    assert.deepStrictEqual({ code: ended.code, stderr: ended.stderr }, { code: 0, stderr: "" })
    assert.strictEqual(reportOf(ended).launched, 2)
  })

  it("says on standard error what a host other than loopback opens, and to whom", async () => {
    const open = start("emulate --port 0 --host 0.0.0.0".split(" "))
    const [, found] = await open.saw(/listening on (http:\S+)/)
    const truth = await fetch(`${found}/_fleetcap/truth`)
    assert.strictEqual(truth.status, 200)
    open.kill("SIGINT")
    const { code, stderr } = await open.ended
    assert.strictEqual(code, 0)
    assert.match(
      stderr,
      /^fleetcap: warning: port \d+ of 0\.0\.0\.0 takes requests without a password from every machine .*reset.*\n$/
    )
  })

  it("says what to do where another program has the emulator's port, and exits with 1", async () => {
    const first = start("emulate --port 0".split(" "))
    const [, port] = await first.saw(/listening on http:\S+:(\d+)/)
    const { code, stderr, stdout } = await start(["emulate", "--port", String(port)]).ended
    assert.deepStrictEqual({ code, stdout }, { code: 1, stdout: "" })
    assert.match(stderr, /^fleetcap: Cannot listen on \S+: .*choose another port \(--port N .*\)\n$/)
    first.kill("SIGINT")
    await first.ended
  })

  it("says what is wrong in one line, and exits with 2", async () => {
    assert.deepStrictEqual(await start(["burst", "--requests", "0"]).ended, {
      code: 2,
      stdout: "",
      stderr: "fleetcap: --requests: expected a whole number from 1 to 100000, got \"0\" (see fleetcap burst --help)\n"
    })
  })

  it("needs a region where it cannot know one", async () => {
    const args = ["--cluster", "demo", "--subnet", "subnet-1", "--task-definition", "worker:1"]
    assert.deepStrictEqual(await start(["burst", ...args]).ended, {
      code: 2,
      stdout: "",
      stderr: "fleetcap: no AWS region is known: give --region, or set AWS_REGION\n"
    })
  })
})
