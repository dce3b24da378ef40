/**
 * Runs an emulated ECS until it is told to end.
 */
import * as Effect from "effect/Effect"
import * as Emulators from "../../emulator/Emulator.ts"
import * as ControlHttp from "../../emulator/http/ControlRoutes.ts"
import * as Http from "../../emulator/http/Server.ts"
import type { Settings } from "../../emulator/model/Settings.ts"
import * as ExitCode from "../terminal/ExitCode.ts"
import { Screen } from "../terminal/Screen.ts"
import * as Signals from "../terminal/Signals.ts"

/**
 * The ECS to emulate, and its address.
 *
 * @category options
 */
export interface Options {
  readonly host: string
  readonly port: number
  readonly settings: Settings
}

const welcome = (url: string): ReadonlyArray<string> => [
  `ECS emulator listening on ${url}`,
  "",
  "Point clients at it:",
  "",
  `  export AWS_ENDPOINT_URL_ECS=${url} AWS_REGION=us-east-1 \\`,
  "    AWS_ACCESS_KEY_ID=emulated AWS_SECRET_ACCESS_KEY=emulated",
  "",
  `  fleetcap burst --endpoint-url ${url} --cluster demo \\`,
  "    --task-definition worker:1 --subnet subnet-1",
  "",
  "See its true state, however late its answers are:",
  "",
  `  curl ${url}${ControlHttp.prefix}truth`,
  "",
  "Press Ctrl-C to stop it."
]

/** A warning of what other machines can do from now on, as may not have been meant. */
const opened = (host: string, port: number): string =>
  `warning: port ${port} of ${host} takes requests without a password from every machine on the network: ` +
  "programs there can launch and stop emulated tasks, read the requests of others, and reset the emulator " +
  "(without --host, only this machine can)"

/**
 * Runs an emulated ECS until SIGINT, SIGTERM or SIGHUP.
 *
 * @category running
 */
export const run = Effect.fnUntraced(function*({ host, port, settings }: Options) {
  const screen = yield* Screen
  const signal = yield* Signals.listen
  const emulator = yield* Emulators.make(settings)
  const { isLocal, port: listened, url } = yield* Http.serve({ host, port }).pipe(
    Effect.provideService(Emulators.Emulator, emulator),
    Effect.catch((error) =>
      Effect.andThen(screen.note(error.message), Effect.fail(new ExitCode.Exited({ code: ExitCode.failure })))
    )
  )
  if (!isLocal) yield* screen.note(opened(host, listened))
  yield* screen.print(...welcome(url))
  yield* signal
}, Effect.scoped)
