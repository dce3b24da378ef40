/**
 * Compares each decision about a shared fleet, as it is made, with what is known of the
 * processes.
 *
 * It looks at what is asked and answered, and at the fleet before and after. How
 * the ledger came to its decision does not matter here.
 */
import { isTerminal } from "../../ecs/Ecs.ts"
import type { Operation, OperationAnswer } from "../../ledger/Operation.ts"
import * as Operations from "../../ledger/Operation.ts"
import type { Reading } from "../../ledger/rules/Evidence.ts"
import type { Description } from "../../ledger/rules/LedgerState.ts"
import type { Batch, SharedState } from "../../ledger/shared/SharedState.ts"
import * as Time from "../../Time.ts"
import * as FairnessCheck from "../checks/FairnessCheck.ts"
import * as FleetTimeCheck from "../checks/FleetTimeCheck.ts"
import * as HolderLeases from "../checks/HolderLeases.ts"
import type { Process } from "../checks/Process.ts"
import * as TurnCheck from "../checks/TurnCheck.ts"
import type { Sharing } from "../scenario/Scenario.ts"
import type { Checks } from "./Checks.ts"
import type { Witness } from "./SharedStore.ts"

/**
 * Checks the decisions for all processes.
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

/** All processes have one ledger, and it is never lost. */
const generation = 1

/**
 * The time that a holder may be there beyond its lease where clocks are set: each step
 * costs the time between two answers, in milliseconds.
 */
const stepSlack = 60_000

interface State extends Checks {
  readonly fairnessCheck: FairnessCheck.FairnessCheck
  readonly fleetTimeCheck: FleetTimeCheck.FleetTimeCheck
  readonly leases: HolderLeases.HolderLeases
  readonly turnCheck: TurnCheck.TurnCheck
  readonly holders: Map<string, Process>
  /** The process that holds each slot. */
  readonly owners: Map<string, Process>
  /** The answers so far: a batch that is sent again gets the same ones. */
  readonly seen: WeakSet<OperationAnswer>
  /** The fleet as it was described by the last process that joined while no other was there. */
  relied: Description | undefined
}

/** A batch of a process, and what was decided about it. */
interface Decision {
  readonly process: Process
  readonly holder: string
  readonly batch: Batch
  readonly askedAt: number
  readonly before: SharedState
  readonly after: SharedState
  readonly answers: ReadonlyArray<OperationAnswer>
}

/**
 * Makes what sees the decisions of a run.
 *
 * @category constructors
 */
export const make = (checks: Checks, sharing: Sharing, hasWrongClocks: boolean): SharedLedgerCheck => {
  const { log, startTime } = checks
  const leases = HolderLeases.make(log, 2 * sharing.clockError + (hasWrongClocks ? stepSlack : 0))
  const turnCheck = TurnCheck.make({ log, leases, startTime })
  const state: State = {
    ...checks,
    fairnessCheck: FairnessCheck.make(checks, sharing),
    fleetTimeCheck: FleetTimeCheck.make(log),
    leases,
    turnCheck,
    holders: new Map(),
    owners: new Map(),
    seen: new WeakSet(),
    relied: undefined
  }
  return {
    of: (process) => witness(state, process),
    calm: turnCheck.calm,
    isGone: leases.isGone
  }
}

const witness = (state: State, process: Process): Witness => {
  const { leases, log, turnCheck } = state
  /** When each batch was sent first. */
  const built = new Map<number, number>()
  return {
    attached: (options, before, after) => {
      if (before !== undefined) checkCapIsInForce(state, before, after, options)
      if (before === undefined || ![...before.members.keys()].some(leases.isHere)) state.relied = options
      // One that arrives once more says nothing.
      if (before?.members.has(options.holder) !== true) leases.heard(options.holder)
      changed(state, process, before, after)
    },
    sent: (_, { number }) => {
      if (!built.has(number)) built.set(number, log.now())
    },
    decided: (holder, batch, before, after, { answers }) => {
      const askedAt = built.get(batch.number) ?? log.now()
      decided(state, { process, holder, batch, askedAt, before, after, answers })
    },
    left: (holder, before, after) => {
      leases.left(holder)
      turnCheck.ended(holder)
      changed(state, process, before, after)
    }
  }
}

