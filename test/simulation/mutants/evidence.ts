/**
 * Broken rules about what proves that a task runs, or does not.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const file = "ledger/rules/Evidence.ts"

export const evidence: ReadonlyArray<Mutant> = [
  mutant("a list only adds", "what is not listed is freed", 50, [[
    file,
    "  observeMissing(tx, reading, running)\n",
    `  observeMissing(tx, reading, running)
  for (const [arn, id] of tx.ledger.byArn) if (!running.includes(arn)) Transactions.free(tx, id, "stopped")
`
  ]]),
  mutant("only evidence removes", "MISSING is believed", 100, [
    [
      file,
      "if (listed.has(arn) || Time.atLeast(state.knownSince, reading.begunAt) <= stoppedRetention) {",
      "if (listed.has(arn)) {"
    ],
    [file, "} else if (state.missingSince === undefined) {", "} else if (stoppedRetention < 0) {"],
    [file, "} else if (Time.atLeast(state.missingSince, reading.begunAt) >= missingSpacing) {", "} else {"]
  ]),
  mutant("only evidence removes", "one reading is enough to be forgotten", 50, [
    [file, "} else if (state.missingSince === undefined) {", "} else if (stoppedRetention < 0) {"],
    [file, "} else if (Time.atLeast(state.missingSince, reading.begunAt) >= missingSpacing) {", "} else {"]
  ], "endurance"),
  mutant("only evidence removes", "two readings in a row are enough to be forgotten", 50, [[
    file,
    "} else if (Time.atLeast(state.missingSince, reading.begunAt) >= missingSpacing) {",
    "} else if (Time.atLeast(state.missingSince, reading.begunAt) > 0) {"
  ]], "endurance"),
  mutant("what ECS has forgotten is let go", "MISSING is never believed", 100, [[
    file,
    "Transactions.free(tx, slot.id, \"forgotten\")",
    ""
  ]]),
  mutant("a stopping task still runs", "stopping counts as stopped", 50, [[
    "ecs/Ecs.ts",
    "lastStatus === \"STOPPED\" ||",
    "lastStatus === \"DEACTIVATING\" || lastStatus === \"STOPPING\" || lastStatus === \"STOPPED\" ||"
  ]], "churn"),
  mutant("a launched slot never ages out", "a launched slot ends after 60 s", 20, [[
    file,
    "    if (reading.running !== undefined) observeListed",
    `    for (const slot of HashMap.values(tx.ledger.slots)) {
      if (slot.state._tag === "Launched" && Time.atLeast(slot.state.knownSince, now) > 60_000) Transactions.free(tx, slot.id, "stopped")
    }
    if (reading.running !== undefined) observeListed`
  ]], "endurance"),
  mutant("a task is one slot", "a task is counted for its launch and for its ARN", 50, [[
    file,
    "if (seen !== undefined) Transactions.free(tx, seen.id, \"merged\")",
    ""
  ]], "blackout"),
  mutant("a task is one slot", "a task is not known by who started it", 100, [[
    file,
    "if (own?.state._tag === \"Launching\") return",
    "if (own?.state._tag === \"Launching\" && now < 0) return"
  ]], "lost-answers"),
  mutant("a listed task counts at once", "a listed task counts once it is described", 50, [[
    file,
    "for (const arn of listing.running ?? []) adoptTask(tx, arn)",
    ""
  ]], "foreign"),
  mutant("terminal is absorbing", "a stale list brings a task back", 100, [[
    file,
    "|| LedgerStates.isGone(tx.ledger, arn)) return",
    ") return"
  ]], "churn"),
  mutant("an unknown launch is settled", "an absent launch is never freed", 50, [[
    file,
    "      Transactions.free(tx, slot.id, \"absent\")\n    }",
    "    }"
  ]], "blackout"),
  mutant("not before the lag bound", "the lag bound is ignored", 200, [[
    "ledger/Slot.ts",
    "+ signatureLifetime + lagBound - ",
    "+ signatureLifetime - lagBound - "
  ]], "blackout"),
  mutant("not before the lag bound", "an operator may free at once", 50, [[
    "ledger/rules/Release.ts",
    "if (left >= 0) return",
    "if (left >= Infinity) return"
  ]], "lost-answers")
]
