import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, HashMap, Random } from "effect"
import { TestClock } from "effect/testing"
import { TaskArn } from "../../../src/ecs/Ecs.ts"
import * as Locations from "../../../src/ecs/Location.ts"
import type { Operation } from "../../../src/ledger/Operation.ts"
import { isAnswerTo } from "../../../src/ledger/Operation.ts"
import * as CompareAndSet from "../../../src/ledger/shared/CompareAndSet.ts"
import type { Decided } from "../../../src/ledger/shared/SharedState.ts"
import type { Ticket } from "../../../src/ledger/Slot.ts"
import * as Time from "../../../src/Time.ts"
import { reservation } from "../holding.ts"
import * as UnreliableStores from "./unreliableStore.ts"

const cap = 3
const line = { waiting: 0, since: undefined }

/** An operation that a holder of some tickets may ask. */
const drawStep = Effect.fnUntraced(function*(id: string, tickets: ReadonlyArray<Ticket>) {
  const reserve: Operation = {
    tag: "reserve",
    args: [reservation(`k${yield* Random.nextIntBetween(0, 6)}`, id)]
  }
  const ticket = tickets[yield* Random.nextIntBetween(0, Math.max(0, tickets.length - 1))]
  if (ticket === undefined) return reserve
  const taskArn = TaskArn(`arn-${ticket.slotId}`)
  const lastStatus = (yield* Random.nextBoolean) ? "STOPPED" : undefined
  const others: ReadonlyArray<Operation> = [
    { tag: "gate", args: [ticket] },
    { tag: "settle", args: [ticket, { _tag: "Accepted", taskArn, lastStatus }] },
    { tag: "withdraw", args: [ticket] },
    { tag: "takeOver", args: [] },
    {
      tag: "observe",
      args: [{
        begunAt: Time.of(1),
        running: [],
        stopped: undefined,
        tasks: [{ taskArn, lastStatus: "STOPPED" }],
        missing: []
      }]
    }
  ]
  return others[(yield* Random.nextIntBetween(0, 7)) - 3] ?? reserve
})

/** Answers that let a holder act: it may have only those that are kept. */
const grants = new Set(["Granted", "Pass", "Yours"])

const tagOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "_tag" in value ? value._tag : undefined

const ticketsOf = ({ answers }: Decided): ReadonlyArray<Ticket> =>
  answers.flatMap((answer) => {
    if (isAnswerTo("takeOver", answer)) return answer.value.map(({ ticket }) => ticket)
    return isAnswerTo("reserve", answer) && answer.value._tag === "Granted" ? [answer.value.ticket] : []
  })

describe("CompareAndSet over a link that is bad", () => {
  it.effect("decides each batch once, and grants nothing that is not kept", () =>
    Effect.gen(function*() {
      let again = 0
      const run = Effect.fnUntraced(function*(seed: number) {
        const database = yield* UnreliableStores.make
        const hold = Effect.fnUntraced(function*(holder: string) {
          const { store } = yield* Effect.retry(
            CompareAndSet.attach(database.connect(holder), {
              fleet: "c/f",
              holder,
              cap,
              exclusiveKeys: seed % 2 === 0,
              lagBound: 300_000,
              location: Locations.unknown,
              line: () => line
            }),
            { times: 1000 }
          )
          const tickets: Array<Ticket> = []
          for (let number = 1; number <= 40; number++) {
            const operations = yield* Effect.forEach(
              Array.from({ length: yield* Random.nextIntBetween(0, 3) }, (_, n) => `${holder}-${number}-${n}`),
              (id) => drawStep(id, tickets)
            )
            const deciding = Effect.tapError(
              store.decide({ number, operations, seen: 0, closing: false, line }),
              () => Effect.andThen(Effect.sync(() => again++), Effect.sleep("50 millis"))
            )
            const decided = yield* Effect.retry(deciding, { times: 1000 })
            const written = database.written.get(`${holder} ${number}`)
            for (const [index, answer] of decided.answers.entries()) {
              const kept = written?.[index]
              if (kept !== undefined) assert.deepStrictEqual(answer, kept)
              else assert.isFalse(grants.has(String(tagOf(answer.value))), `${answer.tag} that is not kept`)
            }
            tickets.push(...ticketsOf(decided))
            // A task that is told of after its slot was freed is counted, too, and was not granted.
            const slots = HashMap.toValues(database.fleet()?.ledger.slots ?? HashMap.empty())
            assert.isAtMost(slots.filter(({ key }) => key !== undefined).length, cap)
            const isLong = (yield* Random.nextIntBetween(0, 20)) === 0
            yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(0, isLong ? 15_000 : 500)))
          }
        })
        const running = yield* Effect.forkChild(Effect.forEach(["a", "b", "c"], hold, { concurrency: "unbounded" }))
        while (running.pollUnsafe() === undefined) yield* TestClock.adjust("100 millis")
        yield* Fiber.join(running)
      })
      for (let seed = 0; seed < 15; seed++) yield* Random.withSeed(run(seed), `keeper ${seed}`)
      assert.isAbove(again, 100)
    }))
})
