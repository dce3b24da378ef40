/**
 * Compares each decision about a shared fleet, as it is made, with what is known of the
 * processes.
 *
 * It looks at what is asked and answered, and at the fleet before and after. How
 * the ledger came to its decision does not matter here.
 */
import { isTerminal } from "../../ecs/Ecs.ts"
import type { Answer, Operation } from "../../ledger/Operation.ts"
import * as Operations from "../../ledger/Operation.ts"
import type { Description } from "../../ledger/rules/LedgerState.ts"
import { turnLimitBase } from "../../ledger/SafetyLimits.ts"
import { defaultLease as lease } from "../../ledger/shared/Lease.ts"
import type { Batch, SharedState } from "../../ledger/shared/SharedState.ts"
import * as Time from "../../Time.ts"
import * as FairnessCheck from "../checks/FairnessCheck.ts"
import type { Process } from "../checks/Process.ts"
import type { Sharing } from "../scenario/Scenario.ts"
import type { Checks } from "./Checks.ts"
import type { Witness } from "./SharedStore.ts"

/**
 * What sees the decisions for all processes.
 *
 * @category models
 */
export interface SharedLedgerCheck {
  readonly of: (process: Process) => Witness
  /** Says that from now on every message passes, and ECS answers at once. */
  readonly calm: () => void
  /** Whether a holder has left, or has not been heard of for the length of its lease. */
  readonly isGone: (holder: string) => boolean
}

/**
 * How long a turn takes at most where everything answers at once: what was asked
 * before that is waited for, and what had failed is said again.
 */
const longestTurn = 20_000

/** All processes have one ledger, and it is never lost. */
const generation = 1

/**
 * How long a holder may be there beyond its lease where clocks are set: each step
 * costs the time between two answers, in milliseconds.
 */
const stepSlack = 60_000

/** How far a fleet's time may be off: what is not taken for a step, and a clock that differs from decision to decision. */
const timeSlack = 10_000

/**
 * Makes what sees the decisions of a run.
 *
 * @category constructors
 */
