/**
 * Counts what ECS lists, and launches if there is room.
 *
 * It reads every page and fails when a page cannot be read. What it cannot do is
 * to see a task that was launched a moment ago: everybody who asks before the list
 * catches up reads the same number, and launches.
 */
import * as Effect from "effect/Effect"
import { Ecs } from "../../ecs/Ecs.ts"
import type { Fleet } from "../../fleet/Fleet.ts"
import * as Attempt from "./Attempt.ts"
import type { Decision, Policy } from "./Policy.ts"

/**
 * Counts the tasks of a fleet that ECS lists as running.
 *
 * @category operations
 */
export const count = Effect.fnUntraced(function*(ecs: Ecs["Service"], fleet: Pick<Fleet, "cluster" | "family">) {
  const { cluster, family } = fleet
  let listed = 0
  let nextToken: string | undefined
  do {
    const page = yield* ecs.listTasks({ cluster, family, desiredStatus: "RUNNING", nextToken })
    listed += page.taskArns.length
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return listed
})

/**
 * Counts what ECS lists, and launches if there is room.
 *
 * @category policies
 */
export const policy: Policy = {
  name: "count the list",
  description: "reads all pages of ListTasks, and launches if they show fewer tasks than the cap",
  start: Effect.fnUntraced(function*(fleet) {
    const ecs = yield* Ecs
    const runTask = yield* Attempt.make(fleet)

    return {
      request: (key) =>
        Effect.gen(function*() {
          if ((yield* count(ecs, fleet)) >= fleet.cap) return "at capacity" satisfies Decision
          const verdict = yield* runTask(key)
          return verdict._tag === "Accepted" ? "launched" : "failed"
        }).pipe(Effect.orElseSucceed((): Decision => "failed"))
    }
  })
}
