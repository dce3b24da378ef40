/**
 * Checks every `RunTask` as ECS receives it, and every task as it is launched.
 *
 * These look at the wire and at the world only: what the ledger believes does not
 * matter here.
 */
import type { RunTaskRequest } from "../../ecs/Ecs.ts"
import type { Task } from "../../emulator/model/Task.ts"
import type { Exchange } from "../../emulator/model/World.ts"
import { keyVariable, launchVariable } from "../../fleet/WorkerEnvironment.ts"
import { gateValidity, replayWindow } from "../../ledger/SafetyLimits.ts"
import type { CapHistory } from "./CapHistory.ts"
import type { Process } from "./Process.ts"
import type { RunLog } from "./RunLog.ts"

/**
 * One sending of a `RunTask`.
 *
 * @category models
 */
export interface Attempt {
  readonly launch: Launch
  readonly process: Process
  readonly sentAt: number
  /** When the ledger let it through. */
  readonly gateAt: number
  exchange: Exchange | undefined
  /** Its sender waits for the answer. */
  pending: boolean
}

/**
 * One client token, and what became of it.
 *
 * @category models
 */
export interface Launch {
  readonly token: string
  readonly key: string
  readonly generation: number
  /** What was sent at first, byte for byte. */
  readonly text: string
  readonly firstSentAt: number
  readonly attempts: Array<Attempt>
  task: Task | undefined
}

/**
 * A task of the world, and the launch that it comes from if it is not foreign.
 *
 * @category models
 */
export interface KnownTask {
  readonly task: Task
  readonly launch: Launch | undefined
}

/**
 * What was launched in a run.
 *
 * @category models
 */
export interface LaunchCheck {
  /** Tells that the ledger let an attempt of a process through, and when it was asked, if that was earlier. */
  readonly gated: (process: Process, token: string, at: number, askedAt?: number) => void
  /** Tells what a process is about to send. */
  readonly announce: (request: RunTaskRequest) => void
  /** Takes a `RunTask` as it reaches ECS. */
  readonly send: (process: Process, input: unknown) => Attempt | undefined
  /** Takes a task as it begins to live. */
  readonly begin: (task: Task) => void
  /** A launch, by its token. */
  readonly find: (token: string) => Launch | undefined
  /** A task that lived at any time, by its ARN. */
  readonly findTask: (arn: string) => KnownTask | undefined
  /** The tasks that are live at a time. */
  readonly live: (now: number) => ReadonlyArray<KnownTask>
}

/**
 * Begins to check the launches of a run.
 *
 * @category constructors
 */
