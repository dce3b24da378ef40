/**
 * Fleets that have run for a while, and what an item remembers of them.
 */
import { assert } from "@effect/vitest"
import { Effect, Random } from "effect"
import { TaskArn } from "../../../src/ecs/Ecs.ts"
import * as Locations from "../../../src/ecs/Location.ts"
import * as ItemCodec from "../../../src/ledger/dynamodb/ItemCodec.ts"
import type { Operation, OperationAnswer } from "../../../src/ledger/Operation.ts"
import { isAnswerTo } from "../../../src/ledger/Operation.ts"
import * as Deltas from "../../../src/ledger/shared/Delta.ts"
import type { SharedState } from "../../../src/ledger/shared/SharedState.ts"
import * as SharedStates from "../../../src/ledger/shared/SharedState.ts"
import * as StoreClock from "../../../src/ledger/shared/StoreClock.ts"
import type { Ticket } from "../../../src/ledger/Slot.ts"
import { reservation } from "../holding.ts"

export const description = { cap: 100, exclusiveKeys: false, lagBound: 300_000, location: Locations.unknown }
export const start = 1_764_000_000_000

export const empty = (): SharedState => {
  const fleet = SharedStates.attach(undefined, "first", description, StoreClock.agreed(start))
  return typeof fleet === "string" ? assert.fail(fleet) : fleet
}

/** A fleet with what its item remembers. */
export interface Aged {
  readonly fleet: SharedState
  readonly gone: ItemCodec.Gone
}

export const ask = (
  aged: Aged,
  holder: string,
  operations: ReadonlyArray<Operation>,
  later = 20
): Aged & { answers: Array<OperationAnswer> } => {
  const { fleet, gone } = aged
  const number = (fleet.members.get(holder)?.number ?? 0) + 1
  const batch = { number, operations, seen: 0, closing: false, line: { waiting: 0, since: undefined } }
  const decided = SharedStates.decide(fleet, holder, batch, StoreClock.agreed(fleet.decidedAt.time.fast + later))
  if (decided === undefined) return assert.fail("superseded")
  return {
    fleet: decided.fleet,
    gone: ItemCodec.remember(gone, Deltas.between(fleet, decided.fleet)),
    answers: [...decided.decided.answers]
  }
}

export const hex = (length: number) =>
  Effect.map(
    Effect.replicateEffect(Random.nextIntBetween(0, 15), length),
    (digits) => digits.map((digit) => digit.toString(16)).join("")
  )

export const reserve = (id: string, key: string): Operation => ({ tag: "reserve", args: [reservation(key, id)] })

export const granted = (answers: ReadonlyArray<OperationAnswer>): ReadonlyArray<Ticket> =>
  answers.flatMap((answer) =>
    isAnswerTo("reserve", answer) && answer.value._tag === "Granted" ? [answer.value.ticket] : []
  )

/** Launches up to ten tasks, of which some may stay without a verdict. */
export const launch = Effect.fnUntraced(
  function*(aged: Aged, holder: string, keyOf: (id: string) => string, unknown: boolean) {
    const ids = yield* Effect.replicateEffect(
      Effect.all([hex(8), hex(4), hex(4), hex(4), hex(12)]),
      10
    )
    const reserved = ask(aged, holder, ids.map((id) => reserve(id.join("-"), keyOf(id.join("-")))))
    const tickets = granted(reserved.answers)
    const sent = ask(reserved, holder, tickets.map((ticket) => ({ tag: "gate", args: [ticket] })))
    const tasks: Array<TaskArn> = []
    const operations: Array<Operation> = []
    for (const [n, ticket] of tickets.entries()) {
      if (unknown && n % 3 === 0) continue
      const taskArn = TaskArn(`arn:aws:ecs:eu-central-1:123456789012:task/production/${yield* hex(32)}`)
      tasks.push(taskArn)
      operations.push({ tag: "settle", args: [ticket, { _tag: "Accepted", taskArn }] })
    }
    return { ...ask(sent, holder, operations), tasks }
  }
)

export const stop = (aged: Aged, holder: string, tasks: ReadonlyArray<TaskArn>) =>
  ask(aged, holder, [{
    tag: "observe",
    args: [{
      begunAt: aged.fleet.decidedAt.time,
      running: [],
      stopped: undefined,
      tasks: tasks.map((taskArn) => ({ taskArn, lastStatus: "STOPPED" })),
      missing: []
    }]
  }])

/** A fleet that has run for a while, with four replicas, and is full. */
export const busy = Effect.fnUntraced(function*(cap: number, keyOf: (id: string) => string) {
  let aged: Aged = { fleet: empty(), gone: [] }
  aged = ask(aged, "first", [{ tag: "resize", args: [cap] }])
  const holders = yield* Effect.replicateEffect(hex(32), 4)
  for (let round = 0; round < 20; round++) {
    const holder = holders[round % 4] ?? ""
    const launched = yield* launch(aged, holder, keyOf, false)
    aged = stop(launched, holder, launched.tasks)
  }
  for (let round = 0; round * 10 < cap; round++) aged = yield* launch(aged, holders[round % 4] ?? "", keyOf, false)
  return aged
})
