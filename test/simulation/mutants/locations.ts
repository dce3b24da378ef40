/**
 * Broken rules about where evidence comes from, and whose it is.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const evidence = "ledger/rules/Evidence.ts"
const contradiction = "ledger/rules/Contradiction.ts"

export const locations: ReadonlyArray<Mutant> = [
  mutant("evidence is of a location", "regions are not compared", 10, [[
    "ecs/Location.ts",
    "|| partDiffers(a.region, b.region) ||",
    "||"
  ]], "elsewhere"),
  mutant(
    "evidence is of a location",
    "every process that attaches is where the fleet is, and so is what it reads",
    10,
    [
      [
        "ledger/rules/Description.ts",
        "  Locations.differ(ledger.location, location)\n    ? `it is in",
        "  Locations.differ(ledger.location, location) && ledger.sequence < 0\n    ? `it is in"
      ],
      [evidence, "    if (stray === undefined) {\n", "    if (stray !== \"\") {\n"],
      [
        "provisioner/PagedReading.ts",
        "if (tally.stray !== undefined) return yield* elsewhere(\"DescribeTasks\", tally.stray)",
        ""
      ]
    ],
    "elsewhere"
  ),
  mutant("evidence is of a location", "the task of another location is taken for that of a launch", 60, [[
    contradiction,
    "  if (stray !== undefined) return { detail: stray, elsewhere: true }\n",
    ""
  ]], "contradiction"),
  mutant("one task is one launch's", "the task of another launch is taken over", 20, [[
    contradiction,
    "if (other !== undefined && other.id !== id && other.key !== undefined) {",
    "if (other !== undefined && other.id !== id && ledger.sequence < 0) {"
  ]], "contradiction"),
  mutant("one task is one launch's", "the task of another that has stopped ends a launch", 60, [[
    contradiction,
    "&& LedgerStates.isGone(ledger, arn)\n    ?",
    "&& ledger.sequence < 0\n    ?"
  ]], "contradiction"),
  {
    ...mutant("one task is one launch's", "a launch that was sent once is believed to have ended", 20, [[
      contradiction,
      "(slot.state.attempts > 1 && slot.contradiction === undefined)",
      "slot.state.attempts > 0"
    ]], "contradiction"),
    from: 316
  },
  mutant("one task is one launch's", "a description frees the slot of a task that another launch has started", 100, [[
    evidence,
    "task.startedBy !== undefined && task.startedBy !== seen.id) {",
    "task.startedBy !== undefined && tx.now < 0) {"
  ]], "contradiction"),
  mutant("what contradicts itself is not believed", "a contradiction refuses a launch", 20, [[
    contradiction,
    "  if (answer._tag === \"Contradictory\") {\n",
    "  if (answer._tag === \"Contradictory\") {\n    Transactions.free(tx, id, \"withdrawn\")\n"
  ]], "contradiction")
]
