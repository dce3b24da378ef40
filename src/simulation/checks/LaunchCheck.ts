/**
 * Checks every `RunTask` as ECS receives it, and every task as it is launched.
 *
 * These look at the wire and at the world only: what the ledger believes does not
 * matter here.
 */
import type { RunTaskRequest } from "../../ecs/Ecs.ts"
import type { Task } from "../../emulator/model/Task.ts"
import { keyVariable, launchVariable } from "../../fleet/WorkerEnvironment.ts"
import { gateValidity, replayWindow } from "../../ledger/SafetyLimits.ts"
import type { CapHistory } from "./CapHistory.ts"
import type { Attempt, KnownTask, Launch } from "./LaunchRecord.ts"
import type { Process } from "./Process.ts"
import type { RunLog } from "./RunLog.ts"

/**
 * The launches of a run.
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

interface Options {
  readonly log: RunLog
  readonly capHistory: CapHistory
  readonly exclusiveKeys: boolean
  readonly startTime: number
  /** Returns how the ledger of a generation counts a launch, as far as it was last seen. */
  readonly counted: (generation: number, token: string, arn?: string) => "launching" | "launched" | undefined
  /** Whether an overshoot is expected, and counted apart. */
  readonly breaksLagBound: boolean
}

interface State extends Options {
  /** When the ledger last let a launch of a process through. */
  readonly gates: Map<string, number>
  /** When the ledger was asked, the first time that it let a launch through. */
  readonly firstGates: Map<string, number>
  readonly launches: Map<string, Launch>
  readonly byKey: Map<string, Array<Launch>>
}

/**
 * Begins to check the launches of a run.
 *
 * @category constructors
 */
export const make = (options: Options): LaunchCheck => {
  const { log } = options
  const state: State = { ...options, gates: new Map(), firstGates: new Map(), launches: new Map(), byKey: new Map() }
  const { firstGates, gates, launches } = state
  const requests = new Map<unknown, RunTaskRequest>()
  const tasks = new Map<string, KnownTask>()
  let alive: ReadonlyArray<KnownTask> = []

  const live = (now: number): ReadonlyArray<KnownTask> => {
    if (alive.some(({ task }) => task.life.stoppedAt <= now)) {
      alive = alive.filter(({ task }) => task.life.stoppedAt > now)
    }
    return alive
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
      const launch = known ?? first(state, process, request)
      if (known !== undefined) again(state, known, process, request)
      const gateAt = gateOf(state, process, launch.token)
      checkGate(state, process, launch, gateAt)
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
      const launch = task.token === undefined ? undefined : launches.get(task.token)
      const known = { task, launch }
      tasks.set(task.arn, known)
      const before = live(task.life.createdAt)
      alive = [...before, known]
      if (launch === undefined) return
      checkCap(options, launch, task, before)
      checkIsOneTask(options, launch, task)
      launch.task = task
      checkIsCounted(options, launch, task)
    },
    find: (token) => launches.get(token),
    findTask: (arn) => tasks.get(arn),
    live
  }
}

const gateOf = ({ gates }: State, process: Process, token: string): number | undefined =>
  gates.get(`${process.name}/${token}`)

const variableOf = (request: RunTaskRequest, name: string): string | undefined =>
  request.overrides?.containerOverrides?.[0]?.environment?.find((variable) => variable.name === name)?.value

/** Takes a launch that is sent for the first time. */
const first = (state: State, process: Process, request: RunTaskRequest): Launch => {
  const { byKey, launches, log } = state
  const launch: Launch = {
    token: request.clientToken,
    key: variableOf(request, keyVariable) ?? "",
    generation: process.generation,
    text: JSON.stringify(request),
    firstSentAt: log.now(),
    attempts: [],
    task: undefined
  }
  checkHasOneToken(state, launch, request)
  checkIsNotAfterClosing(state, launch, process)
  launches.set(launch.token, launch)
  const name = `${launch.generation}/${launch.key}`
  const others = byKey.get(name) ?? []
  byKey.set(name, others)
  for (const other of others) {
    // Past the time in which it may be sent again, a launch gives up its key.
    if (launch.firstSentAt >= other.firstSentAt + replayWindow) continue
    checkIsAloneInFlight(state, launch, other)
    checkKeyIsExclusive(state, launch, other)
  }
  others.push(launch)
  return launch
}

const checkHasOneToken = ({ log }: Options, launch: Launch, request: RunTaskRequest): void => {
  const named = variableOf(request, launchVariable)
  if (request.startedBy === launch.token && named === launch.token) return
  log.violate(
    "one launch has one token",
    `launch ${named} was sent with token ${launch.token} and startedBy ${request.startedBy}`
  )
}

