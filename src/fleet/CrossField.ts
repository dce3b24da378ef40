/**
 * The rules across the fields of a fleet's description: which of them go together.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { isFargate } from "./ResourceName.ts"

const part = Schema.optional(Schema.Unknown)

const Parts = Schema.Struct({
  launchType: part,
  capacityProviderStrategy: part,
  platformVersion: part,
  subnets: part,
  securityGroups: part,
  assignPublicIp: part,
  container: part,
  environment: part,
  overrides: part
})

type Parts = typeof Parts.Type

/**
 * Checks which fields go together. It looks at nothing else, so that these
 * problems are also found where a field by itself is wrong.
 *
 * @category schemas
 */
export const CrossField = Parts.check(
  Schema.makeFilter((parts) => [
    ...placementIssues(parts),
    ...networkIssues(parts),
    ...containerIssues(parts)
  ])
)

type Issues = ReadonlyArray<Schema.FilterIssue>

const placementIssues = ({ capacityProviderStrategy: strategy, launchType, platformVersion }: Parts): Issues => {
  const issues: Array<Schema.FilterIssue> = []
  if (launchType !== undefined && strategy !== undefined) {
    issues.push({ path: ["capacityProviderStrategy"], issue: "expected this or launchType, got both" })
  }
  if (platformVersion !== undefined && !isOnFargate({ launchType, strategy })) {
    const other = Predicate.isString(launchType) ? launchType : "other capacity providers"
    issues.push({ path: ["platformVersion"], issue: `expected with Fargate only, got it with ${other}` })
  }
  return issues
}

const isOnFargate = ({ launchType, strategy }: { readonly launchType: unknown; readonly strategy: unknown }) =>
  launchType !== undefined || strategy === undefined
    ? launchType === undefined || launchType === "FARGATE"
    : Array.isArray(strategy) &&
      strategy.some((item: unknown) =>
        Predicate.hasProperty(item, "capacityProvider") && Predicate.isString(item.capacityProvider) &&
        isFargate(item.capacityProvider)
      )

const isNone = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.length === 0)

/**
 * ECS wants a network for tasks of the mode `awsvpc`, which those on Fargate are, and takes one for no others
 * ({@link https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html}). On external instances none are.
 */
const networkIssues = (parts: Parts): Issues => {
  const { assignPublicIp, capacityProviderStrategy: strategy, launchType, subnets } = parts
  const beside = (["securityGroups", "assignPublicIp"] as const).filter((name) => !isNone(parts[name]))
  if (launchType === "EXTERNAL") {
    return [...(isNone(subnets) ? [] : ["subnets"]), ...beside].map((name) => ({
      path: [name],
      issue: "expected none with EXTERNAL: its tasks use the network of their instance"
    }))
  }
  if (isOnFargate({ launchType, strategy })) {
    return isNone(subnets)
      ? [{ path: ["subnets"], issue: "expected 1 to 16 subnets for tasks on Fargate, got none" }]
      : []
  }
  if (subnets === undefined) {
    return beside.map((name) => ({ path: [name], issue: "needs subnets: the fleet names none" }))
  }
  const issues: Array<Schema.FilterIssue> = []
  if (isNone(subnets)) {
    const issue = "expected 1 to 16 subnets, or no such field if the task definition is not awsvpc, got none"
    issues.push({ path: ["subnets"], issue })
  }
  if (launchType === "EC2" && assignPublicIp === "ENABLED") {
    issues.push({ path: ["assignPublicIp"], issue: "expected with Fargate only, got it with EC2" })
  }
  return issues
}

const containerIssues = ({ container, environment, overrides }: Parts): Issues => {
  if (container !== undefined) return []
  const issue = "needs a container: the fleet names none"
  const inOverrides = ["command", "containerCpu", "containerMemory", "containerMemoryReservation"]
    .filter((name) => Predicate.hasProperty(overrides, name) && overrides[name] !== undefined)
    .map((name) => ({ path: ["overrides", name], issue }))
  return Predicate.isObject(environment) && Object.keys(environment).length > 0
    ? [{ path: ["environment"], issue }, ...inOverrides]
    : inOverrides
}
