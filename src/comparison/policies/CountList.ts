/**
 * Counts what ECS lists, and launches if there is room.
 *
 * It reads every page and fails when a page cannot be read. What it cannot do is
 * to see a task that was launched a moment ago: all who ask before the list catches
 * up read the same number, and launch.
 */
import * as Effect from "effect/Effect"
import { Ecs } from "../../ecs/Ecs.ts"
import type { Fleet } from "../../fleet/Fleet.ts"
import * as Attempt from "./Attempt.ts"
import type { Decision, Policy, Process } from "./Policy.ts"

/**
 * Starts a process that counts before each launch.
 *
 * @category constructors
 */
export const start = Effect.fnUntraced(function*(fleet: Fleet & { readonly cap: number }) {
  const ecs = yield* Ecs
  const runTask = yield* Attempt.make(fleet)
  const { cap, cluster, family } = fleet

  const count = Effect.gen(function*() {
    let listed = 0
    let nextToken: string | undefined
    do {
      const page = yield* ecs.listTasks({ cluster, family, desiredStatus: "RUNNING", nextToken })
      listed += page.taskArns.length
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    return listed
  })

  return {
    request: (key) =>
      Effect.gen(function*() {
        if ((yield* count) >= cap) return "at capacity" satisfies Decision
        const verdict = yield* runTask(key)
        return verdict._tag === "Accepted" ? "launched" : "failed"
      }).pipe(Effect.orElseSucceed((): Decision => "failed"))
  } satisfies Process
})

/**
 * Counts what ECS lists, and launches if there is room.
 *
 * @category policies
 */
export const policy: Policy = {
  name: "count the list",
  description: "reads all pages of ListTasks, and launches if they show fewer tasks than the cap",
  start
}