export const make = (options: {
  readonly log: RunLog
  readonly capHistory: CapHistory
  readonly exclusiveKeys: boolean
  readonly startTime: number
  /** How the ledger of a generation counts a launch, as far as it was last seen. */
  readonly counted: (generation: number, token: string, arn?: string) => "launching" | "launched" | undefined
  /** Whether an overshoot is expected, and counted apart. */
  readonly breaksLagBound: boolean
}): LaunchCheck => {
  const { capHistory, log, startTime } = options
  const gates = new Map<string, number>()
  const firstGates = new Map<string, number>()
  const requests = new Map<unknown, RunTaskRequest>()
  const launches = new Map<string, Launch>()
  const byKey = new Map<string, Array<Launch>>()
  const tasks = new Map<string, KnownTask>()
  let alive: Array<KnownTask> = []

  const live = (now: number): ReadonlyArray<KnownTask> => {
    if (alive.some(({ task }) => task.life.stoppedAt <= now)) {
      alive = alive.filter(({ task }) => task.life.stoppedAt > now)
    }
    return alive
  }

  const gateOf = (process: Process, token: string): number | undefined => gates.get(`${process.name}/${token}`)

  const make = (process: Process, request: RunTaskRequest, now: number): Launch => {
    const variables = request.overrides?.containerOverrides?.[0]?.environment ?? []
    const valueOf = (name: string) => variables.find((variable) => variable.name === name)?.value
    const launch: Launch = {
      token: request.clientToken,
      key: valueOf(keyVariable) ?? "",
      generation: process.generation,
      text: JSON.stringify(request),
      firstSentAt: now,
      attempts: [],
      task: undefined
    }
    if (request.startedBy !== launch.token || valueOf(launchVariable) !== launch.token) {
      log.violate(
        "one launch has one token",
        `launch ${valueOf(launchVariable)} was sent with token ${launch.token} and startedBy ${request.startedBy}`
      )
    }
    // What passed the gate before may have been sent, as far as anybody knows, and is repeated.
    if (process.closingAt !== undefined && (firstGates.get(launch.token) ?? now) > process.closingAt) {
      log.violate("nothing new is sent after closing", `${process.name} sent ${launch.token} for ${launch.key}`)
    }
    launches.set(launch.token, launch)
    const name = `${launch.generation}/${launch.key}`
    const others = byKey.get(name) ?? []
    byKey.set(name, others)
    checkKey(launch, others, now)
    others.push(launch)
    return launch
  }

  const checkKey = (launch: Launch, others: ReadonlyArray<Launch>, now: number): void => {
    for (const other of others) {
      // Past the time in which it may be sent again, a launch gives up its key.
      if (now >= other.firstSentAt + replayWindow) continue
      const runs = (other.task?.life.stoppedAt ?? 0) > now + startTime
      const counted = options.counted(launch.generation, other.token)
      const unanswered = other.attempts.some(({ pending, process }) =>
        pending && !process.crashed && !process.leaseLost
      )
      // Whose task was found, or has stopped, need not be answered any more.
      if (counted === "launching" || (unanswered && counted === undefined && (runs || other.task === undefined))) {
        log.violate(
          "a key has one launch in flight",
          `${launch.token} was sent for ${launch.key} while ${other.token} was not settled`
        )
      }
      if (options.exclusiveKeys && runs) {
        log.violate(
          "an exclusive key has one task",
          `${launch.token} was sent for ${launch.key}, whose task ${other.task?.arn} runs`
        )
      }
    }
  }

  const checkAgain = (launch: Launch, process: Process, text: string, now: number): void => {
    if (text !== launch.text) {
      log.violate(
        "a launch is repeated byte for byte",
        `${launch.token} was sent as ${text}, and as ${launch.text}`
      )
    }
    // The gate decides whether it may be sent again; what it lets through may wait for a while.
    if ((gateOf(process, launch.token) ?? now) - launch.firstSentAt > replayWindow) {
      log.violate(
        "a token is not repeated for ever",
        `${launch.token} was sent ${Math.round((now - launch.firstSentAt) / 60_000)} minutes after it was sent first`
      )
    }
    // Who was believed to be gone may itself take over what it left behind.
    if (!process.leaseLost && launch.attempts.some((attempt) => attempt.pending && attempt.process === process)) {
      log.violate("one attempt at a time", `${launch.token} was sent again before it was answered`)
    }
  }

  return {
    gated: (process, token, at, askedAt = at) => {
      gates.set(`${process.name}/${token}`, at)
      if (!firstGates.has(token)) firstGates.set(token, askedAt)
    },
    announce: (request) => {
      requests.set(request, request)
    },
    send: (process, input) => {
      const request = requests.get(input)
      if (request === undefined) return undefined
      const now = log.now()
      const known = launches.get(request.clientToken)
      const launch = known ?? make(process, request, now)
      if (known !== undefined) checkAgain(known, process, JSON.stringify(request), now)
      const gateAt = gateOf(process, launch.token)
      if (gateAt === undefined) log.violate("every attempt passes the gate", `${launch.token} did not`)
      // A process that stands still between its last look at the clock and the wire cannot know better.
      else if (now - gateAt > gateValidity && process.resumedAt !== now) {
        log.violate(
          "an attempt is sent soon or never",
          `${launch.token} was sent ${now - gateAt} ms after its gate`
        )
      }
      const attempt: Attempt = {
        launch,
        process,
        sentAt: now,
        gateAt: gateAt ?? now,
        exchange: undefined,
        pending: true
      }
      launch.attempts.push(attempt)
      return attempt
    },
    begin: (task) => {
      const now = task.life.createdAt - startTime
      const launch = task.token === undefined ? undefined : launches.get(task.token)
      const known = { task, launch }
      tasks.set(task.arn, known)
      const before = live(task.life.createdAt)
      alive = [...before, known]
      if (launch === undefined) return
      const arrived = launch.attempts.filter((attempt) => attempt.exchange?.processedAt === task.life.createdAt)
      const since = Math.min(...(arrived.length > 0 ? arrived : launch.attempts).map((attempt) => attempt.gateAt))
      const own = before.reduce((sum, other) => other.launch?.generation === launch.generation ? sum + 1 : sum, 1)
      const cap = capHistory.highestSince(launch.generation, since)
      if (own > cap) {
        if (options.breaksLagBound) log.count("overshoot where the lag bound is broken")
        else log.violate("never more tasks than the cap", `${own} of the fleet's tasks run, at a cap of ${cap}`)
      }
      if (launch.task !== undefined) {
        log.violate("one token is one task", `${launch.token} launched ${launch.task.arn}, and ${task.arn} too`)
      }
      launch.task = task
      if (!options.breaksLagBound && options.counted(launch.generation, launch.token, task.arn) === undefined) {
        log.violate(
          "a task is counted before it is launched",
          `${task.arn} (${launch.token}) at ${now} ms is not`
        )
      }
    },
    find: (token) => launches.get(token),
    findTask: (arn) => tasks.get(arn),
    live
  }
}
