/**
 * Names of clusters and task definitions, which ECS also takes as ARNs.
 */

const name = String.raw`[\w-]{1,255}`
const arn = (resource: string) => String.raw`arn:aws[\w-]*:ecs:[\w-]+:\d{12}:${resource}/`

const clusterPattern = new RegExp(`^(?:${arn("cluster")})?(${name})$`)
const taskDefinitionPattern = new RegExp(`^(?:${arn("task-definition")})?(${name})(?::[1-9]\\d*)?$`)
const containerPattern = new RegExp(`^${name}$`)

/**
 * Returns the name of a cluster that is given by its name or ARN, and
 * `undefined` if it is neither.
 *
 * @category getters
 */
export const clusterName = (cluster: string): string | undefined => clusterPattern.exec(cluster)?.[1]

/**
 * Returns the family, without the revision, of a task definition that is given
 * as `family`, `family:revision` or an ARN, and `undefined` if it is none of them.
 *
 * @category getters
 */
export const family = (taskDefinition: string): string | undefined => taskDefinitionPattern.exec(taskDefinition)?.[1]

/**
 * Returns whether a text can be the name of a container.
 *
 * @category guards
 */
export const isContainerName = (text: string): boolean => containerPattern.test(text)
