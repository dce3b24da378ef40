/**
 * Broken rules about processes that share a ledger and are gone, deaf or about to
 * leave at the moment that matters, and about whose clock counts.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const fleet = "ledger/shared/SharedState.ts"
const lease = "ledger/shared/Lease.ts"

const absent = (
  rule: string,
  name: string,
  from: number,
  within: number,
  patches: ReadonlyArray<readonly [file: string, find: string, replace: string]>
): Mutant => ({ ...mutant(rule, name, within, patches, "holders"), from })

export const holders: ReadonlyArray<Mutant> = [
  absent(
    "a grant that no caller waits for is undone",
    "an attempt that was let through and not waited for was sent",
    300,
    20,
    [[
      "ledger/OperationTable.ts",
      "answer._tag === \"Pass\" ? { tag: \"settle\", args: [ticket, tooLate] } : undefined",
      "answer._tag === undefined ? { tag: \"settle\", args: [ticket, tooLate] } : undefined"
    ]]
  ),
  absent("a batch is decided once", "an attempt is let through again where a batch is sent again", 300, 20, [[
    fleet,
    "  Operations.isRepeatable(answer.tag) || ",
    "  Operations.isRepeatable(answer.tag) || answer.tag === \"gate\" || "
  ]]),
  absent("a refusal is believed", "an attempt that was throttled may have launched something", 1, 10, [[
    "ledger/Slot.ts",
    "underWay: false,\n    ambiguous: state.ambiguous || ambiguous,\n    lastFailure: {",
    "ambiguous: state.ambiguous || ambiguous,\n    lastFailure: {"
  ]]),
  absent("who shuts down takes nothing over", "who shuts down takes over what others leave behind", 28, 25, [[
    "ledger/rules/Holders.ts",
    "if (holder.closing || ",
    "if ("
  ]]),
  absent("all processes have one time", "a process goes by its own clock", 1, 20, [[
    "ledger/shared/SharedLedger.ts",
    "now: Effect.sync(() => state.ahead + state.elapsed()),",
    "now: Clock.currentTimeMillis,"
  ]]),
  absent("who is gone is so before anything is decided", "it is looked who is gone after a batch is decided", 6, 15, [
    [
      fleet,
      "  let next = sweep(\n    withMember(begun",
      "  let next = ((known: SharedState) => known)(\n    withMember(begun"
    ],
    [fleet, "  const kept = answers.map", "  next = sweep(next)\n  const kept = answers.map"]
  ]),
  absent("one reads at a time", "who has lost its turn ends that of another", 10, 15, [[
    "ledger/rules/ReadTurn.ts",
    "    if (turn.reader !== undefined && turn.reader !== holder) {\n",
    "    if (turn.reader !== undefined && turn.reader !== holder && now.fast < 0) {\n"
  ]]),
  absent("what has a task is not sent again", "a launch passes the gate though its task was found", 24, 15, [[
    "ledger/rules/Launch.ts",
    "    if (slot.state._tag === \"Launched\") return { _tag: \"Launched\", taskArn: slot.state.taskArn }\n    const others",
    "    const others"
  ]]),
  absent("a lease runs out", "who was taken to be gone, and is back, stays for ever", 60, 15, [[
    fleet,
    "      line: batch.line,\n      status: \"here\"",
    "      line: batch.line,\n      status: member?.status ?? \"here\""
  ]]),
  absent("who has left is granted nothing", "a process that has left is remembered for 15 seconds", 26, 10, [[
    lease,
    "memberRetention = 86_400_000",
    "memberRetention = 15_000"
  ]]),
  absent("who has left is granted nothing", "who has left is taken to be gone", 26, 15, [[
    fleet,
    "if (member.status === \"here\" && now - member.heardAt",
    "if (now - member.heardAt"
  ]]),
  absent("who is not there is not waited for", "a line counts for ever", 28, 25, [
    [lease, "lineValidity = 3000", "lineValidity = 3_000_000"],
    [fleet, "status === \"here\" && now - heardAt <= lineValidity", "now - heardAt <= lineValidity"]
  ])
]
