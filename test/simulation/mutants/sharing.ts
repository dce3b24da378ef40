/**
 * Broken rules about what several processes share: the ledger, its time, its lines
 * and the turn to read.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const fleet = "ledger/shared/SharedState.ts"
const ledger = "ledger/shared/SharedLedger.ts"
const handover = "ledger/rules/Holders.ts"
const description = "ledger/rules/Description.ts"

const shared = (
  rule: string,
  name: string,
  within: number,
  patches: ReadonlyArray<readonly [file: string, find: string, replace: string]>,
  from = 1
): Mutant => ({ ...mutant(rule, name, within, patches, "shared"), from })

export const sharing: ReadonlyArray<Mutant> = [
  shared("a lease frees nothing that was sent", "a lease that has run out frees what was sent", 20, [[
    handover,
    "      if (Slots.isUnsent(slot)) Transactions.free(tx, slot.id, \"withdrawn\")\n      else {",
    "      if (slot.key !== undefined) Transactions.free(tx, slot.id, \"withdrawn\")\n      else {"
  ]], 271),
  shared("what is left behind is known", "who leaves keeps what it holds", 20, [[
    fleet,
    "  return record(left, Holders.abandon(left.ledger, holder, now))",
    "  return left"
  ]], 206),
  shared("a lease runs out", "who is not heard of keeps what it holds", 53, [[
    fleet,
    "now - member.heardAt > member.lease",
    "now - member.heardAt > member.lease * 1e6"
  ]]),
  shared("a batch is decided once", "a batch that is sent again is decided again", 40, [[
    fleet,
    "if (answered !== undefined) {",
    "if (answered !== undefined && now < 0) {"
  ]]),
  shared("a batch is decided once", "a batch that arrives after a later one is decided", 60, [[
    fleet,
    "(member.status === \"left\" || batch.number < member.number)",
    "member.status === \"left\""
  ]]),
  shared("a grant that no caller waits for is undone", "a slot that no caller waited for stays reserved", 50, [[
    "ledger/OperationTable.ts",
    "answer._tag === \"Granted\" ? { tag: \"withdraw\", args: [answer.ticket] } : undefined",
    "answer._tag === undefined ? { tag: \"withdraw\", args: [answer] } : undefined"
  ]]),
  shared("who has left is granted nothing", "what a holder asked before it left is granted after", 30, [[
    fleet,
    "(member.status === \"left\" || batch.number < member.number)",
    "batch.number < member.number"
  ]]),
  shared("processes are served in turn", "the lines of others are not respected", 60, [[
    "ledger/rules/Launch.ts",
    "const owed = options.ahead + owedElsewhere(options.waitingSince, elsewhere)",
    "const owed = options.ahead + owedElsewhere(options.waitingSince, elsewhere.slice(elsewhere.length))"
  ]]),
  shared("processes are served in turn", "a process says nothing of its line", 60, [[
    "provisioner/Provisioner.ts",
    "line: () => ({ waiting: line.places.size, since: WaitingLine.head(line)?.arrival.at })",
    "line: () => ({ waiting: 0, since: undefined })"
  ]]),
  shared("one reads at a time", "everybody gets the turn", 20, [[
    "ledger/rules/ReadTurn.ts",
    "if (others !== undefined && !loses) {",
    "if (others !== undefined && !loses && now < 0) {"
  ]]),
  shared("a process knows the ledger's time", "an answer that comes late sets the time back", 20, [[
    ledger,
    "Math.min(Math.max(state.ahead, decided.now - state.elapsed()), decided.now - sentAt)",
    "decided.now - state.elapsed()"
  ]], 81),
  shared("who takes over has a new fence", "a launch is taken over under the fence that it had", 20, [[
    "ledger/Slot.ts",
    "fence: slot.fence + 1",
    "fence: slot.fence"
  ]], 331),
  shared(
    "who joins takes the cap in force",
    "what a holder describes overrides what was resized, while others rely on it",
    20,
    [
      [fleet, "const described = isHeld\n", "const described = isHeld && now < 0\n"],
      [
        description,
        "const cap = description.cap === before.cap ? ledger.cap : description.cap",
        "const { cap } = description"
      ]
    ],
    121
  ),
  shared("a request that is turned away writes nothing", "a refusal is noted in the ledger", 20, [[
    "ledger/rules/Launch.ts",
    "      if (!(occupied + owed < ledger.cap)) return { _tag: \"Full\", occupied, cap: ledger.cap }\n",
    "      if (!(occupied + owed < ledger.cap)) {\n        Transactions.note(tx, { _tag: \"Resized\" })\n"
    + "        return { _tag: \"Full\", occupied, cap: ledger.cap }\n      }\n"
  ]])
]
