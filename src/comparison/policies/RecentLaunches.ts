/**
 * Counts what ECS lists and, besides, what was launched in the last minute.
 *
 * This is the first cure that comes to mind, and the one that fleetcap replaces.
 * It holds one cold burst in one process. It is written down here as it was found:
 *
 * - a launch counts twice once it is listed, and not at all when a minute has
 *   passed and the list has not caught up;
 * - the lock that makes it decide one request at a time is held over the list call;
 * - it reads the first page of the list, which has 100 tasks at most;
 * - a launch that was not answered is taken for one that failed;
 * - what it remembers ends with the process.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { Ecs } from "../../ecs/Ecs.ts"
import * as Attempt from "./Attempt.ts"
import type { Decision, Policy } from "./Policy.ts"

const windowMs = 60_000

/**
 * Counts what ECS lists and what was launched in the last 60 seconds, under a lock.
 *
 * @category policies
 */
export const policy: Policy = {
  name: "list + last 60 s",
  description: "adds the launches of the last 60 s to the first page of ListTasks, under a lock",
  start: Effect.fnUntraced(function*(fleet) {
    const ecs = yield* Ecs
    const runTask = yield* Attempt.make(fleet)
    const lock = yield* Semaphore.make(1)
    let recent: ReadonlyArray<{ readonly at: number }> = []

    const reserve = lock.withPermit(Effect.gen(function*() {
      const { cluster, family } = fleet
      const { taskArns } = yield* ecs.listTasks({ cluster, family, desiredStatus: "RUNNING" })
      const now = yield* Clock.currentTimeMillis
      recent = recent.filter(({ at }) => now - at < windowMs)
      if (taskArns.length + recent.length >= fleet.cap) return undefined
      const launch = { at: now }
      recent = [...recent, launch]
      return launch
    }))

    return {
      request: (key) =>
        Effect.gen(function*() {
          const launch = yield* reserve
          if (launch === undefined) return "at capacity" satisfies Decision
          const verdict = yield* runTask(key)
          if (verdict._tag === "Accepted") return "launched"
          recent = recent.filter((other) => other !== launch)
          return "failed"
        }).pipe(Effect.orElseSucceed((): Decision => "failed"))
    }
  })
}
