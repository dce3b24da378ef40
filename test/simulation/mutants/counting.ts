/**
 * Broken rules about what is counted, and held against the cap.
 */
import { type Mutant, mutant } from "./Mutant.ts"

const launch = "ledger/rules/Launch.ts"
const ledger = "ledger/rules/LedgerState.ts"

export const counting: ReadonlyArray<Mutant> = [
  mutant("every launch is reserved before it is sent", "the list alone is counted", 50, [[
    ledger,
    "=> HashMap.size(ledger.slots)",
    "=> [...HashMap.values(ledger.slots)].filter(({ state }) => state._tag === \"Launched\").length"
  ]]),
  mutant("every launch is reserved before it is sent", "checking and acting are two steps", 50, [
    [
      "ledger/LedgerMemory.ts",
      "Ref.modify(fleet.ledger, (before): readonly [A, LedgerState] => {",
      "Effect.flatMap(Effect.tap(Ref.get(fleet.ledger), () => Effect.yieldNow), (before) =>"
      + " Ref.modify(fleet.ledger, (): readonly [A, LedgerState] => {"
    ],
    ["ledger/LedgerMemory.ts", "      return [answer, ledger]\n    })", "      return [answer, ledger]\n    }))"]
  ]),
  mutant("fewer than the cap", "one more than the cap is granted", 50, [[
    launch,
    "!(occupied + owed < ledger.cap)",
    "!(occupied + owed <= ledger.cap)"
  ]]),
  mutant("fewer than the cap", "one more than the cap passes the gate", 100, [[
    launch,
    "!(others < ledger.cap)",
    "!(others <= ledger.cap)"
  ]], "resize"),
  mutant("fewer than the cap", "a cap below use is no cap", 50, [
    [launch, "!(occupied + owed < ledger.cap)", "occupied + owed === ledger.cap"],
    [launch, "!(others < ledger.cap)", "others === ledger.cap"]
  ]),
  mutant(
    "slots are released by id, and only what is unsent",
    "what is cut short is given back though it was sent",
    100,
    [[
      launch,
      "if (slot !== undefined && Slots.isUnsent(slot)) Transactions",
      "if (slot !== undefined) Transactions"
    ]],
    "restart"
  ),
  mutant("every attempt passes the gate", "the gate looks at nothing", 50, [[
    launch,
    "const over = ledger.cap !== \"unlimited\" && !(others < ledger.cap)",
    "const over = ledger.cap !== \"unlimited\" && others < 0"
  ], ["ledger/rules/Launch.ts", "occupied: others, cap: ledger.cap }", "occupied: others, cap: 0 }"]], "resize"),
  mutant("an attempt is sent soon or never", "a late attempt is sent", 300, [[
    "provisioner/Launcher.ts",
    "  sendWithin < 0\n",
    "  sendWithin < -1e9\n"
  ]], "ledger")
]
