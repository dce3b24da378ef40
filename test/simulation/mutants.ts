/**
 * Broken variants of fleetcap, each as a patch of its source, that the simulation
 * has to catch.
 *
 * Every mutant breaks one rule, says which, and within how many seeds it is caught.
 * What cannot be seen in a simulated world is listed in {@link seenByOthers}.
 */
import type { Name } from "../../src/simulation/index.ts"
import type { Patch } from "../patch.ts"

/** A broken variant. */
export interface Mutant {
  readonly name: string
  /** What is broken. */
  readonly rule: string
  readonly patches: ReadonlyArray<Patch>
  /** Within how many seeds it is caught. */
  readonly within: number
  /** Which worlds show it, where any will not do. */
  readonly scenario?: Name
}

const mutant = (
  rule: string,
  name: string,
  within: number,
  patches: ReadonlyArray<readonly [file: string, find: string, replace: string]>,
  scenario?: Name
): Mutant => ({
  name,
  rule,
  within,
  patches: patches.map(([file, find, replace]) => ({ file, find, replace })),
  ...(scenario === undefined ? {} : { scenario })
})

const launch = "rules/Launch.ts"
const evidence = "rules/Evidence.ts"
const occupancy = "rules/Occupancy.ts"
const flight = "provisioner/Flight.ts"
const turn = "rules/Turn.ts"
const upkeep = "provisioner/Upkeep.ts"

