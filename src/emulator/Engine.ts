/**
 * An ECS that exists only as data: what it knows, and what it does when it is called.
 *
 * Nothing here reads a clock, waits, or draws a number that its seed does not
 * decide. Every function takes the world and the time; the same seed and the same
 * calls at the same times give the same answers, byte for byte. The world is
 * changed in place, and its time never goes back.
 *
 * Calls are answered as late and as wrongly as the settings say. The truth is in
 * `GroundTruth`, and what a test may do to the world is in `Control`.
 */
import * as Duration from "effect/Duration"
import * as Arn from "./model/Arn.ts"
import * as Contradiction from "./model/Contradiction.ts"
import * as EventQueue from "./model/EventQueue.ts"
import * as Fault from "./model/Fault.ts"
import * as Prng from "./model/Prng.ts"
import * as Throttle from "./model/RateLimit.ts"
import * as Reply from "./model/Reply.ts"
import * as TaskTable from "./model/TaskTable.ts"
import type { Call, Exchange, World } from "./model/World.ts"
import { operations } from "./operations/index.ts"

export type { Call, Exchange, World } from "./model/World.ts"
export { configure, make } from "./model/World.ts"

/**
 * The end of a call, as its caller sees it.
 *
 * - `Replied`: the whole answer arrives
 * - `Cut`: its status arrives, but only a part of its body
 * - `Reset`: the connection is lost before anything arrives
 *
 * @category models
 */
export type Outcome =
  | { readonly _tag: "Replied"; readonly reply: Reply.Reply }
  | { readonly _tag: "Cut"; readonly reply: Reply.Reply }
  | { readonly _tag: "Reset" }

const onInstances: ReadonlySet<unknown> = new Set(["EC2", "EXTERNAL", "MANAGED_INSTANCES"])

/** The number of tasks that a `RunTask` asks of Fargate. */
const launchesOf = (input: unknown): number => {
  if (typeof input !== "object" || input === null) return 1
  if ("launchType" in input && onInstances.has(input.launchType)) return 0
  return "count" in input && typeof input.count === "number" ? Math.min(10, Math.max(1, input.count)) : 1
}

const failed = (status: number): Reply.Reply =>
  status === 500
    ? Reply.error("ServerException", "Service Unavailable. Please try again later.", 500)
    : { status, body: `<html><body><h1>${status} Service Unavailable</h1></body></html>` }

const process = (world: World, exchange: Exchange): Reply.Reply => {
  const { call: { input, operation }, fault, location } = exchange
  const run = operations.get(operation)
  if (run === undefined) return Reply.unknownOperation
  if (world.resolved.rates) {
    const call = { operation, location: Arn.keyOf(location), launches: launchesOf(input) }
    if (!Throttle.admit(world.buckets, call, world.now)) return Reply.throttled
  }
  const reply = run(world, location, input, fault)
  if (fault?._tag === "ServerError") return failed(fault.status ?? 500)
  if (fault?._tag === "Contradiction") return Contradiction.contradict(world, reply, fault.says)
  return fault?._tag === "Blank" ? Reply.ok({}) : reply
}

/**
 * Lets time pass: what was to happen until now has happened then.
 *
 * @category operations
 */
export const advance = (world: World, now: number): void => {
  const until = Math.max(world.now, now)
  for (let event = EventQueue.takeDue(world.eventQueue, until); event !== undefined;) {
    world.now = Math.max(world.now, event.at)
    if (event._tag === "Process") event.exchange.reply = process(world, event.exchange)
    else TaskTable.happen(world, event)
    event = EventQueue.takeDue(world.eventQueue, until)
  }
  world.now = until
}

/** The answer of a call that ECS does not even look at. */
const refusal = (fault: Fault.Fault | undefined): Reply.Reply | undefined => {
  switch (fault?._tag) {
    case "Throttle":
      return Reply.throttled
    case "HiddenThrottle":
      return Reply.invalid(
        "Error retrieving security group information for [sg-0]: Request limit exceeded. "
          + "(ErrorCode: RequestLimitExceeded)"
      )
    case "ServiceError":
      return Reply.error(fault.name, fault.message, fault.status)
    case "ServerError":
      return fault.processed ? undefined : failed(fault.status ?? 500)
    default:
      return undefined
  }
}

/**
 * Returns whether an operation is one that the emulator knows.
 *
 * @category guards
 */
export const isOperation = (name: string): boolean => operations.has(name)

/**
 * Takes a call at the time it is made.
 *
 * **Details**
 *
 * It is processed at once, or, where it takes time on its way, at
 * `processedAt`, whether its caller still waits for it or not. Who made the call
 * waits until `answeredAt` and then asks for its {@link outcome}.
 *
 * @example
 * ```ts
 * import { World } from "fleetcap/emulator"
 * import assert from "node:assert/strict"
 *
 * const world = World.make({ latency: 40 })
 * const exchange = World.handle(world, { operation: "ListTasks", input: { family: "converter" } }, 1000)
 * assert.equal(exchange.answeredAt, 1040)
 * assert.equal(World.outcome(world, exchange, 1040)._tag, "Replied")
 * ```
 *
 * @category operations
 */
export const handle = (world: World, call: Call, now: number): Exchange => {
  advance(world, now)
  const { resolved } = world
  const { network } = world.random
  const fault = Fault.takeScripted(world.script, call.operation) ??
    Fault.draw(network, resolved.faults, call.operation)
  const delayed = fault?._tag === "LateProcessing" ? Duration.toMillis(fault.by) : 0
  const late = fault?._tag === "LateAnswer" ? Duration.toMillis(fault.by) : 0
  const arrival = world.now + Prng.within(network, resolved.transit) + delayed
  const latency = Prng.within(network, resolved.latencyOf.get(call.operation) ?? resolved.latency)
  const lost = fault?._tag === "Reset" && !fault.processed
  const exchange: Exchange = {
    call,
    location: { region: call.region ?? resolved.region, account: call.account ?? resolved.account },
    fault,
    processedAt: lost ? Infinity : arrival,
    answeredAt: arrival + latency + late,
    reply: refusal(fault)
  }
  if (exchange.reply !== undefined || lost) return exchange
  if (arrival > world.now) EventQueue.add(world.eventQueue, { _tag: "Process", at: arrival, rank: 1, exchange })
  else exchange.reply = process(world, exchange)
  return exchange
}

/**
 * Returns how a call ends for its client: with a reply, a reply that is cut off, or a lost
 * connection. It is asked at the time of the answer.
 *
 * @category getters
 */
export const outcome = (world: World, exchange: Exchange, now: number): Outcome => {
  advance(world, now)
  const { fault, reply } = exchange
  if (reply === undefined || fault?._tag === "Reset") return { _tag: "Reset" }
  return { _tag: fault?._tag === "CutBody" ? "Cut" : "Replied", reply }
}