/** Checks that nothing new is sent after closing. A launch that passed the gate before may have been sent: it is repeated. */
const checkIsNotAfterClosing = ({ firstGates, log }: State, launch: Launch, process: Process): void => {
  const passedAt = firstGates.get(launch.token) ?? launch.firstSentAt
  if (process.closingAt === undefined || passedAt <= process.closingAt) return
  log.violate("nothing new is sent after closing", `${process.name} sent ${launch.token} for ${launch.key}`)
}

const runs = ({ log, startTime }: Options, { task }: Launch): boolean =>
  (task?.life.stoppedAt ?? 0) > log.now() + startTime

const checkIsAloneInFlight = (options: Options, launch: Launch, other: Launch): void => {
  const counted = options.counted(launch.generation, other.token)
  const unanswered = other.attempts.some(({ pending, process }) => pending && !process.crashed && !process.leaseLost)
  const mayRun = other.task === undefined || runs(options, other)
  // One whose task was found, or has stopped, need not be answered any more.
  if (counted !== "launching" && !(unanswered && counted === undefined && mayRun)) return
  options.log.violate(
    "a key has one launch in flight",
    `${launch.token} was sent for ${launch.key} while ${other.token} was not settled`
  )
}

const checkKeyIsExclusive = (options: Options, launch: Launch, other: Launch): void => {
  if (!options.exclusiveKeys || !runs(options, other)) return
  options.log.violate(
    "an exclusive key has one task",
    `${launch.token} was sent for ${launch.key}, whose task ${other.task?.arn} runs`
  )
}

/** Takes a launch that was sent before. */
const again = (state: State, launch: Launch, process: Process, request: RunTaskRequest): void => {
  checkIsRepeated(state, launch, JSON.stringify(request))
  checkIsNotTooLate(state, launch, process)
  checkIsAnswered(state, launch, process)
}

const checkIsRepeated = ({ log }: Options, launch: Launch, text: string): void => {
  if (text === launch.text) return
  log.violate("a launch is repeated byte for byte", `${launch.token} was sent as ${text}, and as ${launch.text}`)
}

/** The gate decides whether it may be sent again; what it lets through may wait for a while. */
const checkIsNotTooLate = (state: State, launch: Launch, process: Process): void => {
  const now = state.log.now()
  if ((gateOf(state, process, launch.token) ?? now) - launch.firstSentAt <= replayWindow) return
  state.log.violate(
    "a token is not repeated for ever",
    `${launch.token} was sent ${Math.round((now - launch.firstSentAt) / 60_000)} minutes after it was sent first`
  )
}

/** A process that was believed to be gone may itself take over what it left behind. */
const checkIsAnswered = ({ log }: Options, launch: Launch, process: Process): void => {
  if (process.leaseLost || !launch.attempts.some((attempt) => attempt.pending && attempt.process === process)) return
  log.violate("one attempt at a time", `${launch.token} was sent again before it was answered`)
}

const checkGate = ({ log }: Options, process: Process, { token }: Launch, gateAt: number | undefined): void => {
  if (gateAt === undefined) return log.violate("every attempt passes the gate", `${token} did not`)
  const now = log.now()
  // A process that stands still between its last look at the clock and the wire cannot know better.
  if (now - gateAt <= gateValidity || process.resumedAt === now) return
  log.violate("an attempt is sent soon or never", `${token} was sent ${now - gateAt} ms after its gate`)
}

const checkCap = (options: Options, launch: Launch, task: Task, before: ReadonlyArray<KnownTask>): void => {
  const arrived = launch.attempts.filter((attempt) => attempt.exchange?.processedAt === task.life.createdAt)
  const since = Math.min(...(arrived.length > 0 ? arrived : launch.attempts).map((attempt) => attempt.gateAt))
  const own = 1 + before.filter((other) => other.launch?.generation === launch.generation).length
  const cap = options.capHistory.highestSince(launch.generation, since)
  if (own <= cap) return
  if (options.breaksLagBound) return options.log.count("overshoot where the lag bound is broken")
  options.log.violate("never more tasks than the cap", `${own} of the fleet's tasks run, at a cap of ${cap}`)
}

const checkIsOneTask = ({ log }: Options, launch: Launch, task: Task): void => {
  if (launch.task === undefined) return
  log.violate("one token is one task", `${launch.token} launched ${launch.task.arn}, and ${task.arn} too`)
}

const checkIsCounted = (options: Options, launch: Launch, task: Task): void => {
  if (options.breaksLagBound || options.counted(launch.generation, launch.token, task.arn) !== undefined) return
  options.log.violate(
    "a task is counted before it is launched",
    `${task.arn} (${launch.token}) at ${task.life.createdAt - options.startTime} ms is not`
  )
}
