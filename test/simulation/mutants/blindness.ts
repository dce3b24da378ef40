/** What keeps a process that cannot read ECS from holding up the others. */
import { type Mutant, mutant } from "./Mutant.ts"

const turn = "ledger/rules/ReadTurn.ts"
const pagedReading = "provisioner/PagedReading.ts"

const blind = (rule: string, name: string, within: number, patches: Parameters<typeof mutant>[3]): Mutant =>
  mutant(rule, name, within, patches, "blind")

export const blindness: ReadonlyArray<Mutant> = [
  blind("who failed stands back", "a process that could not read does not stand back", 20, [[
    turn,
    "const standBack = own.times === 0 ? 0 :",
    "const standBack = own.times < 100 ? 0 :"
  ]]),
  blind("who failed stands back", "it stands back no longer than the first time", 40, [[
    turn,
    "+ (before?.othersRead === true ? 1 : 0)",
    ""
  ]]),
  blind("a turn has an upper bound", "a turn takes as long as it takes", 20, [[
    turn,
    "const loses = others !== undefined && now.fast - turn.begunAt > limit(ledger)",
    "const loses = others !== undefined && limit(ledger) < 0"
  ]]),
  blind("who failed rests for itself", "all rest for what a failed reading has used up", 60, [[
    turn,
    "(outcome === \"failed\" ? Math.min(rest, restAfterFailure) : rest)",
    "(outcome === \"failed\" ? Math.max(rest, restAfterFailure) : rest)"
  ]]),
  blind("a reading that holds nonsense is no evidence", "whatever a list holds becomes a slot", 60, [[
    pagedReading,
    "yield* checkArns(cluster, \"ListTasks\", page.taskArns)",
    ""
  ]])
]
