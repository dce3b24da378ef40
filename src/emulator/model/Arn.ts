/**
 * The location of a resource, and the ARNs that name it.
 *
 * Everything in the emulator belongs to a region and an account, as in AWS: two
 * clients with different regions do not see each other's tasks.
 */

/**
 * A region of an account.
 *
 * @category models
 */
export interface Location {
  readonly region: string
  readonly account: string
}

/**
 * The parts of an ECS ARN: `arn:aws:ecs:<region>:<account>:<kind>/<name>`.
 *
 * @category models
 */
export interface Arn {
  readonly location: Location
  readonly kind: string
  readonly name: string
}

const pattern = /^arn:[a-z-]+:ecs:([a-z0-9-]{1,64}):([0-9]{1,20}):([a-z-]{1,64})\/(.{1,1000})$/

/**
 * Names the partition that a region belongs to.
 *
 * @category getters
 */
export const partitionOf = (region: string): string => {
  if (region.startsWith("cn-")) return "aws-cn"
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws"
}

/**
 * Builds an ECS ARN.
 *
 * @category constructors
 */
export const arn = (location: Location, kind: string, name: string): string =>
  `arn:${partitionOf(location.region)}:ecs:${location.region}:${location.account}:${kind}/${name}`

/**
 * Takes an ECS ARN apart. Text that is none gives `undefined`.
 *
 * @category constructors
 */
export const parseArn = (text: string): Arn | undefined => {
  const [, region, account, kind, name] = pattern.exec(text) ?? []
  return region === undefined || account === undefined || kind === undefined || name === undefined
    ? undefined
    : { location: { region, account }, kind, name }
}

/**
 * Names a location, for use in keys.
 *
 * @category getters
 */
export const keyOf = (location: Location): string => `${location.region}/${location.account}`