const decided = (state: State, decision: Decision): void => {
  const { fairnessCheck, holders, leases, readCheck, turnCheck } = state
  const { after, askedAt, before, holder, process } = decision
  state.fleetTimeCheck.decided(after.decidedAt.time)
  checkHasNotLeft(state, decision)
  const isReaderGone = turnCheck.isReaderGone(holder)
  for (const [other, itsProcess] of holders) {
    if (!leases.mayHaveLapsed(other)) continue
    itsProcess.leaseLost = true
    turnCheck.lapsed(other)
  }
  holders.set(holder, process)
  leases.heard(holder)
  fairnessCheck.heard(process, askedAt)
  const fresh = freshOf(state, decision)
  turnCheck.inspect()
  checkRefusalWritesNothing(state, decision)
  for (const { answer } of fresh) {
    checkTakesNothingOver(state, decision, answer)
    if (isReaderGone) checkIsNotBlocked(state, decision, answer)
  }
  for (const { answer, operation } of fresh) note(state, decision, operation, answer)
  const readings = fresh.flatMap(({ operation }) => Operations.isOperation("observe", operation) ? operation.args : [])
  for (const { begunAt, running } of readings) {
    readCheck.folding(process, turnCheck.begunAt(begunAt), running !== undefined)
  }
  changed(state, process, before, after)
  for (const { operation } of fresh) {
    if (!Operations.isOperation("settle", operation)) continue
    const [, verdict] = operation.args
    if (verdict._tag === "Accepted" && isTerminal(verdict.lastStatus)) {
      state.ledgerCheck.stopped(generation, verdict.taskArn)
    }
  }
  for (const reading of readings) observed(state, decision, reading)
}

/** The operations that are answered for the first time. */
const freshOf = ({ seen }: State, { answers, batch }: Decision) =>
  batch.operations.flatMap((operation, index) => {
    const answer = answers[index]
    if (answer === undefined || seen.has(answer)) return []
    seen.add(answer)
    return [{ answer, operation }]
  })

const note = (
  state: State,
  { askedAt, holder, process }: Decision,
  operation: Operation,
  answer: OperationAnswer
): void => {
  const { fairnessCheck, log, owners, refusalCheck, turnCheck } = state
  if (Operations.isOperation("reserve", operation)) fairnessCheck.asked(process, ...operation.args)
  if (Operations.isAnswerTo("reserve", answer) && answer.value._tag === "Granted") {
    owners.set(answer.value.ticket.slotId, process)
  }
  if (Operations.isAnswerTo("takeOver", answer)) {
    for (const { ticket } of answer.value) {
      owners.set(ticket.slotId, process)
      refusalCheck.takenOver(ticket.slotId)
    }
  }
  if (Operations.isOperation("gate", operation) && Operations.isAnswerTo("gate", answer)) {
    log.count(`gate: ${answer.value._tag}`)
    if (answer.value._tag === "Pass") passed(state, process, operation.args[0].slotId, askedAt)
  }
  if (Operations.isOperation("settle", operation) && Operations.isAnswerTo("settle", answer)) {
    const [ticket, verdict] = operation.args
    log.count(`verdict: ${verdict._tag}`)
    refusalCheck.settled(process, ticket.slotId, verdict, answer.value)
  }
  if (Operations.isAnswerTo("claimTurn", answer) && answer.value._tag === "Yours") {
    turnCheck.claimed(process, holder, answer.value.begunAt)
    state.readCheck.begins(process)
  }
  if (Operations.isOperation("endTurn", operation)) turnCheck.ended(holder)
  if (Operations.isOperation("resize", operation)) state.capHistory.set(generation, ...operation.args, log.now())
  if (Operations.isOperation("adopt", operation)) state.ledgerCheck.shown(generation, ...operation.args)
}

const passed = (state: State, process: Process, slotId: string, askedAt: number): void => {
  state.launches.gated(process, slotId, state.log.now(), askedAt)
  checkHasNoTask(state, process, slotId)
  checkIsOwner(state, process, slotId)
  checkHasRoom(state, slotId)
}

