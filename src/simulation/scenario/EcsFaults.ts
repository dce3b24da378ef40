/**
 * The faults, lags and lifecycles of a seed's ECS.
 */
import type { Fault } from "../../emulator/model/Fault.ts"
import type { RandomFault, Settings, Span } from "../../emulator/model/Settings.ts"
import type { Event, LedgerFaults, LedgerOperation } from "./Scenario.ts"
import type { SeededChoice } from "./SeededChoice.ts"

const second = 1000
const minute = 60 * second

const faulty = (choice: SeededChoice, operation: string | undefined, most: number, fault: Fault): RandomFault => ({
  operation,
  probability: choice.upTo(most),
  fault
})

/** Answers that are lost, before or after the task was accepted, in all the ways in which that happens. */
const lost = (choice: SeededChoice, most: number): ReadonlyArray<RandomFault> => [
  faulty(choice, "RunTask", most, { _tag: "Reset", processed: true }),
  faulty(choice, "RunTask", most / 2, { _tag: "Reset", processed: false }),
  faulty(choice, "RunTask", most / 4, { _tag: "CutBody" }),
  faulty(choice, "RunTask", most / 4, { _tag: "Blank" }),
  faulty(choice, "RunTask", most / 4, { _tag: "ServerError", processed: true }),
  faulty(choice, "RunTask", most / 4, { _tag: "ServerError", processed: false, status: 503 }),
  faulty(choice, "RunTask", most / 4, { _tag: "LateAnswer", by: choice.between(1, 90) * second }),
  faulty(choice, "RunTask", most / 4, { _tag: "LateProcessing", by: choice.between(1, 90) * second })
]

const denied = (choice: SeededChoice, most: number): RandomFault =>
  faulty(choice, "RunTask", most, {
    _tag: "ServiceError",
    name: "AccessDeniedException",
    message: "User is not authorized to perform: ecs:RunTask"
  })

/** Refusals, final and for now. */
const refused = (choice: SeededChoice, most: number): ReadonlyArray<RandomFault> => [
  faulty(choice, "RunTask", most, { _tag: "Capacity" }),
  faulty(choice, "RunTask", most, { _tag: "HiddenThrottle" }),
  denied(choice, most),
  faulty(choice, "RunTask", most / 2, {
    _tag: "ServiceError",
    name: "ClientException",
    message: "The task definition is not valid."
  }),
  faulty(choice, "RunTask", most / 2, { _tag: "StartFailure" })
]

const unreadable = (choice: SeededChoice, most: number): ReadonlyArray<RandomFault> => [
  faulty(choice, "ListTasks", most, { _tag: "ServerError", processed: false }),
  faulty(choice, "DescribeTasks", most, { _tag: "ServerError", processed: false }),
  faulty(choice, "ListTasks", most / 2, { _tag: "Reset", processed: true }),
  faulty(choice, "ListTasks", most / 4, { _tag: "CutBody" }),
  faulty(choice, "DescribeTasks", most / 4, { _tag: "LateAnswer", by: choice.between(1, 15) * second })
]

/**
 * Draws how often answers are lost, launches refused, and reads fail.
 *
 * @category constructors
 */
export const faults = (choice: SeededChoice, lossy: boolean): ReadonlyArray<RandomFault> =>
  choice.chance(lossy ? 0.1 : 0.25) ? [] : [
    ...(lossy || choice.chance(0.5) ? lost(choice, lossy ? 0.5 : 0.2) : []),
    ...(choice.chance(lossy ? 0.7 : 0.5) ? refused(choice, lossy ? 0.3 : 0.2) : []),
    ...(choice.chance(0.4) ? unreadable(choice, 0.15) : []),
    ...(choice.chance(0.5) ? [faulty(choice, undefined, 0.25, { _tag: "Throttle" })] : [])
  ]

/**
 * Draws how late ECS is: often by little, now and then by more than any bound.
 *
 * @category constructors
 */
export const lag = (choice: SeededChoice): NonNullable<Settings["lag"]> => {
  const late = () => ({ min: 0, max: choice.pick(0, 0, 3 * second, 30 * second, 10 * minute, 3 * 60 * minute) })
  return {
    unlisted: late(),
    lingering: late(),
    missing: { min: 0, max: choice.pick(0, 0, 5 * second, 60 * second, 10 * minute) },
    status: { min: 0, max: choice.pick(0, 0, 2 * second, 8 * second) },
    replicas: choice.pick(1, 2, 3)
  }
}

/**
 * Draws how long tasks live, and how they start and stop.
 *
 * @category constructors
 */
