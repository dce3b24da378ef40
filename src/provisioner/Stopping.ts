/**
 * Tells ECS to stop the tasks that were asked to stop.
 *
 * Who reads does it, for all holders, after each reading until one shows that the task stops: an answer may
 * be lost, and none is evidence. It is not part of the reading: a call that hangs would make what was read
 * serve for longer.
 */
import * as Effect from "effect/Effect"
import * as Ecs from "../ecs/Ecs.ts"
import type { StopOrder } from "../ledger/rules/Stop.ts"
import type { Reader } from "./PagedReading.ts"

/**
 * The most tasks that are told after one reading, and at a time: AWS takes 40 of `RunTask`, `StopTask` and their like
 * a second ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html}).
 */
const stopsPerReading = 50
const stopConcurrency = 5

/**
 * Tells ECS to stop tasks, each once.
 *
 * @category running
 */
export const stopTasks = ({ ecs, fleet }: Reader, orders: ReadonlyArray<StopOrder>): Effect.Effect<void> =>
  Effect.forEach(
    orders.slice(0, stopsPerReading),
    ({ reason, taskArn }) =>
      ecs.stopTask({ cluster: fleet.cluster, taskArn, reason }).pipe(
        Effect.timeoutOrElse({
          duration: fleet.settings.readTimeout,
          orElse: () =>
            new Ecs.EcsCallError({ operation: "StopTask", reason: "unreachable", detail: "no answer in time" })
        }),
        Effect.catch((error) =>
          Effect.logWarning(
            `Fleet ${fleet.id}: task ${taskArn} could not be stopped, and is tried again: ${error.message}`
          )
        )
      ),
    { concurrency: stopConcurrency, discard: true }
  )
