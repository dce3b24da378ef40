/**
 * Checks what callers are answered: in order of arrival, about the right task, and on a
 * reading that is recent enough.
 */
import type { Change } from "../../ledger/Change.ts"
import type { Answer } from "../../provisioner/Answer.ts"
import type { ProvisionError } from "../../provisioner/ProvisionError.ts"
import type { LaunchCheck } from "./LaunchCheck.ts"
import type { Process } from "./Process.ts"
import type { ReadCheck } from "./ReadCheck.ts"
import type { RunLog } from "./RunLog.ts"
import * as StoryText from "./StoryText.ts"

/**
 * A caller that asks for a worker.
 *
 * @category models
 */
export interface Caller {
  readonly name: string
  readonly key: string
  readonly waits: boolean
  readonly process: Process
  readonly askedAt: number
  /** When it was answered or left, if it has been. */
  leftAt: number | undefined
}

/**
 * The callers of a run.
 *
 * @category models
 */
export interface CallerCheck {
  readonly ask: (process: Process, key: string, waits: boolean) => Caller
  readonly answered: (caller: Caller, answer: Answer) => void
  readonly failed: (caller: Caller, error: ProvisionError) => void
  /** Tells that the caller no longer waits for the answer. */
  readonly left: (caller: Caller, why: string) => void
  /** Takes what happened to a ledger. */
  readonly changed: (generation: number, change: Change) => void
  /** Returns the callers that are still waiting. */
  readonly waiting: () => ReadonlyArray<Caller>
  /** Whether a caller asks, or has done so within some milliseconds. */
  readonly areAsking: (within: number) => boolean
  /** Returns the callers that have asked for a key. */
  readonly of: (key: string) => ReadonlyArray<Caller>
  /** Returns the callers in line for a slot whose process has known it for some milliseconds. */
  readonly inLine: (known: number) => ReadonlyArray<Caller>
  /** Says that a process cannot read ECS from now on, and nothing else is wrong. */
  readonly blinded: () => void
  /** Says that from now on ECS answers at once, so that what takes long has another reason. */
  readonly calm: () => void
}

/**
 * The time that a request may take while another process cannot read ECS, in
 * milliseconds: it may have to wait for a turn of that process, but not often, for
 * that comes to stand back.
 */
const patience = { longest: 20_000, usual: 5000, holdUps: 3 }

/** The time that a request may go on after its last caller left, where ECS answers at once. */
const flightTime = 5000

interface Options {
  readonly log: RunLog
  readonly launches: LaunchCheck
  readonly readCheck: ReadCheck
  readonly startTime: number
  /** In milliseconds, as the fleet has it. */
  readonly requestTimeout: number
  /** The time for which machines are suspended, in milliseconds: no caller hears anything meanwhile. */
  readonly asleep: number
  /** Whether the ledger may take its time: then what takes long says nothing. */
  readonly ledgerIsSlow: boolean
  /** Whether ECS answers what cannot be so. */
  readonly contradicts: boolean
  readonly exclusiveKeys: boolean
}

interface State extends Options {
  readonly all: Array<Caller>
  readonly byKey: Map<string, Array<Caller>>
  /** The launches that were granted a slot. */
  readonly granted: Set<string>
  /** The tasks that were freed as stopped, by ledger. */
  readonly stopped: Set<string>
  /** Keys that have a slot at the moment, and need none any more. */
  readonly seated: Set<string>
  /** When a key lost the slot that it had, the last time. */
  readonly unseatedAt: Map<string, number>
  calmSince: number
  blindSince: number
  /** The number of times that a process that cannot read held up callers, and until when. */
  holdUps: number
  heldUpUntil: number
}

type Reserved = Extract<Change, { readonly _tag: "Reserved" }>

/**
 * Begins to check what callers are answered.
 *
 * @category constructors
 */