export const make = (checks: Checks, sharing: Sharing, hasWrongClocks: boolean): SharedLedgerCheck => {
  const { ledgerCheck, callers, capHistory, log, launches, readCheck, refusalCheck, startTime } = checks
  const fairnessCheck = FairnessCheck.make(checks, sharing)
  /** When each holder was heard of last, in virtual milliseconds. */
  const heard = new Map<string, number>()
  const holders = new Map<string, Process>()
  const left = new Set<string>()
  const owners = new Map<string, Process>()
  const seen = new WeakSet<Answer>()
  let reader: { readonly holder: string; readonly process: Process; readonly since: number } | undefined
  let calmSince = Infinity
  let relied: Description | undefined
  let decidedAt = 0

  /** When each turn to read was given, in virtual milliseconds, by what the ledger took the time to be. */
  const turns = new Map<number, number>()
  let origin: { readonly time: Time.Time; readonly at: number } | undefined

  const slack = 2 * sharing.clockError + (hasWrongClocks ? stepSlack : 0)
  const silence = (holder: string): number => log.now() - (heard.get(holder) ?? -Infinity)
  const isGone = (holder: string): boolean => left.has(holder) || silence(holder) > lease + slack
  /** Whether it is beyond doubt that the ledger knows a holder to be there. */
  const isHere = (holder: string): boolean => !left.has(holder) && silence(holder) < lease - slack

  const tell = (before: SharedState | undefined, after: SharedState, process: Process): void => {
    for (const change of after.changes) {
      if (before !== undefined && change.sequence <= before.occupancy.sequence) continue
      if (change.at < decidedAt) {
        log.violate("time does not go back", `a change is dated ${decidedAt - change.at} ms before the last one`)
      }
      decidedAt = change.at
      callers.changed(generation, change)
      if (change._tag === "Reserved") fairnessCheck.served(process, change)
    }
    if (before?.occupancy.cap !== after.occupancy.cap) capHistory.set(generation, after.occupancy.cap, log.now())
    ledgerCheck.inspect(generation, after.occupancy)
  }

  /** What may have passed is no less than the truth, and what certainly has is no more. */
  const checkTime = (now: Time.Time): void => {
    origin ??= { time: now, at: log.now() }
    const truth = log.now() - origin.at
    const atMost = Time.atMost(origin.time, now)
    const atLeast = Time.atLeast(origin.time, now)
    if (atMost < truth - timeSlack || atLeast > truth + timeSlack) {
      log.violate(
        "a fleet's time is bounded by the truth",
        `${truth} ms have passed, and not ${atLeast} to ${atMost}`
      )
      origin = undefined
    }
  }

  const begun = (begunAt: Time.Time): number => turns.get(begunAt.fast) ?? begunAt.fast - startTime

  const takes = (process: Process, slotId: string): void => {
    owners.set(slotId, process)
  }

  const claimed = (process: Process, holder: string): void => {
    // One that takes too long may lose its turn to another.
    const mayLose = reader !== undefined && log.now() - reader.since > turnLimitBase - slack
    if (reader !== undefined && reader.holder !== holder && isHere(reader.holder) && !mayLose) {
      log.violate("one reads at a time", `${process.name} may read while ${reader.process.name} does`)
    }
    // Where everything answers at once none does, but one that could not say that it has ended.
    if (reader !== undefined && reader.holder !== holder && mayLose) checkTurn(turnLimitBase - slack)
    if (reader !== undefined && reader.holder !== holder) reader.process.turnLost = true
    process.turnLost = false
    readCheck.begins(process)
    reader = { holder, process, since: log.now() }
  }

  /** It may have been taken to be gone meanwhile. */
  const lapse = (process: Process, holder: string): void => {
    process.leaseLost = true
    if (reader?.holder !== holder) return
    process.turnLost = true
    reader = undefined
  }

  const checkTurn = (longest: number): void => {
    if (reader === undefined || !isHere(reader.holder)) return
    const took = log.now() - Math.max(reader.since, calmSince)
    if (took <= longest) return
    log.violate("a turn to read ends", `${reader.process.name} has had it for ${took} ms`)
    reader = undefined
  }

  /** What it asks is decided, though it has said that it is shutting down, or another one is gone. */
  const checkHolders = (
    process: Process,
    batch: Batch,
    answers: ReadonlyArray<Answer>,
    isReaderGone: boolean
  ): void => {
    for (const answer of answers) {
      if (batch.closing && Operations.isAnswerTo("TakeOver", answer) && answer.value.length > 0) {
        log.violate(
          "who shuts down takes nothing over",
          `${process.name} has taken ${answer.value.length} launches`
        )
      }
      if (isReaderGone && Operations.isAnswerTo("ClaimTurn", answer) && answer.value._tag === "Theirs") {
        log.violate("a reader that is gone blocks no other process", `${process.name} waits for a reader that is gone`)
      }
    }
  }

  const note = (process: Process, holder: string, step: Operation, answer: Answer, askedAt: number): void => {
    if (Operations.isOperation("Reserve", step)) fairnessCheck.asked(process, step.payload)
    if (Operations.isAnswerTo("Reserve", answer) && answer.value._tag === "Granted") {
      takes(process, answer.value.ticket.slotId)
    }
    if (Operations.isAnswerTo("TakeOver", answer)) {
      for (const { ticket } of answer.value) {
        takes(process, ticket.slotId)
        refusalCheck.takenOver(ticket.slotId)
      }
    }
    if (Operations.isOperation("Gate", step) && Operations.isAnswerTo("Gate", answer)) {
      log.count(`gate: ${answer.value._tag}`)
      if (answer.value._tag === "Pass") passed(process, step.payload.slotId, askedAt)
    }
    if (Operations.isOperation("Settle", step) && Operations.isAnswerTo("Settle", answer)) {
      const { ticket, verdict } = step.payload
      log.count(`verdict: ${verdict._tag}`)
      refusalCheck.settled(process, ticket.slotId, verdict, answer.value)
    }
    if (Operations.isAnswerTo("ClaimTurn", answer) && answer.value._tag === "Yours") {
      turns.set(answer.value.begunAt.fast, log.now())
      claimed(process, holder)
    }
    if (Operations.isOperation("EndTurn", step) && reader?.holder === holder) reader = undefined
    if (Operations.isOperation("Resize", step)) capHistory.set(generation, step.payload.cap, log.now())
    if (Operations.isOperation("Adopt", step)) ledgerCheck.shown(generation, step.payload)
  }

  const passed = (process: Process, slotId: string, askedAt: number): void => {
    const now = log.now()
    launches.gated(process, slotId, now, askedAt)
    if (ledgerCheck.isLaunched(generation, slotId)) {
      log.violate("what has a task is not sent again", `${process.name} may send ${slotId} again`)
    }
    const owner = owners.get(slotId)
    if (owner !== process) {
      log.violate(
        "only who holds a slot acts on it",
        `${process.name} passed the gate for ${slotId}, which is held by ${owner?.name ?? "no process"}`
      )
    }
    const known = ledgerCheck.known(generation, slotId)
    const cap = capHistory.highestSince(generation, now)
    if (known >= cap) {
      log.violate(
        "nothing is sent into a fleet that is seen to be full",
        `launch ${slotId} passed the gate with ${known} other tasks known, at a cap of ${cap}`
      )
    }
  }

  const checkDescription = (before: SharedState, after: SharedState, description: Description): void => {
    const holders = [...before.members.keys()]
    if (holders.some((holder) => silence(holder) < lease + slack && silence(holder) > lease - slack)) return
    const isHeld = holders.some(isHere)
    const expected = isHeld || relied === undefined || description.cap === relied.cap
      ? before.occupancy.cap
      : description.cap
    if (after.occupancy.cap === expected) return
    log.violate(
      "who joins takes the cap in force",
      `it was ${before.occupancy.cap}, a holder said ${description.cap}, and it is ${after.occupancy.cap}`
    )
  }

  return {
    of: (process) => {
      const built = new Map<number, number>()
      return {
        attached: (options, before, after) => {
          if (before !== undefined) checkDescription(before, after, options)
          if (before === undefined || ![...before.members.keys()].some(isHere)) relied = options
          // One that arrives once more says nothing.
          if (before?.members.has(options.holder) !== true) heard.set(options.holder, log.now())
          tell(before, after, process)
        },
        sent: (_, { number }) => {
          if (!built.has(number)) built.set(number, log.now())
        },
        decided: (holder, batch, before, after, { answers }) => {
          const askedAt = built.get(batch.number) ?? log.now()
          checkTime(after.decidedAt.time)
          // Its earlier operations are still on their way, and no process is left to take what they are granted.
          if (left.has(holder)) {
            log.violate("nothing is decided for who has left", `${process.name} has, and asked at ${askedAt} ms`)
          }
          const isReaderGone = reader !== undefined && reader.holder !== holder && isGone(reader.holder)
          for (const [other, itsProcess] of holders) if (silence(other) > lease - slack) lapse(itsProcess, other)
          holders.set(holder, process)
          heard.set(holder, log.now())
          fairnessCheck.heard(process, askedAt)
          const fresh = batch.steps.flatMap((step, index) => {
            const answer = answers[index]
            if (answer === undefined || seen.has(answer)) return []
            seen.add(answer)
            return [{ answer, step }]
          })
          checkTurn(longestTurn)
          if (isWrittenRefusal(batch.steps, answers, before, after)) {
            log.violate("a request that is turned away writes nothing", `${process.name} asked at ${askedAt} ms`)
          }
          checkHolders(process, batch, fresh.map(({ answer }) => answer), isReaderGone)
          for (const { answer, step } of fresh) note(process, holder, step, answer, askedAt)
          const readings = fresh.flatMap(({ step }) => Operations.isOperation("Observe", step) ? [step.payload] : [])
          for (const { begunAt, running } of readings) {
            readCheck.folding(process, begun(begunAt), running !== undefined)
          }
          tell(before, after, process)
          for (const { step } of fresh) {
            if (!Operations.isOperation("Settle", step)) continue
            const { verdict } = step.payload
            if (verdict._tag === "Accepted" && isTerminal(verdict.lastStatus)) {
              ledgerCheck.stopped(generation, verdict.taskArn)
            }
          }
          for (const reading of readings) {
            ledgerCheck.observed(generation, after.occupancy, {
              ...reading,
              begunAt: Time.of(begun(reading.begunAt) + startTime)
            })
            // Who was taken to be gone while it read has lost its turn, and the others theirs to wait for it.
            if (reader?.holder !== holder) continue
            readCheck.observed(process, begun(reading.begunAt), reading.running !== undefined)
          }
        },
        left: (holder, before, after) => {
          left.add(holder)
          if (reader?.holder === holder) reader = undefined
          tell(before, after, process)
        }
      }
    },
    calm: () => {
      calmSince = log.now()
    },
    isGone
  }
}

/** Whether requests that were granted nothing have changed the fleet, and nothing else can have. */
const isWrittenRefusal = (
  steps: ReadonlyArray<Operation>,
  answers: ReadonlyArray<Answer>,
  before: SharedState,
  after: SharedState
): boolean =>
  steps.length > 0 && before.occupancy !== after.occupancy &&
  answers.every((answer) => Operations.isAnswerTo("Reserve", answer) && answer.value._tag !== "Granted") &&
  [...before.members].every(([holder, { status }]) => after.members.get(holder)?.status === status)
