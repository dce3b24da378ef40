/**
 * The faults, lags and lifecycles of a seed's ECS.
 */
import type { Fault } from "../../emulator/model/Fault.ts"
import type { RandomFault, Settings, Span } from "../../emulator/model/Settings.ts"
import type { SeededRandom } from "../../testing/SeededRandom.ts"
import type { Event, LedgerFaults, LedgerOperation } from "./Scenario.ts"

const second = 1000
const minute = 60 * second

const faulty = (random: SeededRandom, operation: string | undefined, most: number, fault: Fault): RandomFault => ({
  operation,
  probability: random.upTo(most),
  fault
})

/** Answers that are lost, before or after the task was accepted, in all the ways in which that happens. */
const lost = (random: SeededRandom, most: number): ReadonlyArray<RandomFault> => [
  faulty(random, "RunTask", most, { _tag: "Reset", processed: true }),
  faulty(random, "RunTask", most / 2, { _tag: "Reset", processed: false }),
  faulty(random, "RunTask", most / 4, { _tag: "CutBody" }),
  faulty(random, "RunTask", most / 4, { _tag: "Blank" }),
  faulty(random, "RunTask", most / 4, { _tag: "ServerError", processed: true }),
  faulty(random, "RunTask", most / 4, { _tag: "ServerError", processed: false, status: 503 }),
  faulty(random, "RunTask", most / 4, { _tag: "LateAnswer", by: random.between(1, 90) * second }),
  faulty(random, "RunTask", most / 4, { _tag: "LateProcessing", by: random.between(1, 90) * second })
]

const denied = (random: SeededRandom, most: number): RandomFault =>
  faulty(random, "RunTask", most, {
    _tag: "ServiceError",
    name: "AccessDeniedException",
    message: "User is not authorized to perform: ecs:RunTask"
  })

/** Refusals, final and for now. */
const refused = (random: SeededRandom, most: number): ReadonlyArray<RandomFault> => [
  faulty(random, "RunTask", most, { _tag: "Capacity" }),
  faulty(random, "RunTask", most, { _tag: "HiddenThrottle" }),
  denied(random, most),
  faulty(random, "RunTask", most / 2, {
    _tag: "ServiceError",
    name: "ClientException",
    message: "The task definition is not valid."
  }),
  faulty(random, "RunTask", most / 2, { _tag: "StartFailure" })
]

const unreadable = (random: SeededRandom, most: number): ReadonlyArray<RandomFault> => [
  faulty(random, "ListTasks", most, { _tag: "ServerError", processed: false }),
  faulty(random, "DescribeTasks", most, { _tag: "ServerError", processed: false }),
  faulty(random, "ListTasks", most / 2, { _tag: "Reset", processed: true }),
  faulty(random, "ListTasks", most / 4, { _tag: "CutBody" }),
  faulty(random, "DescribeTasks", most / 4, { _tag: "LateAnswer", by: random.between(1, 15) * second })
]

/**
 * Draws how often answers are lost, launches refused, and reads fail.
 *
 * @category constructors
 */
export const faults = (random: SeededRandom, lossy: boolean): ReadonlyArray<RandomFault> =>
  random.chance(lossy ? 0.1 : 0.25) ? [] : [
    ...(lossy || random.chance(0.5) ? lost(random, lossy ? 0.5 : 0.2) : []),
    ...(random.chance(lossy ? 0.7 : 0.5) ? refused(random, lossy ? 0.3 : 0.2) : []),
    ...(random.chance(0.4) ? unreadable(random, 0.15) : []),
    ...(random.chance(0.5) ? [faulty(random, undefined, 0.25, { _tag: "Throttle" })] : [])
  ]

/**
 * Draws how late ECS is: often by little, now and then by more than any bound.
 *
 * @category constructors
 */
export const lag = (random: SeededRandom): NonNullable<Settings["lag"]> => {
  const late = () => ({ min: 0, max: random.pick(0, 0, 3 * second, 30 * second, 10 * minute, 3 * 60 * minute) })
  return {
    unlisted: late(),
    lingering: late(),
    missing: { min: 0, max: random.pick(0, 0, 5 * second, 60 * second, 10 * minute) },
    status: { min: 0, max: random.pick(0, 0, 2 * second, 8 * second) },
    replicas: random.pick(1, 2, 3)
  }
}

/**
 * Draws how long tasks live, and how they start and stop.
 *
 * @category constructors
 */
export const lifecycle = (random: SeededRandom): NonNullable<Settings["lifecycle"]> => ({
  provisioning: random.chance(0.3) ? { min: 0, max: 20 * second } : 0,
  pending: random.chance(0.05) ? "Infinity" : 0,
  lifetime: random.pick<Span>(
    { min: 0, max: 2 * second },
    { min: second, max: 10 * second },
    { min: 5 * second, max: 40 * second },
    "Infinity"
  ),
  deactivating: random.chance(0.2) ? { min: 0, max: 10 * second } : 0,
  stopping: random.chance(0.2) ? { min: 0, max: 30 * second } : 0,
  startFailures: random.chance(0.2) ? 0.2 : 0,
  deletedAfter: random.chance(0.1) ? 5 * minute : "Infinity",
  retention: random.chance(0.1) ? 2 * minute : 60 * minute
})