export const make = (options: Options): CallerCheck => {
  const state: State = {
    ...options,
    all: [],
    byKey: new Map(),
    granted: new Set(),
    stopped: new Set(),
    seated: new Set(),
    unseatedAt: new Map(),
    calmSince: Infinity,
    blindSince: Infinity,
    holdUps: 0,
    heldUpUntil: -Infinity
  }
  const { all, byKey, log, seated, unseatedAt } = state
  return {
    ask: (process, key, waits) => {
      const name = `caller ${all.length + 1}`
      const caller: Caller = { name, key, waits, process, askedAt: log.now(), leftAt: undefined }
      all.push(caller)
      const others = byKey.get(key) ?? []
      others.push(caller)
      byKey.set(key, others)
      log.tell(name, () => `asks ${process.name} for ${key}${waits ? ", and waits in line" : ""}`)
      return caller
    },
    answered: (caller, answer) => {
      caller.leftAt = log.now()
      log.count(`answer: ${answer._tag}`)
      checkIsNotHeldUp(state, caller, undefined)
      if (answer._tag === "AtCapacity") {
        return log.tell(caller.name, () => `is told that the fleet is full: ${answer.occupied} of ${answer.cap}`)
      }
      log.tell(caller.name, () => `has ${StoryText.task(answer.taskArn)} for ${caller.key}`)
      checkKeyIsFree(options, caller, answer)
      checkTaskIsOfKey(options, caller, answer.taskArn)
    },
    failed: (caller, error) => {
      caller.leftAt = log.now()
      log.count(`error: ${error.reason}`)
      log.tell(caller.name, () => `is told: ${error.message}`)
      checkIsNotHeldUp(state, caller, error)
    },
    left: (caller, why) => {
      caller.leftAt = log.now()
      log.count(`caller: ${why}`)
      log.tell(caller.name, () => why)
      checkIsInTime(options, caller)
    },
    changed: (generation, change) => {
      log.sample({ at: change.at - options.startTime, occupied: change.occupied, cap: change.cap })
      log.count(change._tag === "Freed" ? `freed: ${change.reason}` : `ledger: ${change._tag}`)
      log.tell("ledger", () => StoryText.change(change))
      if (change._tag === "Reserved") reserved(state, generation, change)
      checkIsBelieved(options, change)
      checkStaysStopped(state, generation, change)
      // It is back in line; after any other end its callers have their answer.
      if (change._tag === "Freed" && change.reason === "withdrawn" && change.key !== undefined) {
        seated.delete(change.key)
        unseatedAt.set(change.key, log.now())
      }
    },
    waiting: () => all.filter((caller) => caller.leftAt === undefined),
    areAsking: (within) => all.some(({ leftAt }) => leftAt === undefined || log.now() - leftAt <= within),
    of: (key) => byKey.get(key) ?? [],
    inLine: (known) =>
      all.filter((caller) =>
        isInLine(state, caller) && log.now() - Math.max(caller.askedAt, unseatedAt.get(caller.key) ?? 0) > known
      ),
    blinded: () => {
      state.blindSince = log.now()
    },
    calm: () => {
      state.calmSince = log.now()
    }
  }
}

/** In line for a slot, alone for its key: others would share, or change, its place. */
const isInLine = ({ byKey, seated }: State, { key, leftAt, process, waits }: Caller): boolean =>
  waits && leftAt === undefined && process.closingAt === undefined && !process.leaseLost &&
  byKey.get(key)?.length === 1 && !seated.has(key)

/** A caller that asks a process that can read is answered, and soon. */
const checkIsNotHeldUp = (state: State, caller: Caller, error: ProvisionError | undefined): void => {
  if (caller.askedAt < state.blindSince || state.calmSince < Infinity || caller.process.blindness !== undefined) return
  const now = state.log.now()
  const took = now - caller.askedAt
  if (took > patience.usual && caller.askedAt > state.heldUpUntil) {
    state.holdUps++
    state.heldUpUntil = now
  }
  if (error === undefined && took <= patience.longest && state.holdUps <= patience.holdUps) return
  state.log.violate(
    "a process that can read is not held up by one that cannot",
    `${caller.name} was answered after ${took} ms, held up for the ${state.holdUps}. time${
      error === undefined ? "" : `: ${error.message}`
    }`
  )
  state.holdUps = 0
}

const checkIsInTime = ({ asleep, ledgerIsSlow, log, requestTimeout }: Options, caller: Caller): void => {
  const took = log.now() - caller.askedAt - asleep
  if (caller.waits || took <= requestTimeout || ledgerIsSlow) return
  log.violate("a request is answered in time", `${caller.name} has waited for ${took} ms`)
}

