/**
 * ECS as a process sees it that cannot read it, while others can: what it launches
 * is launched.
 */
import * as Effect from "effect/Effect"
import { Ecs, EcsCallError, TaskArn } from "../../ecs/Ecs.ts"

/**
 * The answers that a process gets instead of those of ECS.
 *
 * - `silent`: no read is ever answered
 * - `denied`: every read is denied
 * - `endless`: every page of a list is followed by another one
 * - `nonsense`: a list holds what is no task
 *
 * @category models
 */
export type Blindness = "silent" | "denied" | "endless" | "nonsense"

/** The time that an answer takes, in milliseconds. */
const latency = 40

/**
 * Makes the reads of a process fail for as long as it is blind.
 *
 * @category combinators
 */
export const over = (ecs: Ecs["Service"], blindness: () => Blindness | undefined): Ecs["Service"] => {
  let pages = 0
  const denied = (operation: EcsCallError["operation"]) =>
    new EcsCallError({ operation, reason: "access-denied", detail: "this process may not read" })
  return Ecs.of({
    ...ecs,
    listTasks: (query) =>
      Effect.suspend(() => {
        switch (blindness()) {
          case undefined:
            return ecs.listTasks(query)
          case "silent":
            return Effect.never
          case "denied":
            return Effect.delay(denied("ListTasks"), latency)
          case "endless":
            return Effect.delay(Effect.succeed({ taskArns: [], nextToken: `page ${++pages % 100}` }), latency)
          case "nonsense":
            return Effect.delay(Effect.succeed({ taskArns: [TaskArn("__proto__")] }), latency)
        }
      }),
    describeTasks: (query) =>
      Effect.suspend(() => {
        switch (blindness()) {
          case undefined:
            return ecs.describeTasks(query)
          case "silent":
            return Effect.never
          default:
            return Effect.delay(denied("DescribeTasks"), latency)
        }
      })
  })
}
