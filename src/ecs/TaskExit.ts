/**
 * The end of a task: how it stopped, and why, as ECS describes it.
 */
import * as Schema from "effect/Schema"
import * as Details from "../Detail.ts"

/**
 * The end of a container.
 *
 * @category schemas
 */
export const ContainerExit = Schema.Struct({
  name: Schema.String,
  /** Absent where it never ran, or ECS does not know. */
  exitCode: Schema.optionalKey(Schema.Finite),
  /** ECS's words, such as `CannotPullContainerError: ...` or `OutOfMemoryError: ...`. */
  reason: Schema.optionalKey(Schema.String)
})
export type ContainerExit = typeof ContainerExit.Type

/**
 * The end of a task. Times are epoch milliseconds by ECS's clock.
 *
 * **Details**
 *
 * `stopCode` is ECS's, such as `TaskFailedToStart`, `EssentialContainerExited`, `UserInitiated` or
 * `SpotInterruption`: AWS adds to them
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html}). A task that has no
 * `startedAt` never ran.
 *
 * @category schemas
 */
export const TaskExit = Schema.Struct({
  stopCode: Schema.optionalKey(Schema.String),
  /** ECS's words for the whole task. */
  reason: Schema.optionalKey(Schema.String),
  createdAt: Schema.optionalKey(Schema.Finite),
  startedAt: Schema.optionalKey(Schema.Finite),
  stoppedAt: Schema.optionalKey(Schema.Finite),
  containers: Schema.Array(ContainerExit)
})
export type TaskExit = typeof TaskExit.Type

/** The number of characters kept of each text: many exits are kept, and stored. */
const longest = 200

/** A task definition has no more containers. */
const mostContainers = 10

/** A part of the description of a task, as the SDK or the emulator gives it. */
interface Described {
  readonly stopCode?: string | undefined
  readonly stoppedReason?: string | undefined
  readonly createdAt?: number | undefined
  readonly startedAt?: number | undefined
  readonly stoppedAt?: number | undefined
  readonly containers?: ReadonlyArray<DescribedContainer> | undefined
}

interface DescribedContainer {
  readonly name?: string | undefined
  readonly exitCode?: number | undefined
  readonly reason?: string | undefined
}

/**
 * Makes the end of a task from its description. Its times are epoch milliseconds.
 *
 * @example
 * ```ts
 * import { TaskExit } from "fleetcap"
 * import assert from "node:assert/strict"
 *
 * const exit = TaskExit.make({
 *   stopCode: "TaskFailedToStart",
 *   stoppedReason: "CannotPullContainerError: image not found",
 *   containers: [{ name: "worker" }]
 * })
 * assert.equal(TaskExit.hasRun(exit), false)
 * assert.equal(TaskExit.text(exit), "TaskFailedToStart: CannotPullContainerError: image not found")
 * ```
 *
 * @category constructors
 */
export const make = (task: Described): TaskExit => ({
  ...words("stopCode", task.stopCode),
  ...words("reason", task.stoppedReason),
  ...known("createdAt", task.createdAt),
  ...known("startedAt", task.startedAt),
  ...known("stoppedAt", task.stoppedAt),
  containers: (task.containers ?? []).slice(0, mostContainers).map(containerExit)
})

const containerExit = ({ exitCode, name = "", reason }: DescribedContainer): ContainerExit => ({
  name: Details.cut(name, longest),
  ...known("exitCode", exitCode),
  ...words("reason", reason)
})

/**
 * Returns whether a task has run before it stopped.
 *
 * @category guards
 */
export const hasRun = (exit: TaskExit): boolean => exit.startedAt !== undefined

/**
 * Says in one line how a task ended, in ECS's words.
 *
 * @category formatting
 */
export const text = ({ containers, reason, stopCode }: TaskExit): string =>
  [
    stopCode,
    reason,
    ...containers.flatMap(({ exitCode, name, reason }) => [
      ...exitCode === undefined ? [] : [`container ${name} exited with ${exitCode}`],
      ...reason === undefined ? [] : [`container ${name}: ${reason}`]
    ])
  ].filter((part) => part !== undefined).join(": ")

const known = <Name extends string, A>(name: Name, value: A | undefined): { readonly [_ in Name]?: A } => {
  const field: { [_ in Name]?: A } = {}
  if (value !== undefined) field[name] = value
  return field
}

const words = <Name extends string>(name: Name, value: string | undefined): { readonly [_ in Name]?: string } =>
  known(name, value === undefined ? undefined : Details.cut(Details.of(value), longest))
