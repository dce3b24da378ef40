/**
 * Broken rules about how ECS is read, how often, and what a reading is good for.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const launch = "ledger/rules/Launch.ts"
const flight = "provisioner/Flight.ts"
const turn = "ledger/rules/ReadTurn.ts"
const upkeep = "provisioner/Background.ts"

export const readings: ReadonlyArray<Mutant> = [
  mutant("a burst costs one reading", "everybody reads for themselves", 100, [[
    "provisioner/FleetReader.ts",
    "if (!state.isServing) {",
    "if (since > 0) {"
  ]]),
  mutant("at most once per interval", "a full fleet is read whenever a caller asks", 50, [[
    turn,
    "if (now.fast < dueAt) return",
    "if (now.fast < 0) return"
  ]]),
  mutant("5 reads a second", "the budget of reads is ignored", 200, [[
    "provisioner/FleetReader.ts",
    "(calls * 1000) / readsPerSecond",
    "0 * calls * readsPerSecond"
  ]], "pages"),
  mutant("a reading is complete", "the first page is the list", 50, [[
    "provisioner/PagedReading.ts",
    "while (nextToken !== undefined)",
    "while (nextToken === \"more\")"
  ]], "pages"),
  mutant("a grant relies on a recent reading", "any reading is recent enough", 50, [[
    launch,
    "if (ledger.readingBegunAt < options.readSince) return",
    "if (ledger.readingBegunAt < options.readSince && now < 0) return"
  ]]),
  mutant("a grant relies on a recent reading", "a reading that began too early is joined", 50, [
    ["provisioner/FleetReader.ts", "asksOnce || since <= turn.begunAt.fast", "asksOnce || since > 0"],
    [turn, "ledger.readingBegunAt >= since", "ledger.readingBegunAt >= 0"],
    [launch, "if (ledger.readingBegunAt < options.readSince) return", "if (ledger.readingBegunAt < 0) return"]
  ]),
  mutant("a held slot is looked after", "ECS is not read in the background", 50, [[
    upkeep,
    "yield* Effect.ignore(fleetReader.refresh)",
    "yield* Effect.void"
  ]]),
  mutant("a full fleet is read again", "a full fleet stays full", 50, [[
    flight,
    "if (current || !(yield* fleetReader.refresh)) {",
    "if (current || readSince > 0) {"
  ]]),
  mutant("a read error fails closed", "a page that cannot be read is empty", 100, [[
    "provisioner/PagedReading.ts",
    "const page = yield* call(reading, \"ListTasks\", ecs.listTasks({ cluster, family, desiredStatus, nextToken }))",
    "const page: Ecs.TaskPage = yield* Effect.orElseSucceed(\n"
    + "      call(reading, \"ListTasks\", ecs.listTasks({ cluster, family, desiredStatus, nextToken })), () => ({ taskArns: [] }))"
  ]], "outage"),
  mutant("ECS is read only while callers ask", "a held slot is read for every second", 20, [[
    upkeep,
    "yield* Effect.timeoutOption(stopAsked.await, fleet.settings.backgroundReadingInterval)",
    "yield* Effect.timeoutOption(stopAsked.await, fleet.settings.readingInterval)"
  ]], "endurance")
]