export const lifecycle = (choice: SeededChoice): NonNullable<Settings["lifecycle"]> => ({
  provisioning: choice.chance(0.3) ? { min: 0, max: 20 * second } : 0,
  pending: choice.chance(0.05) ? "Infinity" : 0,
  lifetime: choice.pick<Span>(
    { min: 0, max: 2 * second },
    { min: second, max: 10 * second },
    { min: 5 * second, max: 40 * second },
    "Infinity"
  ),
  deactivating: choice.chance(0.2) ? { min: 0, max: 10 * second } : 0,
  stopping: choice.chance(0.2) ? { min: 0, max: 30 * second } : 0,
  startFailures: choice.chance(0.2) ? 0.2 : 0,
  deletedAfter: choice.chance(0.1) ? 5 * minute : "Infinity",
  retention: choice.chance(0.1) ? 2 * minute : 60 * minute
})

/**
 * Draws how long calls take.
 *
 * @category constructors
 */
export const latency = (choice: SeededChoice): Pick<Settings, "latencyOf" | "transit"> => ({
  latencyOf: choice.chance(0.5)
    ? { RunTask: 50, ListTasks: 40, DescribeTasks: 40 }
    : {
      RunTask: { min: 5, max: choice.pick(400, 4000) },
      ListTasks: { min: 5, max: choice.pick(300, 3000) },
      DescribeTasks: { min: 5, max: choice.pick(300, 3000) }
    },
  transit: choice.chance(0.2) ? { min: 0, max: 200 } : 0
})

/**
 * Tasks that live on, and that no list shows for a while, launched by a `RunTask`
 * whose answer is lost, or that is refused where it is repeated.
 *
 * @category constructors
 */
export const doubt = (choice: SeededChoice): Pick<Settings, "faults" | "lag" | "latencyOf" | "lifecycle"> => ({
  latencyOf: { RunTask: { min: 5, max: choice.pick(400, 4000) }, ListTasks: 40, DescribeTasks: 40 },
  faults: [
    ...lost(choice, choice.pick(0.1, 0.6)),
    ...refused(choice, 0.5),
    faulty(choice, "RunTask", 0.5, { _tag: "Throttle" })
  ],
  lag: { ...lag(choice), unlisted: { min: minute, max: 10 * minute } },
  lifecycle: { lifetime: { min: minute, max: 10 * minute } }
})

/**
 * From a time on ECS refuses nearly every launch, and their repetitions too: as
 * where a policy is changed.
 *
 * @category constructors
 */
export const refusal = (choice: SeededChoice, at: number): ReadonlyArray<Event> => [{
  at,
  _tag: "Weather",
  name: "it refuses most launches",
  ecs: { faults: [{ ...denied(choice, 0), probability: 0.8 }, ...lost(choice, 0.2)] }
}]

/**
 * Answers that are lost before anything was launched, and tasks that are soon over.
 *
 * @category constructors
 */
export const silence = (choice: SeededChoice): Pick<Settings, "faults" | "lag" | "lifecycle"> => ({
  faults: [{ operation: "RunTask", probability: 0.5, fault: { _tag: "Reset", processed: false } }],
  lag: {},
  lifecycle: { lifetime: { min: 0, max: choice.pick(2, 10) * second } }
})

/**
 * Draws how lists are cut into pages.
 *
 * @category constructors
 */
export const pages = (choice: SeededChoice, many: boolean): NonNullable<Settings["pages"]> =>
  many || choice.chance(0.1) ? { short: 0.9, empty: choice.pick(0.2, 0.5, 0.85) } : {}

/**
 * Draws how a ledger misbehaves that does.
 *
 * @category constructors
 */
export const ledger = (choice: SeededChoice): LedgerFaults => ({
  away: choice.upTo(choice.pick(0.2, 0.2, 0.5)),
  slow: choice.pick(500, 5000, 90_000),
  slowness: choice.upTo(choice.pick(0.2, 0.2, 0.5)),
  // Where all operations are slow, no launch gets as far as the gate.
  slowAt: choice.pick<LedgerOperation | undefined>(undefined, undefined, "pass the gate", "settle")
})

/**
 * ECS shows nothing for a while that is shorter than what two readings are apart
 * before a task is believed to be forgotten.
 *
 * @category constructors
 */
export const blink = (choice: SeededChoice, at: number): ReadonlyArray<Event> => [
  {
    at,
    _tag: "Weather",
    name: "it shows no task at all",
    ecs: { lag: { unlisted: "Infinity", missing: "Infinity" } }
  },
  {
    at: at + choice.between(30, 280) * second,
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
export const outage = (choice: SeededChoice, at: number, takes: number): ReadonlyArray<Event> => [
  {
    at,
    _tag: "Weather",
    name: "it cannot be read",
    ecs: {
      faults: choice.pick(["ListTasks", "DescribeTasks"], ["ListTasks"], ["DescribeTasks"])
        .map((operation): RandomFault => ({
          operation,
          probability: 1,
          fault: { _tag: "ServerError", processed: false }
        }))
    }
  },
  { at: at + takes, _tag: "Weather", name: "it can be read again", ecs: { faults: [] } }
]
