/**
 * The end of a run: faults stop, time passes, and the system has to converge.
 *
 * It checks that every waiting caller is served, that no launch stays unknown which
 * evidence could settle, that no slot is leaked, and that the ledger equals the truth.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import type { Settings } from "../emulator/model/Settings.ts"
import { type Settings as FleetSettings } from "../fleet/Settings.ts"
import type { SlotTable } from "../ledger/rules/LedgerState.ts"
import { replayWindow } from "../ledger/SafetyLimits.ts"
import { type Slot, status, taskArn } from "../ledger/Slot.ts"
import { hasWrongClocks, type Scenario } from "./scenario/Scenario.ts"
import type { System } from "./system/System.ts"

/** An ECS that answers at once, and nothing but the truth. */
const faultless: Settings = {
  faults: [],
  lag: { unlisted: 0, lingering: 0, missing: 0, status: 0, replicas: 1 },
  pages: { short: 0, empty: 0 },
  latency: 0,
  latencyOf: { RunTask: 50, ListTasks: 40, DescribeTasks: 40 },
  transit: 0,
  capacity: undefined,
  rates: false,
  lifecycle: {
    provisioning: 0,
    pending: 0,
    activating: 0,
    lifetime: "Infinity",
    stopping: 0,
    deactivating: 0,
    deprovisioning: 0,
    startFailures: 0
  }
}

const minute = 60_000

/** The lifetime of tasks in the end, while others wait: long enough for a reading that frees, and a launch. */
const round = 1500

/** The longest that a slot may still be held: replay, the lag bound and what ECS forgets all end well before. */
const longest = 180 * minute

/**
 * The longest that launches under way may take to settle. Where processes share a ledger
 * each of them asks it once a second, so that waiting is most of the work: it is
 * no longer there than an attempt, a lease and some repetitions take.
 */
const settling = ({ attemptTimeout, replayBackoffMax }: FleetSettings, isShared: boolean): number =>
  (isShared ? minute / 3 + Duration.toMillis(attemptTimeout) : 3 * minute) + 2 * Duration.toMillis(replayBackoffMax)

const slotsOf = (table: SlotTable | undefined): ReadonlyArray<Slot> =>
  table === undefined ? [] : [...HashMap.values(table.slots)]

/** In words that say which slot it is, and where it is stuck. */
const textOf = (slot: Slot): string =>
  `${slot.id} (${status(slot)}${slot.key === undefined ? "" : ` for ${slot.key}`}, since ${slot.since})`

/**
 * Brings a run to its end, and checks how it ends.
 *
 * @category running
 */
