/**
 * Shows the progress of bursts while they run: redrawn on a terminal, and a line now
 * and then elsewhere.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Screen } from "../terminal/Screen.ts"
import type { Row } from "./Live.ts"
import * as Live from "./Live.ts"

/**
 * Shows progress until the scope closes.
 *
 * @category running
 */
export const show = Effect.fnUntraced(function*(
  rows: Effect.Effect<ReadonlyArray<Row>>
): Effect.fn.Return<void, never, Screen | Scope.Scope> {
  const screen = yield* Screen
  const startedAt = yield* Clock.currentTimeMillis
  const elapsed = Effect.map(Clock.currentTimeMillis, (now) => now - startedAt)

  const draw = Effect.gen(function*() {
    const [current, width] = [yield* rows, yield* screen.width]
    yield* screen.redraw(Live.bars(current, { elapsed: yield* elapsed, width, style: screen.style }))
  })

  if (screen.canRedraw) {
    yield* Effect.addFinalizer(() => screen.redraw([]))
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(draw, Effect.sleep("100 millis"))))
    return
  }

  let last = ""
  const write = Effect.gen(function*() {
    const current = yield* rows
    const state = JSON.stringify(current)
    if (state === last) return
    last = state
    yield* screen.print(Live.tableLine(current, yield* elapsed))
  })
  yield* screen.print("", ...Live.tableHead(yield* rows))
  yield* Effect.addFinalizer(() => write)
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep("1 second"), write)))
})
