#!/usr/bin/env node
/**
 * The entry point of the `fleetcap` command.
 */
import * as Effect from "effect/Effect"
import { main } from "./Main.ts"
import * as Screen from "./terminal/Screen.ts"

const { argv, stderr, stdout } = process

// The terminal may close, and readers of the output may stop reading; launches that were sent have to settle all the same.
for (const stream of [stdout, stderr]) stream.on("error", () => {})

Effect.runCallback(Effect.provide(main(argv.slice(2)), Screen.layer), {
  onExit: (exit) => {
    const code = exit._tag === "Success" ? exit.value : 1
    // What was written to a pipe is not always there yet.
    stdout.write("", () => process.exit(code))
  }
})
