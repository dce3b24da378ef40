/**
 * A task, and the parameters that it was launched with.
 */
import type * as Schema from "effect/Schema"
import type * as Arn from "./Arn.ts"
import type { Life } from "./Lifecycle.ts"

/**
 * The tags of a resource.
 *
 * @category models
 */
export type Tags = ReadonlyArray<{ readonly key: string; readonly value: string }>

/**
 * The parameters that a task was launched with.
 *
 * @category models
 */
export interface TaskSpec {
  readonly family: string
  readonly taskDefinitionArn: string
  readonly group: string
  readonly startedBy: string | undefined
  readonly launchType: string
  readonly capacityProviderName: string | undefined
  /** The instance that it runs on, unless it runs on Fargate. */
  readonly containerInstanceArn: string | undefined
  readonly platformVersion: string
  readonly cpu: string
  readonly memory: string
  /** Whether it has a network interface of its own. */
  readonly isInVpc: boolean
  readonly subnet: string | undefined
  readonly enableExecuteCommand: boolean
  readonly containers: ReadonlyArray<
    { readonly name: string; readonly image: string; readonly hasHealthCheck: boolean }
  >
  readonly overrides: Schema.JsonObject
  readonly tags: Tags
}

/**
 * A task. Its life changes when it is stopped, its tags when it is tagged.
 *
 * @category models
 */
export interface Task {
  /** Counts all tasks of a world, in the order in which they were launched. */
  readonly number: number
  readonly id: string
  readonly arn: string
  readonly clusterArn: string
  readonly clusterName: string
  readonly location: Arn.Location
  readonly origin: "own" | "foreign"
  readonly spec: TaskSpec
  /** The client token of its launch. */
  readonly token: string | undefined
  life: Life
  tags: Tags
}