export const mutants: ReadonlyArray<Mutant> = [
  mutant("every launch is reserved before it is sent", "the list alone is counted", 50, [[
    occupancy,
    "=> HashMap.size(occupancy.slots)",
    "=> [...HashMap.values(occupancy.slots)].filter(({ state }) => state._tag === \"Launched\").length"
  ]]),
  mutant("every launch is reserved before it is sent", "checking and acting are two steps", 50, [
    [
      "Ledger.ts",
      "Ref.modify(fleet.occupancy, (before): readonly [A, Occupancy] => {",
      "Effect.flatMap(Effect.tap(Ref.get(fleet.occupancy), () => Effect.yieldNow), (before) =>"
      + " Ref.modify(fleet.occupancy, (): readonly [A, Occupancy] => {"
    ],
    ["Ledger.ts", "      return [answer, occupancy]\n    })", "      return [answer, occupancy]\n    }))"]
  ]),
  mutant("fewer than the cap", "one more than the cap is granted", 50, [[
    launch,
    "!(occupied + owed < occupancy.cap)",
    "!(occupied + owed <= occupancy.cap)"
  ]]),
  mutant("fewer than the cap", "one more than the cap passes the gate", 100, [[
    launch,
    "!(others < occupancy.cap)",
    "!(others <= occupancy.cap)"
  ]], "resize"),
  mutant("fewer than the cap", "a cap below use is no cap", 50, [
    [launch, "!(occupied + owed < occupancy.cap)", "occupied + owed === occupancy.cap"],
    [launch, "!(others < occupancy.cap)", "others === occupancy.cap"]
  ]),
  mutant(
    "slots are released by id, and only what is unsent",
    "what is cut short is given back though it was sent",
    100,
    [[
      launch,
      "if (slot !== undefined && Slots.isUnsent(slot)) Occ",
      "if (slot !== undefined) Occ"
    ]],
    "restart"
  ),
  mutant("a list only adds", "what is not listed is freed", 50, [[
    evidence,
    "  observeMissing(draft, reading, running)\n",
    `  observeMissing(draft, reading, running)
  for (const [arn, id] of draft.occupancy.byArn) if (!running.includes(arn)) Occupancies.free(draft, id, "stopped")
`
  ]]),
  mutant("only evidence removes", "MISSING is believed", 100, [
    [
      evidence,
      "if (listed.has(arn) || reading.begunAt - state.knownSince <= stoppedRetention) {",
      "if (listed.has(arn)) {"
    ],
    [evidence, "} else if (state.missingSince === undefined) {", "} else if (reading.begunAt < 0) {"],
    [evidence, "} else if (reading.begunAt - state.missingSince >= missingSpacing) {", "} else {"]
  ]),
  mutant("only evidence removes", "one reading is enough to be forgotten", 50, [
    [evidence, "} else if (state.missingSince === undefined) {", "} else if (reading.begunAt < 0) {"],
    [evidence, "} else if (reading.begunAt - state.missingSince >= missingSpacing) {", "} else {"]
  ], "endurance"),
  mutant("only evidence removes", "two readings in a row are enough to be forgotten", 50, [[
    evidence,
    "} else if (reading.begunAt - state.missingSince >= missingSpacing) {",
    "} else if (reading.begunAt > state.missingSince) {"
  ]], "endurance"),
  mutant("what ECS has forgotten is let go", "MISSING is never believed", 100, [[
    evidence,
    "Occupancies.free(draft, slot.id, \"forgotten\")",
    ""
  ]]),
  mutant("a stopping task still runs", "stopping counts as stopped", 50, [[
    "Ecs.ts",
    "lastStatus === \"STOPPED\" ||",
    "lastStatus === \"DEACTIVATING\" || lastStatus === \"STOPPING\" || lastStatus === \"STOPPED\" ||"
  ]], "churn"),
  mutant("a launched slot never ages out", "a launched slot ends after 60 s", 20, [[
    evidence,
    "    if (reading.running !== undefined) observeListed",
    `    for (const slot of HashMap.values(draft.occupancy.slots)) {
      if (slot.state._tag === "Launched" && now - slot.state.knownSince > 60_000) Occupancies.free(draft, slot.id, "stopped")
    }
    if (reading.running !== undefined) observeListed`
  ]], "endurance"),
  mutant("a task is one slot", "a task is counted for its launch and for its ARN", 50, [[
    evidence,
    "if (seen !== undefined) Occupancies.free(draft, seen.id, \"merged\")",
    ""
  ]], "blackout"),
  mutant("a task is one slot", "a task is not known by who started it", 100, [[
    evidence,
    "if (own?.state._tag === \"Launching\") return",
    "if (own?.state._tag === \"Launching\" && now < 0) return"
  ]], "lost-answers"),
  mutant("a listed task counts at once", "a listed task counts once it is described", 50, [[
    evidence,
    "for (const arn of listing.running ?? []) adoptTask(draft, arn)",
    ""
  ]], "foreign"),
  mutant("terminal is absorbing", "a stale list brings a task back", 100, [[
    evidence,
    "|| Occupancies.isGone(draft.occupancy, arn)) return",
    ") return"
  ]], "churn"),
  mutant("no answer is no verdict", "a lost answer frees", 50, [[
    launch,
    "    const ambiguous = verdict._tag === \"Unknown\"\n",
    "    const ambiguous = verdict._tag === \"Unknown\"\n    if (ambiguous) Occupancies.refuse(draft, slot, { reason: \"unreachable\", detail: \"\" })\n"
    + "    if (ambiguous) return { _tag: \"Refused\", failure: { reason: \"unreachable\", detail: \"\" } }\n"
  ]]),
  mutant("once ambiguous, a 4xx frees nothing", "a 4xx is believed on a repetition", 50, [[
    launch,
    "(verdict._tag === \"Rejected\" && !slot.state.ambiguous)",
    "verdict._tag === \"Rejected\""
  ]], "restart"),
  mutant("once ambiguous, a throttle frees nothing", "a throttle is believed", 50, [
    [
      launch,
      "(verdict._tag === \"Rejected\" && !slot.state.ambiguous)",
      "verdict._tag === \"Throttled\" || (verdict._tag === \"Rejected\" && !slot.state.ambiguous)"
    ],
    [
      launch,
      "      Occupancies.refuse(draft, slot, verdict.failure)\n      return { _tag: \"Refused\", failure: verdict.failure }",
      "      const failure = verdict._tag === \"Throttled\" ? { reason: \"throttled\", detail: \"\" } as const : verdict.failure\n"
      + "      Occupancies.refuse(draft, slot, failure)\n      return { _tag: \"Refused\", failure }"
    ]
  ], "lost-answers"),
  mutant("taking over makes ambiguous", "a launch taken over is as good as new", 200, [[
    "Slot.ts",
    "state: { ...state, underWay: false, ambiguous: true }",
    "state: { ...state, underWay: false, ambiguous: false }"
  ]], "restart"),
  mutant("a refusal is fenced", "whoever had the slot may still refuse it", 100, [[
    launch,
    "return slot?.fence === ticket.fence ? slot : undefined",
    "return slot"
  ]], "restart"),
  mutant("the same token again", "every sending has a token of its own", 50, [[
    "Launcher.ts",
    "ecs.runTask(request, sendWithin)",
    "ecs.runTask({ ...request, clientToken: `${request.clientToken.slice(0, 30)}${Math.floor(sendWithin)}${elapsed++}` }, sendWithin)"
  ], ["Launcher.ts", "/** A verdict is recorded", "let elapsed = 0\n/** A verdict is recorded"]]),
  mutant("byte for byte", "the second attempt differs", 50, [[
    "Launcher.ts",
    "ecs.runTask(request, sendWithin)",
    "ecs.runTask({ ...request, tags: [{ key: \"n\", value: `${elapsed++}` }] }, sendWithin)"
  ], ["Launcher.ts", "/** A verdict is recorded", "let elapsed = 0\n/** A verdict is recorded"]]),
  mutant("one attempt at a time", "a second attempt is sent before the first is answered", 50, [[
    "Launcher.ts",
    "Effect.timeoutOrElse(ecs.runTask(request, sendWithin), {",
    "Effect.timeoutOrElse(Effect.race(ecs.runTask(request, sendWithin), Effect.delay(ecs.runTask(request, sendWithin), 20)), {"
  ]]),
  mutant("45 minutes, and no more", "a token is repeated for ever", 100, [[
    launch,
    "!Slots.mayReplay(slot.state, now)",
    "now < 0"
  ]], "blackout"),
  mutant("a known task is recorded whatever it takes", "what cannot be recorded at once is lost", 100, [[
    "Launcher.ts",
    "() => restore(Effect.orDie(Effect.retry(record, recordSchedule)))",
    "() => Effect.interrupt"
  ]], "ledger"),
  mutant("a throttled launch is sent again", "a throttled launch is left alone", 100, [[
    "Launcher.ts",
    "        case \"Resend\":\n          yield* backOff(attempts)\n",
    "        case \"Resend\":\n          return { _tag: \"Lost\" } satisfies Outcome\n"
  ]]),
  mutant("an unknown launch is settled", "an absent launch is never freed", 50, [[
    evidence,
    "      Occupancies.free(draft, slot.id, \"absent\")\n    }",
    "    }"
  ]], "blackout"),
  mutant("not before the lag bound", "the lag bound is ignored", 200, [[
    "Slot.ts",
    "+ signatureLifetime + lagBound)",
    "+ signatureLifetime - lagBound)"
  ]], "blackout"),
  mutant("not before the lag bound", "an operator may free at once", 50, [[
    evidence,
    "if (now <= until) return",
    "if (now < 0) return"
  ]], "lost-answers"),
  mutant("a new launch has a new token", "a key has one token for ever", 50, [[
    flight,
    "SlotId(yield* nextId)",
    "SlotId((yield* nextId).slice(0, 0) + `token-${key}`)"
  ]]),
  mutant("callers may leave", "a caller who leaves takes the launch along", 50, [[
    "provisioner/InFlight.ts",
    "    fork(\n",
    "    flight.fiber = fork(\n"
  ], [
    "provisioner/InFlight.ts",
    "export interface Flight {\n",
    "export interface Flight {\n  fiber?: Fiber.Fiber<void>\n"
  ], [
    "provisioner/InFlight.ts",
    "import * as FiberSet from",
    "import * as Fiber from \"effect/Fiber\"\nimport * as FiberSet from"
  ], [
    "provisioner/Requests.ts",
    "Effect.timeoutOrElse(Deferred.await(flight.answer), {",
    "Effect.timeoutOrElse(Effect.onInterrupt(Deferred.await(flight.answer), () => flight.fiber === undefined ? Effect.void"
    + " : Effect.forkDetach(Fiber.interrupt(flight.fiber))), {"
  ], [
    "provisioner/Requests.ts",
    "import * as Effect from",
    "import * as Fiber from \"effect/Fiber\"\nimport * as Effect from"
  ]]),
  mutant("a burst costs one reading", "everybody reads for themselves", 100, [[
    "Census.ts",
    "if (underWay !== undefined) return Effect.succeed",
    "if (underWay !== undefined && since < 0) return Effect.succeed"
  ]]),
  mutant("at most once per interval", "a full fleet is read whenever somebody asks", 50, [[
    turn,
    "if (now < turn.dueAt) return",
    "if (now < 0) return"
  ]]),
  mutant("5 reads a second", "the budget of reads is ignored", 200, [[
    "Census.ts",
    "(calls * 1000) / readsPerSecond",
    "0 * calls * readsPerSecond"
  ]], "pages"),
  mutant("a reading is complete", "the first page is the list", 50, [[
    "Census.ts",
    "while (nextToken !== undefined)",
    "while (nextToken === \"more\")"
  ]], "pages"),
  mutant("a grant relies on a recent reading", "any reading is recent enough", 50, [[
    launch,
    "if (occupancy.readingBegunAt < options.readSince) return",
    "if (occupancy.readingBegunAt < options.readSince && now < 0) return"
  ]]),
  mutant("a grant relies on a recent reading", "a reading that began too early is joined", 50, [
    ["Census.ts", "joined.reading.begunAt >= since", "joined.reading.begunAt >= 0"],
    [turn, "occupancy.readingBegunAt >= since", "occupancy.readingBegunAt >= 0"],
    [launch, "if (occupancy.readingBegunAt < options.readSince) return", "if (occupancy.readingBegunAt < 0) return"]
  ]),
  mutant("a held slot is looked after", "ECS is not read in the background", 50, [[
    upkeep,
    "yield* Effect.ignore(options.census.refresh)",
    "yield* Effect.void"
  ]]),
  mutant("a full fleet is read again", "a full fleet stays full", 50, [[
    flight,
    "if (current || !(yield* census.refresh)) {",
    "if (current || readSince > 0) {"
  ]]),
  mutant("a read error fails closed", "a page that cannot be read is empty", 100, [[
    "Census.ts",
    "const page = yield* call(\"ListTasks\", ecs.listTasks({ cluster, family, desiredStatus, nextToken }))",
    "const page: Ecs.TaskPage = yield* Effect.orElseSucceed(\n"
    + "          call(\"ListTasks\", ecs.listTasks({ cluster, family, desiredStatus, nextToken })), () => ({ taskArns: [] }))"
  ]], "outage"),
  mutant("every attempt passes the gate", "the gate looks at nothing", 50, [[
    launch,
    "const over = occupancy.cap !== \"unlimited\" && !(others < occupancy.cap)",
    "const over = occupancy.cap !== \"unlimited\" && others < 0"
  ], ["rules/Launch.ts", "occupied: others, cap: occupancy.cap }", "occupied: others, cap: 0 }"]], "resize"),
  mutant("what is closed sends nothing new", "closing sends", 100, [[
    upkeep,
    "  yield* ledger.close\n",
    ""
  ]], "restart"),
  mutant("closing waits for what was sent", "closing waits for nothing", 100, [[
    upkeep,
    "  yield* Effect.timeoutOption(inFlight.awaitEmpty, fleet.settings.shutdownTimeout)\n",
    ""
  ]], "restart"),
  mutant("an attempt is sent soon or never", "a late attempt is sent", 300, [[
    "Launcher.ts",
    "return sendWithin < 0",
    "return sendWithin < -1e9"
  ]], "ledger"),
  mutant("a lease frees nothing that was sent", "who is gone leaves nothing behind", 50, [[
    "rules/Handover.ts",
    "      if (Slots.isUnsent(slot)) Occupancies.free(draft, slot.id, \"withdrawn\")\n      else {",
    "      if (slot.key !== undefined) Occupancies.free(draft, slot.id, \"withdrawn\")\n      else {"
  ]], "restart"),
  mutant("launches are taken over", "nobody takes over", 100, [
    [upkeep, "      yield* Effect.retry(options.resumeAbandoned, inheritSchedule)\n", ""]
  ], "restart"),
  mutant("a newcomer does not overtake", "newcomers overtake", 100, [[
    "Waiters.ts",
    "ahead: (key) => head()?.key === key ? 0 : places.size",
    "ahead: (key) => head()?.key === key ? 0 : 0"
  ]], "burst"),
  mutant("in order", "the last in line is first", 50, [[
    "Waiters.ts",
    "places.values().next().value",
    "[...places.values()].at(-1)"
  ]]),
  mutant("in order", "who comes back goes to the end", 100, [[
    "Waiters.ts",
    "if (isEarlier || (isNew && arrival.order < last)) reorder()",
    ""
  ]], "resize"),
  mutant("in order", "who loses a slot at the gate asks again out of line", 300, [[
    flight,
    "if (isFromLine) return",
    "if (isFromLine && readSince < 0) return"
  ]], "resize"),
  mutant("whoever waits is served", "one who leaves takes the others along", 200, [[
    "Waiters.ts",
    "if (place.callers === 0) remove(place)",
    "remove(place)"
  ]], "same-key"),
  mutant("who leaves the line gets nothing", "who left is still in line", 100, [[
    "Waiters.ts",
    "if (place.callers === 0) remove(place)",
    ""
  ]]),
  mutant("a freed slot wakes", "nobody is woken", 100, [[
    upkeep,
    "wake.openUnsafe()",
    "wake.closeUnsafe()"
  ]]),
  mutant("waiters look again by themselves", "a line is served only when it is woken", 50, [[
    "provisioner/Serving.ts",
    "yield* Effect.timeoutOption(wake.await, told.retryAfter)",
    "yield* wake.await"
  ]]),
  mutant("a launch that is held back waits for room", "nothing is read for a launch that is held back", 100, [[
    "Launcher.ts",
    "yield* Effect.ignore(census.refresh)",
    "yield* Effect.void"
  ]], "resize"),
  mutant("closing needs nothing", "closing needs the ledger", 200, [[
    upkeep,
    "yield* Effect.option(ledger.standing)",
    "yield* Effect.asSome(Effect.orDie(ledger.standing))"
  ]], "ledger")
]

