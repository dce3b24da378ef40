/**
 * Chaos for as long as wanted: `npm run chaos -- --seconds 600 --seed 1`, and of
 * the broken twins, which have to be caught: `npm run chaos -- --twins`.
 */
import { Cause, Clock, Console, Effect, Exit, Option } from "effect"
import { parseArgs } from "node:util"
import * as PostgresServer from "../postgres/PostgresServer.ts"
import * as Chaos from "./Chaos.ts"
import * as Scenarios from "./Scenarios.ts"
import * as Twins from "./twins.ts"

const { values } = parseArgs({
  options: {
    seconds: { type: "string" },
    seed: { type: "string", default: "1" },
    twins: { type: "boolean", default: false }
  }
})

const number = (name: string, text: string): number => {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new Error(`--${name}: expected a number above 0, got ${text}`)
}

const seed = number("seed", values.seed)
const given = values.seconds === undefined ? undefined : number("seconds", values.seconds)

const chaos = Effect.gen(function*() {
  const report = yield* Effect.scoped(Chaos.run({ seconds: given ?? 600, seed }))
  yield* Console.log(Chaos.describe(report))
  return Chaos.isSound(report)
})

const directed = Effect.fnUntraced(function*(name: Scenarios.Name, source: string) {
  const server = yield* Effect.acquireRelease(
    Effect.promise(() => PostgresServer.start()),
    (server) => Effect.promise(server.stop)
  )
  const begun = yield* Clock.currentTimeMillis
  const wrong = Scenarios.wrong(
    yield* Scenarios.scenarios[name]({ source, database: server.url, schema: "fleetcap" })
  )
  const seconds = ((yield* Clock.currentTimeMillis) - begun) / 1000
  yield* Console.log(
    Option.match(wrong, {
      onNone: () => `  on purpose (${name}): NOT caught`,
      onSome: (what) => `  on purpose (${name}): caught in ${seconds.toFixed(1)} s: ${what}`
    })
  )
  return Option.isSome(wrong)
}, Effect.scoped)

/** How long chaos is tried on a twin that it is not promised to catch. */
const tried = 60

const twin = Effect.fnUntraced(function*({ directed: scenario, name, patches, within }: Twins.Twin) {
  const source = yield* Twins.make(patches)
  yield* Console.log(name)
  const onPurpose = scenario === undefined || (yield* directed(scenario, source))
  const seconds = given ?? within ?? tried
  const { account, firstWrong } = yield* Effect.scoped(Chaos.run({ seconds, seed, source, untilWrong: true }))
  const [first] = account.violations
  yield* Console.log(
    firstWrong === undefined || first === undefined
      ? `  by chaos: not caught in ${seconds} s`
      : `  by chaos: caught after ${firstWrong.toFixed(1)} s: ${first.what}: ${first.detail}`
  )
  return onPurpose && (within === undefined || firstWrong !== undefined)
}, Effect.scoped)

const main = values.twins
  ? Effect.map(Effect.forEach(Twins.twins, twin), (caught) => caught.every((each) => each))
  : chaos

const running = Effect.runFork(Effect.tapCause(
  main,
  (cause) => Cause.hasInterruptsOnly(cause) ? Effect.void : Console.error(Cause.pretty(cause))
))
// A run that is interrupted leaves no process behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => running.interruptUnsafe())
running.addObserver((exit) => {
  process.exitCode = Exit.isSuccess(exit) && exit.value ? 0 : 1
})