export const run = Effect.fnUntraced(function*(system: System, scenario: Scenario) {
  const { callers, log, ecs } = system
  const latest = () => {
    const running = system.current()
    return running === undefined ? undefined : system.ledgerCheck.latest(running.process.generation)
  }

  log.tell("ECS", () => "has no faults from here on, and answers at once")
  ecs.configure(faultless)
  ecs.calm()
  system.calm()
  callers.calm()
  if (system.gather !== undefined) yield* system.gather
  const running = system.current()
  if (running === undefined) return
  const { provisioner } = running
  if (system.stopCheck.slots.size > 0) yield* checkStopped(system, latest)
  const resize = (cap: Scenario["cap"]) => Effect.orDie(provisioner.resize(cap))
  const unknown = slotsOf(latest()).filter(({ state }) => state._tag === "Launching").length
  // Launches without a verdict are not sent again over the cap, and would hold each other back for an hour.
  const cap = scenario.cap === "unlimited" ? scenario.cap : Math.max(1, scenario.cap, unknown)
  if (scenario.pausesAtTheEnd) yield* checkWake(system, cap)
  else yield* resize(cap)

  // Every task that stops makes room for a caller in line.
  for (let waited = 0; callers.waiting().length > 0; waited += round) {
    if (waited > 10 * minute) {
      const stranded = callers.waiting().map((caller) => `${caller.name} (${caller.key})`)
      log.violate("every waiting caller is served", `${stranded.join(", ")} still wait`)
      break
    }
    ecs.stopTasks(undefined)
    yield* Effect.sleep(round)
  }

  ecs.stopTasks(undefined)
  const calmedAt = log.now()
  yield* Effect.sleep(settling(system.fleet.settings, system.gather !== undefined))
  for (const slot of slotsOf(latest())) {
    const { state } = slot
    const elapsed = state._tag === "Launching" ? log.now() - (state.firstSentAt.fast - system.startTime) : 0
    const isExcused = hasWrongClocks(scenario) || scenario.contradicts === true
    if (state._tag === "Launching" && elapsed < replayWindow && !isExcused) {
      log.violate("what a repetition can settle is settled", `${textOf(slot)} is not, since ${calmedAt} ms`)
    }
  }

  // As often as ECS is read in the background.
  const glance = Duration.toMillis(system.fleet.settings.backgroundReadingInterval)
  // Nothing is asked any more: what holds no slot after a while will hold none.
  ecs.stopTasks(undefined)
  for (let waited = 0; waited === 0 || (waited < longest && slotsOf(latest()).length > 0); waited += glance) {
    yield* Effect.sleep(glance)
  }
  for (const slot of slotsOf(latest())) {
    log.violate("no slot is leaked", `${textOf(slot)} is held, and no task runs`)
  }

  yield* resize(2)
  const answers = yield* Effect.forEach(
    ["last-1", "last-2", "last-3"],
    (key, index) => {
      const all = system.all()
      const { process, provisioner } = all[index % all.length] ?? running
      const caller = callers.ask(process, key, false)
      return Effect.tap(Effect.result(provisioner.request(key)), (result) =>
        Effect.sync(() => {
          if (Result.isSuccess(result)) callers.answered(caller, result.success)
          else callers.failed(caller, result.failure)
        }))
    },
    { concurrency: "unbounded" }
  )
  const launched = answers.filter((answer) => Result.isSuccess(answer) && answer.success._tag === "Launched")
  if (launched.length !== 2) {
    log.violate("every free slot is found", `a cap of 2 and no task gave ${launched.length} of 3 callers a task`)
  }
  checkTruth(system, slotsOf(latest()))
  yield* system.end
})

/** What was asked to stop does, once ECS listens: its slot is free, or its task on its way there. */
const checkStopped = Effect.fnUntraced(function*(system: System, latest: () => SlotTable | undefined) {
  const { ecs, fleet, launches, log, startTime, stopCheck } = system
  yield* Effect.sleep(settling(fleet.settings, system.gather !== undefined))
  const now = log.now() + startTime
  const live = new Map(launches.live(now).map(({ task }) => [task.arn, task]))
  for (const slot of slotsOf(latest())) {
    const task = live.get(taskArn(slot) ?? "")
    if (!stopCheck.slots.has(slot.id) || task === undefined || task.life.stoppingAt <= ecs.world.now) continue
    log.violate("what was asked to stop is stopped", `${textOf(slot)}: ${task.arn} runs on`)
  }
})

/** Pauses the fleet until it is empty, and sees how soon those in line are served when it goes on. */
const checkWake = Effect.fnUntraced(function*(system: System, cap: Scenario["cap"]) {
  const { ledgerCheck, log, ecs } = system
  const running = system.current()
  if (running === undefined) return
  const { process, provisioner } = running
  const { generation } = process
  yield* Effect.orDie(provisioner.resize(0))
  ecs.stopTasks(undefined)
  yield* Effect.sleep(5300)
  const { waiting } = yield* Effect.orDie(provisioner.snapshot)
  const held = slotsOf(ledgerCheck.latest(generation)).length
  yield* Effect.orDie(provisioner.resize(cap))
  yield* Effect.sleep(300)
  const table = ledgerCheck.latest(generation)
  if (waiting > 0 && held === 0 && slotsOf(table).length === 0) {
    log.violate(
      "a free slot wakes who is next",
      `${waiting} wait, and after 300 ms none of ${cap} slots is taken`
    )
  }
})

const checkTruth = (system: System, slots: ReadonlyArray<Slot>): void => {
  const { log, launches } = system
  const live = launches.live(log.now() + system.startTime)
  const counted = new Set<string | undefined>(slots.map(taskArn))
  const missing = live.filter(({ task }) => !counted.has(task.arn))
  if (slots.length !== live.length || missing.length > 0) {
    log.violate(
      "in the end the ledger equals the truth",
      `${live.length} tasks run, ${slots.length} slots are held, and ${missing.length} tasks have none`
    )
  }
}
