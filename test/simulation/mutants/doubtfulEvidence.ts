/**
 * Broken rules about evidence that is late, incomplete or misleading, and broken
 * constants: each by so much that only a world which goes to its limit shows it.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const evidence = "ledger/rules/Evidence.ts"
const transaction = "ledger/rules/Transaction.ts"
const pagedReading = "provisioner/PagedReading.ts"
const slot = "ledger/Slot.ts"
const settings = "ledger/SafetyLimits.ts"

const doubtful = (
  rule: string,
  name: string,
  from: number,
  within: number,
  patches: ReadonlyArray<readonly [file: string, find: string, replace: string]>
): Mutant => ({ ...mutant(rule, name, within, patches, "evidence"), from })

export const doubtfulEvidence: ReadonlyArray<Mutant> = [
  doubtful("only evidence about a task frees it", "a task that bears the id of a launch frees its slot", 11, 15, [[
    evidence,
    "  if (!isTerminal(task.lastStatus)) adoptTask(tx, task.taskArn)\n",
    "  if (own !== undefined && isTerminal(task.lastStatus)) Transactions.free(tx, own.id, \"stopped\")\n"
    + "  if (!isTerminal(task.lastStatus)) adoptTask(tx, task.taskArn)\n"
  ]]),
  doubtful("only evidence about a task frees it", "an operator frees a launch whose task is known", 11, 15, [[
    "ledger/rules/Release.ts",
    "    if (slot?.state._tag !== \"Launching\") return { _tag: \"NotUnknown\" }\n"
    + "    const left = Slots.visibleIn(slot.state, ledger.lagBound, now)\n",
    "    if (slot === undefined) return { _tag: \"NotUnknown\" }\n"
    + "    const left = slot.state._tag === \"Launching\" ? Slots.visibleIn(slot.state, ledger.lagBound, now) : -1\n"
  ]]),
  doubtful("not before the lag bound", "the lag bound is halved", 32, 20, [[
    slot,
    "+ signatureLifetime + lagBound - ",
    "+ signatureLifetime + lagBound / 2 - "
  ]]),
  doubtful("not before the lag bound", "a request arrives at once", 32, 20, [[
    settings,
    "signatureLifetime = 5 * minute",
    "signatureLifetime = 0 * minute"
  ]]),
  doubtful("not before the lag bound", "an attempt is sent in the moment of its gate", 32, 20, [[
    slot,
    "gateValidity + signatureLifetime + lagBound",
    "signatureLifetime + lagBound"
  ]]),
  doubtful("not before the lag bound", "the first attempt counts, and not the last", 32, 20, [[
    slot,
    "      lastSentAt: now,\n",
    "      lastSentAt: before?.lastSentAt ?? now,\n"
  ]]),
  doubtful("an unknown launch is looked for everywhere", "it is given up without the list of the stopped", 35, 15, [
    [evidence, "  for (const _ of sought(ledger, now)) return true\n", ""],
    [evidence, "if (reading.stopped !== undefined) observeAbsent", "observeAbsent"]
  ]),
  doubtful("an unknown launch is looked for everywhere", "those that are stopping are not asked about", 35, 15, [[
    evidence,
    "for (const arn of listing.stopped ?? []) {",
    "for (const arn of [] as ReadonlyArray<TaskArn>) {"
  ]]),
  doubtful("45 minutes, and no more", "a token is repeated for 59 minutes", 1, 10, [[
    settings,
    "replayWindow = 45 * minute",
    "replayWindow = 59 * minute"
  ]]),
  doubtful("ECS remembers what stopped for an hour", "what it does not show for 30 minutes is forgotten", 16, 15, [[
    settings,
    "stoppedRetention = 65 * minute",
    "stoppedRetention = 30 * minute"
  ]]),
  doubtful("two readings that miss a task, and none between", "a description does not count between", 16, 15, [[
    evidence,
    "lastStatus: lastStatus ?? state.lastStatus, missingSince: undefined }",
    "lastStatus: lastStatus ?? state.lastStatus, missingSince: state.missingSince }"
  ]]),
  doubtful("two readings that miss a task, and none between", "a list does not count between", 16, 15, [[
    evidence,
    "        Transactions.put(tx, { ...slot, state: { ...state, missingSince: undefined } })\n      }\n",
    "      }\n"
  ]]),
  doubtful("what is listed is not missing", "what is not described is missing", 16, 15, [[
    evidence,
    "if (listed.has(arn) || Time.atLeast",
    "if (Time.atLeast"
  ]]),
  doubtful("what ECS has forgotten is let go", "where nothing is listed nothing can be forgotten", 46, 15, [[
    evidence,
    "forgettable: new Set(forgettable(tx.ledger, now))",
    "forgettable: new Set<TaskArn>()"
  ]]),
  doubtful("terminal is absorbing", "what has stopped is remembered for 30 minutes", 10, 15, [[
    settings,
    "goneRetention = 65 * minute",
    "goneRetention = 30 * minute"
  ]]),
  doubtful("terminal is absorbing", "what stopped before the generations turned is forgotten", 6, 15, [[
    transaction,
    "older: gone.recent, turnedAt",
    "older: HashSet.empty<TaskArn>(), turnedAt"
  ]]),
  doubtful("a key is free once its task is known", "a key is kept for the life of its task", 50, 20, [[
    evidence,
    "  if (!tx.ledger.exclusiveKeys) Transactions.dropKey(tx, launched)\n",
    ""
  ]]),
  doubtful("5 reads a second", "a page that is read again counts once", 24, 20, [[
    pagedReading,
    "  return Effect.suspend(() => {\n    reading.calls++\n",
    "  let calls = 0\n  return Effect.suspend(() => {\n    if (calls++ === 0) reading.calls++\n"
  ]]),
  doubtful("5 reads a second", "ten reads a second", 24, 20, [[
    settings,
    "readsPerSecond = 5",
    "readsPerSecond = 10"
  ]]),
  doubtful("a reading that failed rests, too", "the next may begin at once", 18, 15, [[
    "provisioner/FleetReader.ts",
    "const unended: Unended = { dueAt, outcome: outcomeOf(exit) }",
    "const unended: Unended = { dueAt: Exit.isFailure(exit) ? yield* ledger.now : dueAt, outcome: outcomeOf(exit) }"
  ]]),
  doubtful("a read ends", "a page is waited for", 20, 15, [[
    pagedReading,
    "duration: settings.readTimeout,",
    "duration: \"10 hours\","
  ]])
]
