/**
 * The ARN of a task, taken apart.
 */
import * as EcsName from "./EcsName.ts"

/**
 * The parts of a task's ARN.
 *
 * **Details**
 *
 * `arn:<partition>:ecs:<region>:<account>:task/<cluster>/<id>`. Accounts that never
 * opted in to the long format have ARNs without the cluster: `...:task/<id>`.
 *
 * @category models
 */
export interface TaskArnParts {
  readonly partition: string
  readonly region: string
  readonly account: string
  readonly cluster: string | undefined
  readonly id: string
}

const pattern = /^arn:(aws[a-z-]{0,32}):ecs:([a-z0-9-]{1,64}):(\d{12}):task\/(?:([\w-]{1,255})\/)?([\w-]{1,255})$/

/**
 * Takes the ARN of a task apart. Everything else, of whatever type, gives
 * `undefined`: an answer may hold anything where it should hold an ARN.
 *
 * @category constructors
 */
export const parse = (text: unknown): TaskArnParts | undefined => {
  if (typeof text !== "string") return undefined
  const [, partition, region, account, cluster, id] = pattern.exec(text) ?? []
  return partition === undefined || region === undefined || account === undefined || id === undefined
    ? undefined
    : { partition, region, account, cluster, id }
}

/**
 * Returns whether something is the ARN of a task in a cluster, which is given by its
 * name or ARN. An ARN of the old format, which has no cluster, may be.
 *
 * @category guards
 */
export const isIn = (cluster: string, arn: unknown): boolean => {
  const parts = parse(arn)
  return parts !== undefined && (parts.cluster === undefined || parts.cluster === EcsName.clusterName(cluster))
}
