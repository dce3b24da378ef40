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
    why: "the reading is made again later, and no caller is promised when",
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
    why: "the task is found by a reading too, only later, and no caller is promised when",
    file: "test/ecs/EcsErrors.test.ts",
    test: "takes the task that a conflict names, after any number of requests"
  },
  {
    name: "an answer without a task and without a failure is a refusal",
    why: "answers are told apart by what the emulated ECS stands on too, of which there is one for all copies",
    file: "test/ecs/EcsErrors.test.ts",
    test: "learns nothing from an answer without a task and without a failure"
  },
  {
    name: "nothing is held at start-up",
    why: "the hold only makes an overshoot less likely that a ledger in memory cannot exclude",
    file: "test/provisioner/Provisioner.test.ts",
    test: "grants nothing during the hold at start-up, and says how long it lasts"
  },
  {
    name: "what was taken over for a caller that left is handed to no other",
    why: "the answer has to be lost between two messages, and nothing may show the task until the end",
    file: "test/ledger/shared/SharedLedger.test.ts",
    test: "hands what was taken over for a caller that did not wait to the next that asks"
  },
  {
    name: "a permit is taken before what gives it back is in place",
    why: "the launcher, all but its wait and its call, cannot be interrupted, so that nothing comes between",
    file: "test/ecs/LaunchPermits.test.ts",
    test: "are all free again at whatever moment a launch is interrupted"
  },
  {
    name: "a turn whose caller has left is not ended",
    why: "another process takes a turn that does not end, so that it only costs some seconds",
    file: "test/ledger/shared/SharedLedger.test.ts",
    test: "gives back the turn to read that was given to a caller that did not wait for it"
  },
  {
    name: "a process that could not end its turn keeps it",
    why: "another process takes a turn that does not end, so that it only costs some seconds",
    file: "test/provisioner/Sharing.test.ts",
    test: "read in turn, though one of them could not say at once that it has read, and is asked no more"
  },
  {
    name: "who is gone keeps the turn",
    why: "another process takes a turn that does not end, so that it only costs some seconds",
    file: "test/ledger/contract/sharing.ts",
    test: "passes on when the holder that has it is gone"
  },
  {
    name: "a list that does not end is read on",
    why: "it goes on for ever, and the others do not wait for it",
    file: "test/provisioner/Readings.test.ts",
    test: "fails the reading when a token comes again, and callers are told so"
  },
  {
    name: "each request asks for the turn to read by itself",
    why: "it takes hundreds of requests at once to take long",
    file: "test/provisioner/Turns.test.ts",
    test: "say within seconds that the ledger is away while they wait for the turn"
  },
  {
    name: "the store's word is believed, though only one clock of the process agrees",
    why: "its clocks have to part in the minute in which the store's clock is wrong: one world in hundreds",
    file: "test/ledger/shared/StoreClock.test.ts",
    test: "takes the time in which a machine was suspended to have passed, and not to be certain"
  },
  {
    name: "a process counts on clocks that stood still while its machine was suspended",
    why: "a suspension, a wall clock that is set back and a wrong store clock have to meet: one world in thousands",
    file: "test/ledger/shared/StoreClock.test.ts",
    test:
      "takes the time to have passed in which all machines were suspended, though a wall clock was set back meanwhile"
  },
  {
    name: "a holder that attaches again is a new one",
    why: "the batch with which it attached has to arrive once more after later ones: less than one world in 150",
    file: "test/ledger/shared/SharedState.test.ts",
    test: "decides nothing again for a holder whose beginning arrives once more"
  },
  {
    name: "who comes when all have left overrides what was resized",
    why: "all processes have to be gone after a resize, and one has to come back: less than one world in 400",
    file: "test/ledger/contract/holders.ts",
    test: "keeps a cap that was changed until a holder describes another"
  }
]