/**
 * Draws how long calls take.
 *
 * @category constructors
 */
export const latency = (random: SeededRandom): Pick<Settings, "latencyOf" | "transit"> => ({
  latencyOf: random.chance(0.5)
    ? { RunTask: 50, ListTasks: 40, DescribeTasks: 40 }
    : {
      RunTask: { min: 5, max: random.pick(400, 4000) },
      ListTasks: { min: 5, max: random.pick(300, 3000) },
      DescribeTasks: { min: 5, max: random.pick(300, 3000) }
    },
  transit: random.chance(0.2) ? { min: 0, max: 200 } : 0
})

/**
 * Tasks that live on, and that no list shows for a while, launched by a `RunTask`
 * whose answer is lost, or that is refused where it is repeated.
 *
 * @category constructors
 */
export const doubt = (random: SeededRandom): Pick<Settings, "faults" | "lag" | "latencyOf" | "lifecycle"> => ({
  latencyOf: { RunTask: { min: 5, max: random.pick(400, 4000) }, ListTasks: 40, DescribeTasks: 40 },
  faults: [
    ...lost(random, random.pick(0.1, 0.6)),
    ...refused(random, 0.5),
    faulty(random, "RunTask", 0.5, { _tag: "Throttle" })
  ],
  lag: { ...lag(random), unlisted: { min: minute, max: 10 * minute } },
  lifecycle: { lifetime: { min: minute, max: 10 * minute } }
})

/**
 * From a time on ECS refuses nearly every launch, and their repetitions too: as
 * where a policy is changed.
 *
 * @category constructors
 */
export const refusal = (random: SeededRandom, at: number): ReadonlyArray<Event> => [{
  at,
  _tag: "Weather",
  name: "it refuses most launches",
  ecs: { faults: [{ ...denied(random, 0), probability: 0.8 }, ...lost(random, 0.2)] }
}]

/**
 * Answers that are lost before anything was launched, and tasks that are soon over.
 *
 * @category constructors
 */
export const silence = (random: SeededRandom): Pick<Settings, "faults" | "lag" | "lifecycle"> => ({
  faults: [{ operation: "RunTask", probability: 0.5, fault: { _tag: "Reset", processed: false } }],
  lag: {},
  lifecycle: { lifetime: { min: 0, max: random.pick(2, 10) * second } }
})

/**
 * Draws how lists are cut into pages.
 *
 * @category constructors
 */
export const pages = (random: SeededRandom, many: boolean): NonNullable<Settings["pages"]> =>
  many || random.chance(0.1) ? { short: 0.9, empty: random.pick(0.2, 0.5, 0.85) } : {}

/**
 * Draws how a ledger misbehaves that does.
 *
 * @category constructors
 */
export const ledger = (random: SeededRandom): LedgerFaults => ({
  away: random.upTo(random.pick(0.2, 0.2, 0.5)),
  slow: random.pick(500, 5000, 90_000),
  slowness: random.upTo(random.pick(0.2, 0.2, 0.5)),
  // Where all operations are slow, no launch gets as far as the gate.
  slowAt: random.pick<LedgerOperation | undefined>(undefined, undefined, "pass the gate", "settle")
})

/**
 * ECS shows nothing for a while that is shorter than what two readings are apart
 * before a task is believed to be forgotten.
 *
 * @category constructors
 */
export const blink = (random: SeededRandom, at: number): ReadonlyArray<Event> => [
  {
    at,
    _tag: "Weather",
    name: "it shows no task at all",
    ecs: { lag: { unlisted: "Infinity", missing: "Infinity" } }
  },
  {
    at: at + random.between(30, 280) * second,
    _tag: "Weather",
    name: "it shows its tasks again",
    ecs: { lag: { unlisted: 0, missing: 0 } }
  }
]

/**
 * ECS cannot be read for a while, in one way or in both.
 *
 * @category constructors
 */
export const outage = (random: SeededRandom, at: number, takes: number): ReadonlyArray<Event> => [
  {
    at,
    _tag: "Weather",
    name: "it cannot be read",
    ecs: {
      faults: random.pick(["ListTasks", "DescribeTasks"], ["ListTasks"], ["DescribeTasks"])
        .map((operation): RandomFault => ({
          operation,
          probability: 1,
          fault: { _tag: "ServerError", processed: false }
        }))
    }
  },
  { at: at + takes, _tag: "Weather", name: "it can be read again", ecs: { faults: [] } }
]
