/**
 * Checks what callers are answered: in order of arrival, about the right task, and on a
 * reading that is recent enough.
 */
import type { Change } from "../../ledger/Change.ts"
import type { Answer } from "../../provisioner/Answer.ts"
import type { ProvisionError } from "../../provisioner/ProvisionError.ts"
import { nameOf } from "../system/SimulatedEcs.ts"
import type { LaunchCheck } from "./LaunchCheck.ts"
import type { Process } from "./Process.ts"
import type { ReadCheck } from "./ReadCheck.ts"
import type { RunLog } from "./RunLog.ts"

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
  /** Those who are still waiting. */
  readonly waiting: () => ReadonlyArray<Caller>
  /** Whether anybody asks, or has done so within some milliseconds. */
  readonly areAsking: (within: number) => boolean
  /** Those who have asked for a key. */
  readonly of: (key: string) => ReadonlyArray<Caller>
  /** Those who stand in line for a slot, and whose process has known it for some milliseconds. */
  readonly inLine: (known: number) => ReadonlyArray<Caller>
  /** Says that a process cannot read ECS from now on, and nothing else is wrong. */
  readonly blinded: () => void
  /** Says that from now on ECS answers at once, so that what takes long has another reason. */
  readonly calm: () => void
}

/**
 * How long a request may take while another process cannot read ECS, in
 * milliseconds: it may have to wait for a turn of that process, but not often, for
 * that comes to stand back.
 */
const patience = { longest: 20_000, usual: 5000, holdUps: 3 }

/** How long a request may go on after its last caller left, where ECS answers at once. */
const flightTime = 5000

/**
 * Begins to check what callers are answered.
 *
 * @category constructors
 */
