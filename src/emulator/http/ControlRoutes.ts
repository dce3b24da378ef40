/**
 * Truth and control of an emulator over HTTP, beside the paths that ECS has.
 *
 * - `GET /_fleetcap/truth`: how many tasks are live and running, the peak, the
 *   steps, and how often each operation was called
 * - `GET /_fleetcap/tasks`: the tasks that are live
 * - `GET /_fleetcap/launches`: what `RunTask` was asked
 * - `GET /_fleetcap/mistakes`: what AWS would have refused, the first of each kind
 * - `POST /_fleetcap/control`: changes settings, scripts faults, launches and stops
 *   tasks, or begins anew; its content type has to be `application/json`
 *
 * The first two take `?cluster=`, `?family=` and `?origin=own|foreign`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Emulator } from "../Emulator.ts"
import * as ControlJson from "./ControlJson.ts"

/**
 * The beginning of the paths that are no calls of ECS.
 *
 * @category configuration
 */
export const prefix = "/_fleetcap/"

/**
 * An answer of the control.
 *
 * @category models
 */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

const strict = { onExcessProperty: "error" } as const
const decodeControl = Schema.decodeUnknownResult(Schema.fromJsonString(ControlJson.Control), strict)
const decodeFilter = Schema.decodeUnknownResult(ControlJson.Filter, strict)

const bad = (error: { readonly message: string }): Answer => ({ status: 400, body: { error: error.message } })

const truth = Effect.fnUntraced(function*(filter: typeof ControlJson.Filter.Type) {
  const emulator = yield* Emulator
  const tasks = yield* emulator.tasks(filter)
  return {
    at: yield* Clock.currentTimeMillis,
    live: yield* emulator.live(filter),
    running: tasks.filter((task) => task.lastStatus === "RUNNING").length,
    peak: yield* emulator.peak(filter),
    calls: yield* emulator.allCalls,
    steps: yield* emulator.steps(filter)
  }
})

const control = Effect.fnUntraced(function*(wish: typeof ControlJson.Control.Type) {
  const emulator = yield* Emulator
  if (wish.reset === true) yield* emulator.reset
  if (wish.settings !== undefined) yield* emulator.configure(wish.settings)
  if (wish.faults !== undefined) yield* emulator.script(...wish.faults)
  const launched = wish.launch === undefined ? [] : yield* emulator.launchForeign(wish.launch)
  const stopped = wish.stop === undefined ? [] : yield* emulator.stopTasks(wish.stop)
  return { launched, stopped }
})

/**
 * Answers a request for truth or control.
 *
 * @category operations
 */
export const answer = Effect.fnUntraced(
  function*(
    method: string | undefined,
    url: URL,
    body: string
  ): Effect.fn.Return<Answer, never, Emulator> {
    const route = `${method} ${url.pathname}`
    if (route === `POST ${prefix}control`) {
      const wish = decodeControl(body === "" ? "{}" : body)
      return Result.isFailure(wish) ? bad(wish.failure) : { status: 200, body: yield* control(wish.success) }
    }
    const filter = decodeFilter(Object.fromEntries(url.searchParams))
    if (Result.isFailure(filter)) return bad(filter.failure)
    const emulator = yield* Emulator
    switch (route) {
      case `GET ${prefix}truth`:
        return { status: 200, body: yield* truth(filter.success) }
      case `GET ${prefix}tasks`:
        return { status: 200, body: { tasks: yield* emulator.tasks(filter.success) } }
      case `GET ${prefix}mistakes`:
        return { status: 200, body: { mistakes: yield* emulator.mistakes } }
      case `GET ${prefix}launches`:
        return { status: 200, body: { launches: yield* emulator.launches } }
      default:
        return { status: 404, body: { error: `There is no ${route}` } }
    }
  }
)
