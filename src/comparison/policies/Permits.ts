/**
 * A semaphore with as many permits as the cap, one for each task while it lives.
 *
 * It never reads a list, so that no lag can deceive it: it describes the tasks
 * that it launched until they have stopped. What it counts is what it believes:
 * it gives the permit of a launch back that was not answered, though its task may
 * run, and knows neither the tasks of others nor those of the process before it.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import { describeLimit, Ecs, isTerminal, type TaskArn } from "../../ecs/Ecs.ts"
import * as Attempt from "./Attempt.ts"
import type { Decision, Policy } from "./Policy.ts"

/** As often as fleetcap reads a fleet that is full. */
const watchEvery = "1 second"

/**
 * A semaphore with as many permits as the cap.
 *
 * @category policies
 */
export const policy: Policy = {
  name: "semaphore",
  description: "holds one of cap permits from RunTask until DescribeTasks says that the task has stopped",
  start: Effect.fnUntraced(function*(fleet) {
    const ecs = yield* Ecs
    const runTask = yield* Attempt.make(fleet)
    const permits = yield* Semaphore.make(fleet.cap)
    const live = new Set<TaskArn>()

    const describe = (taskArns: ReadonlyArray<TaskArn>) =>
      Effect.gen(function*() {
        const { tasks } = yield* ecs.describeTasks({ cluster: fleet.cluster, taskArns })
        for (const { lastStatus, taskArn } of tasks) {
          if (isTerminal(lastStatus) && live.delete(taskArn)) yield* permits.release(1)
        }
      }).pipe(Effect.ignore)

    const watch = Effect.suspend(() => {
      const arns = [...live]
      const batches = Array.from(
        { length: Math.ceil(arns.length / describeLimit) },
        (_, index) => arns.slice(index * describeLimit, (index + 1) * describeLimit)
      )
      return Effect.forEach(batches, describe, { discard: true })
    })
    yield* Effect.forkScoped(Effect.repeat(watch, Schedule.spaced(watchEvery)))

    return {
      request: Effect.fnUntraced(function*(key) {
        if (!(yield* permits.takeIfAvailable(1))) return "at capacity" satisfies Decision
        const verdict = yield* runTask(key)
        if (verdict._tag === "Accepted") {
          live.add(verdict.taskArn)
          return "launched"
        }
        yield* permits.release(1)
        return "failed"
      })
    }
  })
}