export const make = (options: {
  readonly log: RunLog
  readonly launches: LaunchCheck
  readonly readCheck: ReadCheck
  readonly startTime: number
  /** In milliseconds, as the fleet has it. */
  readonly requestTimeout: number
  /** Whether the ledger may take its time: then what takes long says nothing. */
  readonly ledgerIsSlow: boolean
  /** Whether ECS answers what cannot be so. */
  readonly contradicts: boolean
  readonly exclusiveKeys: boolean
}): CallerCheck => {
  const { log, readCheck } = options
  const all: Array<Caller> = []
  const byKey = new Map<string, Array<Caller>>()
  const granted = new Set<string>()
  const stopped = new Set<string>()
  /** Keys that have a slot at the moment, and need none any more. */
  const seated = new Set<string>()
  /** When a key lost the slot that it had, the last time. */
  const unseatedAt = new Map<string, number>()
  let calmSince = Infinity
  let blindSince = Infinity
  let holdUps = 0
  let heldUpUntil = -Infinity

  /** Who asks a process that can read is answered, and soon. */
  const checkSight = (caller: Caller, error: ProvisionError | undefined): void => {
    if (caller.askedAt < blindSince || calmSince < Infinity || caller.process.blindness !== undefined) return
    const took = log.now() - caller.askedAt
    if (took > patience.usual && caller.askedAt > heldUpUntil) {
      holdUps++
      heldUpUntil = log.now()
    }
    if (error === undefined && took <= patience.longest && holdUps <= patience.holdUps) return
    log.violate(
      "a process that can read is not held up by one that cannot",
      `${caller.name} was answered after ${took} ms, held up for the ${holdUps}. time${
        error === undefined ? "" : `: ${error.message}`
      }`
    )
    holdUps = 0
  }

  const leave = (caller: Caller): void => {
    caller.leftAt = log.now()
  }

  /** In line for a slot, alone for its key: others would share, or change, its place. */
  const isInLine = (caller: Caller): boolean =>
    caller.waits && caller.leftAt === undefined && caller.process.closingAt === undefined &&
    !caller.process.leaseLost &&
    byKey.get(caller.key)?.length === 1 && !seated.has(caller.key)

  const checkOrder = (change: Extract<Change, { readonly _tag: "Reserved" }>, callers: ReadonlyArray<Caller>): void => {
    const [caller] = callers
    // Where the ledger is slow, a process may not have heard yet that a slot was withdrawn.
    if (options.ledgerIsSlow || change.cap === "unlimited") return
    if (caller === undefined || callers.length !== 1) return
    const before = all.filter((other) =>
      other.askedAt < caller.askedAt && other.process === caller.process && other.key !== caller.key && isInLine(other)
    )
    if (before.length > 0 && change.occupied + before.length > change.cap) {
      log.violate(
        "first come, first served",
        `${caller.name} got a slot for ${caller.key} before ${
          before.map((other) => `${other.name} (${other.key})`).join(", ")
        }`
      )
    }
  }

  const reserved = (generation: number, change: Extract<Change, { readonly _tag: "Reserved" }>): void => {
    const { key, slotId } = change
    const callers = byKey.get(key) ?? []
    seated.add(key)
    if (granted.has(slotId)) log.violate("every launch is a new one", `${slotId} was granted twice`)
    granted.add(slotId)
    if (change.cap !== "unlimited" && change.occupied > change.cap) {
      log.violate(
        "nothing is granted beyond the cap",
        `${change.occupied} slots are taken, at a cap of ${change.cap}`
      )
    }
    checkOrder(change, callers)
    const now = log.now()
    const wanted = callers.some((caller) =>
      // A request that does not wait goes on without its caller.
      !caller.waits || caller.leftAt === undefined || now - Math.max(caller.leftAt, calmSince) <= flightTime
    )
    if (now > calmSince && !wanted && !options.ledgerIsSlow) {
      log.violate("who left the line gets no slot", `no caller asks for ${key} any more`)
    }
    const firstAsked = Math.min(...callers.map((caller) => caller.askedAt))
    if (change.cap !== "unlimited" && !options.ledgerIsSlow && !readCheck.isRecent(generation, firstAsked)) {
      log.violate("a slot is granted on a recent reading", `${key} was asked for at ${firstAsked} ms`)
    }
  }

  return {
    ask: (process, key, waits) => {
      const caller: Caller = {
        name: `caller ${all.length + 1}`,
        key,
        waits,
        process,
        askedAt: log.now(),
        leftAt: undefined
      }
      all.push(caller)
      const others = byKey.get(key) ?? []
      others.push(caller)
      byKey.set(key, others)
      log.tell(caller.name, () => `asks ${process.name} for ${key}${waits ? ", and waits in line" : ""}`)
      return caller
    },
    answered: (caller, answer) => {
      leave(caller)
      log.count(`answer: ${answer._tag}`)
      checkSight(caller, undefined)
      if (answer._tag === "AtCapacity") {
        return log.tell(caller.name, () => `is told that the fleet is full: ${answer.occupied} of ${answer.cap}`)
      }
      log.tell(caller.name, () => `has ${nameOf(answer.taskArn)} for ${caller.key}`)
      if (answer._tag === "Existing" && !options.exclusiveKeys) {
        log.violate("a key that is not exclusive is free once its task is known", `${caller.key} was not`)
      }
      const known = options.launches.findTask(answer.taskArn)
      if (known?.launch?.key !== caller.key && options.contradicts) log.count("answer: another's task")
      else if (known?.launch?.key !== caller.key) {
        log.violate(
          "an answer names the task of its key",
          `${caller.name} asked for ${caller.key}, and got ${answer.taskArn}, which is for ${known?.launch?.key}`
        )
      }
    },
    failed: (caller, error) => {
      leave(caller)
      log.count(`error: ${error.reason}`)
      log.tell(caller.name, () => `is told: ${error.message}`)
      checkSight(caller, error)
    },
    left: (caller, why) => {
      leave(caller)
      log.count(`caller: ${why}`)
      log.tell(caller.name, () => why)
      const took = log.now() - caller.askedAt
      if (!caller.waits && took > options.requestTimeout && !options.ledgerIsSlow) {
        log.violate("a request is answered in time", `${caller.name} has waited for ${took} ms`)
      }
    },
    changed: (generation, change) => {
      log.sample({ at: change.at - options.startTime, occupied: change.occupied, cap: change.cap })
      log.count(change._tag === "Freed" ? `freed: ${change.reason}` : `ledger: ${change._tag}`)
      log.tell("ledger", () => textOf(change))
      if (change._tag === "Reserved") reserved(generation, change)
      if (change._tag === "Contradicted" && !options.contradicts) {
        log.violate("what does not contradict itself is believed", `${change.slotId}: ${change.detail}`)
      }
      if (change._tag === "Freed" && change.reason === "stopped") stopped.add(`${generation}/${change.taskArn}`)
      if (change._tag === "Adopted" && stopped.has(`${generation}/${change.taskArn}`)) {
        log.violate("who has stopped is not counted again", `${change.taskArn} was freed as stopped before`)
      }
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
        isInLine(caller) && log.now() - Math.max(caller.askedAt, unseatedAt.get(caller.key) ?? 0) > known
      ),
    blinded: () => {
      blindSince = log.now()
    },
    calm: () => {
      calmSince = log.now()
    }
  }
}

const textOf = (change: Change): string => {
  const { cap, occupied } = change
  const stands = `(${occupied} of ${cap} slots taken)`
  switch (change._tag) {
    case "Reserved":
      return `reserves ${change.slotId.slice(0, 8)} for ${change.key} ${stands}`
    case "Launched":
      return `knows ${nameOf(change.taskArn)} for launch ${change.slotId.slice(0, 8)} ${stands}`
    case "Refused":
      return `takes ${change.slotId.slice(0, 8)} as refused: ${change.failure.reason} ${stands}`
    case "Unknown":
      return `does not know whether launch ${change.slotId.slice(0, 8)} has a task ${stands}`
    case "Adopted":
      return `counts ${nameOf(change.taskArn)}, which it did not know ${stands}`
    case "Freed": {
      const slot = change.taskArn === undefined ? change.slotId.slice(0, 8) : nameOf(change.taskArn)
      return `frees the slot of ${slot}: ${change.reason} ${stands}`
    }
    case "Contradicted":
      return `does not believe ECS about launch ${change.slotId.slice(0, 8)}: ${change.detail} ${stands}`
    case "Abandoned":
      return `has no process any more for launch ${change.slotId.slice(0, 8)} ${stands}`
    case "Resized":
      return `has a cap of ${cap} ${stands}`
  }
}
