/**
 * Ids and names of what a fleet uses and is not ECS's own: subnets, security groups,
 * roles; and of capacity providers.
 */

// AWS draws 8 or 17 hexadecimal digits. Emulators are given shorter ids, and such as say something.
const id = "[0-9a-z]{1,32}"

const subnetPattern = new RegExp(`^subnet-${id}$`)
const securityGroupPattern = new RegExp(`^sg-${id}$`)
const rolePattern = /^(?:arn:aws[\w-]*:iam::\d{12}:role\/(?:[!-~]+\/)?)?[\w+=,.@-]{1,64}$/
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html
const ownProviderPattern = /^(?!aws|ecs|fargate)[\w-]{1,255}$/

/**
 * Returns whether a text can be the id of a subnet.
 *
 * @category guards
 */
export const isSubnetId = (text: string): boolean => subnetPattern.test(text)

/**
 * Returns whether a text can be the id of a security group.
 *
 * @category guards
 */
export const isSecurityGroupId = (text: string): boolean => securityGroupPattern.test(text)

/**
 * Returns whether a text can be the name or the ARN of a role.
 *
 * @category guards
 */
export const isRole = (text: string): boolean => rolePattern.test(text)

/**
 * Returns whether a capacity provider is one of Fargate's.
 *
 * @category guards
 */
export const isFargate = (capacityProvider: string): boolean =>
  capacityProvider === "FARGATE" || capacityProvider === "FARGATE_SPOT"

/**
 * Returns whether a text can be the name of a capacity provider.
 *
 * @category guards
 */
export const isCapacityProvider = (text: string): boolean =>
  isFargate(text) || (ownProviderPattern.test(text) && !/^fargate/i.test(text))
