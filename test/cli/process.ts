/**
 * Runs the command as users do, in a process of its own.
 */
import { spawn } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const bin = fileURLToPath(new URL("../../src/cli/bin.ts", import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly ended: Promise<Ended>
  /** Resolves once the pattern is found in what was written to either stream. */
  readonly saw: (pattern: RegExp) => Promise<RegExpExecArray>
  readonly kill: (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => void
  /** Closes the reading ends of both streams: what is written from now on fails, as on a terminal that is gone. */
  readonly hangUp: () => void
}

/** Nothing of the machine's AWS settings, but for what is given. What is compiled once is compiled for all. */
const environment = (given: Record<string, string>) => {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_") && name !== "FORCE_COLOR")
  return {
    ...Object.fromEntries(own),
    AWS_EC2_METADATA_DISABLED: "true",
    HOME: "/nonexistent",
    NODE_COMPILE_CACHE: join(tmpdir(), "fleetcap-cli-compiled"),
    ...given
  }
}

export const start = (args: ReadonlyArray<string>, env: Record<string, string> = {}): Running => {
  const child = spawn(process.execPath, [bin, ...args], { env: environment(env), stdio: ["ignore", "pipe", "pipe"] })
  let [stdout, stderr] = ["", ""]
  const watchers = new Set<() => void>()
  const onOutput = () => {
    for (const watcher of watchers) watcher()
  }
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
    onOutput()
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
    onOutput()
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, stdout, stderr }))
  })
  const saw = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const watcher = () => {
        const found = pattern.exec(stdout) ?? pattern.exec(stderr)
        if (found === null) return
        watchers.delete(watcher)
        resolve(found)
      }
      watchers.add(watcher)
      watcher()
      void ended.then(() => reject(new Error(`it ended without ${pattern}: ${stdout}${stderr}`)))
    })
  const hangUp = () => {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  return { ended, saw, kill: (signal) => child.kill(signal), hangUp }
}