const observed = (state: State, { after, holder, process }: Decision, reading: Reading): void => {
  const { ledgerCheck, readCheck, startTime, turnCheck } = state
  const begunAt = turnCheck.begunAt(reading.begunAt)
  ledgerCheck.observed(generation, after.ledger, { ...reading, begunAt: Time.of(begunAt + startTime) })
  // One that was taken to be gone while it read has lost its turn, and the others theirs to wait for it.
  if (turnCheck.isReader(holder)) readCheck.observed(process, begunAt, reading.running !== undefined)
}

const changed = (state: State, process: Process, before: SharedState | undefined, after: SharedState): void => {
  for (const change of after.changes) {
    if (before !== undefined && change.sequence <= before.ledger.sequence) continue
    state.fleetTimeCheck.changed(change)
    state.callers.changed(generation, change)
    if (change._tag === "Reserved") state.fairnessCheck.served(process, change)
  }
  const { cap } = after.ledger
  if (before?.ledger.cap !== cap) state.capHistory.set(generation, cap, state.log.now())
  state.ledgerCheck.inspect(generation, after.ledger)
}

const checkCapIsInForce = (
  { leases, log, relied }: State,
  before: SharedState,
  after: SharedState,
  description: Description
): void => {
  const holders = [...before.members.keys()]
  if (holders.some(leases.isInDoubt)) return
  const isHeld = holders.some(leases.isHere)
  const isKept = isHeld || relied === undefined || description.cap === relied.cap
  if (after.ledger.cap === (isKept ? before.ledger.cap : description.cap)) return
  log.violate(
    "who joins takes the cap in force",
    `it was ${before.ledger.cap}, a holder said ${description.cap}, and it is ${after.ledger.cap}`
  )
}

/** Its earlier operations are still on their way, and no process is left to take what they are granted. */
const checkHasNotLeft = ({ leases, log }: State, { askedAt, holder, process }: Decision): void => {
  if (!leases.hasLeft(holder)) return
  log.violate("nothing is decided for who has left", `${process.name} has, and asked at ${askedAt} ms`)
}

const checkTakesNothingOver = ({ log }: State, { batch, process }: Decision, answer: OperationAnswer): void => {
  if (!batch.closing || !Operations.isAnswerTo("takeOver", answer) || answer.value.length === 0) return
  log.violate("who shuts down takes nothing over", `${process.name} has taken ${answer.value.length} launches`)
}

const checkIsNotBlocked = ({ log }: State, { process }: Decision, answer: OperationAnswer): void => {
  if (!Operations.isAnswerTo("claimTurn", answer) || answer.value._tag !== "Theirs") return
  log.violate("a reader that is gone blocks no other process", `${process.name} waits for a reader that is gone`)
}

const checkHasNoTask = ({ ledgerCheck, log }: State, process: Process, slotId: string): void => {
  if (!ledgerCheck.isLaunched(generation, slotId)) return
  log.violate("what has a task is not sent again", `${process.name} may send ${slotId} again`)
}

const checkIsOwner = ({ log, owners }: State, process: Process, slotId: string): void => {
  const owner = owners.get(slotId)
  if (owner === process) return
  log.violate(
    "only who holds a slot acts on it",
    `${process.name} passed the gate for ${slotId}, which is held by ${owner?.name ?? "no process"}`
  )
}

const checkHasRoom = ({ capHistory, ledgerCheck, log }: State, slotId: string): void => {
  const known = ledgerCheck.known(generation, slotId)
  const cap = capHistory.highestSince(generation, log.now())
  if (known < cap) return
  log.violate(
    "nothing is sent into a fleet that is seen to be full",
    `launch ${slotId} passed the gate with ${known} other tasks known, at a cap of ${cap}`
  )
}

/** Requests that were granted nothing have not changed the fleet, unless something else can have. */
const checkRefusalWritesNothing = ({ log }: State, decision: Decision): void => {
  const { after, answers, askedAt, batch, before, process } = decision
  if (batch.operations.length === 0 || before.ledger === after.ledger) return
  if (!answers.every((answer) => Operations.isAnswerTo("reserve", answer) && answer.value._tag !== "Granted")) return
  if (![...before.members].every(([holder, { status }]) => after.members.get(holder)?.status === status)) return
  log.violate("a request that is turned away writes nothing", `${process.name} asked at ${askedAt} ms`)
}
