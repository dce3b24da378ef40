/**
 * A screen that remembers what was written to it.
 */
import { Effect, Layer } from "effect"
import { Screen } from "../../src/cli/terminal/Screen.ts"
import * as Style from "../../src/cli/terminal/Style.ts"

export interface Written {
  readonly printed: Array<string>
  readonly noted: Array<string>
  readonly drawn: Array<ReadonlyArray<string>>
}

export const recording = (options: { readonly canRedraw: boolean } = { canRedraw: false }) => {
  const written: Written = { printed: [], noted: [], drawn: [] }
  const layer = Layer.succeed(
    Screen,
    Screen.of({
      style: Style.plain,
      canRedraw: options.canRedraw,
      width: Effect.succeed(80),
      print: (...lines) => Effect.sync(() => void written.printed.push(...lines)),
      note: (line) => Effect.sync(() => void written.noted.push(line)),
      redraw: (lines) => Effect.sync(() => void written.drawn.push(lines))
    })
  )
  return { written, layer }
}