/**
 * What a simulated world cannot show, why, and the test that shows it.
 */
export const seenByOthers: ReadonlyArray<{
  readonly name: string
  readonly why: string
  readonly file: string
  readonly test: string
}> = [
  {
    name: "one full reading is enough to give up an unknown launch",
    why: "within the lag bound the first reading shows the task, and beyond it nothing is promised",
    file: "test/provisioner/Settling.test.ts",
    test: "is sent for 45 minutes, then gives up its key, and is freed once two full readings do not show it"
  },
  {
    name: "a failed page fails its reading",
    why: "the reading is made again later, and nobody is promised when",
    file: "test/simulation/Simulation.test.ts",
    test: "is read on where a page fails, and not from the beginning"
  },
  {
    name: "a takeover that fails is not tried again",
    why: "a ledger that is away at the very moment in which another process ends is too rare: one world in 300",
    file: "test/provisioner/Sharing.test.ts",
    test: "take over what is left behind while the ledger is away, once it is back"
  },
  {
    name: "a conflict is no verdict, though it names a task",
    why: "the task is found by a reading too, only later, and nobody is promised when",
    file: "test/EcsErrors.test.ts",
    test: "takes the task that a conflict names, after any number of requests"
  },
  {
    name: "an answer without a task and without a failure is a refusal",
    why: "answers are told apart by what the emulated ECS stands on too, of which there is one for all copies",
    file: "test/EcsErrors.test.ts",
    test: "learns nothing from an answer without a task and without a failure"
  },
  {
    name: "nothing is held at start-up",
    why: "the hold only makes an overshoot less likely that a ledger in memory cannot exclude",
    file: "test/Provisioner.test.ts",
    test: "grants nothing during the hold at start-up, and says how long it lasts"
  }
]