const checkKeyIsFree = ({ exclusiveKeys, log }: Options, { key }: Caller, answer: Answer): void => {
  if (answer._tag !== "Existing" || exclusiveKeys) return
  log.violate("a key that is not exclusive is free once its task is known", `${key} was not`)
}

const checkTaskIsOfKey = ({ contradicts, launches, log }: Options, { key, name }: Caller, arn: string): void => {
  const known = launches.findTask(arn)
  if (known?.launch?.key === key) return
  if (contradicts) return log.count("answer: another's task")
  log.violate(
    "an answer names the task of its key",
    `${name} asked for ${key}, and got ${arn}, which is for ${known?.launch?.key}`
  )
}

const checkIsBelieved = ({ contradicts, log }: Options, change: Change): void => {
  if (change._tag !== "Contradicted" || contradicts) return
  log.violate("what does not contradict itself is believed", `${change.slotId}: ${change.detail}`)
}

const checkStaysStopped = ({ log, stopped }: State, generation: number, change: Change): void => {
  if (change._tag === "Freed" && change.reason === "stopped") stopped.add(`${generation}/${change.taskArn}`)
  if (change._tag !== "Adopted" || !stopped.has(`${generation}/${change.taskArn}`)) return
  log.violate("who has stopped is not counted again", `${change.taskArn} was freed as stopped before`)
}

const reserved = (state: State, generation: number, change: Reserved): void => {
  const callers = state.byKey.get(change.key) ?? []
  state.seated.add(change.key)
  checkIsNewLaunch(state, change)
  checkIsWithinCap(state, change)
  checkOrder(state, change, callers)
  checkIsWanted(state, change, callers)
  checkReadingIsRecent(state, generation, change, callers)
}

const checkIsNewLaunch = ({ granted, log }: State, { slotId }: Reserved): void => {
  if (granted.has(slotId)) log.violate("every launch is a new one", `${slotId} was granted twice`)
  granted.add(slotId)
}

const checkIsWithinCap = ({ log }: Options, { cap, occupied }: Reserved): void => {
  if (cap === "unlimited" || occupied <= cap) return
  log.violate("nothing is granted beyond the cap", `${occupied} slots are taken, at a cap of ${cap}`)
}

const checkOrder = (state: State, { cap, occupied }: Reserved, [caller, another]: ReadonlyArray<Caller>): void => {
  // Where the ledger is slow, a process may not have heard yet that a slot was withdrawn.
  if (state.ledgerIsSlow || cap === "unlimited" || caller === undefined || another !== undefined) return
  const { askedAt, key, name, process } = caller
  const before = state.all.filter((other) =>
    other.askedAt < askedAt && other.process === process && other.key !== key && isInLine(state, other)
  )
  if (before.length === 0 || occupied + before.length <= cap) return
  const passedOver = before.map((other) => `${other.name} (${other.key})`).join(", ")
  state.log.violate("first come, first served", `${name} got a slot for ${key} before ${passedOver}`)
}

const checkIsWanted = (state: State, { key }: Reserved, callers: ReadonlyArray<Caller>): void => {
  const { calmSince, ledgerIsSlow, log } = state
  const now = log.now()
  if (now <= calmSince || ledgerIsSlow) return
  // A request that does not wait goes on without its caller.
  if (
    callers.some(({ waits, leftAt }) =>
      !waits || leftAt === undefined || now - Math.max(leftAt, calmSince) <= flightTime
    )
  ) return
  log.violate("who left the line gets no slot", `no caller asks for ${key} any more`)
}

const checkReadingIsRecent = (
  { ledgerIsSlow, log, readCheck }: Options,
  generation: number,
  { cap, key }: Reserved,
  callers: ReadonlyArray<Caller>
): void => {
  const firstAsked = Math.min(...callers.map((caller) => caller.askedAt))
  if (cap === "unlimited" || ledgerIsSlow || readCheck.isRecent(generation, firstAsked)) return
  log.violate("a slot is granted on a recent reading", `${key} was asked for at ${firstAsked} ms`)
}
