/**
 * Broken rules about how a launch is sent, and what its answers mean.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const launch = "ledger/rules/Launch.ts"
const evidence = "ledger/rules/Evidence.ts"
const flight = "provisioner/Flight.ts"

export const launches: ReadonlyArray<Mutant> = [
  mutant("no answer is no verdict", "a lost answer frees", 50, [[
    launch,
    "    const ambiguous = verdict._tag === \"Unknown\"\n",
    "    const ambiguous = verdict._tag === \"Unknown\"\n    if (ambiguous) Transactions.refuse(tx, slot, { reason: \"unreachable\", detail: \"\" })\n"
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
      "      Transactions.refuse(tx, slot, verdict.failure)\n      return { _tag: \"Refused\", failure: verdict.failure }",
      "      const failure = verdict._tag === \"Throttled\" ? { reason: \"throttled\", detail: \"\" } as const : verdict.failure\n"
      + "      Transactions.refuse(tx, slot, failure)\n      return { _tag: \"Refused\", failure }"
    ]
  ], "lost-answers"),
  mutant("taking over makes ambiguous", "a launch taken over is as good as new", 200, [[
    "ledger/Slot.ts",
    "state: { ...state, underWay: false, ambiguous: true }",
    "state: { ...state, underWay: false, ambiguous: false }"
  ]], "restart"),
  mutant("a refusal is fenced", "an earlier holder of the slot may still refuse it", 100, [[
    launch,
    "return slot?.fence === ticket.fence ? slot : undefined",
    "return slot"
  ]], "restart"),
  mutant("the same token again", "every sending has a token of its own", 50, [[
    "provisioner/Launcher.ts",
    "ecs.runTask(request, {",
    "ecs.runTask({ ...request, clientToken: `${request.clientToken.slice(0, 30)}${Math.floor(sendWithin)}${elapsed++}` }, {"
  ], ["provisioner/Launcher.ts", "const recordSchedule =", "let elapsed = 0\nconst recordSchedule ="]]),
  mutant("byte for byte", "the second attempt differs", 50, [[
    "provisioner/Launcher.ts",
    "ecs.runTask(request, {",
    "ecs.runTask({ ...request, tags: [{ key: \"n\", value: `${elapsed++}` }] }, {"
  ], ["provisioner/Launcher.ts", "const recordSchedule =", "let elapsed = 0\nconst recordSchedule ="]]),
  mutant("one attempt at a time", "a second attempt is sent before the first is answered", 50, [[
    "provisioner/Launcher.ts",
    "    : ecs.runTask(request, { sendWithin, answerWithin: fleet.settings.attemptTimeout })",
    "    : Effect.race(ecs.runTask(request, { sendWithin, answerWithin: fleet.settings.attemptTimeout }),\n"
    + "      Effect.delay(ecs.runTask(request, { sendWithin, answerWithin: fleet.settings.attemptTimeout }), 20))"
  ]]),
  mutant("45 minutes, and no more", "a token is repeated for ever", 100, [[
    launch,
    "!Slots.mayReplay(slot.state, now)",
    "now < 0"
  ]], "blackout"),
  mutant("a known task is recorded whatever it takes", "what cannot be recorded at once is lost", 100, [[
    "provisioner/Launcher.ts",
    "() => restore(untilRecorded(record))",
    "() => Effect.interrupt"
  ]], "ledger"),
  mutant("a throttled launch is sent again", "a throttled launch is left alone", 100, [[
    "provisioner/Launcher.ts",
    "      case \"Resend\":\n        yield* backOff(launcher, count)\n",
    "      case \"Resend\":\n        return { _tag: \"Lost\" }\n"
  ]]),
  mutant("a new launch has a new token", "a key has one token for ever", 50, [[
    flight,
    "SlotId(yield* nextId)",
    "SlotId((yield* nextId).slice(0, 0) + `token-${key}`)"
  ]]),
  mutant("a replay may return a task that has stopped", "its status is not looked at", 50, [[
    launch,
    "recordTask(tx, ticket.slotId, verdict.taskArn, verdict.lastStatus)",
    "recordTask(tx, ticket.slotId, verdict.taskArn, undefined)"
  ]], "lost-answers"),
  mutant("a replay may return a task that has stopped", "a launch whose task has stopped is counted", 50, [[
    evidence,
    "  else observeStatus(tx, arn, lastStatus, exit)\n}",
    "  else if (tx.now < 0) observeStatus(tx, arn, lastStatus)\n}"
  ]], "lost-answers"),
  mutant("after 45 minutes a launch gives up its key", "a launch keeps its key for ever", 50, [[
    launch,
    "      Transactions.dropKey(tx, slot)\n      return { _tag: \"Expired\" }",
    "      return { _tag: \"Expired\" }"
  ]], "blackout")
]
